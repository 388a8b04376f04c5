// What the methods of the harness are called with, looked at before anything happens: programs in plain JavaScript have
// no compiler that does.
import { type Handler, plainOf, type RunContext, runErrors } from '../run/index.ts';
import type { Harness } from './tree.ts';

/** A handler that is an async function. */
type Callback = Extract<Handler, { readonly kind: 'async' }>;

type Kind = 'a text' | 'a number' | 'a list' | 'a function';

/** The leading arguments of effects, by name. Options have checks of their own. */
const LEADING: { readonly [effect: string]: readonly (readonly [name: string, kind: Kind])[] } = {
  'fs.read_text': [['path', 'a text']],
  'fs.exists': [['path', 'a text']],
  'fs.stat': [['path', 'a text']],
  'fs.glob': [['pattern', 'a text']],
  'fs.walk': [['root', 'a text']],
  'fs.write_text': [
    ['path', 'a text'],
    ['content', 'a text'],
  ],
  'fs.append': [
    ['path', 'a text'],
    ['content', 'a text'],
  ],
  'fs.delete': [['path', 'a text']],
  'fs.mkdir': [['path', 'a text']],
  'fs.rename': [
    ['from', 'a text'],
    ['to', 'a text'],
  ],
  'fs.copy': [
    ['from', 'a text'],
    ['to', 'a text'],
  ],
  'env.get': [['name', 'a text']],
  'env.get_or': [
    ['name', 'a text'],
    ['fallback', 'a text'],
  ],
  'clock.sleep_ms': [['ms', 'a number']],
};

/** Refuses arguments that no call of this effect can mean. */
export function checkLeading(effect: string, args: readonly unknown[]): void {
  const leading = LEADING[effect];
  if (leading === undefined) return;
  for (const [at, [name, kind]] of leading.entries()) {
    need(`harness.${effect}`, name, kind, args[at]);
  }
}

/** Refuses a value of another kind, by the names of the method and of the argument. */
export function need(method: string, argument: string, expected: Kind, value: unknown): void {
  if (KIND_OF[typeof value] === expected && !Number.isNaN(value)) return;
  throw runErrors.badArgument({ method, argument, expected, got: shown(value) });
}

const KIND_OF: { readonly [type: string]: Kind } = {
  string: 'a text',
  number: 'a number',
  function: 'a function',
};

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (Number.isNaN(value)) return 'NaN';
  return KIND_OF[typeof value] ?? `an ${typeof value}`.replace(/^an b/, 'a b');
}

/** A function of the program as the runtime calls it: with a harness of its own in front of the other arguments. */
export function callback<A extends readonly unknown[]>(
  method: string,
  fn: (harness: Harness, ...args: A) => unknown,
  harnessFor: (ctx: RunContext) => Harness,
): Callback {
  need(method, 'the function', 'a function', fn);
  return {
    kind: 'async',
    name: fn.name,
    run: async (lane, args) => fn(harnessFor(lane), ...(args as unknown as A)),
  };
}

/** The same for functions whose result is kept. */
export function keptCallback<A extends readonly unknown[]>(
  method: string,
  fn: (harness: Harness, ...args: A) => unknown,
  harnessFor: (ctx: RunContext) => Harness,
): Callback {
  const called = callback(method, fn, harnessFor);
  return {
    ...called,
    run: async (lane, args) => plainOf(await called.run(lane, args), `the result of ${method}`),
  };
}
