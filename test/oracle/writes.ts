// Assignment in the reference interpreter. Containers are values: writing a part makes a new container and assigns
// the variable at the root of the path again.
import type { AssignOperator, AssignStatement, AssignTarget } from '../../src/lang/ast.ts';
import {
  add,
  div,
  fail,
  index,
  mod,
  mul,
  property,
  type Steps,
  setIndex,
  setProperty,
  sub,
  type Value,
} from '../../src/values/index.ts';
import { readName } from './calls.ts';
import type { Scope } from './environment.ts';
import type { Frame } from './machine.ts';
import { NotModelled } from './signals.ts';

type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'key'; readonly key: Value };

/** A place: a variable and a path below it, its keys already evaluated. */
interface Place {
  readonly root: string;
  readonly at: number;
  readonly path: readonly Step[];
}

const OPERATORS: { readonly [op in AssignOperator]: ((a: Value, b: Value) => Value) | undefined } =
  { '=': undefined, '+=': add, '-=': sub, '*=': mul, '/=': div, '%=': mod };

/** Keys of the path first, then, for `+=` and its like, the old part, then the right side. */
export function* assign(statement: AssignStatement, scope: Scope, frame: Frame): Steps {
  const place = yield* locate(statement.target, scope, frame);
  const operate = OPERATORS[statement.operator];
  const read = (): Value => readName(place.root, place.at, scope, frame);
  const old = operate === undefined ? null : place.path.reduce(part, read());
  const right = yield* frame.evaluate(statement.value, scope);
  const value = operate === undefined ? right : operate(old, right);
  if (place.path.length === 0) scope.write(place.root, place.at, value);
  else {
    requireMutable(place, scope);
    scope.write(place.root, place.at, replaced(read(), place.path, value));
  }
  return null;
}

function* locate(target: AssignTarget, scope: Scope, frame: Frame): Steps<Place> {
  if (target.kind === 'Identifier') return { root: target.name, at: target.span.start, path: [] };
  const { object } = target;
  if (object.kind !== 'Identifier' && object.kind !== 'Member' && object.kind !== 'Index')
    throw new NotModelled('assignment to a part of a temporary value');
  const outer = yield* locate(object, scope, frame);
  const step: Step =
    target.kind === 'Member'
      ? { kind: 'name', name: target.name }
      : { kind: 'key', key: yield* frame.evaluate(target.index, scope) };
  return { ...outer, path: [...outer.path, step] };
}

function requireMutable({ root, at }: Place, scope: Scope): void {
  const cell = scope.find(root, at);
  if (cell?.value === undefined) throw fail.undefinedVariable({ name: root });
  if (!cell.mutable) throw fail.immutableAssignment({ name: root });
}

function part(container: Value, step: Step): Value {
  return step.kind === 'name' ? property(container, step.name) : index(container, step.key);
}

/** The container with the part at the end of the path replaced. */
function replaced(container: Value, path: readonly Step[], value: Value): Value {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const inner = rest.length === 0 ? value : replaced(part(container, step), rest, value);
  return step.kind === 'name'
    ? setProperty(container, step.name, inner)
    : setIndex(container, step.key, inner);
}
