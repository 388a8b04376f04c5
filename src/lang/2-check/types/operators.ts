// Operators: what they give, and which operands they certainly cannot take. Operands of several types are wrong only
// when no combination works.
import type { Binary, Unary } from '../../ast.ts';
import { typeText } from './display.ts';
import { typeErrors } from './errors.ts';
import { alternatives, mayBeNil, withoutNil } from './expand.ts';
import { refine } from './narrow.ts';
import {
  ANY,
  BOOL,
  container,
  DECIMAL,
  DICT,
  elementOf,
  FLOAT,
  INT,
  isNil,
  LIST,
  NUMBER,
  STRING,
  type Type,
} from './type.ts';
import { unionOf } from './union.ts';
import type { Walk } from './walk.ts';
import { widen, withoutLiteral } from './widen.ts';

export function inferBinary(walk: Walk, node: Binary): Type {
  switch (node.operator) {
    case '&&':
    case '||':
      return inferLogical(walk, node);
    case '??':
      return inferCoalesce(walk, node);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '**':
      return inferArithmetic(walk, node, node.operator);
    default:
      checkComparison(walk, node, walk.infer(node.left), walk.infer(node.right));
      return BOOL;
  }
}

const ORDER: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

/** A decimal beside a float: their order is an error, and they are never equal. */
function checkComparison(walk: Walk, node: Binary, left: Type, right: Type): void {
  if (!isDecimalAndFloat(left, right)) return;
  const [a, b] = [typeText(widen(left)), typeText(widen(right))];
  if (ORDER.has(node.operator)) {
    walk.error(typeErrors.operator({ message: `can't compare ${a} and ${b}`, hint: EXACT }, node));
  } else if (node.operator === '==' || node.operator === '!=') {
    const message = `${a} and ${b} are never equal`;
    walk.warn(typeErrors.operator({ message, hint: EXACT }, node));
  }
}

const EXACT =
  'A float is not exact: write the number as `decimal("0.10")`, or calculate with floats by `to_float(x)`.';

/** Whether one can only be a decimal and the other only a float. */
function isDecimalAndFloat(left: Type, right: Type): boolean {
  const isOnly = (type: Type, kind: Type) =>
    alternatives(type).every((each) => withoutLiteral(each) === kind);
  return (
    (isOnly(left, DECIMAL) && isOnly(right, FLOAT)) ||
    (isOnly(left, FLOAT) && isOnly(right, DECIMAL))
  );
}

/**
 * The right side is only reached when the left one held (or did not). What it assigned, or ran that may have assigned
 * something, may therefore have happened, and certainly has where the whole condition says that it was reached.
 */
function inferLogical(walk: Walk, node: Binary): Type {
  const { flow } = walk;
  const reached = node.operator === '&&';
  walk.infer(node.left);
  const mark = flow.mark();
  refine(walk, node.left, reached);
  const onTheRight = flow.mark();
  walk.infer(node.right);
  const changes = flow.take(onTheRight);
  walk.rightChanges.delete(node);
  if (changes.size === 0) {
    flow.undo(mark);
    return BOOL;
  }
  walk.rightChanges.set(node, changes);
  flow.apply(changes);
  const whenReached = flow.take(mark);
  refine(walk, node.left, !reached);
  flow.join([whenReached, flow.take(mark)]);
  return BOOL;
}

function inferCoalesce(walk: Walk, { left, right }: Binary): Type {
  const first = walk.infer(left);
  const second = walk.infer(right);
  if (first.kind === 'any') return first;
  if (first.kind === 'unknown') return ANY;
  return mayBeNil(first) ? unionOf([withoutNil(first), second]) : first;
}

type Arithmetic = '+' | '-' | '*' | '/' | '%' | '**';

function inferArithmetic(walk: Walk, node: Binary, operator: Arithmetic): Type {
  const left = walk.infer(node.left);
  const right = walk.infer(node.right);
  const result = arithmetic(walk, node, operator, left, right);
  return result ?? ANY;
}

/** Also what `x += y` means. Reports operands that cannot work and then knows nothing of the result. */
export function arithmetic(
  walk: Walk,
  node: { readonly span: Binary['span'] },
  operator: Arithmetic,
  left: Type,
  right: Type,
): Type | undefined {
  const simple = simpleResult(operator, left, right);
  if (simple !== undefined) return simple;
  const results: Type[] = [];
  for (const a of alternatives(left))
    for (const b of alternatives(right)) {
      const result = operate(operator, withoutLiteral(a), withoutLiteral(b));
      if (result !== undefined) results.push(result);
    }
  if (results.length === 0) {
    report(walk, node, operator, left, right);
    return undefined;
  }
  if (walk.isStrict) reportNil(walk, node, operator, left, right);
  return unionOf(results);
}

/** The common cases without looking closer. */
function simpleResult(operator: Arithmetic, left: Type, right: Type): Type | undefined {
  if (left === INT && right === INT && operator !== '**') return INT;
  if (left === FLOAT && right === FLOAT) return FLOAT;
  if (operator === '+' && left === STRING && right === STRING) return STRING;
  return undefined;
}

function isNumeric(type: Type): boolean {
  return type === INT || type === FLOAT || type === NUMBER;
}

/** Values whose operators are not described here. */
function isOpen({ kind }: Type): boolean {
  return kind === 'any' || kind === 'unknown' || kind === 'variable' || kind === 'never';
}

/** The result for two types that are no unions; undefined when there is none. */
function operate(operator: Arithmetic, left: Type, right: Type): Type | undefined {
  if (isOpen(left) || isOpen(right)) return isNumeric(left) && isNumeric(right) ? NUMBER : ANY;
  if (isNumeric(left) && isNumeric(right)) return numeric(operator, left, right);
  if (left === DECIMAL || right === DECIMAL) return decimal(left, right);
  if (isDuration(left) || isDuration(right)) return ANY;
  if (operator === '+') return sum(left, right);
  if (operator !== '*') return undefined;
  const isText = (left === STRING && isCount(right)) || (right === STRING && isCount(left));
  return isText ? STRING : undefined;
}

function isCount(type: Type): boolean {
  return type === INT || type === NUMBER;
}

function isDuration(type: Type): boolean {
  return type.kind === 'primitive' && type.name === 'duration';
}

/** Decimals calculate with each other and with ints. */
function decimal(left: Type, right: Type): Type | undefined {
  const other = left === DECIMAL ? right : left;
  return other === DECIMAL || other === INT || other === NUMBER ? DECIMAL : undefined;
}

function numeric(operator: Arithmetic, left: Type, right: Type): Type {
  if (left === FLOAT || right === FLOAT) return FLOAT;
  if (left === NUMBER || right === NUMBER) return NUMBER;
  // A negative exponent gives a float.
  return operator === '**' ? NUMBER : INT;
}

function sum(left: Type, right: Type): Type | undefined {
  if (left === STRING && right === STRING) return STRING;
  if (isList(left) && isList(right)) return joinLists(left, right);
  if (isDict(left) && isDict(right)) return mergeDicts(left, right);
  return undefined;
}

function isList(type: Type): boolean {
  return (
    type.kind === 'tuple' ||
    (type.kind === 'container' && (type.name === 'list' || type.name === 'range'))
  );
}

function isDict(type: Type): boolean {
  return (
    type.kind === 'shape' ||
    type.kind === 'nominal' ||
    type.kind === 'intersection' ||
    (type.kind === 'container' && (type.name === 'dict' || type.name === 'Schema'))
  );
}

function joinLists(left: Type, right: Type): Type {
  const a = widen(left);
  const b = widen(right);
  if (a.kind !== 'container' || b.kind !== 'container') return LIST;
  // An empty list adds nothing to what is known.
  const known = [a, b].filter((each) => each.args.length > 0 || each.name === 'range');
  if (known.length === 0) return LIST;
  const element = unionOf(known.map(elementOf));
  return element.kind === 'any' ? LIST : container('list', [element]);
}

function mergeDicts(left: Type, right: Type): Type {
  if (left.kind !== 'shape' || right.kind !== 'shape') return DICT;
  const merged = new Map(left.fields.map((field) => [field.name, field]));
  for (const field of right.fields) {
    const earlier = merged.get(field.name);
    const both = earlier !== undefined && field.optional;
    merged.set(field.name, both ? { ...field, type: unionOf([earlier.type, field.type]) } : field);
  }
  return { kind: 'shape', fields: [...merged.values()], declared: false };
}

function report(
  walk: Walk,
  { span }: { readonly span: Binary['span'] },
  operator: Arithmetic,
  leftType: Type,
  rightType: Type,
): void {
  const left = typeText(widen(leftType));
  const right = typeText(widen(rightType));
  if (isDecimalAndFloat(leftType, rightType)) {
    const message = `can't use '${operator}' on ${left} and ${right}`;
    walk.error(typeErrors.operator({ message, hint: EXACT }, { span }));
    return;
  }
  if (operator === '+') {
    if (leftType === STRING || rightType === STRING || left === 'string' || right === 'string')
      walk.error(typeErrors.concatenation({ left, right }, { span }));
    else
      walk.error(
        typeErrors.operator(
          { message: `can't add ${left} and ${right}`, hint: undefined },
          { span },
        ),
      );
    return;
  }
  const message =
    operator === '*'
      ? `can't multiply ${left} and ${right} (try string * int)`
      : `can't use '${operator}' on ${left} and ${right} (needs numeric operands)`;
  walk.error(typeErrors.operator({ message, hint: undefined }, { span }));
}

function reportNil(
  walk: Walk,
  { span }: { readonly span: Binary['span'] },
  operator: Arithmetic,
  left: Type,
  right: Type,
): void {
  const type = isNilable(left) ? left : isNilable(right) ? right : undefined;
  if (type === undefined) return;
  const hint = 'Check for nil first, give a default with `??`, or assert with `!`.';
  walk.error(typeErrors.nilAccess({ what: `'${operator}'`, type: typeText(type), hint }, { span }));
}

function isNilable(type: Type): boolean {
  return alternatives(type).some(isNil);
}

export function inferUnary(walk: Walk, { operator, operand, span }: Unary): Type {
  const type = walk.infer(operand);
  if (operator === '!') return BOOL;
  if (type.kind === 'literal' && typeof type.value === 'bigint')
    return type.fresh ? { ...type, value: -type.value } : INT;
  const base = withoutLiteral(type);
  const fits = alternatives(base).some(
    (each) =>
      isOpen(each) || isNumeric(withoutLiteral(each)) || isDuration(each) || each === DECIMAL,
  );
  if (!fits) {
    const message = `can't use '-' on ${typeText(widen(type))} (needs a numeric operand)`;
    walk.error(typeErrors.operator({ message, hint: undefined }, { span }));
    return ANY;
  }
  return isNumeric(base) || base === DECIMAL ? base : ANY;
}
