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
