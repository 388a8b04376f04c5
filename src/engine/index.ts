// Front door of engine: load and run Harn programs.

export type { Checker, CheckerOptions } from './checker.ts';
export { createChecker } from './checker-load.ts';
export type { CompiledModule, CompiledProgram, CompileResult } from './compile.ts';
export { type CacheFs, CompileCache } from './compile-cache.ts';
export { loadDebugCode } from './debug.ts';
export {
  Engine,
  type EngineOptions,
  type PackOrigin,
  type ProgramRun,
  type StartOptions,
  type TypedTexts,
} from './engine.ts';
export { engineErrors, promptErrors, sourceErrors } from './errors.ts';
export { exitCodeOf, isErrData } from './execute.ts';
export type { CodeCache, FunctionCall, Instrument } from './link.ts';
export { nodeSourceFs, type SourceFs, SourceLoader } from './loader.ts';
// For tools that check without running
export { type ManifestSettings, manifestEdition, manifestSettings } from './manifest.ts';
export { loadManifestTools } from './manifest-load.ts';
export { loadPackTools } from './pack/load.ts';
// Packs: programs as one signed file. Loaded on demand, with their codec.
export type { MadePack, Pack, PackOptions } from './pack/pack.ts';
export {
  checkProgram,
  type LoadedProgram,
  type LoadOptions,
  loadProgram,
  type ProgramTarget,
} from './program.ts';
export type { ServedRequest } from './served.ts';
// Places of errors
export { type HarnFrame, renderUncaught, StackReader } from './stack.ts';
export { type RecordedEnd, recordedEnd } from './start-once.ts';
export { STD_SOURCES } from './std-sources.ts';
export { loadTemplateFiles, type TemplateFacts, type TemplateFiles } from './template-load.ts';
