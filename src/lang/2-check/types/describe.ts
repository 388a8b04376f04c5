// What declared types consist of: fields, variants, methods, associated types, and the right sides of aliases.
import type {
  EnumDeclaration,
  ImplDeclaration,
  InterfaceDeclaration,
  Statement,
  VariantField,
} from '../../ast.ts';
import { Declared, type Members, type Method, type TypeNode, type Variant } from './declared.ts';
import { declareVariables, readHead, readType, type UnknownTypeName } from './from-syntax.ts';
import { ANY, type Type, type VariableType } from './type.ts';
import { TypeScope } from './type-scope.ts';

const NO_METHODS: ReadonlyMap<string, Method> = new Map();
const NOTHING: Members = {
  fields: [],
  variants: [],
  methods: NO_METHODS,
  associated: new Map(),
  target: undefined,
};

export function isTypeNode(node: Statement): node is TypeNode {
  return (
    node.kind === 'StructDeclaration' ||
    node.kind === 'EnumDeclaration' ||
    node.kind === 'InterfaceDeclaration' ||
    node.kind === 'TypeDeclaration'
  );
}

/** A declared type that describes itself in the scope where it stands. */
export function declare(node: TypeNode, outer: TypeScope, unknownName: UnknownTypeName): Declared {
  const { scope, variables } = declareVariables(node.typeParams, [], outer);
  return new Declared(node, variables, () => describe(node, scope, unknownName));
}

function describe(node: TypeNode, scope: TypeScope, unknownName: UnknownTypeName): Members {
  switch (node.kind) {
    case 'TypeDeclaration':
      return { ...NOTHING, target: readType(node.type, scope, unknownName) };
    case 'StructDeclaration': {
      const fields = node.fields.map(({ name, optional, type }) => {
        return { name, optional, type: readType(type, scope, unknownName) };
      });
      return { ...NOTHING, fields };
    }
    case 'EnumDeclaration':
      return { ...NOTHING, variants: variantsOf(node, scope, unknownName) };
    case 'InterfaceDeclaration':
      return describeInterface(node, scope, unknownName);
  }
}

function variantsOf(
  node: EnumDeclaration,
  scope: TypeScope,
  unknownName: UnknownTypeName,
): readonly Variant[] {
  return node.variants.map(({ name, fields }) => ({
    name,
    payload: fields.map((field) => payloadOf(field, scope, unknownName)),
    required: fields.filter((field) => field.default === undefined).length,
  }));
}

/** `Circle(float)` and `Pending(reason)` look alike: a lone name is a type when there is one of that name. */
function payloadOf(
  field: VariantField,
  scope: TypeScope,
  unknownName: UnknownTypeName,
): Variant['payload'][number] {
  if (field.type !== undefined)
    return { label: field.name, type: readType(field.type, scope, unknownName) };
  if (field.name === undefined) return { label: undefined, type: ANY };
  const { span, name } = field;
  const type = readType({ kind: 'NamedType', span, name, args: [] }, scope);
  return { label: name, type };
}

function describeInterface(
  node: InterfaceDeclaration,
  outer: TypeScope,
  unknownName: UnknownTypeName,
): Members {
  const scope = new TypeScope(outer);
  const associated = new Map<string, { variable: VariableType; default: Type | undefined }>();
  for (const each of node.associatedTypes) {
    const variable: VariableType = { kind: 'variable', name: each.name, bounds: [] };
    scope.declare(each.name, variable);
    const fallback = each.default === undefined ? undefined : readType(each.default, outer);
    associated.set(each.name, { variable, default: fallback });
  }
  const methods = new Map<string, Method>();
  for (const method of node.methods) {
    const { type } = readHead(method, scope, { withoutSelf: true, unknownName });
    methods.set(method.name, { name: method.name, type });
  }
  return { ...NOTHING, methods, associated };
}

/** Puts the methods of an `impl` block on its type; gives the scope in which its parameters are visible. */
export function describeImpl(node: ImplDeclaration, outer: TypeScope): TypeScope {
  const decl = outer.lookup(node.name);
  const scope = implScope(node, outer, decl instanceof Declared ? decl : undefined);
  if (!(decl instanceof Declared)) return scope;
  for (const method of node.methods) {
    const { type } = readHead(method, scope, { withoutSelf: true });
    decl.methods.set(method.name, { name: method.name, type });
  }
  return scope;
}

/** `impl Pair<A, B>`: its names stand for the parameters of the type. */
function implScope(node: ImplDeclaration, outer: TypeScope, decl: Declared | undefined): TypeScope {
  if (decl === undefined || decl.variables.length === 0) return outer;
  const scope = new TypeScope(outer);
  for (const [i, variable] of decl.variables.entries())
    scope.declare(node.typeParams[i]?.name ?? variable.name, variable);
  return scope;
}
