// Runs a program the real way, parse, check, emit, link, on the machine of the reference interpreter: same builtins,
// same scheduling of tasks, so that whatever differs comes from the compiler.
import { compileFunction } from 'node:vm';
import type { Source } from '../../src/base/index.ts';
import {
  type BuiltinSpec,
  type CheckedProgram,
  check,
  emitModule,
  type ModuleLoader,
} from '../../src/lang/index.ts';
import {
  type Ctx,
  call,
  type Dict,
  describeFunction,
  type HarnFunction,
  type Steps,
  support,
  type Value,
} from '../../src/values/index.ts';

import { PURE_BUILTINS, PURE_SIGNATURES } from './builtins.ts';
import { type Evaluation, LANGUAGE, OWN_BUILTINS } from './interpreter.ts';
import { Machine, type Task } from './machine.ts';
import { NotModelled, OutOfSteps } from './signals.ts';
import { acquire, parallel, release, spawn } from './tasks.ts';

export interface CompiledOptions {
  readonly loader?: ModuleLoader;
  readonly steps?: number;
  /** Changes what the checker found out before code is emitted. */
  readonly adjust?: (program: CheckedProgram) => CheckedProgram;
}

/** Thrown when the compiler refuses a program. */
export class Refused extends Error {}

const row = (name: string, signature: string): BuiltinSpec => ({
  name,
  signature,
  doc: name,
  effect: 'pure',
  suspends: false,
});

export const SPECS: readonly BuiltinSpec[] = [
  ...PURE_SIGNATURES.map(([name, signature]) => row(name, signature)),
  row('print', 'print(value?: any) -> nil'),
  row('println', 'println(value?: any) -> nil'),
  { ...row('await', 'await(handle: any) -> any'), effect: 'wait', suspends: true },
];

/** What the runtime provides for constructs of the language, on the machine of the interpreter. */
const ROWS: { readonly [name: string]: (ctx: Ctx, ...args: Value[]) => unknown } = {
  '@spawn': function* (ctx, body) {
    return spawn(ctx as Task, (task) => call(body as HarnFunction, task, []));
  },
  '@parallel': function* (ctx, mode, subject, body, options) {
    const branch = (item: Value, task: Task): Steps => call(body as HarnFunction, task, [item]);
    const group = { mode: String(mode), subject, options: (options ?? {}) as Dict, branch };
    return yield* parallel(group as Parameters<typeof parallel>[0], ctx as Task);
  },
  '@deadline': function* (ctx, _duration, body) {
    return yield* call(body as HarnFunction, ctx, []);
  },
  '@mutex_acquire': function* (ctx, key) {
    return yield* acquire(key ?? null, ctx as Task);
  },
  '@mutex_release': (ctx, permit) => {
    release(String(permit), ctx as Task);
    return null;
  },
};

interface LiveModule {
  readonly exports: { readonly [name: string]: unknown };
  readonly pipelines: { readonly [name: string]: HarnFunction };
  readonly init: HarnFunction;
  readonly main: HarnFunction | null;
}

/** Compiles and runs a program. */
export function runCompiled(source: Source, options: CompiledOptions = {}): Evaluation {
  const loader = options.loader ?? { load: () => undefined };
  // Random programs are full of operands that fail: what a run makes of them is the question here.
  const found = check(source, { builtins: SPECS, loader, types: false });
  if (found.hasErrors) throw new Refused(found.diagnostics.map((d) => d.message).join('\n'));
  const program = options.adjust?.(found) ?? found;
  const machine = new Machine({
    language: LANGUAGE,
    builtins: new Map(),
    steps: options.steps ?? 100_000_000,
  });
  const live = link(program);
  const root = machine.start((task) => start(program, live, task));
  machine.drive(root);
  return ending(root);
}

/** The code of the entry module, to look at when something differs. */
export function emittedCode(source: Source): string {
  const loader = { load: () => undefined };
  const program = check(source, { builtins: SPECS, loader, types: false });
  return emitModule(program.entry, program).code;
}

function link(program: CheckedProgram): LiveModule[] {
  const modules: { [id: string]: unknown } = {};
  return program.modules.map((checked) => {
    const emitted = emitModule(checked, program);
    const builtins = Object.fromEntries(
      emitted.requires.map((name) => [name, builtin(name)] as const),
    );
    const load = compileFunction(emitted.code, ['$', 'imports'], { filename: emitted.id });
    const live = load(support, { siteBase: 0, builtins, modules }) as LiveModule;
    modules[emitted.id] = live.exports;
    return live;
  });
}

function builtin(name: string): unknown {
  const own = OWN_BUILTINS.find(([known]) => known === name)?.[1];
  const found = PURE_BUILTINS.get(name) ?? own;
  if (found !== undefined) return found;
  const runtimeRow = ROWS[name];
  if (runtimeRow === undefined) throw new NotModelled(name);
  return describeFunction(runtimeRow as HarnFunction, { name });
}

function* start(program: CheckedProgram, live: readonly LiveModule[], task: Task): Steps {
  const entry = live.at(-1) as LiveModule;
  for (const module of live)
    if (module !== entry || entry.main === null) yield* call(module.init, task, []);
  const { entry: selected } = program.entry;
  if (selected.kind === 'script') return yield* call(entry.main, task, []);
  const target =
    selected.kind === 'main'
      ? (entry.exports['main'] as HarnFunction)
      : (entry.pipelines[selected.binding.name] as HarnFunction);
  return yield* call(target, task, [null, null]);
}

/** How the root task of a machine ended. */
export function ending(root: Task): Evaluation {
  const output = root.output.join('');
  if (root.outcome?.status === 'done') return { status: 'done', value: root.outcome.value, output };
  const error = root.outcome?.error;
  if (error instanceof NotModelled || error instanceof OutOfSteps) throw error;
  return { status: 'thrown', error, output };
}
