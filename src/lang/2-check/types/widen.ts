// What a value is called once it has a name: literals in a program are precise only where they stand.
import { baseOf, container, FLOAT, INT, listOf, type Type } from './type.ts';
import { unionOf } from './union.ts';

/** Fresh literals become their base types, fresh lists ordinary lists. */
export function widen(type: Type): Type {
  switch (type.kind) {
    case 'literal':
      return type.fresh ? baseOf(type) : type;
    case 'container':
      return type.fresh ? widenList(type.args) : type;
    case 'union': {
      const members = type.members.map(widen);
      return members.every((member, i) => member === type.members[i]) ? type : unionOf(members);
    }
    case 'shape': {
      if (type.declared) return type;
      let changed = false;
      const fields = type.fields.map((field) => {
        const next = widen(field.type);
        if (next === field.type) return field;
        changed = true;
        return { ...field, type: next };
      });
      return changed ? { ...type, fields } : type;
    }
    default:
      return type;
  }
}

/** Numbers of both kinds make a list of floats. */
function widenList(args: readonly Type[]): Type {
  const element = widen(args[0] ?? { kind: 'any' });
  const isMixed =
    element.kind === 'union' &&
    element.members.length === 2 &&
    element.members.every((member) => member === INT || member === FLOAT);
  return isMixed ? container('list', [FLOAT]) : listOf(element);
}

/** The base of a literal type, however it came about. */
export function withoutLiteral(type: Type): Type {
  return type.kind === 'literal' ? baseOf(type) : type;
}
