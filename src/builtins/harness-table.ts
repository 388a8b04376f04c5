// The capability tree of the language: which methods stand below which handle, taken from the table of builtins.
import type { HarnFunction } from '../values/index.ts';
import type { HandleTable } from './handle.ts';
import type { BuiltinRegistry } from './registry.ts';

/** Arranges the rows with a dotted name (`fs.read_text`) as handles; `resolve` gives the bound function of a row. */
export function createHandleTable(
  registry: BuiltinRegistry,
  resolve: (name: string) => HarnFunction | undefined,
): HandleTable {
  let paths: Map<string, Map<string, string>> | undefined;
  const bound = new Map<string, ReadonlyMap<string, HarnFunction>>();
  const all = () => {
    paths ??= arrange(registry);
    return paths;
  };
  return {
    has: (path) => all().has(path),
    methods(path) {
      const rows = all().get(path);
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

/** Rows of the root are named `harness.unsettled_state`; of a handle `fs.read_text`. */
function arrange(registry: BuiltinRegistry): Map<string, Map<string, string>> {
  const paths = new Map<string, Map<string, string>>([['', new Map()]]);
  for (const name of registry.names()) {
    const dot = name.lastIndexOf('.');
    if (dot === -1) continue;
    const path = name.slice(0, dot) === 'harness' ? '' : name.slice(0, dot);
    let methods = paths.get(path);
    if (methods === undefined) {
      methods = new Map();
      paths.set(path, methods);
    }
    methods.set(name.slice(dot + 1), name);
  }
  return paths;
}
