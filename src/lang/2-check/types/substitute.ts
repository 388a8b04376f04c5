// Type parameters replaced by types. Whatever does not mention one is returned as it is, the same object.
import { aliasOf, type Field, type Type, type VariableType } from './type.ts';
import { unionOf } from './union.ts';

export type Bindings = ReadonlyMap<VariableType, Type>;

/** `type` with every bound parameter replaced. */
export function substitute(type: Type, bindings: Bindings): Type {
  if (bindings.size === 0) return type;
  switch (type.kind) {
    case 'variable':
      return bindings.get(type) ?? type;
    case 'container': {
      const args = all(type.args, bindings);
      return args === type.args ? type : { ...type, args };
    }
    case 'nominal': {
      const args = all(type.args, bindings);
      return args === type.args ? type : { ...type, args };
    }
    case 'alias': {
      const args = all(type.args, bindings);
      return args === type.args ? type : aliasOf(type.decl, args);
    }
    case 'union': {
      const members = all(type.members, bindings);
      return members === type.members ? type : unionOf(members);
    }
    case 'intersection': {
      const members = all(type.members, bindings);
      return members === type.members ? type : { ...type, members };
    }
    case 'tuple': {
      const elements = all(type.elements, bindings);
      return elements === type.elements ? type : { ...type, elements };
    }
    case 'shape': {
      const fields = substituteFields(type.fields, bindings);
      return fields === type.fields ? type : { ...type, fields };
    }
    case 'function':
      return substituteFunction(type, bindings);
    default:
      return type;
  }
}

function substituteFunction(type: Extract<Type, { kind: 'function' }>, bindings: Bindings): Type {
  const params = type.params.map((param) => {
    const replaced = substitute(param.type, bindings);
    return replaced === param.type ? param : { ...param, type: replaced };
  });
  return {
    ...type,
    params,
    rest: type.rest === undefined ? undefined : substitute(type.rest, bindings),
    returns: substitute(type.returns, bindings),
  };
}

function substituteFields(fields: readonly Field[], bindings: Bindings): readonly Field[] {
  let changed = false;
  const replaced = fields.map((field) => {
    const type = substitute(field.type, bindings);
    if (type === field.type) return field;
    changed = true;
    return { ...field, type };
  });
  return changed ? replaced : fields;
}

function all(types: readonly Type[], bindings: Bindings): readonly Type[] {
  let changed = false;
  const replaced = types.map((type) => {
    const next = substitute(type, bindings);
    if (next !== type) changed = true;
    return next;
  });
  return changed ? replaced : types;
}

const NONE: Bindings = new Map();

/** Parameters of a declaration, in order, with the arguments of one use; missing ones stay unknown. */
export function bind(
  variables: readonly VariableType[],
  args: readonly Type[],
  missing: Type,
): Bindings {
  if (variables.length === 0) return NONE;
  return new Map(variables.map((variable, i) => [variable, args[i] ?? missing]));
}
