// Places in TOML: every value that the parser reads is found where it is written, and unfinished texts are read to the end.
import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { type TomlPath, tomlEntries } from './manifest-places.ts';

const TEXT = `# [no.table]
title = "a # b" # comment
a.b."c d" = 1
'lit.eral' = '''
[not.a.header]
x = 1'''

[server] # one
hosts = [
  "x", # y = 2
  { name = 'in', ports = [80, 443] },
]
since = 1979-05-27T07:32:00Z

[[rule]]
id = 1
[rule.more]
deep = true
[[rule]]
id = 2
[[rule.part]]
size = """
"quoted" \\
"""
`;

/** Leaves of a document by their paths. */
function leaves(value: unknown, path: TomlPath = []): readonly [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap((item, i) => leaves(item, [...path, i]));
  if (typeof value === 'object' && value !== null && !(value instanceof Date))
    return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
  return [[JSON.stringify(path), value]];
}

/** What the text holds where a path is said to be. */
function written(text: string): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (const { path, value } of tomlEntries(text)) {
    if (value === undefined || /^[[{]/.test(text.slice(value.start))) continue;
    const piece = text.slice(value.start, value.end);
    found.set(JSON.stringify(path), parse(`v = ${piece}`)['v']);
  }
  return found;
}

describe('places in TOML', () => {
  it('are those of the values that the parser reads', () => {
    expect([...written(TEXT)]).toEqual(leaves(parse(TEXT)));
  });

  it('are right in any document, with either end of lines', () => {
    const key = fc.oneof(fc.stringMatching(/^[a-z_-]{1,5}$/), fc.string({ minLength: 1 }));
    const leaf = fc.oneof(fc.string(), fc.boolean(), fc.integer(), fc.constant(1.5));
    const { table } = fc.letrec<{ table: object; value: unknown }>((tie) => ({
      table: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      value: fc.oneof(
        { maxDepth: 3, depthSize: 'small' },
        leaf,
        fc.array(leaf, { maxLength: 3 }),
        tie('table'),
        fc.array(tie('table') as fc.Arbitrary<object>, { minLength: 1, maxLength: 2 }),
      ),
    }));
    fc.assert(
      fc.property(table, fc.boolean(), (document, isCrlf) => {
        const text = stringify(document).replaceAll('\n', isCrlf ? '\r\n' : '\n');
        const found = written(text);
        for (const [path, value] of leaves(parse(text))) expect(found.get(path)).toEqual(value);
      }),
    );
  });

  it('are inside of the text, whatever it is', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '[[',
      '=',
      '"',
      "'",
      "'''",
      '{',
      ',',
      '\n',
      'a',
      '.',
      '#',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        for (const { key, value } of tomlEntries(text)) {
          for (const range of [key, value]) {
            if (range === undefined) continue;
            expect(range.start).toBeLessThanOrEqual(range.end);
            expect(range.end).toBeLessThanOrEqual(text.length);
          }
        }
      }),
    );
  });
});
