// A program and the modules that its hooks are in, as one: they are linked, stored and resumed together.
import type { Diagnostic } from '../base/index.ts';
import type { CompiledProgram } from './compile.ts';
import type { DeclaredHook, HookUnit, ProgramHook } from './manifest-hooks.ts';

/** A unit of hooks that was compiled. */
export interface CompiledUnit {
  readonly id: string;
  readonly program: CompiledProgram;
}

/** The program with what the units import. Modules that it has already stay as they are. */
export function joinUnits(
  program: CompiledProgram,
  units: readonly CompiledUnit[],
  hooks: readonly ProgramHook[],
): CompiledProgram {
  const modules = new Map(program.modules.map((module) => [module.id, module]));
  const sources = new Map(program.sources.map((source) => [source.id, source]));
  const resolutions = [...program.resolutions];
  for (const unit of units) {
    for (const module of unit.program.modules) {
      if (module.id !== unit.id && !modules.has(module.id)) modules.set(module.id, module);
    }
    for (const source of unit.program.sources) sources.set(source.id, source);
    for (const one of unit.program.resolutions) {
      const isKnown = resolutions.some(({ from, path }) => from === one.from && path === one.path);
      if (!isKnown) resolutions.push(one);
    }
  }
  return {
    ...program,
    modules: [...modules.values()],
    sources: [...sources.values()],
    resolutions,
    hooks,
  };
}

/** The hooks as a program keeps them. */
export function programHooks(
  declared: readonly DeclaredHook[],
  units: readonly (HookUnit & { readonly program: CompiledProgram })[],
): readonly ProgramHook[] {
  return declared.flatMap(({ event, pattern, file, fn }) => {
    const unit = units.find((each) => each.file === file);
    const found = unit?.program.resolutions.find(({ from }) => from === unit.source.id);
    if (unit === undefined || found === undefined) return [];
    return [{ event, pattern, module: found.id, fn, unit: unit.source.id }];
  });
}

/** What is wrong in units of hooks: their mistakes stop a program like its own. */
export function mistakesIn(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === 'error');
}
