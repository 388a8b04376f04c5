// From what people name (a file, a piece of code, a stored run) to a program that can be linked. The compiler is
// loaded only when no cached program fits.
import path from 'node:path';
import type { Diagnostic, Source } from '../base/index.ts';
import { createRegistry, EFFECT_GROUPS } from '../builtins/index.ts';
import type { CheckedProgram, Edition, ModuleLoader } from '../lang/index.ts';
import { SUPPORT_ABI } from '../values/index.ts';
import type { CompiledProgram } from './compile.ts';
import type { CompileCache } from './compile-cache.ts';
import { nodeSourceFs, type SourceFs, SourceLoader } from './loader.ts';
import { manifestEdition, runSettings } from './manifest.ts';
import type { DeclaredHook } from './manifest-hooks.ts';

/** What to load: a file, or a text with the name that errors call it by. */
export type ProgramTarget =
  | { readonly path: string }
  | { readonly code: string; readonly name?: string };

export interface LoadOptions {
  /** The folder that relative paths start from. */
  readonly cwd: string;
  /** What was asked for; else the nearest `harn.toml` decides, else each file. */
  readonly edition?: Edition | undefined;
  readonly cache?: CompileCache | undefined;
  readonly fs?: SourceFs;
  /** With the hooks of its project: for programs that are going to run where they lie. */
  readonly hooks?: boolean;
}

/** A program, or what is wrong with it. */
export interface LoadedProgram {
  /** Absent when there are errors. */
  readonly program: CompiledProgram | undefined;
  /** Errors and warnings; empty when the program came from the cache without any. */
  readonly diagnostics: readonly Diagnostic[];
  /** Findings that only a run that gets there would meet. */
  readonly latent: readonly Diagnostic[];
  readonly dropped: number;
  /** Texts for code frames. */
  readonly sources: readonly Source[];
}

/** Loads a program from disk or text. Files that cannot be read are coded errors, mistakes in them diagnostics. */
export async function loadProgram(
  target: ProgramTarget,
  options: LoadOptions,
): Promise<LoadedProgram> {
  const { cwd, cache, fs = nodeSourceFs } = options;
  const loader = new SourceLoader({ root: cwd, fs });
  const entry =
    'path' in target
      ? loader.entry(target.path)
      : { id: target.name ?? '<eval>', text: target.code };
  const folder = 'path' in target ? path.dirname(path.resolve(cwd, target.path)) : cwd;
  const declared = await runSettings(folder, fs);
  const edition = options.edition ?? declared.edition;
  const loaded = await compiledEntry(entry, loader, edition, cache);
  if (options.hooks !== true || declared.hooks.length === 0) return loaded;
  return withHooks(
    loaded,
    declared.hooks,
    (unit) => {
      return compiledEntry(unit, new SourceLoader({ root: cwd, fs }), edition, cache);
    },
    cwd,
  );
}

async function compiledEntry(
  entry: Source,
  loader: SourceLoader,
  edition: Edition | undefined,
  cache: CompileCache | undefined,
): Promise<LoadedProgram> {
  const cached = cache?.read(entry, loader, edition);
  if (cached !== undefined) {
    const { diagnostics, sources } = cached;
    return { program: cached, diagnostics, latent: [], dropped: 0, sources };
  }
  const result = await compileEntry(entry, loader, edition);
  if (result.program !== undefined) cache?.write(entry, result, edition);
  return result;
}

/** The program together with the modules of its hooks; their mistakes are its own. */
async function withHooks(
  loaded: LoadedProgram,
  hooks: readonly DeclaredHook[],
  compile: (unit: Source) => Promise<LoadedProgram>,
  root: string,
): Promise<LoadedProgram> {
  const { hookUnits } = await import('./manifest-hooks.ts');
  const { joinUnits, mistakesIn, programHooks } = await import('./join-hooks.ts');
  const units = [];
  for (const unit of hookUnits(hooks, root)) {
    const made = await compile(unit.source);
    if (made.program === undefined) {
      const diagnostics = [...loaded.diagnostics, ...mistakesIn(made.diagnostics)];
      const sources = [...loaded.sources, ...made.sources];
      return { ...loaded, program: undefined, diagnostics, sources };
    }
    units.push({ ...unit, id: unit.source.id, program: made.program });
  }
  const { program } = loaded;
  if (program === undefined) return loaded;
  return { ...loaded, program: joinUnits(program, units, programHooks(hooks, units)) };
}

/** Checks a file and what it imports, for tools that need to know more than what is wrong. Compiles nothing. */
export async function checkProgram(
  file: string,
  options: Pick<LoadOptions, 'cwd' | 'edition' | 'fs'> & { readonly types?: 'keep' },
): Promise<CheckedProgram> {
  const { cwd, fs = nodeSourceFs, types } = options;
  const loader = new SourceLoader({ root: cwd, fs });
  const entry = loader.entry(file);
  const declared = await manifestEdition(path.dirname(path.resolve(cwd, file)), fs);
  const { check } = await import('../lang/index.ts');
  const builtins = createRegistry(EFFECT_GROUPS).specs();
  return check(entry, { loader, builtins, edition: options.edition ?? declared, types });
}

/** A stored program for this build: as it is, or compiled again from the texts stored with it. */
export async function refreshProgram(stored: CompiledProgram): Promise<CompiledProgram> {
  if (stored.abi === SUPPORT_ABI) return stored;
  const byId = new Map(stored.sources.map((source) => [source.id, source]));
  const loader: ModuleLoader = {
    load: (path, from) => {
      const found = stored.resolutions.find((each) => each.from === from.id && each.path === path);
      return found === undefined ? undefined : byId.get(found.id);
    },
  };
  const entry = byId.get(stored.entry);
  if (entry === undefined) return stored;
  const { program } = await compileEntry(entry, loader, stored.edition);
  const { hooks } = stored;
  if (program === undefined || hooks === undefined) return program ?? stored;
  const units = [];
  for (const id of new Set(hooks.map(({ unit }) => unit))) {
    const source = byId.get(id);
    const unit = source && (await compileEntry(source, loader, stored.edition)).program;
    if (unit === undefined) return stored;
    units.push({ id, program: unit });
  }
  const { joinUnits } = await import('./join-hooks.ts');
  return joinUnits(program, units, hooks);
}

async function compileEntry(entry: Source, loader: ModuleLoader, edition: Edition | undefined) {
  const { compileProgram } = await import('./compile.ts');
  const builtins = createRegistry(EFFECT_GROUPS).specs();
  return compileProgram(entry, { loader, builtins, edition });
}
