// Dicts of options as they are written in a call: names that the builtin does not have, values of another kind than it takes.
// Only what is written out is judged; a dict with a spread, from a variable or with computed keys may be anything.
import { nearestName } from '../../../base/index.ts';
import type { DictEntry, DictLiteral, Expression } from '../../ast.ts';
import type { BuiltinSpec, OptionBag } from '../../builtin-spec.ts';
import { assignable } from './assignable.ts';
import { typeText } from './display.ts';
import { typeErrors } from './errors.ts';
import { alternatives, expand, fieldsOf } from './expand.ts';
import { isNil, type Parameter, type Type } from './type.ts';
import type { At, Walk } from './walk.ts';
import { widen } from './widen.ts';

interface Given {
  readonly param: Parameter;
  readonly type: Type;
  readonly at: At | Expression;
}

/** Warns of what is wrong with the options among the arguments of a call. */
export function checkOptions(
  walk: Walk,
  { name: calledAs, spec }: { readonly name: string; readonly spec?: BuiltinSpec | undefined },
  given: readonly Given[],
): void {
  const bags = spec?.options;
  const [first] = given;
  if (bags === undefined || first === undefined || isUnclear(given)) return;
  const isMethod = spec?.name.endsWith(`.${calledAs}`) === true;
  const call = isMethod ? `harness.${spec.name.replace(/^harness\./, '')}` : calledAs;
  const handles = expand(first.type).kind === 'handle' ? 1 : 0;
  for (const [index, { type, at }] of given.entries()) {
    const name = given[index - handles]?.param.name;
    const bag = bags.find(({ param }) => param === name);
    if (bag === undefined || !('kind' in at) || at.kind !== 'DictLiteral') continue;
    if (writtenOut(at)) checkBag(walk, call, bag, at, type);
  }
}

/** A first argument that may be a handle, before a schema that stands where the options are otherwise. */
function isUnclear([first, second]: readonly Given[]): boolean {
  if (first === undefined || second?.param.name !== 'schema') return false;
  const { kind } = expand(first.type);
  return kind === 'any' || kind === 'unknown';
}

function writtenOut({ entries }: DictLiteral): boolean {
  return entries.every((entry) => entry.kind === 'DictEntry' && !entry.computed);
}

/** The name of an entry that is written out. */
export function optionName(entry: DictLiteral['entries'][number]): string | undefined {
  if (entry.kind !== 'DictEntry' || entry.computed) return undefined;
  return entry.key.kind === 'StringLiteral' ? entry.key.value : undefined;
}

function checkBag(walk: Walk, call: string, bag: OptionBag, node: DictLiteral, type: Type): void {
  const types = new Map(fieldsOf(type)?.map((field) => [field.name, field.type]));
  for (const entry of node.entries as readonly DictEntry[]) {
    const name = optionName(entry);
    if (name === undefined) continue;
    const spec = bag.options.find((option) => option.name === name);
    const actual = types.get(name);
    if (spec === undefined) {
      if (bag.handsOnDicts === true && !isNoDict(actual)) continue;
      const names = bag.options.map((option) => option.name);
      const suggestion = nearestName(name, names);
      walk.warn(
        typeErrors.unknownOption({ call, option: name, suggestion }, { span: entry.key.span }),
      );
      continue;
    }
    const wanted = walk.builtins.option(spec);
    if (actual === undefined || !isOtherData(actual, wanted)) continue;
    const expected = spec.type;
    const got = typeText(widen(actual));
    walk.warn(
      typeErrors.optionType({ call, option: name, expected, got }, { span: entry.value.span }),
    );
  }
}

function isNoDict(type: Type | undefined): boolean {
  return type !== undefined && alternatives(type).every((each) => isPlain(each) && !isDict(each));
}

function isDict(type: Type): boolean {
  return type.kind === 'shape' || (type.kind === 'container' && type.name === 'dict');
}

/** Whether no value of a type can be a wanted one: it is plain data of another kind. */
export function isOtherData(actual: Type, wanted: Type): boolean {
  const takesList = alternatives(wanted).some(isList);
  return alternatives(actual).every(
    (each) => isPlain(each) && !(takesList && isList(each)) && !assignable(each, wanted),
  );
}

function isList(type: Type): boolean {
  const open = expand(type);
  return open.kind === 'container' && open.name === 'list';
}

function isPlain(type: Type): boolean {
  if (type.kind === 'literal' || type.kind === 'shape' || isList(type)) return true;
  return type.kind === 'primitive' && !isNil(type);
}
