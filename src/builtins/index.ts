// Front door of builtins: the table that binds Harn names to their implementations.
export {
  type BuiltinMeta,
  type BuiltinRow,
  builtin,
  callbackBuiltin,
  constant,
  nameOf,
} from './define.ts';
export { type BuiltinGroup, BuiltinRegistry, createRegistry } from './registry.ts';
// Effects as rows, handles, and what the host of a program provides
export { ExitRequest, programHostKey, type ProgramHost, rootHandle } from './control.ts';
export { toData } from './data.ts';
export { EFFECT_GROUPS } from './effectful.ts';
export { HarnHandle, type HandleTable } from './handle.ts';
export { dataHandler, valueHandler } from './handler.ts';
export { createHandleTable } from './harness-table.ts';
