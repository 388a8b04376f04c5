// Whatever a program hands to a builtin that touches nothing outside, it gets a value or an error it can catch. Our own
// defects are not catchable, so one of them ends the program, and the words of JavaScript's errors are no help to anybody.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EFFECT_GROUPS } from '../../src/builtins/effectful.ts';
import { createRegistry } from '../../src/builtins/index.ts';
import { printed } from '../agents/program.ts';

/** What ends the program, waits, or takes something from the harness, whatever it is given. */
const APART = new Set(['runtime.exit', 'clock.sleep_ms', 'harness.without']);
const SEED = Number(process.env['HOSTILE_SEED'] ?? 20_261_120);
const CALLS = Number(process.env['HOSTILE_CALLS'] ?? 24);

const rows = createRegistry(EFFECT_GROUPS)
  .rows()
  .filter(({ effect, impl }) => (effect === 'pure' || effect === 'ambient') && impl !== undefined)
  .filter(({ name }) => /^[a-z]/.test(name) && !APART.has(name));

const VALUES = [
  ...['nil', 'true', '0', '-1', '1', '3.7', '-0.5', '9007199254740993', '-9223372036854775807'],
  ...[
    'pow(10.0, 308)',
    '(0.0 / 0.0)',
    '(1.0 / 0.0)',
    '5ms',
    'decimal("-0.10")',
    'decimal("1e400")',
    '1 to 3',
    'atomic(1)',
    'pair(1, 2)',
  ],
  ...['""', '"abc"', '"é😀"', '"\\u{0}\\n"', '"["', '"{"', '"("', '"%"', '"../.."', '"2024-02-31"'],
  ...['"a=b"', '"-----BEGIN X-----"', '"<a><b>"', '".a[]"', '"{{ if x }}"', '"ab".repeat(50000)'],
  ...['[]', '[1, "a", nil]', '[[[]], {}]', '[nil, nil]', '(0 to 3000).to_list()', '["a", "b"]'],
  ...['{}', '{a: 1, b: nil}', '{["__proto__"]: 1, ["constructor"]: nil}', '{a: {b: [{}]}}'],
  ...['{id: 1, name: 1, path: [], body: -1}', '{type: "x", kind: nil, text: {}, options: 3}'],
  ...[
    'bytes_from_hex("00ff")',
    'set(1, "a")',
    'Ok(1)',
    '{ x -> x }',
    '{ -> nil }',
    '{ a, b -> a }',
  ],
];

/** How JavaScript speaks of what went wrong. */
const JAVASCRIPT =
  /Cannot (?:read|set|convert|destructure|mix|access)|is not a (?:function|constructor)|\bundefined\b|\[object |(?:object|\) ) ?is not iterable|Invalid (?:count|array|time|string|regular|code point)|out of range/;

const argumentLists = fc.array(fc.constantFrom(...VALUES), { maxLength: 4, size: 'max' });

function callsOf({ name, aliases }: (typeof rows)[number]): string[] {
  const called = name.includes('.') ? (aliases?.[0] ?? `harness.${name}`) : name;
  return fc
    .sample(argumentLists, { numRuns: CALLS, seed: SEED })
    .map((list) => `${called}(${list.map((text) => `any(${text})`).join(', ')})`);
}

describe('a builtin given anything', () => {
  test.each(rows.map((row) => [row.name, row] as const))(
    'answers or refuses: %s',
    async (_, row) => {
      const calls = callsOf(row);
      const lines = calls.map((call, at) => `try { ${call} } catch (e) { println("${at}|\${e}") }`);
      const told = await printed(
        `fn any(x: any) -> any { return x }\npipeline main() {\n${lines.join('\n')}\nprintln("end")\n}`,
      );
      const strange = told.filter((line) => JAVASCRIPT.test(line));
      expect(strange.map((line) => [line, calls[Number(line.split('|')[0])]])).toEqual([]);
      expect(told.at(-1)).toBe('end');
    },
  );
});
