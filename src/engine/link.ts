// Linking: evaluates emitted modules with `$`, the bound builtins and each other's exports, and gives a program that
// can be started. Evaluating runs no Harn code; that happens in `start`, with the ctx of the task that runs it.
import vm from 'node:vm';
import { bug, checkHash, type Json } from '../base/index.ts';
import type { EntryInput } from '../lang/index.ts';
import {
  arityOf,
  type Ctx,
  type HarnFunction,
  HarnStruct,
  isSuspending,
  renewThrowStacks,
  type Steps,
  type StructClass,
  SUPPORT_ABI,
  support,
  type Value,
} from '../values/index.ts';
import type { CompiledModule, CompiledProgram } from './compile.ts';
import { engineErrors } from './errors.ts';

/** Provides the builtins that modules require. */
export interface BuiltinSource {
  /** The function or constant of a row, for callers that may suspend where the row may. */
  resolve(name: string): Value | undefined;
  /** The form of a callback row for callers that cannot suspend. */
  resolveSync(name: string): Value | undefined;
}

/** What a generated module returns. */
interface ModuleBody {
  readonly exports: { readonly [name: string]: Value };
  readonly pipelines: { readonly [name: string]: HarnFunction };
  readonly init: HarnFunction;
  readonly main: HarnFunction | null;
}

/** A module that is ready to run. */
export interface LiveModule {
  readonly id: string;
  readonly compiled: CompiledModule;
  /** The name of its code in JavaScript stacks. */
  readonly filename: string;
  /** Numbered places of this module start here. */
  readonly siteBase: number;
  readonly body: ModuleBody;
}

/** Numbers of places: a module has fewer than this. */
export const SITES_PER_MODULE = 2 ** 20;

export interface LinkOptions {
  readonly builtins: BuiltinSource;
  /** V8's code cache by module hash, where one is kept. */
  readonly codeCache?: CodeCache | undefined;
  /** Gives a module what debuggers need before it is evaluated. No code cache is used then. */
  readonly instrument?: Instrument | undefined;
  /** Modules that stay: those in it are used as they are, with their values, and new ones are added. */
  readonly linked?: Map<string, LiveModule> | undefined;
}

/** A module with what debuggers need. */
export type Instrument = (module: CompiledModule, program: CompiledProgram) => CompiledModule;

/** Keeps V8's compiled form of a module. A stale or foreign entry is rejected by V8 and simply not used. */
export interface CodeCache {
  read(hash: string): Buffer | undefined;
  write(hash: string, code: Buffer): void;
}

/** A linked program. */
export class LiveProgram {
  readonly compiled: CompiledProgram;
  readonly modules: ReadonlyMap<string, LiveModule>;
  readonly #entry: LiveModule;
  readonly #textHashes = new Map<string, string>();
  /** Modules that another program has initialised. */
  readonly #ready: ReadonlySet<string>;

  constructor(
    compiled: CompiledProgram,
    modules: ReadonlyMap<string, LiveModule>,
    ready: ReadonlySet<string> = new Set(),
  ) {
    this.compiled = compiled;
    this.modules = modules;
    this.#ready = ready;
    this.#entry = modules.get(compiled.entry) ?? bug('a program without its entry module');
  }

  /** Initialises every module in order. A script initialises its variables as it runs. */
  *init(ctx: Ctx): Steps<void> {
    for (const { id } of this.compiled.modules) {
      const module = this.modules.get(id) ?? bug(`module ${id} is not linked`);
      // The statements of a script initialise its variables as they come.
      if (module === this.#entry && module.body.main !== null) continue;
      if (this.#ready.has(id)) continue;
      yield* run(module.body.init, ctx, []);
    }
  }

  /** Initialises every module, a script's variables included: for work that does not run its statements. */
  *initAll(ctx: Ctx): Steps<void> {
    for (const { id } of this.compiled.modules) {
      const module = this.modules.get(id) ?? bug(`module ${id} is not linked`);
      yield* run(module.body.init, ctx, []);
    }
  }

  /** Initialises the modules and runs the entry with the values of its inputs. */
  *start(ctx: Ctx, inputs: readonly Value[]): Steps {
    return yield* this.startAt(ctx, this.target().fn, inputs);
  }

  /** A function of the entry module by name, public or not, or a pipeline of it. */
  callable(name: string): HarnFunction {
    const { body, compiled } = this.#entry;
    const fn = body.exports[name] ?? body.pipelines[name];
    if (typeof fn === 'function') return fn;
    throw engineErrors.missingPipeline({ name, module: compiled.id });
  }

  /** A struct by its name: of the entry module, else of any that declares one. */
  struct(name: string): StructClass | undefined {
    for (const { body } of [this.#entry, ...this.modules.values()]) {
      const found: unknown = body.exports[name];
      if (typeof found === 'function' && found.prototype instanceof HarnStruct) {
        return found as unknown as StructClass;
      }
    }
    return undefined;
  }

  /** Initialises the modules and runs one function of the program. */
  *startAt(ctx: Ctx, fn: HarnFunction, inputs: readonly Value[]): Steps {
    yield* this.init(ctx);
    return yield* run(fn, ctx, inputs);
  }

  /** Runs one function of a program whose modules are initialised. */
  call(ctx: Ctx, fn: HarnFunction, inputs: readonly Value[]): Steps {
    return run(fn, ctx, inputs);
  }

  /** What people call the entry: its pipeline or function, or the file when it is a script. */
  entryName(): string {
    return this.#entry.compiled.entry.name ?? this.#entry.id;
  }

  /** The module (with the hash of its text) and line of a numbered place. */
  siteOf(at: number): { readonly module: string; readonly line: number } | undefined {
    const index = Math.floor(at / SITES_PER_MODULE);
    const module = this.compiled.modules[index];
    const line = module?.sites[(at % SITES_PER_MODULE) * 2];
    if (module === undefined || line === undefined) return undefined;
    return { module: `${module.id}@${this.#textHash(module.id)}`, line };
  }

  #textHash(id: string): string {
    let hash = this.#textHashes.get(id);
    if (hash === undefined) {
      hash = checkHash(this.compiled.sources.find((source) => source.id === id)?.text ?? '');
      this.#textHashes.set(id, hash);
    }
    return hash;
  }

  /** Whether its code names `skills`, the registry of the files that were found. */
  get namesSkills(): boolean {
    const { modules } = this.compiled;
    return modules.some(
      ({ requires, code }) => requires.includes('@host_global') && code.includes('(ctx, "skills")'),
    );
  }

  /** Names of the pipelines of the entry module. */
  pipelines(): readonly string[] {
    return this.#entry.compiled.pipelines.map(({ name }) => name);
  }

  hasPipeline(name: string): boolean {
    return this.#entry.compiled.pipelines.some((pipeline) => pipeline.name === name);
  }

  /** The function to start and what it has to be given: a pipeline by name, or the entry. */
  target(pipeline?: string): Target {
    const { body, compiled } = this.#entry;
    const { entry } = compiled;
    const name = pipeline ?? entry.name;
    const found = compiled.pipelines.find((each) => each.name === name);
    if (found !== undefined && (pipeline !== undefined || entry.kind === 'pipeline'))
      return { fn: functionIn(body.pipelines, found.name), inputs: found.inputs };
    if (pipeline !== undefined && pipeline !== this.entryName())
      throw engineErrors.missingPipeline({ name: pipeline, module: compiled.id });
    if (name === undefined)
      return { fn: body.main ?? bug('a script without statements'), inputs: [] };
    return { fn: functionIn(body.exports, name), inputs: entry.inputs };
  }

  /** A function of the entry module, public or not; one with a parameter gets the harness. */
  functionTarget(name: string, call?: FunctionCall): Target {
    const { body, compiled } = this.#entry;
    const fn = body.exports[name] ?? (call && body.pipelines[name]);
    if (typeof fn !== 'function') {
      throw engineErrors.missingPipeline({ name, module: compiled.id });
    }
    if (call === undefined) return { fn, inputs: arityOf(fn) > 0 ? [{ kind: 'harness' }] : [] };
    const { harness, setup, args = [] } = call;
    const made = setup === undefined ? [] : [this.functionTarget(setup.fn, setup)];
    return {
      fn,
      inputs: [
        ...(harness ? [{ kind: 'harness' } as const] : []),
        ...made.map((target) => ({ kind: 'made', target }) as const),
        ...args.map((data) => ({ kind: 'value', data }) as const),
      ],
    };
  }

  /**
   * A name of a module, of the entry by default, exported again or not: trigger handlers, connector exports, tests.
   * Undefined when there is none. Public or not is a question of `compiled.exports`.
   */
  exported(name: string, moduleId: string = this.compiled.entry): Value | undefined {
    const module = this.modules.get(moduleId);
    if (module === undefined) return undefined;
    const { body, compiled } = module;
    const own = body.exports[name] ?? body.pipelines[name];
    const from = compiled.exports.find((each) => each.name === name)?.from;
    return own === undefined && from !== undefined ? this.exported(from.name, from.module) : own;
  }
}

/** A function of a program and how a host fills its parameters. */
export interface Target {
  readonly fn: HarnFunction;
  readonly inputs: readonly TargetInput[];
}

/** What a host gives to a parameter; besides those of an entry a kept value, and what another function gives. */
export type TargetInput =
  | EntryInput
  | { readonly kind: 'value'; readonly data: Json }
  | { readonly kind: 'made'; readonly target: Target };

/** How a function or pipeline is called by name: the harness, what another function gives, and kept values, in this order. */
export interface FunctionCall {
  readonly harness: boolean;
  readonly setup?: FunctionCall & { readonly fn: string };
  /** As `encodeValue` keeps values. */
  readonly args?: readonly Json[];
}

function functionIn(table: { readonly [name: string]: Value }, name: string): HarnFunction {
  const fn = table[name];
  return typeof fn === 'function' ? fn : bug(`the function ${name} is not there`);
}

function* run(fn: HarnFunction, ctx: Ctx, args: readonly Value[]): Steps {
  if (isSuspending(fn)) return yield* fn(ctx, ...args);
  return (fn as (ctx: Ctx, ...args: Value[]) => Value)(ctx, ...args);
}

/** How many JavaScript frames an error keeps. Ten, the default, are a handful of Harn calls; this is per process. */
const STACK_FRAMES = 64;

/** Evaluates all modules of a program. Modules that import each other see one another's exports once all are there. */
export function link(program: CompiledProgram, options: LinkOptions): LiveProgram {
  if (program.abi !== SUPPORT_ABI) {
    throw engineErrors.abiMismatch({ program: program.abi, runtime: SUPPORT_ABI });
  }
  if (Error.stackTraceLimit < STACK_FRAMES) Error.stackTraceLimit = STACK_FRAMES;
  renewThrowStacks();
  const shared = new Map<string, { [name: string]: Value }>();
  for (const { id } of program.modules)
    shared.set(id, Object.create(null) as { [name: string]: Value });
  const live = new Map<string, LiveModule>();
  const { linked, instrument } = options;
  const ready = new Set<string>();
  const firstPlace = linked?.size ?? 0;
  program.modules.forEach((module, i) => {
    const kept = linked?.get(module.id);
    const compiled = kept === undefined && instrument ? instrument(module, program) : module;
    if (kept !== undefined) {
      ready.add(compiled.id);
      live.set(compiled.id, kept);
      Object.defineProperties(
        shared.get(compiled.id) ?? bug('a module without exports'),
        Object.getOwnPropertyDescriptors(kept.body.exports),
      );
      return;
    }
    const filename = `harn:${compiled.hash.slice(0, 12)}:${compiled.id}`;
    const siteBase = (firstPlace + i) * SITES_PER_MODULE;
    const imports = importsOf(compiled, siteBase, shared, options);
    const body =
      instrument === undefined
        ? evaluate(compiled, filename, imports, options.codeCache)
        : evaluateScript(compiled, filename, imports);
    const exports = shared.get(compiled.id) ?? bug('a module without exports');
    Object.defineProperties(exports, Object.getOwnPropertyDescriptors(body.exports));
    live.set(compiled.id, { id: compiled.id, compiled, filename, siteBase, body });
  });
  for (const [id, module] of live) linked?.set(id, module);
  return new LiveProgram(program, live, ready);
}

interface Imports {
  readonly siteBase: number;
  readonly builtins: { readonly [name: string]: Value };
  readonly syncBuiltins: { readonly [name: string]: Value };
  readonly modules: { readonly [id: string]: { readonly [name: string]: Value } };
}

function importsOf(
  compiled: CompiledModule,
  siteBase: number,
  shared: ReadonlyMap<string, { readonly [name: string]: Value }>,
  { builtins }: LinkOptions,
): Imports {
  const rows: [string, Value][] = [];
  const syncRows: [string, Value][] = [];
  for (const name of compiled.requires) {
    const row = builtins.resolve(name);
    if (row === undefined) throw engineErrors.missingBuiltin({ name, module: compiled.id });
    rows.push([name, row]);
    const sync = builtins.resolveSync(name);
    if (sync !== undefined) syncRows.push([name, sync]);
  }
  const modules = compiled.imports.map((id) => {
    const exports = shared.get(id);
    if (exports === undefined) throw engineErrors.missingModule({ id, module: compiled.id });
    return [id, exports] as const;
  });
  return {
    siteBase,
    builtins: table(rows),
    syncBuiltins: table(syncRows),
    modules: table(modules),
  };
}

/** An object without prototype, so that a name such as `constructor` finds nothing. */
function table<T>(entries: readonly (readonly [string, T])[]): { readonly [name: string]: T } {
  const out = Object.create(null) as { [name: string]: T };
  for (const [name, value] of entries) out[name] = value;
  return out;
}

function evaluate(
  { code, hash }: CompiledModule,
  filename: string,
  imports: Imports,
  cache: CodeCache | undefined,
): ModuleBody {
  const cachedData = cache?.read(hash);
  const fn = vm.compileFunction(code, ['$', 'imports'], {
    filename,
    ...(cachedData === undefined ? {} : { cachedData }),
    ...(cache === undefined || cachedData !== undefined ? {} : { produceCachedData: true }),
  });
  const produced = (fn as { cachedData?: Buffer }).cachedData;
  if (cache !== undefined && produced !== undefined) cache.write(hash, produced);
  return fn(support, imports) as ModuleBody;
}

/** The same as a script: debuggers can set their breakpoints before one begins, before a bare function they cannot. */
function evaluateScript({ code }: CompiledModule, filename: string, imports: Imports): ModuleBody {
  const script = new vm.Script(`(function ($, imports) {${code}\n})`, { filename });
  const fn = script.runInThisContext() as (support: unknown, imports: Imports) => ModuleBody;
  return fn(support, imports);
}
