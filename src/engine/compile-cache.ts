// A cache of compiled programs in the user's cache directory. The key covers everything that decides the result: the
// texts, the settings, the compiler and the ABI. A cache is never trusted: what does not read back as it was written
// is ignored, and a cache that cannot be written is none.
import { canonicalJson, type Json, type Source, sha256 } from '../base/index.ts';
import type { ModuleLoader } from '../lang/index.ts';
import { SUPPORT_ABI } from '../values/index.ts';
import {
  COMPILER_VERSION,
  type CompiledProgram,
  type CompileResult,
  type Resolution,
} from './compile.ts';
import type { CodeCache } from './link.ts';

/** Files by name below one folder. Failures are the caller's to ignore. */
export interface CacheFs {
  /** Undefined when there is no such file. */
  read(name: string): Uint8Array | undefined;
  /** Must be atomic: a reader sees the old file or the new one. */
  write(name: string, content: Uint8Array): void;
}

/** What is kept about an entry: what its imports meant and said, so that a change anywhere below is noticed. */
interface Manifest {
  readonly v: 1;
  readonly imports: readonly (Resolution & { readonly hash: string })[];
  readonly program: string;
}

export class CompileCache {
  readonly #fs: CacheFs;
  readonly #settings: string;

  /** `settings` are all options that change what the compiler does: editions, the specs of the builtins. */
  constructor(fs: CacheFs, settings: Json) {
    this.#fs = fs;
    this.#settings = sha256(canonicalJson([COMPILER_VERSION, SUPPORT_ABI, settings]));
  }

  /** The program of an entry, if every import still leads to the same text. */
  read(entry: Source, loader: ModuleLoader): CompiledProgram | undefined {
    const manifest = this.#json<Manifest>(`${this.#key(entry)}.json`);
    if (manifest?.v !== 1 || !Array.isArray(manifest.imports)) return undefined;
    const known = new Map([[entry.id, entry]]);
    for (const { from, path, id, hash } of manifest.imports as Manifest['imports']) {
      const source = known.get(from);
      const target = source === undefined ? undefined : loader.load(path, source);
      if (target?.id !== id || sha256(target.text) !== hash) return undefined;
      known.set(id, target);
    }
    const text = this.#text(`${manifest.program}.program.json`);
    if (text === undefined || sha256(text) !== manifest.program) return undefined;
    return JSON.parse(text) as CompiledProgram;
  }

  /** Remembers a program and what it was made of. */
  write(entry: Source, { program, sources, resolutions }: CompileResult): void {
    if (program === undefined) return;
    const text = JSON.stringify(program);
    const hash = sha256(text);
    const hashes = new Map(sources.map((source) => [source.id, sha256(source.text)]));
    const manifest: Manifest = {
      v: 1,
      imports: resolutions.map((each) => ({ ...each, hash: hashes.get(each.id) ?? '' })),
      program: hash,
    };
    this.#write(`${hash}.program.json`, text);
    this.#write(`${this.#key(entry)}.json`, JSON.stringify(manifest));
  }

  /** V8's compiled code beside the programs. Only for this version of V8; another one rejects it. */
  codeCache(v8: string): CodeCache {
    const nameOf = (hash: string) => `${sha256(`${v8}\n${hash}`)}.v8`;
    return {
      read: (hash) => {
        const bytes = this.#bytes(nameOf(hash));
        return bytes === undefined ? undefined : Buffer.from(bytes);
      },
      write: (hash, code) => this.#write(nameOf(hash), code),
    };
  }

  #key(entry: Source): string {
    return sha256(`${this.#settings}\n${entry.id}\n${entry.text}`);
  }

  #bytes(name: string): Uint8Array | undefined {
    try {
      return this.#fs.read(name);
    } catch {
      return undefined;
    }
  }

  #text(name: string): string | undefined {
    const bytes = this.#bytes(name);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  #json<T>(name: string): T | undefined {
    const text = this.#text(name);
    if (text === undefined) return undefined;
    try {
      const value = JSON.parse(text) as T;
      return typeof value === 'object' && value !== null ? value : undefined;
    } catch {
      return undefined;
    }
  }

  #write(name: string, content: string | Uint8Array): void {
    try {
      this.#fs.write(
        name,
        typeof content === 'string' ? new TextEncoder().encode(content) : content,
      );
    } catch {
      // A read-only or full disk costs time, not correctness.
    }
  }
}
