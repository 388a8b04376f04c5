// Whether a program means the same in its new spelling, as far as the checker can tell: no new mistakes, the same
// builtins called as often, the same names undefined, started in the same way.
import type { Diagnostic } from '../../../base/index.ts';
import type { CheckedModule, CheckedProgram } from '../../2-check/checked-module.ts';

/** What would be different, and in which module. */
export type Difference =
  | { readonly kind: 'error'; readonly module: string; readonly error: Diagnostic }
  | { readonly kind: 'meaning'; readonly module: string; readonly what: string };

export function differenceOf(
  before: CheckedProgram,
  after: CheckedProgram,
  startsItself: ReadonlySet<string>,
): Difference | undefined {
  const error = newError(before, after);
  if (error !== undefined) return { kind: 'error', module: error.span.source, error };
  const later = new Map(after.modules.map((module) => [module.source.id, module]));
  for (const module of before.modules) {
    const { id } = module.source;
    const changed = later.get(id);
    const what =
      changed === undefined
        ? 'a module is no longer loaded'
        : meaningDifference(module, changed, startsItself.has(id));
    if (what !== undefined) return { kind: 'meaning', module: id, what };
  }
  return undefined;
}

function newError(before: CheckedProgram, after: CheckedProgram): Diagnostic | undefined {
  const known = new Map<string, number>();
  const key = ({ code, span }: Diagnostic) => `${code} ${span.source}`;
  const errorsOf = ({ diagnostics, latent }: CheckedProgram) =>
    [...diagnostics, ...latent].filter(({ severity }) => severity === 'error');
  for (const each of errorsOf(before)) known.set(key(each), (known.get(key(each)) ?? 0) + 1);
  for (const each of errorsOf(after)) {
    const left = known.get(key(each)) ?? 0;
    if (left === 0) return each;
    known.set(key(each), left - 1);
  }
  return undefined;
}

function meaningDifference(
  before: CheckedModule,
  after: CheckedModule,
  startsItself: boolean,
): string | undefined {
  if (before.entry.kind !== after.entry.kind && !startsItself) return 'it starts in another way';
  if (faultsOf(before) !== faultsOf(after)) return 'other names are undefined or fixed';
  if (calledBuiltins(before) !== calledBuiltins(after)) return 'other builtins are called';
  if (before.functions.size !== after.functions.size) return 'it has other functions';
  return undefined;
}

function faultsOf({ faults }: CheckedModule): string {
  return [...faults.values()].map(({ kind, name }) => `${kind} ${name}`).join('\n');
}

function calledBuiltins({ calls }: CheckedModule): string {
  const names: string[] = [];
  for (const { target } of calls.values())
    if (target.kind === 'builtin' || target.kind === 'capability') names.push(target.spec.name);
  return names.sort().join('\n');
}
