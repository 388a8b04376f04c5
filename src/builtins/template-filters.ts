// The filters of prompt templates: `{{ name | upper }}`. Each says what it is going to cost before it does it.
import {
  callMethod,
  display,
  index,
  isList,
  jsonStringify,
  type List,
  size,
  truthy,
  type Value,
} from '../values/index.ts';
import type { TemplateBudget } from './template-budget.ts';

type Filter = (input: Value, args: List, budget: TemplateBudget) => Value;

/** Truth in templates: as in the language, and a text of spaces only is false. */
export function holds(value: Value, budget: TemplateBudget): boolean {
  if (typeof value !== 'string') return truthy(value);
  const text = value.trim();
  budget.characters(value.length - text.length);
  return text !== '';
}

/** The text of a value, paid for. */
function textOf(input: Value, budget: TemplateBudget): string {
  budget.wholeOf(input);
  return display(input);
}

function onText(fn: (text: string) => Value): Filter {
  return (input, _, budget) => fn(input === null ? '' : textOf(input, budget));
}

function ends(name: 'first' | 'last', at: number): Filter {
  return (input, _, budget) => {
    if (typeof input === 'string') budget.wholeOf(input);
    if (typeof input === 'string' || isList(input)) return index(input, at);
    return callMethod(null, input, name, []);
  };
}

function reversed(input: Value, args: List, budget: TemplateBudget): Value {
  if (typeof input === 'string') budget.wholeOf(input);
  else if (isList(input)) budget.step(input.length);
  return callMethod(null, input, 'reverse', args);
}

function joined(input: Value, args: List, budget: TemplateBudget): Value {
  budget.wholeOf(input);
  const separator = args[0] ?? null;
  if (isList(input) && separator !== null) {
    budget.expect(input.length * display(separator).length);
  }
  return callMethod(null, input, 'join', args);
}

function indented(text: string, width: Value, first: Value, budget: TemplateBudget): string {
  const wide = typeof width === 'number' ? Math.max(0, Math.trunc(width)) : 2;
  const lines = text.split('\n');
  budget.expect(text.length + lines.length * wide);
  const pad = ' '.repeat(wide);
  return lines
    .map((line, i) => ((i > 0 || truthy(first)) && line !== '' ? pad + line : line))
    .join('\n');
}

function replaced(input: Value, args: List, budget: TemplateBudget): Value {
  const text = textOf(input, budget);
  const [search = '', replacement = ''] = args.map(display);
  const times = search === '' ? text.length + 1 : text.split(search).length - 1;
  budget.expect(text.length + times * replacement.length);
  return callMethod(null, text, 'replace', args);
}

const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['upper', onText((text) => text.toUpperCase())],
  ['lower', onText((text) => text.toLowerCase())],
  ['trim', onText((text) => callMethod(null, text, 'trim', []))],
  [
    'capitalize',
    onText((text) =>
      text
        .replace(/^./su, (c) => c.toUpperCase())
        .replace(/(?<=^.)[\s\S]*/u, (rest) => rest.toLowerCase()),
    ),
  ],
  [
    'title',
    onText((text) => text.replace(/\S+/gu, (word) => word.replace(/^./u, (c) => c.toUpperCase()))),
  ],
  [
    'length',
    (input, _, budget) => {
      if (typeof input === 'string') budget.wholeOf(input);
      return size(input);
    },
  ],
  ['first', ends('first', 0)],
  ['last', ends('last', -1)],
  ['reverse', reversed],
  ['join', joined],
  ['default', (input, [fallback = null], budget) => (holds(input, budget) ? input : fallback)],
  [
    'json',
    (input, [pretty = null], budget) => {
      budget.wholeOf(input);
      return jsonStringify(input, truthy(pretty) ? 2 : 0);
    },
  ],
  [
    'indent',
    (input, [width = null, first = null], budget) =>
      indented(textOf(input, budget), width, first, budget),
  ],
  ['lines', onText((text) => text.split('\n'))],
  ['escape_md', onText((text) => text.replace(/[\\`*_{}[\]()#+\-.!|<>~]/g, '\\$&'))],
  ['replace', replaced],
]);

/** The filter of a name. */
export function templateFilter(name: string): Filter | undefined {
  return FILTERS.get(name);
}

/** The filters that templates have. */
export const FILTER_NAMES: ReadonlySet<string> = new Set(FILTERS.keys());
