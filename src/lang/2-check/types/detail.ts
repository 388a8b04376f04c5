// Where two types differ, as an addition to a message about a mismatch.
import { assignable } from './assignable.ts';
import { typeText } from './display.ts';
import { expand, fieldsOf } from './expand.ts';
import { violation } from './interfaces.ts';
import type { Type } from './type.ts';

/** ` (missing field 'age' (int))`, or nothing when the types as wholes say it. */
export function mismatchDetail(from: Type, to: Type): string {
  const unkept = interfaceDetail(expand(from), expand(to));
  if (unkept !== undefined) return ` (${unkept})`;
  const wanted = fieldsOf(expand(to));
  const given = fieldsOf(expand(from));
  if (wanted === undefined || given === undefined) return '';
  for (const field of wanted) {
    const actual = given.find((each) => each.name === field.name);
    if (actual === undefined) {
      if (field.optional) continue;
      return ` (missing field '${field.name}' (${typeText(field.type)}))`;
    }
    if (!assignable(actual.type, field.type))
      return ` (field '${field.name}' has type ${typeText(actual.type)}, expected ${typeText(field.type)})`;
  }
  return '';
}

/** Why a struct or enum is not what an interface asks for. */
function interfaceDetail(from: Type, to: Type): string | undefined {
  if (from.kind !== 'nominal' || to.kind !== 'nominal') return undefined;
  return to.decl.node.kind === 'InterfaceDeclaration' ? violation(from, to, assignable) : undefined;
}
