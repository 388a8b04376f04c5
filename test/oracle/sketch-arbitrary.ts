// How arbitraries of sketches are put together: one record per kind of node, the tag filled in.
import fc from 'fast-check';
import type { Num, Stmt } from './sketch.ts';

function tagged<K extends string, T extends object>(
  tag: 'k' | 's' | 'w',
  name: K,
  parts: { [P in keyof T]: fc.Arbitrary<T[P]> },
): fc.Arbitrary<T> {
  return fc.record({ [tag]: fc.constant(name), ...parts }) as unknown as fc.Arbitrary<T>;
}

type Of<U, Tag extends 'k' | 's' | 'w', K> = Omit<Extract<U, { readonly [P in Tag]: K }>, Tag>;

/** A number-valued expression of one kind. */
export function num<K extends Num['k']>(
  name: K,
  parts: { [P in keyof Of<Num, 'k', K>]: fc.Arbitrary<Of<Num, 'k', K>[P]> },
): fc.Arbitrary<Num> {
  return tagged('k', name, parts) as unknown as fc.Arbitrary<Num>;
}

/** A statement of one kind. */
export function stmt<K extends Stmt['s']>(
  name: K,
  parts: { [P in keyof Of<Stmt, 's', K>]: fc.Arbitrary<Of<Stmt, 's', K>[P]> },
): fc.Arbitrary<Stmt> {
  return tagged('s', name, parts) as unknown as fc.Arbitrary<Stmt>;
}

export const weight = <T>(n: number, arbitrary: fc.Arbitrary<T>) => ({ weight: n, arbitrary });
