// Builtins that raise and classify errors, and the assertions.
import {
  dictGet,
  dictKeys,
  display,
  equal,
  HarnThrow,
  isDict,
  isList,
  jsonStringify,
  truthy,
  type Value,
} from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';

/** Texts that give a category away when an error carries none; the first that fits counts. */
const TELLING: readonly (readonly [RegExp, string])[] = [
  [/deadline exceeded|timed out|timeout/i, 'timeout'],
  [/overloaded/i, 'overloaded'],
  [/rate.?limit|too many requests/i, 'rate_limit'],
  [/unauthorized|invalid api key|authentication/i, 'auth'],
  [/cancelled by host|kind:cancelled/i, 'cancelled'],
  [/circuit.?(breaker )?open/i, 'circuit_open'],
  [/not.?found/i, 'not_found'],
];

const BY_STATUS: { readonly [status: string]: string } = {
  '401': 'auth',
  '403': 'auth',
  '404': 'not_found',
  '408': 'timeout',
  '429': 'rate_limit',
  '503': 'overloaded',
  '504': 'timeout',
  '529': 'overloaded',
};

/** The category of a caught error: its own `category`, else what its text gives away, else `generic`. */
export function categoryOf(error: Value): string {
  if (isDict(error)) {
    const category = dictGet(error, 'category');
    if (typeof category === 'string') return category;
    const message = dictGet(error, 'message');
    return typeof message === 'string' ? categoryOfText(message) : 'generic';
  }
  return typeof error === 'string' ? categoryOfText(error) : 'generic';
}

function categoryOfText(text: string): string {
  const status = /(?<!\d)([45]\d\d)(?!\d)/.exec(text)?.[1];
  if (status !== undefined) return BY_STATUS[status] ?? 'http_error';
  return TELLING.find(([pattern]) => pattern.test(text))?.[1] ?? 'generic';
}

/** The text of an assertion's message, unless there is none. */
function messageText(given: Value): string | undefined {
  return given === null || given === '' || given === 'null' ? undefined : display(given);
}

/** A failed assertion, which knows where in the program it was made. */
function failed(text: string): HarnThrow {
  return new HarnThrow(text, undefined, new Error('assertion'));
}

/** Like display, but texts in quotes, so that "1" and 1 look different in a failure. */
function shown(value: Value): string {
  return typeof value === 'string' ? jsonStringify(value) : display(value);
}

/** What does not fit on a line is told by its differences. */
const LINE = 100;
const MOST_DIFFERENCES = 8;
const MOST_PATH = 400;

/** `expected 1, got 2`, or for large values the places where they differ, one to a line. */
function comparison(actual: Value, expected: Value): string {
  const [wanted, got] = [shown(expected), shown(actual)];
  if (wanted.length <= LINE && got.length <= LINE) return `expected ${wanted}, got ${got}`;
  const found: string[] = [];
  differences(actual, expected, '', found);
  const more = found.length - MOST_DIFFERENCES;
  const lines = found.slice(0, MOST_DIFFERENCES);
  if (more > 0) lines.push(more === 1 ? 'and 1 more' : `and ${more} more`);
  return `the values differ\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

/** Notes each place in two values that are not equal: fields, elements, lines of texts. */
function differences(actual: Value, expected: Value, path: string, found: string[]): void {
  if (equal(actual, expected)) return;
  const isDeep = path.length > MOST_PATH;
  if (!isDeep && isDict(actual) && isDict(expected)) {
    for (const key of new Set([...dictKeys(expected), ...dictKeys(actual)])) {
      const place = /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${jsonStringify(key)}]`;
      compareAt(dictGet(actual, key), dictGet(expected, key), path + place, found);
    }
  } else if (!isDeep && isList(actual) && isList(expected)) {
    for (let i = 0; i < Math.max(actual.length, expected.length); i += 1)
      compareAt(actual[i], expected[i], `${path}[${i}]`, found);
  } else if (areTexts(actual, expected) && `${actual}${expected}`.includes('\n')) {
    const [got, wanted] = [`${actual}`.split('\n'), `${expected}`.split('\n')];
    for (let i = 0; i < Math.max(got.length, wanted.length); i += 1) {
      if (got[i] !== wanted[i])
        compareAt(got[i], wanted[i], `${path === '' ? '' : `${path}, `}line ${i + 1}`, found);
    }
  } else {
    const [wanted, got] = [shown(expected), shown(actual)];
    const from = Math.max(0, sameStart(wanted, got) - LINE / 4);
    const [head, place] = [from > 0 ? '…' : '', path === '' ? '' : `${path}: `];
    found.push(`${place}expected ${head}${cut(wanted, from)}, got ${head}${cut(got, from)}`);
  }
}

function compareAt(
  actual: Value | undefined,
  expected: Value | undefined,
  path: string,
  found: string[],
): void {
  if (actual === undefined && expected === undefined) return;
  if (actual === undefined)
    found.push(`${path}: expected ${cut(shown(expected ?? null))}, missing`);
  else if (expected === undefined) found.push(`${path}: not expected, got ${cut(shown(actual))}`);
  else differences(actual, expected, path, found);
}

function areTexts(a: Value, b: Value): boolean {
  return typeof a === 'string' && typeof b === 'string';
}

/** How many characters two texts begin with in common. */
function sameStart(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i += 1;
  return i;
}

function cut(text: string, from = 0): string {
  const rest = text.slice(whole(text, from));
  return rest.length <= LINE ? rest : `${rest.slice(0, whole(rest, LINE))}…`;
}

/** A place to cut at, not between the two halves of a character. */
function whole(text: string, at: number): number {
  const isInside = /^[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(Math.max(0, at - 1), at + 1));
  return at > 0 && isInside ? at - 1 : at;
}

export function errorRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'throw_error(message: any, category: string?) -> never',
      { doc: 'Throws `{category, message}`; the category is `generic` unless given.' },
      (_, message, category = null) => {
        throw new HarnThrow({ category: category ?? 'generic', message: display(message) });
      },
    ),
    builtin(
      'error_category(error: any) -> string',
      {
        doc: 'The category of a caught error: timeout, rate_limit, auth, cancelled, ... or generic.',
      },
      (_, error) => categoryOf(error),
    ),
    builtin(
      'is_timeout(error: any) -> bool',
      { doc: 'Whether a caught error is a timeout.' },
      (_, error) => categoryOf(error) === 'timeout',
    ),
    builtin(
      'is_rate_limited(error: any) -> bool',
      { doc: 'Whether a caught error says that calls come too fast.' },
      (_, error) => categoryOf(error) === 'rate_limit',
    ),
    builtin(
      'assert(condition: any, message: any?) -> nil',
      { doc: 'Fails with the message unless the condition is true.' },
      (_, condition, message = null) => {
        if (!truthy(condition)) throw failed(messageText(message) ?? 'Assertion failed');
        return null;
      },
    ),
    builtin(
      'assert_eq(actual: any, expected: any, message: any?) -> nil',
      {
        doc: 'Fails unless both values are equal; says what differs, behind the message when there is one.',
      },
      (_, actual, expected, message = null) => {
        if (equal(actual, expected)) return null;
        const head = messageText(message) ?? 'Assertion failed';
        throw failed(`${head}: ${comparison(actual, expected)}`);
      },
    ),
    builtin(
      'assert_ne(actual: any, unexpected: any, message: any?) -> nil',
      {
        doc: 'Fails when both values are equal; says which, behind the message when there is one.',
      },
      (_, actual, unexpected, message = null) => {
        if (!equal(actual, unexpected)) return null;
        const head = messageText(message) ?? 'Assertion failed';
        throw failed(`${head}: values should not be equal: ${cut(shown(actual))}`);
      },
    ),
  ];
}
