// The form in which a run keeps its program, and the hash by which it is found again. Remembered per program, because
// the cache of compiled programs has both at hand, and hashing at every start would be felt.
import { sha256 } from '../base/index.ts';
import type { CompiledProgram } from './compile.ts';

/** A program as text, and the SHA-256 of that text. */
export interface StoredProgram {
  readonly text: string;
  readonly hash: string;
}

const known = new WeakMap<CompiledProgram, StoredProgram>();

/** What is kept of a program. */
export function storedForm(program: CompiledProgram): StoredProgram {
  let stored = known.get(program);
  if (stored === undefined) {
    const text = JSON.stringify(program);
    stored = { text, hash: sha256(text) };
    known.set(program, stored);
  }
  return stored;
}

/** A program from its stored form, which has been checked. */
export function programFrom(stored: StoredProgram): CompiledProgram {
  const program = JSON.parse(stored.text) as CompiledProgram;
  known.set(program, stored);
  return program;
}
