// A ModuleLoader over texts in memory: for the REPL, `run -e`, editors with unsaved buffers, and tests.
import type { Source } from '../../base/index.ts';
import type { ModuleLoader } from './module-graph.ts';

/** Finds `path`, relative to the importing file or as it is (`std/x`), with or without `.harn`. */
export function memoryLoader(files: { readonly [id: string]: string }): ModuleLoader {
  const texts = new Map(Object.entries(files));
  return {
    known: () => [...texts.keys()].filter((id) => id.startsWith('std/')),
    load(path: string, from: Source): Source | undefined {
      const relative = resolvePath(from.id, path);
      for (const id of [relative, `${relative}.harn`, path, `${path}.harn`]) {
        const text = texts.get(id);
        if (text !== undefined) return { id, text };
      }
      return undefined;
    },
  };
}

function resolvePath(from: string, path: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
