// The capability tree of the language: which methods stand below which handle, taken from the table of builtins.
import type { HarnFunction } from '../values/index.ts';
import type { HandleTable } from './handle.ts';
import type { BuiltinRegistry } from './registry.ts';

/** Arranges the rows with a dotted name (`fs.read_text`) as handles; `resolve` gives the bound function of a row. */
export function createHandleTable(
  registry: BuiltinRegistry,
  resolve: (name: string) => HarnFunction | undefined,
): HandleTable {
  const asked = new Map<string, ReadonlyMap<string, string> | undefined>();
  const bound = new Map<string, ReadonlyMap<string, HarnFunction>>();
  const rowsOf = (path: string) => {
    if (!asked.has(path)) asked.set(path, methodsBelow(registry, path));
    return asked.get(path);
  };
  return {
    has: (path) => rowsOf(path) !== undefined,
    methods(path) {
      const rows = rowsOf(path);
      if (rows === undefined) return undefined;
      let methods = bound.get(path);
      if (methods === undefined) {
        const entries = [...rows].flatMap(([method, name]) => {
          const fn = resolve(name);
          return fn === undefined ? [] : [[method, fn] as const];
        });
        methods = new Map(entries);
        bound.set(path, methods);
      }
      return methods;
    },
  };
}

/** Rows of the root are named `harness.unsettled_state`; of a handle `fs.read_text`. Undefined: no such handle. */
function methodsBelow(
  registry: BuiltinRegistry,
  path: string,
): ReadonlyMap<string, string> | undefined {
  const prefix = path === '' ? 'harness.' : `${path}.`;
  const methods = new Map<string, string>();
  for (const name of registry.namesFrom(prefix)) {
    if (!name.includes('.', prefix.length)) methods.set(name.slice(prefix.length), name);
  }
  return methods.size === 0 && path !== '' ? undefined : methods;
}
