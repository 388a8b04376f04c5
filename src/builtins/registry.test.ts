import { describe, expect, it } from 'vitest';
import { builtin } from './define.ts';
import { EFFECT_GROUPS } from './effectful.ts';
import { BuiltinRegistry, createRegistry } from './registry.ts';

const row = (name: string, ...aliases: string[]) =>
  builtin(`${name}() -> nil`, { doc: 'Nothing.', aliases }, () => null);

/** Two groups that tell when they are made, and what they have. */
function groups() {
  const made: string[] = [];
  const group = (label: string, ...rows: ReturnType<typeof row>[]) => {
    return () => {
      made.push(label);
      return rows;
    };
  };
  return {
    made,
    list: [group('one', row('a', 'a2'), row('x.b')), group('two', row('c'))],
    index: { names: 'a x.b c', places: ' a:0 a2:0 x.b:0 c:1 ' },
  };
}

describe('the table with an index of names', () => {
  it('makes only the group that has the name', () => {
    const { made, list, index } = groups();
    const registry = new BuiltinRegistry(list, index);
    expect(registry.names()).toEqual(['a', 'x.b', 'c']);
    expect(made).toEqual([]);
    expect(registry.find('a2')?.name).toBe('a');
    expect(registry.find('a')).toBe(registry.find('a2'));
    expect(made).toEqual(['one']);
  });

  it('tells which names start with a text, and makes no rows for it', () => {
    const index = { names: 'a a.b ab.c a.d b.a. x.a.b', places: '' };
    const registry = new BuiltinRegistry([], index);
    for (const start of ['a', 'a.', 'ab', 'x.', 'b', 'nothing', 'x.a.b', '']) {
      const expected = index.names.split(' ').filter((name) => name.startsWith(start));
      expect(registry.namesFrom(start)).toEqual(expected);
    }
    const plain = createRegistry(EFFECT_GROUPS);
    expect(plain.namesFrom('stdio.')).toContain('stdio.println');
    expect(plain.namesFrom('stdio.').every((name) => name.startsWith('stdio.'))).toBe(true);
  });

  it('keeps the rows it has made when the whole table is asked for', () => {
    const { made, list, index } = groups();
    const registry = new BuiltinRegistry(list, index);
    const early = registry.find('c');
    expect(registry.rows().map(({ name }) => name)).toEqual(['a', 'x.b', 'c']);
    expect(registry.rows()[2]).toBe(early);
    expect(made).toEqual(['two', 'one']);
  });

  it('asks every group about a name that the index does not have', () => {
    const { list, index } = groups();
    const stale = new BuiltinRegistry(list, { ...index, places: ' a:0 ' });
    expect(stale.find('c')?.name).toBe('c');
    expect(stale.find('nothing')).toBeUndefined();
  });

  it('answers as the table without one', () => {
    const plain = createRegistry(EFFECT_GROUPS);
    const rows = plain.rows();
    expect(plain.names()).toEqual(rows.map(({ name }) => name));
    for (const { name, aliases } of rows) {
      for (const each of [name, ...(aliases ?? [])]) expect(plain.find(each)?.name).toBe(name);
    }
  });
});
