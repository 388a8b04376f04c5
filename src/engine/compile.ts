// From an entry file to a program that can be stored, cached and linked: check everything it reaches, emit every
// module. The result is plain JSON, because a run keeps the program it was started with.
import { type Diagnostic, type Json, type Source, sha256 } from '../base/index.ts';
import {
  type CheckedProgram,
  type CheckOptions,
  check,
  type Edition,
  EMIT_ABI,
  type EmittedModule,
  emitModule,
  type ModuleLoader,
} from '../lang/index.ts';
import type { ProgramHook } from './manifest-hooks.ts';
import { COMPILER_VERSION } from './version.ts';

/** One emitted module with the hash of its code. */
export interface CompiledModule extends EmittedModule {
  readonly hash: string;
}

/** A compiled program. `modules` stand dependencies first; `entry` is the id of the module that starts. */
export interface CompiledProgram {
  readonly v: 1;
  readonly compiler: string;
  readonly abi: number;
  readonly entry: string;
  readonly modules: readonly CompiledModule[];
  /** Every text it was made of, std included: what a build with another support version compiles again. */
  readonly sources: readonly Source[];
  readonly resolutions: readonly Resolution[];
  readonly edition: Edition;
  /** Warnings, and what the checker says a run would stumble over. */
  readonly diagnostics: readonly Diagnostic[];
  /** Functions of its modules that watch its runs, as harn.toml said; absent without any. */
  readonly hooks?: readonly ProgramHook[];
}

/** A program, or why there is none. */
export interface CompileResult {
  /** Absent when there are errors. */
  readonly program: CompiledProgram | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Findings that only a run that gets there would meet. */
  readonly latent: readonly Diagnostic[];
  readonly dropped: number;
  /** Every source that was read, for code frames and caches. */
  readonly sources: readonly Source[];
  /** What each import was resolved to, in the order of reading. */
  readonly resolutions: readonly Resolution[];
}

/** An import as written in a source, and the id of the source that it meant. */
export interface Resolution {
  readonly from: string;
  readonly path: string;
  readonly id: string;
}

/** Checks and emits a program from its entry file. Mistakes of the user are diagnostics, never exceptions. */
export function compileProgram(entry: Source, options: CheckOptions): CompileResult {
  const resolutions: Resolution[] = [];
  const loader: ModuleLoader = {
    known: options.loader.known,
    near: options.loader.near,
    load(path, from) {
      const source = options.loader.load(path, from);
      if (source !== undefined) resolutions.push({ from: from.id, path, id: source.id });
      return source;
    },
  };
  const checked = check(entry, { ...options, loader });
  const { diagnostics, latent, dropped } = checked;
  const sources = checked.modules.map((module) => module.source);
  const program = checked.hasErrors ? undefined : emitProgram(checked, resolutions);
  return { program, diagnostics, latent, dropped, sources, resolutions };
}

/** Emits a program that has no errors. */
export function emitProgram(
  checked: CheckedProgram,
  resolutions: readonly Resolution[] = [],
): CompiledProgram {
  const modules = checked.modules.map((module): CompiledModule => {
    const emitted = emitModule(module, checked);
    return { ...emitted, hash: sha256(emitted.code) };
  });
  return {
    v: 1,
    compiler: COMPILER_VERSION,
    abi: EMIT_ABI,
    entry: checked.entry.source.id,
    modules,
    sources: checked.modules.map((module) => module.source),
    resolutions,
    edition: checked.entry.edition,
    diagnostics: checked.diagnostics,
  };
}

/** The durable form of a program. */
export function programToJson(program: CompiledProgram): Json {
  return JSON.parse(JSON.stringify(program)) as Json;
}
