// What leaves a function: whether what it returns and throws fits what the function declares.

import type { FunctionDeclaration } from '../../ast.ts';
import { assignable } from './assignable.ts';
import { foundType, mismatch, mismatchDetail } from './detail.ts';
import { typeText } from './display.ts';
import { typeErrors } from './errors.ts';
import { expand } from './expand.ts';
import { NIL, type Type } from './type.ts';
import type { At, Walk } from './walk.ts';
import { widen } from './widen.ts';

/** Reports a returned value that does not fit, and remembers it for closures without a declared type. */
export function checkReturned(walk: Walk, type: Type, { span }: At): void {
  const { returns, returned, isClosure } = walk.frame;
  returned.push(type);
  if (returns === undefined || assignable(type, returns)) return;
  const got = foundType(type, returns);
  const problem = {
    expected: typeText(returns),
    got: typeText(got),
    ...mismatch(got, returns),
  };
  const make = isClosure ? typeErrors.closureReturned : typeErrors.returned;
  walk.error(make(problem, { span }));
}

/** What `-> Stream<T>` or `-> Generator<T>` says of each value; undefined where nothing is written. */
export function producedElement(node: object, returns: Type): Type | undefined {
  if (!('returns' in node) || node.returns === undefined) return undefined;
  const type = expand(returns);
  if (type.kind !== 'container' || !PRODUCED.has(type.name)) return undefined;
  return type.args[0];
}

const PRODUCED: ReadonlySet<string> = new Set(['Stream', 'Generator', 'iter']);

/** Reports an emitted or yielded value that is none of what the function says it produces. */
export function checkProduced(walk: Walk, verb: string, type: Type, { span }: At): void {
  const { element } = walk.frame;
  if (element === undefined || assignable(type, element)) return;
  const got = widen(type);
  const detail = mismatchDetail(got, element);
  walk.error(
    typeErrors.produced(
      { verb, got: typeText(got), expected: typeText(element), detail },
      { span },
    ),
  );
}

/** Reports something thrown that `throws` does not name. A `try` around it has widened what may be thrown. */
export function checkThrown(walk: Walk, type: Type, { span }: At): void {
  const { throws } = walk.frame;
  if (throws === undefined || assignable(type, throws)) return;
  const texts = { type: typeText(widen(type)), declared: typeText(throws) };
  walk.error(typeErrors.thrown(texts, { span }));
}

/** The end of a body was reached: a named function then gives nil. */
export function checkEnd(walk: Walk, node: FunctionDeclaration, returns: Type | undefined): void {
  if (!walk.isStrict || returns === undefined || assignable(NIL, returns)) return;
  const span = node.returns?.span ?? node.nameSpan;
  walk.warn(typeErrors.missingReturn({ name: node.name, expected: typeText(returns) }, { span }));
}
