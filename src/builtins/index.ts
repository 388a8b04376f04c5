// Front door of builtins: the table that binds Harn names to their implementations.

// Functions of workers beyond their run
export { codeSource, type TopLevel } from './code-source.ts';
// Effects as rows, handles, and what the host of a program provides
export { ExitRequest, type ProgramHost, programHostKey, rootHandle } from './control.ts';
export { toData, toKept } from './data.ts';
export {
  type BuiltinMeta,
  type BuiltinRow,
  builtin,
  callbackBuiltin,
  constant,
  nameOf,
  requiredParams,
} from './define.ts';
export { EFFECT_GROUPS } from './effectful.ts';
export {
  type BuiltinExample,
  type Examples,
  loadExamples,
  loadMethodExamples,
} from './examples/example.ts';
export { type HandleTable, HarnHandle } from './handle.ts';
export { dataHandler, valueHandler } from './handler.ts';
export { createHandleTable } from './harness-table.ts';
// What programs offer as MCP servers
export {
  callRegistered,
  type RegisteredCall,
  registeredSurface,
  registerTools,
  SURFACE_ROWS,
} from './mcp-serve.ts';
export { specsWithOptions } from './options/load.ts';
// Hooks that a project declares
export { isProgramHookEvent, registerProgramHook } from './program-hooks.ts';
export { type BuiltinGroup, BuiltinRegistry, createRegistry } from './registry.ts';
// Skills of files
export { prepareSkills } from './skills.ts';
export { templateProblems } from './template-check.ts';
export { templateHabits } from './template-habits.ts';
export { templateNames } from './template-names.ts';
