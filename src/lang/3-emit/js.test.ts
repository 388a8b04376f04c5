import { describe, expect, it } from 'vitest';
import { mark, member, printCode, propertyKey, quote } from './js.ts';
import { decodeMappings, lookUp } from './source-map.ts';

const source = { id: 'a.harn', text: 'let a = 1\nlet b = a\n  say(b)\n' };

describe('printing', () => {
  it('takes marks out of the code and into the map', () => {
    const { code, map } = printCode(`first;\n${mark(18)}second(${mark(22)}third());\n`, source);
    expect(code).toBe('first;\nsecond(third());\n');
    const mappings = decodeMappings(map.mappings);
    expect(lookUp(mappings, 1, 0)).toEqual({ line: 1, column: 8 });
    expect(lookUp(mappings, 1, 9)).toEqual({ line: 2, column: 2 });
    expect(map).toMatchObject({ version: 3, sources: ['a.harn'] });
  });

  it('keeps several marks at one place, and look-ups find the last', () => {
    const { map } = printCode(`${mark(0)}${mark(14)}x`, source);
    const mappings = decodeMappings(map.mappings);
    expect(mappings).toEqual([
      { line: 0, column: 0, sourceLine: 0, sourceColumn: 0 },
      { line: 0, column: 0, sourceLine: 1, sourceColumn: 4 },
    ]);
    expect(lookUp(mappings, 0, 0)).toEqual({ line: 1, column: 4 });
  });

  it('never takes the text of a program for a mark', () => {
    const hostile = quote(`${mark(3)}\u2028"'\\`);
    const { code, map } = printCode(`f(${hostile})`, source);
    expect(code).toBe(`f(${hostile})`);
    expect(map.mappings).toBe('');
    expect(new Function(`return ${hostile}`)()).toBe(`${mark(3)}\u2028"'\\`);
  });

  it('writes keys so that they are own keys, whatever they are called', () => {
    expect(propertyKey('name')).toBe('name');
    expect(propertyKey('two words')).toBe('"two words"');
    expect(propertyKey('__proto__')).toBe('["__proto__"]');
    expect(member('x')).toBe('.x');
    expect(member('a-b')).toBe('["a-b"]');
  });
});
