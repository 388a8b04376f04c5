import { describe, expect, it } from 'vitest';
import type { Source } from '../base/index.ts';
import { createRegistry } from '../builtins/index.ts';
import type { ModuleLoader } from '../lang/index.ts';
import { type CompileResult, compileProgram } from './compile.ts';
import { type CacheFs, CompileCache } from './compile-cache.ts';

/** A folder in memory. */
class MemoryFolder implements CacheFs {
  readonly files = new Map<string, Uint8Array>();

  read(name: string): Uint8Array | undefined {
    return this.files.get(name);
  }

  write(name: string, content: Uint8Array): void {
    this.files.set(name, content);
  }
}

const ENTRY: Source = { id: 'main.harn', text: 'import { f } from "m"\nlet x = f()' };

function loaderOf(modules: { readonly [path: string]: string }): ModuleLoader {
  return {
    load: (path) => {
      const text = modules[path];
      return text === undefined ? undefined : { id: `${path}.harn`, text };
    },
  };
}

const MODULES = {
  m: 'import { g } from "n"\npub fn f() { return g() }',
  n: 'pub fn g() { return 1 }',
};

function compile(modules: { readonly [path: string]: string } = MODULES): CompileResult {
  const builtins = createRegistry().specs();
  return compileProgram(ENTRY, { loader: loaderOf(modules), builtins });
}

function filled(): { cache: CompileCache; folder: MemoryFolder; result: CompileResult } {
  const folder = new MemoryFolder();
  const cache = new CompileCache(folder, { edition: '2026' });
  const result = compile();
  cache.write(ENTRY, result);
  return { cache, folder, result };
}

describe('the compile cache', () => {
  it('gives back what was compiled', () => {
    const { cache, result } = filled();
    expect(result.program).toBeDefined();
    expect(cache.read(ENTRY, loaderOf(MODULES))).toEqual(
      JSON.parse(JSON.stringify(result.program)),
    );
  });

  it('notices a change in any text, and imports that now lead elsewhere', () => {
    const { cache } = filled();
    const changedDeep = { ...MODULES, n: 'pub fn g() { return 2 }' };
    expect(cache.read({ ...ENTRY, text: `${ENTRY.text} ` }, loaderOf(MODULES))).toBeUndefined();
    expect(cache.read(ENTRY, loaderOf(changedDeep))).toBeUndefined();
    expect(cache.read(ENTRY, loaderOf({ m: MODULES.m }))).toBeUndefined();
    const moved: ModuleLoader = {
      load: (path, from) => {
        const source = loaderOf(MODULES).load(path, from);
        return source === undefined ? undefined : { ...source, id: `packages/${source.id}` };
      },
    };
    expect(cache.read(ENTRY, moved)).toBeUndefined();
  });

  it('keeps settings apart', () => {
    const { folder } = filled();
    const other = new CompileCache(folder, { edition: '0.7' });
    expect(other.read(ENTRY, loaderOf(MODULES))).toBeUndefined();
  });

  it('ignores entries that are damaged in any byte', () => {
    const { cache, folder } = filled();
    for (const [name, content] of [...folder.files]) {
      for (const damaged of [
        new Uint8Array(),
        content.subarray(0, content.length / 2),
        Uint8Array.of(...content.subarray(1), 32),
      ]) {
        folder.files.set(name, damaged);
        expect(cache.read(ENTRY, loaderOf(MODULES)), name).toBeUndefined();
      }
      folder.files.set(name, content);
    }
    expect(cache.read(ENTRY, loaderOf(MODULES))).toBeDefined();
  });

  it('is no cache where the disk refuses', () => {
    const refuse = () => {
      throw new Error('EACCES');
    };
    const cache = new CompileCache({ read: refuse, write: refuse }, null);
    cache.write(ENTRY, compile());
    expect(cache.read(ENTRY, loaderOf(MODULES))).toBeUndefined();
  });

  it('stores nothing for a program with errors', () => {
    const folder = new MemoryFolder();
    new CompileCache(folder, null).write(ENTRY, compile({}));
    expect(folder.files.size).toBe(0);
  });

  it('keeps code of one version of V8 from another', () => {
    const { cache } = filled();
    cache.codeCache('11.3').write('hash', Buffer.from('code'));
    expect(cache.codeCache('11.3').read('hash')?.toString()).toBe('code');
    expect(cache.codeCache('12.0').read('hash')).toBeUndefined();
  });
});
