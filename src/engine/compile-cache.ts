// A cache of compiled programs in the user's cache directory: one file per entry, found by a hash of everything that
// decides the result, and used only if the texts in it are those that the loader reads now. A cache is never trusted:
// what does not read back as it was written is ignored, and a cache that cannot be written is none.
import { canonicalJson, checkHash, type Json, type Source, sha256 } from '../base/index.ts';
import type { ModuleLoader } from '../lang/index.ts';
import { SUPPORT_ABI } from '../values/index.ts';
import type { CompiledProgram, CompileResult } from './compile.ts';
import type { CodeCache } from './link.ts';
import { programFrom, storedForm } from './stored-program.ts';
import { COMPILER_VERSION } from './version.ts';

/** Files by name below one folder. Failures are the caller's to ignore. */
export interface CacheFs {
  /** Undefined when there is no such file. */
  read(name: string): Uint8Array | undefined;
  /** Must be atomic: a reader sees the old file or the new one. */
  write(name: string, content: Uint8Array): void;
}

/** The first line of a file; the program follows. */
interface Head {
  readonly v: 2;
  readonly settings: string;
  /** SHA-256 of the program's text: known here, so that a run need not find it out. */
  readonly hash: string;
  /** A check of this file against damage. */
  readonly sum: string;
}

/** Above this, SHA-256 is the quicker check although it has to be loaded. */
const LONG_TEXT = 256 * 1024;

export class CompileCache {
  readonly #fs: CacheFs;
  readonly #settings: string;

  /** `settings` are all options that change what the compiler does: editions, the specs of the builtins. */
  constructor(fs: CacheFs, settings: Json) {
    this.#fs = fs;
    this.#settings = canonicalJson([COMPILER_VERSION, SUPPORT_ABI, settings]);
  }

  /** The program of an entry, if every import still leads to the same text. */
  read(entry: Source, loader: ModuleLoader, edition?: string): CompiledProgram | undefined {
    const content = this.#text(this.#nameOf(entry, edition));
    if (content === undefined) return undefined;
    const end = content.indexOf('\n');
    const head = parseHead(content.slice(0, Math.max(0, end)));
    const text = content.slice(end + 1);
    if (head?.settings !== this.#settings || head.sum !== sumOf(head.hash, text)) return undefined;
    const program = programFrom({ text, hash: head.hash });
    return isCurrent(program, entry, loader) ? program : undefined;
  }

  /** Remembers a program. */
  write(entry: Source, { program }: CompileResult, edition?: string): void {
    if (program === undefined) return;
    const { text, hash } = storedForm(program);
    const head: Head = { v: 2, settings: this.#settings, hash, sum: sumOf(hash, text) };
    this.#write(this.#nameOf(entry, edition), `${JSON.stringify(head)}\n${text}`);
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

  #nameOf(entry: Source, edition = ''): string {
    return `${checkHash(`${this.#settings}\n${edition}\n${entry.id}\n${entry.text}`)}.program`;
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

function parseHead(line: string): Head | undefined {
  try {
    const head = JSON.parse(line) as Head | null;
    return head?.v === 2 ? head : undefined;
  } catch {
    return undefined;
  }
}

function sumOf(hash: string, text: string): string {
  const all = `${hash}\n${text}`;
  return text.length > LONG_TEXT ? sha256(all) : checkHash(all);
}

/** Whether a program was made of this entry and of what its imports lead to now. */
function isCurrent(program: CompiledProgram, entry: Source, loader: ModuleLoader): boolean {
  const compiled = new Map(program.sources.map((source) => [source.id, source.text]));
  if (program.entry !== entry.id || compiled.get(entry.id) !== entry.text) return false;
  const known = new Map([[entry.id, entry]]);
  for (const { from, path, id } of program.resolutions) {
    const source = known.get(from);
    const target = source === undefined ? undefined : loader.load(path, source);
    if (target?.id !== id || target.text !== compiled.get(id)) return false;
    known.set(id, target);
  }
  return true;
}
