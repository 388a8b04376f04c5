// Builtins of numbers that give a decimal for decimals: what their results are, and what they cannot take.
import { typeErrors } from './errors.ts';
import { DECIMAL, FLOAT, INT, type Type } from './type.ts';
import { membersOf, unionOf } from './union.ts';
import type { At, Walk } from './walk.ts';
import { withoutLiteral } from './widen.ts';

type Refine = (args: readonly Type[]) => Type | undefined;

/** What a builtin gives for arguments of these types, where the signature cannot say it; undefined for the others. */
export function decimalResult(walk: Walk, name: string, span: At['span']): Refine | undefined {
  switch (name) {
    case 'decimal':
      return (args) => refuseFloat(walk, args[0], span);
    case 'round':
      return rounded;
    case 'min':
    case 'max':
    case 'pow':
      return (args) => (args.some((arg) => arg === DECIMAL) ? DECIMAL : undefined);
    default:
      return undefined;
  }
}

function refuseFloat(walk: Walk, value: Type | undefined, span: At['span']): undefined {
  const isFloat = value !== undefined && withoutLiteral(value) === FLOAT;
  if (isFloat) walk.error(typeErrors.decimalOfFloat({}, { span }));
  return undefined;
}

/** With digits a number of its own kind, without them an int. */
function rounded([value, digits]: readonly Type[]): Type | undefined {
  if (value === undefined || digits === undefined) return INT;
  return unionOf(
    membersOf(value).map((each) => (each === DECIMAL ? DECIMAL : withoutLiteral(each))),
  );
}
