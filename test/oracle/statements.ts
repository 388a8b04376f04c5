// Statements of the reference interpreter. A block first declares everything it will bind, then runs its statements
// in order; deferred blocks run when the block is left, last registered first.
import type {
  Block,
  ForStatement,
  FunctionDeclaration,
  LetStatement,
  RequireStatement,
  ReturnStatement,
  Statement,
  WhileStatement,
} from '../../src/lang/ast.ts';
import {
  END,
  fail,
  type HarnFunction,
  HarnSource,
  HarnThrow,
  iterate,
  type Steps,
  truthy,
  type Value,
} from '../../src/values/index.ts';
import { tailCall } from './calls.ts';
import { Scope } from './environment.ts';
import { makeFunction, yields } from './functions.ts';
import type { Frame } from './machine.ts';
import { destructure, namesOf } from './patterns.ts';
import { BreakSignal, ContinueSignal, NotModelled, ReturnSignal } from './signals.ts';
import { declareMethods, declareType } from './types.ts';
import { assign } from './writes.ts';

/** A block in a scope of its own. */
export function runBlock(block: Block, scope: Scope, frame: Frame): Steps {
  return runStatements(block, new Scope(scope), frame);
}

/** The statements of a block in the given scope; the value is that of the last expression statement. */
export function* runStatements(block: Block, scope: Scope, frame: Frame): Steps {
  declareAll(block.statements, scope, 'block');
  return yield* runDeclared(block.statements, scope, frame);
}

/** Statements whose names are already in scope. */
export function* runDeclared(statements: readonly Statement[], scope: Scope, frame: Frame): Steps {
  if (!statements.some((statement) => statement.kind === 'DeferStatement'))
    return yield* runEach(statements, scope, frame, []);
  const deferred: Block[] = [];
  return yield* frame.guarded(function* () {
    try {
      return yield* runEach(statements, scope, frame, deferred);
    } finally {
      yield* runDeferred(deferred, scope, frame);
    }
  });
}

/** Every deferred block runs, even if one before it throws. */
function* runDeferred(deferred: Block[], scope: Scope, frame: Frame): Steps {
  const last = deferred.pop();
  if (last === undefined) return null;
  try {
    yield* runBlock(last, scope, frame);
  } finally {
    yield* runDeferred(deferred, scope, frame);
  }
  return null;
}

function* runEach(
  statements: readonly Statement[],
  scope: Scope,
  frame: Frame,
  deferred: Block[],
): Steps {
  let value: Value = null;
  for (const statement of statements) {
    frame.task.machine.tick();
    value = null;
    if (statement.kind === 'DeferStatement') deferred.push(statement.body);
    else value = yield* runStatement(statement, scope, frame);
  }
  return value;
}

/** Runs one statement; nil unless it is an expression. */
export function* runStatement(statement: Statement, scope: Scope, frame: Frame): Steps {
  switch (statement.kind) {
    case 'ExpressionStatement':
      return yield* frame.evaluate(statement.expression, scope);
    case 'LetStatement':
      return yield* runLet(statement, scope, frame);
    case 'AssignStatement':
      return yield* assign(statement, scope, frame);
    case 'ReturnStatement':
      return yield* runReturn(statement, scope, frame);
    case 'ThrowStatement':
      throw new HarnThrow(yield* frame.evaluate(statement.value, scope));
    case 'BreakStatement':
      throw new BreakSignal();
    case 'ContinueStatement':
      throw new ContinueSignal();
    case 'GuardStatement':
      if (!truthy(yield* frame.evaluate(statement.condition, scope)))
        yield* frame.run(statement.otherwise, scope);
      return null;
    case 'RequireStatement':
      return yield* runRequire(statement, scope, frame);
    case 'ForStatement':
      return yield* runFor(statement, scope, frame);
    case 'WhileStatement':
      return yield* runWhile(statement, scope, frame);
    case 'ErrorStatement':
    case 'DeferStatement':
    case 'ToolDeclaration':
    case 'SkillDeclaration':
    case 'EvalPackDeclaration':
      throw new NotModelled(statement.kind);
    default:
      return null;
  }
}

/** Declares what the statements bind. Functions and types are there at once, variables when their statement ran. */
export function declareAll(
  statements: readonly Statement[],
  scope: Scope,
  where: 'block' | 'module',
): void {
  for (const statement of statements) declareType(statement, scope);
  for (const statement of statements) {
    if (statement.kind === 'LetStatement') declareLet(statement, scope, where);
    else if (statement.kind === 'FunctionDeclaration')
      scope.declare(statement.name, { value: namedFunction(statement, scope) });
    else if (statement.kind === 'ImplDeclaration') declareMethods(statement, scope);
  }
}

function declareLet(statement: LetStatement, scope: Scope, where: 'block' | 'module'): void {
  const { binding } = statement;
  const mutable = binding === 'var' || (binding === 'let' && scope.edition === '2026');
  const options = { mutable, visibleFrom: statement.span.end, ofModule: where === 'module' };
  const { end } = statement.pattern.span;
  for (const { name, span } of namesOf(statement.pattern)) {
    const alsoWithin = { start: span.end, end };
    scope.declare(name, { ...options, alsoWithin, declaredBy: statement });
  }
}

function namedFunction(declaration: FunctionDeclaration, scope: Scope): HarnFunction {
  const { name, params, body, generator } = declaration;
  const produces = generator ? 'stream' : yields(body.statements) ? 'generator' : 'value';
  return makeFunction({ name, params, body, scope, yieldsLast: false, produces });
}

function* runLet(statement: LetStatement, scope: Scope, frame: Frame): Steps {
  const value = yield* frame.evaluate(statement.value, scope);
  const bind = (name: string, part: Value): void => {
    const cells = scope.own(name);
    const own = cells.findIndex((cell) => cell.declaredBy === statement);
    const cell = cells[own];
    if (cell === undefined) return;
    const earlier = cells.slice(0, own).findLast((other) => other.value !== undefined);
    if (earlier?.mutable === false)
      throw fail.redeclared({ name, keyword: scope.edition === '2026' ? 'let' : 'var' });
    cell.value = part;
  };
  return yield* destructure(statement.pattern, value, { scope, frame, bind });
}

function* runReturn({ value }: ReturnStatement, scope: Scope, frame: Frame): Steps {
  if (value === undefined) throw new ReturnSignal(null);
  if (frame.pending === 0) {
    const tail = yield* tailCall(value, scope, frame);
    if (tail !== undefined) throw new ReturnSignal(tail);
  }
  throw new ReturnSignal(yield* frame.evaluate(value, scope));
}

function* runRequire(statement: RequireStatement, scope: Scope, frame: Frame): Steps {
  if (truthy(yield* frame.evaluate(statement.condition, scope))) return null;
  const message =
    statement.message === undefined
      ? 'require condition failed'
      : yield* frame.evaluate(statement.message, scope);
  throw new HarnThrow(message);
}

function* runFor(statement: ForStatement, scope: Scope, frame: Frame): Steps {
  const walked = iterate(yield* frame.evaluate(statement.iterable, scope));
  if (!(walked instanceof HarnSource)) {
    for (const element of walked) if (yield* runTurn(statement, element, scope, frame)) return null;
    return null;
  }
  for (;;) {
    const element = yield* walked.nextSteps(frame.task);
    if (element === END) return null;
    if (yield* runTurn(statement, element, scope, frame)) return null;
  }
}

/** One turn of a loop over `element`; true when the loop is over. */
function* runTurn(
  statement: ForStatement,
  element: Value,
  scope: Scope,
  frame: Frame,
): Steps<boolean> {
  const turn = new Scope(scope);
  const bind = (name: string, value: Value): void => {
    turn.declare(name, { value, mutable: true });
  };
  yield* destructure(statement.pattern, element, { scope: turn, frame, bind });
  return yield* endsLoop(() => frame.run(statement.body, turn));
}

function* runWhile(statement: WhileStatement, scope: Scope, frame: Frame): Steps {
  while (truthy(yield* frame.evaluate(statement.condition, scope)))
    if (yield* endsLoop(() => frame.run(statement.body, scope))) return null;
  return null;
}

function* endsLoop(body: () => Steps): Steps<boolean> {
  try {
    yield* body();
    return false;
  } catch (signal) {
    if (signal instanceof BreakSignal) return true;
    if (signal instanceof ContinueSignal) return false;
    throw signal;
  }
}
