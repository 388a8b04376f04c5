// Strict type mode: a value that came from outside (parsed text, an answer of the host) has a shape that nobody has looked
// at. It is `any` with a mark; reading a field or an element of it before it was checked is reported.
import type { BuiltinSpec } from '../../builtin-spec.ts';
import { ownErrors } from '../errors.ts';
import type { Type } from './type.ts';
import type { At, Walk } from './walk.ts';

/** The marked type of what a builtin brings in; undefined where nothing is marked. */
export function boundaryResult(
  walk: Walk,
  { boundary }: BuiltinSpec,
  name: string,
): Type | undefined {
  return walk.checksBoundaries && boundary === true ? { kind: 'any', from: name } : undefined;
}

/** Reports reading `what` of a value that is still as it came in. */
export function checkBoundary(walk: Walk, type: Type, what: string, { span }: At): void {
  if (type.kind === 'any' && type.from !== undefined)
    walk.latent(ownErrors.unchecked({ what, from: type.from }, { span }));
}

export function isUnchecked(type: Type): boolean {
  return type.kind === 'any' && type.from !== undefined;
}
