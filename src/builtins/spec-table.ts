// What the checker has to know of every builtin, as data: so that compiling a program does not load what the builtins do.
// Here it is unknown; the build of the command line puts it in (see scripts/builtin-tables.mjs).
import type { BuiltinSpec } from '../lang/builtin-spec.ts';

/** Undefined where nobody has looked: then the rows themselves are asked. */
export const SPEC_TABLE: (() => readonly BuiltinSpec[]) | undefined = undefined;
