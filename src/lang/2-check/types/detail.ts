// Where two types differ, as an addition to a message about a mismatch.
import { nearestName } from '../../../base/index.ts';
import { assignable } from './assignable.ts';
import { typeText } from './display.ts';
import { alternatives, expand, fieldsOf } from './expand.ts';
import { violation } from './interfaces.ts';
import { quoteText } from './quote.ts';
import type { Type } from './type.ts';
import { widen } from './widen.ts';

/** What was found, as precisely as what was wanted: the literal itself where literals were asked for. */
export function foundType(from: Type, to: Type): Type {
  const wanted = alternatives(to).map(expand);
  if (from.kind === 'literal')
    return wanted.some(({ kind }) => kind === 'literal') ? from : widen(from);
  if (from.kind === 'shape' && !from.declared) {
    const fields = from.fields.map((field) => {
      const places = wanted.map((each) => fieldsOf(each)?.find(({ name }) => name === field.name));
      const place = places.find((each) => each !== undefined);
      return { ...field, type: place ? foundType(field.type, place.type) : widen(field.type) };
    });
    return { ...from, fields };
  }
  return widen(from);
}

/** ` (missing field 'age' (int))`, or nothing when the types as wholes say it. */
export function mismatchDetail(from: Type, to: Type): string {
  const unkept = interfaceDetail(expand(from), expand(to));
  if (unkept !== undefined) return ` (${unkept})`;
  const wanted = fieldsOf(expand(to));
  const given = fieldsOf(expand(from));
  if (wanted === undefined || given === undefined) return likelyLiteral(from, to);
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

/** What a mismatch says beyond the two types. */
export function mismatch(from: Type, to: Type): { detail: string; suggestion: string | undefined } {
  return { detail: mismatchDetail(from, to), suggestion: likelyText(from, to) };
}

/** ` (did you mean "fast"?)` for a text that is nearly one of those that were wanted. */
function likelyLiteral(from: Type, to: Type): string {
  const text = likelyText(from, to);
  return text === undefined ? '' : ` (did you mean ${text}?)`;
}

/** The wanted text, in quotes, that one which is not wanted is near to. */
function likelyText(from: Type, to: Type): string | undefined {
  if (from.kind !== 'literal' || typeof from.value !== 'string') return undefined;
  const texts = alternatives(to).flatMap((each) => {
    const member = expand(each);
    return member.kind === 'literal' && typeof member.value === 'string' ? [member.value] : [];
  });
  const suggestion = nearestName(from.value, texts);
  return suggestion === undefined ? undefined : quoteText(suggestion);
}
