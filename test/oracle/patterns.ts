// Patterns of the reference interpreter: taking values apart in let and for, and deciding which match arm fits.
import type {
  BindingPattern,
  DictMatchPattern,
  DictPattern,
  ListMatchPattern,
  ListPattern,
  MatchPattern,
  NamePattern,
  PatternElement,
  PatternField,
  VariantPattern,
} from '../../src/lang/ast.ts';
import {
  dictFrom,
  dictGet,
  dictKeys,
  equal,
  fail,
  HarnEnum,
  HarnPair,
  HarnStruct,
  isDict,
  isList,
  type Steps,
  structToDict,
  typeOf,
  type Value,
} from '../../src/values/index.ts';
import { Cell, type Scope } from './environment.ts';
import type { Frame } from './machine.ts';

/** Every name that a pattern binds, in order. */
export function namesOf(pattern: BindingPattern): NamePattern[] {
  switch (pattern.kind) {
    case 'NamePattern':
      return [pattern];
    case 'PairPattern':
      return [...namesOf(pattern.first), ...namesOf(pattern.second)];
    case 'ListPattern':
      return withRest(
        pattern.elements.flatMap((element) => namesOf(element.pattern)),
        pattern.rest,
      );
    case 'DictPattern':
      return withRest(
        pattern.fields.flatMap((field) => namesOf(field.pattern)),
        pattern.rest,
      );
  }
}

function withRest(names: NamePattern[], rest: NamePattern | undefined): NamePattern[] {
  return rest === undefined ? names : [...names, rest];
}

/** Where a name of the pattern goes: a fresh cell in a loop, the cell declared beforehand for let. */
export type Bind = (name: string, value: Value) => void;

export interface PatternContext {
  readonly scope: Scope;
  readonly frame: Frame;
  readonly bind: Bind;
}

/** Takes a value apart. Defaults are evaluated when the part is nil or absent. */
export function* destructure(pattern: BindingPattern, value: Value, at: PatternContext): Steps {
  switch (pattern.kind) {
    case 'NamePattern':
      at.bind(pattern.name, value);
      return null;
    case 'PairPattern':
      if (!(value instanceof HarnPair))
        throw fail.expectedPair({ where: 'for', kind: typeOf(value) });
      yield* destructure(pattern.first, value.first, at);
      return yield* destructure(pattern.second, value.second, at);
    case 'ListPattern':
      return yield* destructureList(pattern, value, at);
    case 'DictPattern':
      return yield* destructureDict(pattern, value, at);
  }
}

function* destructureList(pattern: ListPattern, value: Value, at: PatternContext): Steps {
  if (!isList(value)) throw fail.destructure({ pattern: '[...]', got: typeOf(value) });
  for (const [index, element] of pattern.elements.entries())
    yield* destructurePart(element, value[index] ?? null, at);
  if (pattern.rest !== undefined) at.bind(pattern.rest.name, value.slice(pattern.elements.length));
  return null;
}

function* destructureDict(pattern: DictPattern, value: Value, at: PatternContext): Steps {
  const dict = value instanceof HarnStruct ? structToDict(value) : value;
  if (!isDict(dict)) throw fail.destructure({ pattern: '{...}', got: typeOf(value) });
  for (const field of pattern.fields)
    yield* destructurePart(field, dictGet(dict, field.key) ?? null, at);
  if (pattern.rest !== undefined) {
    const taken = new Set(pattern.fields.map((field) => field.key));
    const others = dictKeys(dict).filter((key) => !taken.has(key));
    at.bind(pattern.rest.name, dictFrom(others.map((key) => [key, dict[key] as Value])));
  }
  return null;
}

function* destructurePart(
  part: PatternElement | PatternField,
  value: Value,
  at: PatternContext,
): Steps {
  const useDefault = value === null && part.default !== undefined;
  const given = useDefault ? yield* at.frame.evaluate(part.default, at.scope) : value;
  return yield* destructure(part.pattern, given, at);
}

/** Whether an arm's pattern fits; what it binds goes into `scope`. */
export function* matches(
  pattern: MatchPattern,
  value: Value,
  scope: Scope,
  frame: Frame,
): Steps<boolean> {
  switch (pattern.kind) {
    case 'WildcardPattern':
      return true;
    case 'BindPattern':
      scope.add(new Cell(pattern.name, { value, mutable: false }));
      return true;
    case 'ValuePattern':
      return equal(value, yield* frame.evaluate(pattern.value, scope));
    case 'OrPattern':
      for (const alternative of pattern.alternatives)
        if (yield* matches(alternative, value, scope, frame)) return true;
      return false;
    case 'VariantPattern':
      return yield* matchesVariant(pattern, value, scope, frame);
    case 'ListMatchPattern':
      return yield* matchesList(pattern, value, scope, frame);
    case 'DictMatchPattern':
      return yield* matchesDict(pattern, value, scope, frame);
  }
}

function* matchesVariant(
  pattern: VariantPattern,
  value: Value,
  scope: Scope,
  frame: Frame,
): Steps<boolean> {
  if (!(value instanceof HarnEnum) || value.variant !== pattern.variant) return false;
  if (value.enumName !== (pattern.enumName ?? 'Result')) return false;
  if (pattern.args === undefined) return true;
  for (const [index, arg] of pattern.args.entries())
    if (!(yield* matches(arg, value.fields[index] ?? null, scope, frame))) return false;
  return true;
}

function* matchesList(
  pattern: ListMatchPattern,
  value: Value,
  scope: Scope,
  frame: Frame,
): Steps<boolean> {
  const { elements, rest } = pattern;
  if (!isList(value)) return false;
  if (rest === undefined ? value.length !== elements.length : value.length < elements.length)
    return false;
  for (const [index, element] of elements.entries())
    if (!(yield* matches(element, value[index] as Value, scope, frame))) return false;
  if (rest !== undefined) scope.declare(rest.name, { value: value.slice(elements.length) });
  return true;
}

function* matchesDict(
  pattern: DictMatchPattern,
  value: Value,
  scope: Scope,
  frame: Frame,
): Steps<boolean> {
  const dict = value instanceof HarnStruct ? structToDict(value) : value;
  if (!isDict(dict)) return false;
  for (const field of pattern.fields) {
    const part = dictGet(dict, field.key) ?? null;
    if (!(yield* matches(field.pattern, part, scope, frame))) return false;
  }
  if (pattern.rest !== undefined) {
    const taken = new Set(pattern.fields.map((field) => field.key));
    const others = dictKeys(dict).filter((key) => !taken.has(key));
    const entries = others.map((key) => [key, dict[key] as Value] as const);
    scope.declare(pattern.rest.name, { value: dictFrom(entries) });
  }
  return true;
}
