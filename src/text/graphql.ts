// The languages of GraphQL as JSON data: what a schema (SDL) declares, in the words that introspection uses for the same, and
// what the operations of a document ask for.
import { GraphQLError } from 'graphql/error/GraphQLError.js';
import type {
  ConstDirectiveNode,
  DefinitionNode,
  DocumentNode,
  FieldDefinitionNode,
  InputValueDefinitionNode,
  OperationDefinitionNode,
  TypeDefinitionNode,
  TypeExtensionNode,
  VariableDefinitionNode,
} from 'graphql/language/ast.js';
import { parse } from 'graphql/language/parser.js';
import { print } from 'graphql/language/printer.js';
import type { Json, JsonObject } from '../base/index.ts';
import { FormatError } from './format-error.ts';

/** More than a schema of a large service has. */
const MAX_TOKENS = 1_000_000;

/**
 * The types of a schema: `{query_type, mutation_type, subscription_type, types, directives}`. A type is `{kind, name,
 * description, fields, interfaces, enum_values, input_fields, possible_types}`; what a kind has not is an empty list.
 */
export function parseGraphqlSchema(sdl: string): JsonObject {
  const { definitions } = documentOf(sdl);
  const roots = rootsOf(definitions);
  const types = new Map<string, JsonObject>();
  for (const definition of definitions) {
    const given = definition as TypeDefinitionNode | TypeExtensionNode;
    const kind = KINDS[given.kind];
    if (kind === undefined) continue;
    const name = given.name.value;
    types.set(name, together(types.get(name), typeRecord(kind, given)));
  }
  const named = (operation: string, usual: string) =>
    roots.get(operation) ?? (roots.size === 0 && types.has(usual) ? usual : null);
  return {
    query_type: named('query', 'Query'),
    mutation_type: named('mutation', 'Mutation'),
    subscription_type: named('subscription', 'Subscription'),
    types: [...types.values()],
    directives: definitions.flatMap((each) =>
      each.kind === 'DirectiveDefinition' ? [each.name.value] : [],
    ),
  };
}

/** The operations of a document: `{name, kind, variables: [{name, type, default}], root_fields}` each; name may be null. */
export function parseGraphqlOperations(document: string): readonly JsonObject[] {
  return documentOf(document).definitions.flatMap((each) =>
    each.kind === 'OperationDefinition' ? [operationRecord(each)] : [],
  );
}

function documentOf(text: string): DocumentNode {
  try {
    return parse(text, { noLocation: true, maxTokens: MAX_TOKENS });
  } catch (error) {
    if (error instanceof GraphQLError) throw new FormatError(reasonOf(error));
    // The parser goes down with the nesting of the text.
    if (error instanceof RangeError) throw new FormatError('it is nested too deeply');
    throw error;
  }
}

function reasonOf({ message, locations }: GraphQLError): string {
  const [at] = locations ?? [];
  const reason = message.replace(/^Syntax Error: /, '');
  return at === undefined ? reason : `line ${at.line}, column ${at.column}: ${reason}`;
}

const KINDS: { readonly [node: string]: string } = {
  ObjectTypeDefinition: 'OBJECT',
  ObjectTypeExtension: 'OBJECT',
  InterfaceTypeDefinition: 'INTERFACE',
  InterfaceTypeExtension: 'INTERFACE',
  InputObjectTypeDefinition: 'INPUT_OBJECT',
  InputObjectTypeExtension: 'INPUT_OBJECT',
  EnumTypeDefinition: 'ENUM',
  EnumTypeExtension: 'ENUM',
  UnionTypeDefinition: 'UNION',
  UnionTypeExtension: 'UNION',
  ScalarTypeDefinition: 'SCALAR',
  ScalarTypeExtension: 'SCALAR',
};

/** The root types that `schema { ... }` names, by operation. */
function rootsOf(definitions: readonly DefinitionNode[]): ReadonlyMap<string, string> {
  return new Map(
    definitions.flatMap((each) =>
      each.kind === 'SchemaDefinition' || each.kind === 'SchemaExtension'
        ? (each.operationTypes ?? []).map(
            ({ operation, type }) => [operation, type.name.value] as const,
          )
        : [],
    ),
  );
}

type AnyType = Partial<{
  readonly fields: readonly (FieldDefinitionNode | InputValueDefinitionNode)[];
  readonly interfaces: readonly { readonly name: { readonly value: string } }[];
  readonly values: readonly {
    readonly name: { readonly value: string };
    readonly description?: { readonly value: string } | undefined;
    readonly directives?: readonly ConstDirectiveNode[] | undefined;
  }[];
  readonly types: readonly { readonly name: { readonly value: string } }[];
}>;

function typeRecord(kind: string, node: TypeDefinitionNode | TypeExtensionNode): JsonObject {
  const { fields = [], interfaces = [], values = [], types = [] } = node as AnyType;
  const isInput = kind === 'INPUT_OBJECT';
  return {
    kind,
    name: node.name.value,
    description: 'description' in node ? (node.description?.value ?? null) : null,
    fields: isInput ? [] : fields.map((field) => fieldRecord(field as FieldDefinitionNode)),
    interfaces: interfaces.map(({ name }) => name.value),
    enum_values: values.map(({ name, description, directives }) => ({
      name: name.value,
      description: description?.value ?? null,
      ...deprecation(directives),
    })),
    input_fields: isInput
      ? fields.map((field) => inputRecord(field as InputValueDefinitionNode))
      : [],
    possible_types: types.map(({ name }) => name.value),
  };
}

/** A type and what extends it, in whichever order they stand. */
function together(before: JsonObject | undefined, more: JsonObject): JsonObject {
  if (before === undefined) return more;
  const out: { [key: string]: Json } = { ...before };
  for (const [key, value] of Object.entries(more)) {
    const had = out[key];
    if (Array.isArray(value)) out[key] = [...(had as readonly Json[]), ...value];
    else if (had === null) out[key] = value;
  }
  return out;
}

function fieldRecord(field: FieldDefinitionNode): JsonObject {
  return {
    name: field.name.value,
    type: print(field.type),
    description: field.description?.value ?? null,
    args: (field.arguments ?? []).map(inputRecord),
    ...deprecation(field.directives),
  };
}

function inputRecord(field: InputValueDefinitionNode): JsonObject {
  return {
    name: field.name.value,
    type: print(field.type),
    description: field.description?.value ?? null,
    default: field.defaultValue === undefined ? null : print(field.defaultValue),
  };
}

function deprecation(directives: readonly ConstDirectiveNode[] = []): JsonObject {
  const found = directives.find(({ name }) => name.value === 'deprecated');
  if (found === undefined) return { deprecated: false, deprecation_reason: null };
  const reason = found.arguments?.find(({ name }) => name.value === 'reason')?.value;
  const text = reason?.kind === 'StringValue' ? reason.value : 'No longer supported';
  return { deprecated: true, deprecation_reason: text };
}

function operationRecord(node: OperationDefinitionNode): JsonObject {
  return {
    name: node.name?.value ?? null,
    kind: node.operation,
    variables: (node.variableDefinitions ?? []).map(variableRecord),
    // What the answer calls them.
    root_fields: node.selectionSet.selections.flatMap((each) =>
      each.kind === 'Field' ? [(each.alias ?? each.name).value] : [],
    ),
  };
}

function variableRecord({ variable, type, defaultValue }: VariableDefinitionNode): JsonObject {
  return {
    name: variable.name.value,
    type: print(type),
    default: defaultValue === undefined ? null : print(defaultValue),
  };
}
