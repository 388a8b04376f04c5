// Functions of the reference interpreter: closures over scopes, binding of arguments, tail calls, generators. Every
// function is a JavaScript generator function that takes the task as its hidden first argument.
import type { Block, Closure, Node, Param } from '../../src/lang/ast.ts';
import {
  type Ctx,
  call,
  describeFunction,
  display,
  fail,
  type HarnFunction,
  isNumber,
  makeGenerator,
  makeStream,
  type Steps,
  typeOf,
  type Value,
} from '../../src/values/index.ts';
import { Scope } from './environment.ts';
import { Frame, type Task } from './machine.ts';
import { ReturnSignal, TailCall } from './signals.ts';

/** A function as written, with the scope that it closes over. */
export interface Code {
  readonly name: string | undefined;
  readonly params: readonly Param[];
  readonly body: Block;
  readonly scope: Scope;
  /** Closures yield the value of their body; a named fn yields nil unless it returns. */
  readonly yieldsLast: boolean;
  readonly produces: 'value' | 'generator' | 'stream';
}

/** How many direct calls may be nested. */
const DEPTH = 512;

const codes = new WeakMap<HarnFunction, Code>();

export function makeFunction(code: Code): HarnFunction {
  const fn = function* (ctx: Ctx, ...args: Value[]): Steps {
    return yield* invoke(code, ctx as Task, args);
  };
  codes.set(fn, code);
  return describeFunction(fn, {
    ...(code.name === undefined ? {} : { name: code.name }),
    params: code.params.map((param) => param.name),
    required: code.params.filter((param) => param.default === undefined && !param.rest).length,
    rest: code.params.some((param) => param.rest),
  });
}

export function closureCode(node: Closure, scope: Scope): Code {
  const { params, body } = node;
  return { name: undefined, params, body, scope, yieldsLast: true, produces: 'value' };
}

/** Calls code, and whatever it calls in tail position, without nesting. */
function* invoke(code: Code, task: Task, args: readonly Value[]): Steps {
  if (task.depth >= DEPTH) throw fail.stackOverflow({});
  task.depth += 1;
  try {
    let result = yield* activate(code, task, args);
    while (result instanceof TailCall) {
      const next = codes.get(result.callee);
      if (next === undefined) return yield* call(result.callee, task, result.args);
      result = yield* activate(next, task, result.args);
    }
    return result;
  } finally {
    task.depth -= 1;
  }
}

function* activate(code: Code, task: Task, args: readonly Value[]): Steps<Value | TailCall> {
  const frame = new Frame(task, code.produces !== 'value');
  const scope = new Scope(code.scope);
  if (code.produces !== 'value') {
    frame.pending += 1;
    yield* bindArguments(code.params, args, scope, frame);
    const body = untilReturn(frame, () => bodyOf(code.body, scope, frame));
    return code.produces === 'stream' ? makeStream(body, true) : makeGenerator(body, true);
  }
  const value = yield* untilReturn(frame, function* () {
    yield* bindArguments(code.params, args, scope, frame);
    return yield* bodyOf(code.body, scope, frame);
  });
  return value instanceof TailCall || code.yieldsLast || frame.returned ? value : null;
}

/** Runs the body of a function-like construct up to its end or its `return`. */
export function* runBody(body: Block, scope: Scope, frame: Frame): Steps<Value | TailCall> {
  return yield* untilReturn(frame, () => bodyOf(body, scope, frame));
}

function bodyOf(body: Block, scope: Scope, frame: Frame): Steps {
  return frame.task.machine.language.statements(body, scope, frame);
}

function* untilReturn(frame: Frame, run: () => Steps): Steps<Value | TailCall> {
  try {
    return yield* run();
  } catch (signal) {
    if (!(signal instanceof ReturnSignal)) throw signal;
    frame.returned = true;
    return signal.result;
  }
}

function* bindArguments(
  params: readonly Param[],
  args: readonly Value[],
  scope: Scope,
  frame: Frame,
): Steps {
  for (const [index, param] of params.entries()) {
    const given = args[index];
    const value = param.rest ? args.slice(index) : yield* argument(param, given, scope, frame);
    if (!param.rest && given !== undefined) checkType(param, given);
    scope.declare(param.name, { value, visibleFrom: param.span.end, declaredBy: param });
  }
  return null;
}

function* argument(param: Param, given: Value | undefined, scope: Scope, frame: Frame): Steps {
  if (given !== undefined) return given;
  return param.default === undefined ? null : yield* frame.evaluate(param.default, scope);
}

const CHECKED = new Set([
  'int',
  'float',
  'decimal',
  'string',
  'bool',
  'list',
  'dict',
  'nil',
  'closure',
]);

/** Arguments of annotated parameters are checked at run time, defaults are not; only the names of plain kinds are modelled. */
function checkType(param: Param, value: Value): void {
  if (param.type?.kind !== 'NamedType' || !CHECKED.has(param.type.name)) return;
  const expected = param.type.name;
  const got = typeOf(value);
  const bothNumbers = (expected === 'int' || expected === 'float') && isNumber(value);
  if (got === expected || bothNumbers) return;
  throw fail.parameterType({ name: param.name, expected, got, shown: display(value) });
}

/** Whether a body has a `yield` or `emit` of its own, not one of a function inside it. */
export function yields(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(yields);
  if (typeof node !== 'object' || node === null) return false;
  const { kind } = node as Partial<Node>;
  if (kind === 'Yield' || kind === 'Emit') return true;
  if (kind !== undefined && OWN_FUNCTIONS.has(kind)) return false;
  return Object.values(node).some(yields);
}

const OWN_FUNCTIONS: ReadonlySet<string> = new Set([
  'Closure',
  'FunctionDeclaration',
  'ImplDeclaration',
  'ToolDeclaration',
  'Spawn',
  'Parallel',
]);
