// For tests: compiles a Harn text, links it with the pure builtins and fakes of the internal rows, and drives it to the
// end in one go. The fakes run bodies at once and in order; what tasks really do is tested in the runtime.
import type { Source } from '../base/index.ts';
import { createRegistry } from '../builtins/index.ts';
import type { BuiltinSpec, ModuleLoader } from '../lang/index.ts';
import {
  type CallContext,
  type Ctx,
  call,
  callSync,
  display,
  err,
  HarnEnum,
  HarnObject,
  KIND,
  type List,
  METHODS,
  type MethodTable,
  ok,
  type Steps,
  type Value,
} from '../values/index.ts';
import { bindBuiltins, type ExtraRow } from './bind.ts';
import { type CompiledProgram, compileProgram } from './compile.ts';
import { type LiveProgram, link } from './link.ts';

/** What a test program did. */
export interface Ran {
  readonly lines: readonly string[];
  readonly result: Value;
  readonly ticks: number;
}

export interface RunOptions {
  /** Further modules by the path that imports them. */
  readonly modules?: { readonly [path: string]: string };
  readonly edition?: '0.7' | '2026';
  readonly inputs?: List;
  /** Called at every tick; what it returns is yielded, what it throws interrupts. */
  readonly onTick?: (count: number) => unknown;
}

/** A task context that counts its ticks. */
export class TestContext implements CallContext {
  depth = 0;
  calls = 0;
  at = -1;
  ticks = 0;
  readonly #onTick: (count: number) => unknown;

  constructor(onTick: (count: number) => unknown) {
    this.#onTick = onTick;
  }

  tick(): unknown {
    this.ticks += 1;
    return this.#onTick(this.ticks);
  }
}

const OUTPUT: BuiltinSpec = {
  name: 'println',
  signature: 'println(value?: any) -> nil',
  doc: 'Prints a line.',
  effect: 'output',
  suspends: false,
};
const PAUSE: BuiltinSpec = {
  name: 'pause',
  signature: 'pause(value?: any) -> any',
  doc: 'Gives up the turn and returns its argument.',
  effect: 'wait',
  suspends: true,
};

function* pause(_ctx: Ctx, value: Value): Steps {
  yield 'pause';
  return value ?? null;
}

/** Compiles a text; fails with the diagnostics when it has errors. */
export function compileSource(text: string, options: RunOptions = {}): CompiledProgram {
  const { modules = {}, edition } = options;
  const loader: ModuleLoader = {
    load: (path) => {
      const source = modules[path];
      return source === undefined ? undefined : { id: path, text: source };
    },
  };
  const entry: Source = { id: 'test.harn', text };
  const builtins = [...createRegistry().specs(), OUTPUT, PAUSE];
  const { program, diagnostics } = compileProgram(entry, { loader, builtins, edition });
  if (program === undefined) {
    throw new Error(
      `does not compile: ${diagnostics.map((d) => `${d.code} ${d.message}`).join('; ')}`,
    );
  }
  return program;
}

/** Links a program with fakes of everything that needs the runtime. */
export function linkForTest(program: CompiledProgram, lines: string[]): LiveProgram {
  const rows: ExtraRow[] = [
    {
      name: 'println',
      impl: (_ctx: Ctx, value: Value) => printed(lines, display(value ?? null)),
    },
    { name: 'pause', impl: pause },
    ...runtimeRowsForTest(lines),
  ];
  return link(program, { builtins: bindBuiltins(createRegistry(), { extra: rows }) });
}

/** Compiles and runs a text to its end. */
export function runSource(text: string, options: RunOptions = {}): Ran {
  const lines: string[] = [];
  const live = linkForTest(compileSource(text, options), lines);
  const ctx = new TestContext(options.onTick ?? (() => undefined));
  const result = drive(live.start(ctx, options.inputs ?? []));
  return { lines, result, ticks: ctx.ticks };
}

/** The printed lines of a program. */
export function output(text: string, options: RunOptions = {}): readonly string[] {
  return runSource(text, options).lines;
}

/** Runs a generator to its end; whatever it yields is answered with undefined. */
export function drive<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function printed(lines: string[], text: string): null {
  lines.push(text);
  return null;
}

class TestHandle extends HarnObject {
  readonly name: string;
  readonly #lines: string[];

  constructor(name: string, lines: string[]) {
    super();
    this.name = name;
    this.#lines = lines;
  }

  get [KIND](): string {
    return 'harness';
  }

  override get [METHODS](): MethodTable {
    return new Map([
      [
        'println',
        (_ctx: Ctx, _self: HarnObject, args: List) =>
          printed(this.#lines, display(args[0] ?? null)),
      ],
    ]);
  }
}

/** Fakes of the internal rows. */
export function runtimeRowsForTest(lines: string[]): ExtraRow[] {
  return [
    { name: '@harness', impl: () => new TestHandle('harness', lines) },
    { name: '@host_global', impl: (_ctx: Ctx, name: Value) => `<${String(name)}>` },
    { name: '@spawn', impl: fakeSpawn },
    { name: '@parallel', impl: fakeParallel },
    { name: '@deadline', impl: fakeDeadline },
    { name: '@select', impl: fakeSelect },
    { name: '@mutex_acquire', impl: fakeAcquire(lines) },
    {
      name: '@mutex_release',
      impl: (_ctx: Ctx, permit: Value) => printed(lines, `release ${display(permit)}`),
    },
    { name: '@tool', impl: (_ctx: Ctx, spec: Value, handler: Value) => ({ handler, spec }) },
    { name: '@skill', impl: (_ctx: Ctx, name: Value, fields: Value) => ({ fields, name }) },
    {
      name: '@eval_pack',
      impl: (_ctx: Ctx, name: Value, id: Value, fields: Value) => ({ fields, id, name }),
    },
  ];
}

/** A context of its own, as a task has one. */
export function makeCtx(): TestContext {
  return new TestContext(() => undefined);
}

function* fakeSpawn(_ctx: Ctx, body: Value): Steps {
  return yield* call(body, makeCtx(), []);
}

function* fakeParallel(_ctx: Ctx, mode: Value, subject: Value, body: Value, options: Value): Steps {
  const items =
    mode === 'count' ? Array.from({ length: Number(subject) }, (_, i) => i) : (subject as List);
  const results: Value[] = [];
  for (const item of items) {
    try {
      const value = yield* call(body, makeCtx(), [item]);
      results.push(mode === 'settle' ? ok(value) : value);
    } catch (error) {
      if (mode !== 'settle') throw error;
      results.push(err(error instanceof Error ? error.message : String(error)));
    }
  }
  if (mode !== 'settle') return results;
  const succeeded = results.filter((r) => r instanceof HarnEnum && r.variant === 'Ok').length;
  return { failed: results.length - succeeded, options, results, succeeded };
}

function* fakeDeadline(_ctx: Ctx, _duration: Value, body: Value): Steps {
  return yield* call(body, makeCtx(), []);
}

/** Takes from the first list that is not empty. */
function* fakeSelect(_ctx: Ctx, channels: Value, mode: Value): Steps {
  yield 'select';
  const lists = channels as readonly List[];
  const ready = lists.findIndex((list) => list.length > 0);
  if (ready === -1 && mode === 'wait') throw new Error('nothing is ready');
  return { index: ready, value: lists[ready]?.[0] ?? null };
}

function fakeAcquire(lines: string[]): (ctx: Ctx, key: Value) => Steps {
  return function* (_ctx, key) {
    yield 'mutex';
    lines.push(`acquire ${display(key ?? 'default')}`);
    return key ?? 'default';
  };
}

/** A function value of a test program, callable from the test. */
export function callValue(fn: Value, args: List = []): Value {
  return callSync(fn, makeCtx(), args);
}
