// The reference interpreter: walks the syntax tree in the simplest way that obeys the language, without the tables of
// the checker and without the emitter. Tests compare it with compiled programs. It models the pure core of the
// language and tasks that only wait for each other; the rest is reported as NotModelled.
import type { Module } from '../../src/lang/ast.ts';
import {
  type Ctx,
  describeFunction,
  display,
  type Steps,
  type Value,
} from '../../src/values/index.ts';
import { evaluate as expression } from './expressions.ts';
import { type Language, Machine, type Task } from './machine.ts';
import { Modules, type Resolve } from './modules.ts';
import { NotModelled, OutOfSteps } from './signals.ts';
import { runBlock, runStatements } from './statements.ts';
import { awaitTask } from './tasks.ts';

export { NotModelled, OutOfSteps } from './signals.ts';

export interface EvaluateOptions {
  /** Builtins beside those of the interpreter itself: `print`, `println`, `await`. */
  readonly builtins?: ReadonlyMap<string, Value>;
  readonly resolve?: Resolve;
  /** How many expressions and statements may be evaluated before OutOfSteps is thrown. */
  readonly steps?: number;
}

/** How a program ended, and what it printed until then. */
export type Evaluation = { readonly output: string } & (
  | { readonly status: 'done'; readonly value: Value }
  | { readonly status: 'thrown'; readonly error: unknown }
);

export const LANGUAGE: Language = { expression, block: runBlock, statements: runStatements };

/** Runs a module as the entry of a program. */
export function evaluate(module: Module, options: EvaluateOptions = {}): Evaluation {
  const machine = new Machine({
    language: LANGUAGE,
    builtins: new Map([...(options.builtins ?? []), ...OWN_BUILTINS]),
    steps: options.steps ?? 1_000_000,
  });
  const modules = new Modules(options.resolve ?? (() => undefined));
  const root = machine.start((task) => modules.runEntry(module, task));
  machine.drive(root);
  const output = root.output.join('');
  if (root.outcome?.status === 'done') return { status: 'done', value: root.outcome.value, output };
  const error = root.outcome?.error;
  if (error instanceof NotModelled || error instanceof OutOfSteps) throw error;
  return { status: 'thrown', error, output };
}

function printing(name: string, end: string): Value {
  const write = (ctx: Ctx, value: Value = ''): Value => {
    (ctx as Task).output.push(display(value) + end);
    return null;
  };
  return describeFunction(write, { name, params: ['value'], builtin: true });
}

const awaiting = describeFunction(
  function* (ctx: Ctx, value: Value = null): Steps {
    return yield* awaitTask(ctx as Task, value);
  },
  { name: 'await', params: ['handle'], builtin: true },
);

/** What prints into the task that calls it, and waiting. */
export const OWN_BUILTINS: readonly (readonly [string, Value])[] = [
  ['print', printing('print', '')],
  ['println', printing('println', '\n')],
  ['await', awaiting],
];
