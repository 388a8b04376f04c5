// What leaves a function: whether it fits what the function declares.
import { assignable } from './assignable.ts';
import { mismatchDetail } from './detail.ts';
import { typeText } from './display.ts';
import { typeErrors } from './errors.ts';
import type { Type } from './type.ts';
import type { At, Walk } from './walk.ts';
import { widen } from './widen.ts';

/** Reports a returned value that does not fit, and remembers it for closures without a declared type. */
export function checkReturned(walk: Walk, type: Type, { span }: At): void {
  const { returns, returned, isClosure } = walk.frame;
  returned.push(type);
  if (returns === undefined || assignable(type, returns)) return;
  const got = widen(type);
  const problem = {
    expected: typeText(returns),
    got: typeText(got),
    detail: mismatchDetail(got, returns),
  };
  const make = isClosure ? typeErrors.closureReturned : typeErrors.returned;
  walk.error(make(problem, { span }));
}
