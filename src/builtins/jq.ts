// jq-like queries over values: a filter turns one value into a stream of values. The subset of everyday scripts.
import { HarnError } from '../base/index.ts';
import { type JqNode, parseJq } from '../text/index.ts';
import {
  add,
  asDouble,
  charCount,
  compare,
  dictEntries,
  dictFrom,
  dictGet,
  dictHas,
  dictKeys,
  dictMerge,
  dictPut,
  dictValues,
  display,
  div,
  equal,
  intFromNumber,
  isDict,
  isInt,
  isList,
  isNumber,
  jsonParse,
  jsonStringify,
  type List,
  type MutableDict,
  makeFloat,
  mod,
  mul,
  neg,
  slice,
  sub,
  typeOf,
  type Value,
} from '../values/index.ts';
import { reading } from './data-formats.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';

function refuse(detail: string): Error {
  return wrong.argument({ builtin: 'jq', detail });
}

/** Only null and false are false. */
function holds(value: Value): boolean {
  return value !== null && value !== false;
}

function typeName(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (isNumber(value)) return 'number';
  if (isList(value)) return 'array';
  return isDict(value) ? 'object' : typeOf(value);
}

/** Values that one query may make on its way: commas and pipes multiply, so a short query can ask for billions. */
const MOST_VALUES = 1_000_000;
/** Of the query that is being answered; nothing of a program runs meanwhile. */
let made = 0;

function count(values: number): void {
  made += values;
  if (made > MOST_VALUES) throw refuse(`the query makes more than ${MOST_VALUES} values`);
}

function evaluate(node: JqNode, input: Value): List {
  const values = valuesOf(node, input);
  count(1 + values.length);
  return values;
}

function valuesOf(node: JqNode, input: Value): List {
  switch (node.kind) {
    case 'identity':
      return [input];
    case 'descend':
      return descend(input);
    case 'literal':
      return [typeof node.value === 'number' ? numberOf(node.value) : node.value];
    case 'pipe':
      return evaluate(node.left, input).flatMap((value) => evaluate(node.right, value));
    case 'comma':
      return [...evaluate(node.left, input), ...evaluate(node.right, input)];
    case 'index':
      return both(node.of, node.by, input, indexed);
    case 'each':
      return evaluate(node.of, input).flatMap(itemsOf);
    case 'slice':
      return evaluate(node.of, input).map((value) => sliced(value, node, input));
    case 'try':
      return attempted(node.of, input);
    case 'negate':
      return evaluate(node.of, input).map(neg);
    case 'operator':
      return operated(node, input);
    case 'list':
      return [node.of === undefined ? [] : evaluate(node.of, input)];
    case 'dict':
      return dictsOf(node.entries, input);
    case 'call':
      return called(node.name, node.args, input);
  }
}

function numberOf(value: number): Value {
  return Number.isInteger(value) ? intFromNumber(value) : makeFloat(value);
}

function both(
  left: JqNode,
  right: JqNode,
  input: Value,
  join: (a: Value, b: Value) => Value,
): List {
  const rights = evaluate(right, input);
  const lefts = evaluate(left, input);
  count(lefts.length * rights.length);
  return lefts.flatMap((a) => rights.map((b) => join(a, b)));
}

function descend(value: Value): List {
  const inner = isList(value) ? value : isDict(value) ? dictValues(value) : [];
  return [value, ...inner.flatMap(descend)];
}

function itemsOf(value: Value): List {
  if (isList(value)) return value;
  if (isDict(value)) return dictValues(value);
  throw refuse(`cannot iterate over ${typeName(value)}`);
}

/** What is not there is null, and so is every part of null. */
function indexed(value: Value, by: Value): Value {
  if (value === null) return null;
  if (isDict(value) && typeof by === 'string') return dictGet(value, by) ?? null;
  if (isList(value) && isInt(by)) return value.at(Number(by)) ?? null;
  throw refuse(`cannot index ${typeName(value)} with ${jsonStringify(by)}`);
}

function sliced(value: Value, node: JqNode & { kind: 'slice' }, input: Value): Value {
  if (value === null) return null;
  if (!isList(value) && typeof value !== 'string') {
    throw refuse(`cannot slice ${typeName(value)}`);
  }
  const bound = (edge: JqNode | undefined) =>
    edge === undefined ? null : (evaluate(edge, input)[0] ?? null);
  return slice(value, bound(node.from), bound(node.to));
}

function attempted(node: JqNode, input: Value): List {
  try {
    return evaluate(node, input);
  } catch (error) {
    if (HarnError.is(error)) return [];
    throw error;
  }
}

function operated(node: JqNode & { kind: 'operator' }, input: Value): List {
  const { name, left, right } = node;
  if (name === '//') {
    const found = attempted(left, input).filter(holds);
    return found.length > 0 ? found : evaluate(right, input);
  }
  if (name === 'and' || name === 'or') {
    const stops = name === 'or';
    return evaluate(left, input).flatMap((a) =>
      holds(a) === stops ? [stops] : evaluate(right, input).map(holds),
    );
  }
  const operator = OPERATORS.get(name);
  if (operator === undefined) throw refuse(`unknown operator ${name}`);
  return both(left, right, input, operator);
}

/** Null, false, true, numbers, texts, lists, dicts: in this order whatever they hold. */
function rank(value: Value): number {
  if (value === null) return 0;
  if (typeof value === 'boolean') return value ? 2 : 1;
  if (isNumber(value)) return 3;
  if (typeof value === 'string') return 4;
  if (isList(value)) return 5;
  return isDict(value) ? 6 : 7;
}

/** The order of all values. Dicts are compared by their keys, then by their values. */
function order(a: Value, b: Value): number {
  const [left, right] = [rank(a), rank(b)];
  if (left !== right) return left - right;
  if (isList(a) && isList(b)) return orderOfLists(a, b);
  if (!isDict(a) || !isDict(b)) return compare(a, b);
  return orderOfLists(dictKeys(a), dictKeys(b)) || orderOfLists(dictValues(a), dictValues(b));
}

function orderOfLists(a: List, b: List): number {
  for (let i = 0; i < a.length && i < b.length; i += 1) {
    const found = order(a[i] as Value, b[i] as Value);
    if (found !== 0) return found;
  }
  return a.length - b.length;
}

const OPERATORS: ReadonlyMap<string, (a: Value, b: Value) => Value> = new Map([
  ['==', (a: Value, b: Value): Value => equal(a, b)],
  ['!=', (a: Value, b: Value): Value => !equal(a, b)],
  ['<', (a: Value, b: Value): Value => order(a, b) < 0],
  ['<=', (a: Value, b: Value): Value => order(a, b) <= 0],
  ['>', (a: Value, b: Value): Value => order(a, b) > 0],
  ['>=', (a: Value, b: Value): Value => order(a, b) >= 0],
  ['+', plus],
  ['-', sub],
  ['*', mul],
  ['/', div],
  ['%', mod],
]);

function plus(a: Value, b: Value): Value {
  if (a === null) return b;
  if (b === null) return a;
  return isDict(a) && isDict(b) ? dictMerge(a, b) : add(a, b);
}

/** One dict for each way of choosing among the outputs of keys and values. */
function dictsOf(entries: readonly (readonly [JqNode, JqNode])[], input: Value): List {
  let dicts: MutableDict[] = [{}];
  for (const [key, value] of entries) {
    const values = evaluate(value, input);
    const keys = evaluate(key, input).map(display);
    count(dicts.length * keys.length * values.length);
    const [name, each] = [keys[0], values[0]];
    if (keys.length === 1 && values.length === 1 && name !== undefined && each !== undefined) {
      // The dicts are ours: written into, a query with many names takes time with its length.
      for (const dict of dicts) dictPut(dict, name, each);
      continue;
    }
    dicts = dicts.flatMap((dict) =>
      keys.flatMap((name) => values.map((each) => dictMerge(dict, dictFrom([[name, each]])))),
    );
  }
  return dicts;
}

type Call = (input: Value, args: readonly JqNode[]) => List;

function called(name: string, args: readonly JqNode[], input: Value): List {
  const call = CALLS.get(`${name}/${args.length}`);
  if (call === undefined) {
    throw refuse(`there is no function ${name} of ${args.length} arguments`);
  }
  return call(input, args);
}

const one =
  (fn: (input: Value) => Value): Call =>
  (input) => [fn(input)];

/** A function of a list: its items, and what the only argument gives first for an item. */
const ofList =
  (fn: (items: List, first: (item: Value) => Value) => Value): Call =>
  (input, [arg]) => [
    fn(itemsOf(input), (item) => (arg === undefined ? item : (evaluate(arg, item)[0] ?? null))),
  ];

function sizeOf(value: Value): Value {
  if (value === null) return 0;
  if (typeof value === 'string') return charCount(value);
  if (isList(value)) return value.length;
  if (isDict(value)) return dictKeys(value).length;
  if (isNumber(value)) return order(value, 0) < 0 ? neg(value) : value;
  throw refuse(`${typeName(value)} has no length`);
}

function keysOf(value: Value): Value {
  if (isDict(value)) return dictKeys(value);
  if (isList(value)) return value.map((_, i) => i);
  throw refuse(`${typeName(value)} has no keys`);
}

function sortedBy(items: List, by: (item: Value) => Value): List {
  return items
    .map((item) => [by(item), item] as const)
    .sort(([a], [b]) => order(a, b))
    .map(([, item]) => item);
}

function uniqueOf(items: List): List {
  return sortedBy(items, (item) => item).filter(
    (item, i, all) => i === 0 || !equal(item, all[i - 1] as Value),
  );
}

function toNumber(value: Value): Value {
  if (isNumber(value)) return value;
  const number = typeof value === 'string' ? asDouble(jsonParse(value)) : undefined;
  if (number === undefined) throw refuse(`cannot read ${display(value)} as a number`);
  return jsonParse(value as string);
}

function has(input: Value, key: Value): boolean {
  if (isDict(input)) return typeof key === 'string' && dictHas(input, key);
  return isList(input) && isInt(key) && key >= 0 && key < input.length;
}

function joined(input: Value, args: readonly JqNode[]): List {
  const separator = evaluate(args[0] as JqNode, input)[0] ?? '';
  const texts = itemsOf(input).map((item) => (item === null ? '' : display(item)));
  return [texts.join(display(separator))];
}

const CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['length/0', one(sizeOf)],
  ['keys/0', one(keysOf)],
  ['values/0', one((input) => (isDict(input) ? dictValues(input) : itemsOf(input)))],
  ['type/0', one(typeName)],
  ['not/0', one((input) => !holds(input))],
  ['not/1', (input, [arg]) => evaluate(arg as JqNode, input).map((each) => !holds(each))],
  ['empty/0', () => []],
  ['map/1', (input, [arg]) => [itemsOf(input).flatMap((item) => evaluate(arg as JqNode, item))]],
  [
    'select/1',
    (input, [arg]) =>
      evaluate(arg as JqNode, input).flatMap((each) => (holds(each) ? [input] : [])),
  ],
  ['has/1', (input, [arg]) => evaluate(arg as JqNode, input).map((key) => has(input, key))],
  ['first/0', one((input) => itemsOf(input)[0] ?? null)],
  ['last/0', one((input) => itemsOf(input).at(-1) ?? null)],
  ['first/1', (input, [arg]) => evaluate(arg as JqNode, input).slice(0, 1)],
  ['add/0', one((input) => itemsOf(input).reduce(plus, null))],
  ['any/0', one((input) => itemsOf(input).some(holds))],
  ['all/0', one((input) => itemsOf(input).every(holds))],
  ['any/1', ofList((items, test) => items.some((item) => holds(test(item))))],
  ['all/1', ofList((items, test) => items.every((item) => holds(test(item))))],
  ['sort/0', ofList(sortedBy)],
  ['sort_by/1', ofList(sortedBy)],
  ['min/0', ofList((items, by) => sortedBy(items, by)[0] ?? null)],
  ['max/0', ofList((items, by) => sortedBy(items, by).at(-1) ?? null)],
  ['min_by/1', ofList((items, by) => sortedBy(items, by)[0] ?? null)],
  ['max_by/1', ofList((items, by) => sortedBy(items, by).at(-1) ?? null)],
  ['unique/0', ofList((items) => uniqueOf(items))],
  ['reverse/0', ofList((items) => items.toReversed())],
  ['to_entries/0', one((input) => (isDict(input) ? dictEntries(input) : []))],
  ['join/1', joined],
  ['tostring/0', one((input) => (typeof input === 'string' ? input : jsonStringify(input)))],
  ['tonumber/0', one(toNumber)],
]);

function query(value: Value, expression: Value): List {
  made = 0;
  return evaluate(
    reading('jq', () => parseJq(display(expression))),
    value,
  );
}

export function jqRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'jq(value: any, query: string) -> list',
      {
        doc: 'Everything that a jq-like query gives, as a list.',
      },
      (_, value, expression) => query(value, expression),
    ),
    builtin(
      'jq_first(value: any, query: string) -> any',
      {
        doc: 'The first thing that a jq-like query gives; nil when it gives nothing.',
      },
      (_, value, expression) => query(value, expression)[0] ?? null,
    ),
  ];
}
