// A linked program as the body of a run: its inputs, its result as data, and what an early exit or a failure means.
import { HarnError, type Json, type JsonObject } from '../base/index.ts';
import {
  ExitRequest,
  prepareSkills,
  programHostKey,
  registerProgramHook,
  rootHandle,
  toData,
  toKept,
} from '../builtins/index.ts';
import type { RunBody, RunContext, Suspending, ThrownCodec } from '../runtime/run/index.ts';
import { runWorker, type WorkerRunRequest } from '../runtime/work/index.ts';
import {
  decodeValue,
  display,
  fromJson,
  HarnAbort,
  type HarnEnum,
  HarnThrow,
  isErr,
  payload,
  type Value,
} from '../values/index.ts';
import { engineErrors } from './errors.ts';
import type { LiveProgram, Target, TargetInput } from './link.ts';

/** What a body hands to its run: the value, and how the program asked to leave. */
export interface ProgramEnd {
  /** Set when the program called `exit(n)`. */
  exitCode: number | undefined;
}

/** The body of a run that executes a pipeline or function of the program. */
export function programBody(live: LiveProgram, targetOf: () => Target, end: ProgramEnd): RunBody {
  return function* (ctx: RunContext): Suspending<Json> {
    try {
      const target = targetOf();
      yield* initialise(live, ctx);
      return resultData(yield* callTarget(ctx, live, target));
    } catch (error) {
      if (HarnAbort.is(error) && error.reason instanceof ExitRequest) {
        end.exitCode = error.reason.code;
        ctx.run.exitCode = error.reason.code;
        return null;
      }
      throw error;
    }
  };
}

/** The body of a run that goes on with a worker of the program: its modules are there before anything is made again. */
export function workerBody(live: LiveProgram, request: WorkerRunRequest): RunBody {
  return function* (ctx: RunContext): Suspending<Json> {
    if (live.namesSkills) yield* prepareSkills(ctx);
    yield* live.initAll(ctx) as Suspending<void>;
    registerHooks(live, ctx);
    return yield* runWorker(ctx, request);
  };
}

/** What stands before the first statement: skills are looked for where they are named, then modules begin. */
export function* initialise(live: LiveProgram, ctx: RunContext): Suspending<void> {
  if (live.namesSkills) yield* prepareSkills(ctx);
  yield* live.init(ctx) as Suspending<void>;
  registerHooks(live, ctx);
}

/** The hooks that the project declares stand before those that the program registers. */
function registerHooks(live: LiveProgram, ctx: RunContext): void {
  for (const { event, pattern, module, fn } of live.compiled.hooks ?? []) {
    const handler = live.exported(fn, module);
    if (handler === undefined) throw engineErrors.missingPipeline({ name: fn, module });
    registerProgramHook(ctx, { event, pattern, handler });
  }
}

/** Calls a function, its parameters filled as the target says. */
export function* callTarget(ctx: RunContext, live: LiveProgram, target: Target): Suspending<Value> {
  const inputs: Value[] = [];
  for (const input of target.inputs) {
    inputs.push(
      input.kind === 'made' ? yield* callTarget(ctx, live, input.target) : inputValue(ctx, input),
    );
  }
  return yield* live.call(ctx, target.fn, inputs) as Suspending<Value>;
}

/** What a host gives for one parameter. */
export function inputValue(
  ctx: RunContext,
  input: Exclude<TargetInput, { readonly kind: 'made' }>,
): Value {
  const { globals } = ctx.get(programHostKey);
  switch (input.kind) {
    case 'harness':
      return rootHandle(ctx);
    case 'handle': {
      const handle = rootHandle(ctx);
      return handle.sub(input.path) ?? null;
    }
    case 'value':
      return decodeValue(input.data);
    case 'named':
      return fromJson(globals[input.name] ?? null);
    case 'input':
      return fromJson(inputAt(globals['inputs'], input.index));
  }
}

function inputAt(inputs: Json | undefined, index: number): Json {
  return Array.isArray(inputs) ? ((inputs[index] as Json | undefined) ?? null) : null;
}

/** The value a program returned, as data. What cannot be kept (a function, a handle) is kept as its text. */
export function resultData(value: Value): Json {
  if (isErr(value))
    return {
      enum: 'Result',
      variant: 'Err',
      fields: [dataOrText(payload(value as HarnEnum))],
    };
  return dataOrText(value);
}

function dataOrText(value: Value, asData: (value: Value) => Json = toData): Json {
  try {
    return asData(value);
  } catch (error) {
    if (HarnError.is(error)) return display(value);
    throw error;
  }
}

/** How thrown Harn values go into the journal and come back. */
export const harnThrownCodec: ThrownCodec = {
  toJson: (error) => (HarnThrow.is(error) ? dataOrText(error.value, toKept) : undefined),
  fromJson: (value) => new HarnThrow(fromJson(value)),
};

/** The exit code that a value stands for: an int is one, an Err is 1, anything else is success. */
export function exitCodeOf(value: Json): number {
  if (typeof value === 'number') return Math.max(0, Math.min(255, Math.trunc(value)));
  return isErrData(value) ? 1 : 0;
}

/** Whether data is a Result.Err as it is kept. */
export function isErrData(value: Json): boolean {
  const data = value as { readonly enum?: Json; readonly variant?: Json } | null;
  return (
    typeof data === 'object' && data !== null && data.enum === 'Result' && data.variant === 'Err'
  );
}

/** What people see as the result: `final`, or what the body returned when `final` is a receipt of the lifecycle. */
export function shownValue(returned: Json, final: Json): Json {
  return isReceipt(final) ? returned : final;
}

/** A drain or handoff receipt: the outcome of the lifecycle, not of the program. */
function isReceipt(value: Json): boolean {
  const method = (value as JsonObject | null)?.['method'];
  return method === 'spawn_settlement_agent' || method === 'handoff_to';
}
