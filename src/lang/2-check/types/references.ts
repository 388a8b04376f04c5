// Expressions that name a place: a variable, or a path below one (`o.a.b`, `m["k"]`). Facts can be learned about them.
import type { Expression } from '../../ast.ts';
import type { BindingRecord } from '../records.ts';
import { withoutNil } from './expand.ts';
import { elementType, propertyType } from './members.ts';
import { ANY, type Type } from './type.ts';
import type { Walk } from './walk.ts';

export interface Reference {
  readonly binding: BindingRecord;
  /** `` for the variable itself. */
  readonly path: string;
}

/** The place that an expression names, if it names one. */
export function referenceOf(walk: Walk, node: Expression): Reference | undefined {
  if (node.kind === 'Identifier') {
    const binding = walk.record.uses.get(node);
    return binding === undefined ? undefined : { binding, path: '' };
  }
  if (node.kind !== 'Member' && node.kind !== 'Index') return undefined;
  const key = node.kind === 'Member' ? node.name : keyOf(node.index);
  if (key === undefined) return undefined;
  const base = referenceOf(walk, node.object);
  return base === undefined ? undefined : { binding: base.binding, path: `${base.path}.${key}` };
}

/** A key that is written out. */
export function keyOf(node: Expression): string | undefined {
  if (node.kind === 'StringLiteral') return node.value;
  return node.kind === 'IntLiteral' ? String(node.value) : undefined;
}

/** The current type of a place, without looking for mistakes again. */
export function typeOfPlace(walk: Walk, node: Expression): Type {
  if (node.kind === 'Identifier') {
    const binding = walk.record.uses.get(node);
    return binding === undefined ? ANY : walk.typeOf(binding);
  }
  if (node.kind !== 'Member' && node.kind !== 'Index') return ANY;
  const known = knownPath(walk, node);
  if (known !== undefined) return known;
  const object = withoutNil(typeOfPlace(walk, node.object));
  if (node.kind === 'Member') return propertyType(object, node.name) ?? ANY;
  return elementType(object, keyOf(node.index));
}

/** What was learned about a path on the way here. */
export function knownPath(walk: Walk, node: Expression): Type | undefined {
  if (!walk.flow.knowsPaths) return undefined;
  let root = node;
  while (root.kind === 'Member' || root.kind === 'Index') root = root.object;
  if (root.kind !== 'Identifier') return undefined;
  const paths = walk.record.uses.get(root)?.paths;
  if (paths === undefined) return undefined;
  const reference = referenceOf(walk, node);
  return reference === undefined ? undefined : paths.get(reference.path);
}

/** Learns that a place has a narrower type. */
export function narrowPlace(walk: Walk, node: Expression, type: Type): void {
  const reference = referenceOf(walk, node);
  if (reference === undefined || !isVariable(reference.binding)) return;
  if (reference.path === '') walk.flow.narrow(reference.binding, type);
  else walk.flow.narrowPath(reference.binding, reference.path, type);
}

function isVariable({ kind }: BindingRecord): boolean {
  return kind === 'local' || kind === 'moduleVar' || kind === 'param';
}
