// Expressions of the reference interpreter, one case per kind of node; operands are evaluated left to right.
import type {
  Binary,
  DictEntry,
  DictLiteral,
  Expression,
  If,
  InterpolatedString,
  ListLiteral,
  Match,
  Propagate,
  Slice,
  Spread,
  StructLiteral,
  Unary,
  Yield,
} from '../../src/lang/ast.ts';
import {
  add,
  dictFrom,
  dictHas,
  display,
  div,
  Emit,
  equal,
  expectResult,
  fail,
  greaterOrEqual,
  greaterThan,
  HarnDuration,
  HarnRange,
  HarnSet,
  index,
  isDict,
  isErr,
  isInt,
  isList,
  lessOrEqual,
  lessThan,
  makeFloat,
  makeInt,
  makeRange,
  makeStruct,
  mod,
  mul,
  neg,
  optionalIndex,
  payload,
  pow,
  type Steps,
  slice,
  sub,
  truthy,
  typeOf,
  type Value,
} from '../../src/values/index.ts';
import {
  evaluateCall,
  evaluateMember,
  evaluateMethodCall,
  evaluatePipe,
  PIPED,
  readName,
} from './calls.ts';
import { Scope } from './environment.ts';
import { evaluateRetry, evaluateTry } from './failures.ts';
import { closureCode, makeFunction } from './functions.ts';
import type { Frame } from './machine.ts';
import { matches } from './patterns.ts';
import { NotModelled, ReturnSignal } from './signals.ts';
import { evaluateMutex, evaluateParallel, evaluateSpawn } from './tasks.ts';

export function* evaluate(node: Expression, scope: Scope, frame: Frame): Steps {
  switch (node.kind) {
    case 'NilLiteral':
      return null;
    case 'BoolLiteral':
    case 'StringLiteral':
      return node.value;
    case 'IntLiteral':
      return makeInt(node.value);
    case 'FloatLiteral':
      return makeFloat(node.value);
    case 'DurationLiteral':
      return new HarnDuration(node.ms);
    case 'InterpolatedString':
      return yield* evaluateInterpolation(node, scope, frame);
    case 'ListLiteral':
      return yield* evaluateList(node, scope, frame);
    case 'DictLiteral':
      return yield* evaluateDict(node, scope, frame);
    case 'StructLiteral':
      return yield* evaluateStruct(node, scope, frame);
    case 'Identifier':
      return readName(node.name, node.span.start, scope, frame);
    case 'Placeholder':
      return readName(PIPED, node.span.start, scope, frame);
    case 'Closure':
      return makeFunction(closureCode(node, scope));
    case 'Call':
      return yield* evaluateCall(node, scope, frame);
    case 'MethodCall':
      return yield* evaluateMethodCall(node, scope, frame);
    case 'Member':
      return yield* evaluateMember(node, scope, frame);
    case 'Pipe':
      return yield* evaluatePipe(node, scope, frame);
    default:
      return yield* evaluateOperator(node, scope, frame);
  }
}

type Composite = Exclude<
  Expression,
  | { kind: 'NilLiteral' | 'BoolLiteral' | 'StringLiteral' | 'IntLiteral' | 'FloatLiteral' }
  | { kind: 'DurationLiteral' | 'InterpolatedString' | 'ListLiteral' | 'DictLiteral' }
  | { kind: 'StructLiteral' | 'Identifier' | 'Placeholder' | 'Closure' | 'Call' | 'MethodCall' }
  | { kind: 'Member' | 'Pipe' }
>;

function* evaluateOperator(node: Composite, scope: Scope, frame: Frame): Steps {
  switch (node.kind) {
    case 'Index': {
      const object = yield* frame.evaluate(node.object, scope);
      if (node.optional && object === null) return null;
      const key = yield* frame.evaluate(node.index, scope);
      return node.optional ? optionalIndex(object, key) : index(object, key);
    }
    case 'Slice':
      return yield* evaluateSlice(node, scope, frame);
    case 'Unary':
      return yield* evaluateUnary(node, scope, frame);
    case 'Binary':
      return yield* evaluateBinary(node, scope, frame);
    case 'Range': {
      const start = yield* frame.evaluate(node.start, scope);
      return makeRange(start, yield* frame.evaluate(node.end, scope), node.inclusive);
    }
    case 'Ternary': {
      const holds = truthy(yield* frame.evaluate(node.condition, scope));
      return yield* frame.evaluate(holds ? node.whenTrue : node.whenFalse, scope);
    }
    case 'Propagate':
      return yield* evaluatePropagate(node, scope, frame);
    case 'NonNull': {
      const value = yield* frame.evaluate(node.operand, scope);
      if (value === null) throw fail.unwrapNil({});
      return value;
    }
    case 'TryStar':
      return yield* frame.guarded(() => frame.evaluate(node.operand, scope));
    default:
      return yield* evaluateControl(node, scope, frame);
  }
}

type Control = Exclude<
  Composite,
  | { kind: 'Index' | 'Slice' | 'Unary' | 'Binary' | 'Range' | 'Ternary' | 'Propagate' }
  | { kind: 'NonNull' | 'TryStar' }
>;

function* evaluateControl(node: Control, scope: Scope, frame: Frame): Steps {
  switch (node.kind) {
    case 'If':
      return yield* evaluateIf(node, scope, frame);
    case 'Match':
      return yield* evaluateMatch(node, scope, frame);
    case 'BlockExpression':
      return yield* frame.run(node.body, scope);
    case 'Try':
      return yield* evaluateTry(node, scope, frame);
    case 'Retry':
      return yield* evaluateRetry(node, scope, frame);
    case 'Deadline':
      // Time stands still here: only the evaluation of the duration is visible.
      yield* frame.evaluate(node.duration, scope);
      return yield* frame.guarded(() => frame.run(node.body, scope));
    case 'Mutex':
      return yield* evaluateMutex(node, scope, frame);
    case 'Spawn':
      return evaluateSpawn(node, scope, frame);
    case 'Parallel':
      return yield* evaluateParallel(node, scope, frame);
    case 'Yield':
    case 'Emit':
      return yield* evaluateYield(node, scope, frame);
    case 'Select':
    case 'ErrorExpression':
      throw new NotModelled(node.kind);
  }
}

function* evaluateInterpolation(node: InterpolatedString, scope: Scope, frame: Frame): Steps {
  let text = '';
  for (const part of node.parts)
    text += part.kind === 'StringText' ? part.value : display(yield* frame.evaluate(part, scope));
  return text;
}

function* evaluateList(node: ListLiteral, scope: Scope, frame: Frame): Steps {
  const values: Value[] = [];
  for (const element of node.elements) {
    if (element.kind !== 'Spread') {
      values.push(yield* frame.evaluate(element, scope));
      continue;
    }
    const spread = yield* frame.evaluate(element.value, scope);
    if (!isList(spread)) throw fail.spread({ into: 'list', got: typeOf(spread) });
    values.push(...spread);
  }
  return values;
}

function* evaluateEntries(
  entries: readonly (DictEntry | Spread)[],
  scope: Scope,
  frame: Frame,
): Steps<[string, Value][]> {
  const pairs: [string, Value][] = [];
  for (const entry of entries) {
    if (entry.kind === 'Spread') {
      const spread = yield* frame.evaluate(entry.value, scope);
      if (!isDict(spread)) throw fail.spread({ into: 'dict', got: typeOf(spread) });
      pairs.push(...Object.entries(spread));
    } else {
      const key = display(yield* frame.evaluate(entry.key, scope));
      pairs.push([key, yield* frame.evaluate(entry.value, scope)]);
    }
  }
  return pairs;
}

function* evaluateDict(node: DictLiteral, scope: Scope, frame: Frame): Steps {
  return dictFrom(yield* evaluateEntries(node.entries, scope, frame));
}

function* evaluateStruct(node: StructLiteral, scope: Scope, frame: Frame): Steps {
  const entity = scope.find(node.name, node.span.start)?.entity;
  if (entity?.kind !== 'struct') throw fail.undefinedVariable({ name: node.name });
  const fields = dictFrom(yield* evaluateEntries(node.entries, scope, frame));
  return makeStruct(entity.struct, fields);
}

function* evaluateSlice(node: Slice, scope: Scope, frame: Frame): Steps {
  const object = yield* frame.evaluate(node.object, scope);
  if (node.optional && object === null) return null;
  const start = node.start === undefined ? null : yield* frame.evaluate(node.start, scope);
  const end = node.end === undefined ? null : yield* frame.evaluate(node.end, scope);
  return slice(object, start, end);
}

function* evaluateUnary(node: Unary, scope: Scope, frame: Frame): Steps {
  const operand = yield* frame.evaluate(node.operand, scope);
  return node.operator === '!' ? !truthy(operand) : neg(operand);
}

function* evaluateBinary(node: Binary, scope: Scope, frame: Frame): Steps {
  const left = yield* frame.evaluate(node.left, scope);
  if (node.operator === '&&' && !truthy(left)) return false;
  if (node.operator === '||' && truthy(left)) return true;
  if (node.operator === '??' && left !== null) return left;
  const right = yield* frame.evaluate(node.right, scope);
  switch (node.operator) {
    case '&&':
    case '||':
      return truthy(right);
    case '??':
      return right;
    default:
      return OPERATORS[node.operator](left, right);
  }
}

const OPERATORS: {
  readonly [op in Exclude<Binary['operator'], '&&' | '||' | '??'>]: (a: Value, b: Value) => Value;
} = {
  '+': add,
  '-': sub,
  '*': mul,
  '/': div,
  '%': mod,
  '**': pow,
  '==': equal,
  '!=': (a, b) => !equal(a, b),
  '<': lessThan,
  '>': greaterThan,
  '<=': lessOrEqual,
  '>=': greaterOrEqual,
  in: isIn,
  'not in': (a, b) => !isIn(a, b),
};

function isIn(part: Value, whole: Value): boolean {
  if (isList(whole)) return whole.some((element) => equal(element, part));
  if (typeof whole === 'string') return whole.includes(display(part));
  if (whole instanceof HarnSet) return whole.has(part);
  if (whole instanceof HarnRange) return isInt(part) && whole.contains(Number(part));
  return isDict(whole) && dictHas(whole, display(part));
}

function* evaluatePropagate(node: Propagate, scope: Scope, frame: Frame): Steps {
  const result = expectResult(yield* frame.evaluate(node.operand, scope));
  if (isErr(result)) throw new ReturnSignal(result);
  return payload(result);
}

function* evaluateIf(node: If, scope: Scope, frame: Frame): Steps {
  if (truthy(yield* frame.evaluate(node.condition, scope)))
    return yield* frame.run(node.then, scope);
  if (node.otherwise === undefined) return null;
  return node.otherwise.kind === 'If'
    ? yield* frame.evaluate(node.otherwise, scope)
    : yield* frame.run(node.otherwise, scope);
}

function* evaluateMatch(node: Match, scope: Scope, frame: Frame): Steps {
  const subject = yield* frame.evaluate(node.subject, scope);
  for (const arm of node.arms) {
    const inner = new Scope(scope);
    if (!(yield* matches(arm.pattern, subject, inner, frame))) continue;
    if (arm.guard !== undefined && !truthy(yield* frame.evaluate(arm.guard, inner))) continue;
    return yield* frame.run(arm.body, inner);
  }
  throw fail.noMatch({});
}

/** Outside a generator `yield` evaluates its value and hands it to nobody. */
function* evaluateYield(
  node: Yield | Extract<Expression, { kind: 'Emit' }>,
  scope: Scope,
  frame: Frame,
): Steps {
  const value = node.value === undefined ? null : yield* frame.evaluate(node.value, scope);
  if (frame.emits) yield new Emit(value);
  return null;
}
