// What a program shows to callers from outside: its public functions, its pipelines and its tools, each with the JSON
// Schemas of what it takes and gives. Asked for by who serves a program; no run needs it.
import { DECIMAL_PATTERN, type Json, type JsonObject } from '../../base/index.ts';
import { handlePath } from '../2-check/call-target.ts';
import type { CheckedModule, CheckedProgram } from '../2-check/checked-module.ts';
import type {
  FunctionDeclaration,
  Param,
  PipelineDeclaration,
  ShapeType,
  StructDeclaration,
  ToolDeclaration,
  TypeDeclaration,
  TypeExpr,
} from '../ast.ts';
import { SCHEMA_NAMES } from '../schema-names.ts';

/** How one parameter is filled when a caller from outside calls. */
export type ExposedInput =
  | { readonly kind: 'harness' }
  | { readonly kind: 'handle'; readonly path: string }
  | { readonly kind: 'named'; readonly name: string }
  | {
      readonly kind: 'argument';
      readonly name: string;
      readonly rest?: true;
      readonly shape?: ExposedShape;
    };

/** Where structs and decimals stand in a value that comes as data. */
export type ExposedShape =
  | { readonly kind: 'decimal' }
  | { readonly kind: 'fields'; readonly fields: { readonly [field: string]: ExposedShape } }
  | {
      readonly kind: 'struct';
      readonly name: string;
      readonly fields: { readonly [field: string]: ExposedShape };
    }
  | { readonly kind: 'list'; readonly of: ExposedShape };

/** One thing that can be called by name. */
export interface Exposed {
  readonly kind: 'function' | 'pipeline' | 'tool';
  readonly name: string;
  /** The text of its doc comment, or of the description of a tool. */
  readonly description: string;
  /** In order of its parameters. */
  readonly inputs: readonly ExposedInput[];
  /** A JSON Schema of type object. */
  readonly parameters: JsonObject;
  /** What it gives; undefined when its declaration does not say. */
  readonly returns: JsonObject | undefined;
}

/** What the entry module of a program shows, in the order of the text. Pipelines that are tests are not shown. */
export function exposedIn({ entry }: CheckedProgram): Exposed[] {
  const types = new Types(entry);
  return entry.module.body.flatMap((node): Exposed[] => {
    switch (node.kind) {
      case 'FunctionDeclaration':
        return node.pub && !node.generator && !isTest(node)
          ? [exposed('function', node, types)]
          : [];
      case 'PipelineDeclaration':
        return isTest(node) ? [] : [exposed('pipeline', node, types)];
      case 'ToolDeclaration':
        return [exposed('tool', node, types)];
      default:
        return [];
    }
  });
}

type Callable = FunctionDeclaration | PipelineDeclaration | ToolDeclaration;

function isTest({ name, attributes }: Callable): boolean {
  return name.startsWith('test_') || attributes.some((attribute) => attribute.name === 'test');
}

function exposed(kind: Exposed['kind'], node: Callable, types: Types): Exposed {
  const inputs = node.params.map((param) => inputOf(kind, param, types));
  const properties: { [name: string]: Json } = {};
  const required: string[] = [];
  node.params.forEach((param, i) => {
    if (inputs[i]?.kind !== 'argument') return;
    const schema = types.schema(param.type);
    properties[param.name] = param.rest ? { type: 'array', items: schema } : schema;
    if (param.default === undefined && !param.rest && !takesNil(param.type))
      required.push(param.name);
  });
  const stated = node.kind === 'ToolDeclaration' ? node.description : undefined;
  return {
    kind,
    name: node.name,
    description: (stated ?? node.doc ?? '').trim(),
    inputs,
    parameters: { type: 'object', properties, required },
    returns: node.returns === undefined ? undefined : types.schema(node.returns),
  };
}

/** As a host fills them: handles by their types, what every pipeline can name, and the rest from the caller. */
function inputOf(kind: Exposed['kind'], { name, type, rest }: Param, types: Types): ExposedInput {
  const path = type === undefined ? undefined : handlePath(type);
  if (path !== undefined) return path === '' ? { kind: 'harness' } : { kind: 'handle', path };
  if (name === 'harness' || name === '_harness') return { kind: 'harness' };
  if (kind === 'pipeline' && (name === 'project' || name === 'context'))
    return { kind: 'named', name };
  const shape = types.shape(type);
  return {
    kind: 'argument',
    name,
    ...(rest ? { rest: true as const } : {}),
    ...(shape === undefined ? {} : { shape }),
  };
}

/** A parameter that may be nil may be left out: nil is what it then is. */
function takesNil(type: TypeExpr | undefined): boolean {
  if (type?.kind === 'OptionalType') return true;
  if (type?.kind === 'UnionType') return type.members.some(takesNil);
  return type?.kind === 'NamedType' && type.name === 'nil';
}

/** Type expressions of one module as JSON Schemas; `{}` accepts anything. */
class Types {
  readonly #module: CheckedModule;

  constructor(module: CheckedModule) {
    this.#module = module;
  }

  schema(type: TypeExpr | undefined, seen: readonly string[] = []): JsonObject {
    switch (type?.kind) {
      case 'NamedType':
        return this.#named(type.name, type.args, seen);
      case 'ListType':
        return { type: 'array', items: this.schema(type.element, seen) };
      case 'OptionalType':
        return { anyOf: [this.schema(type.type, seen), { type: 'null' }] };
      case 'UnionType':
        return this.#union(type.members, seen);
      case 'LiteralType':
        return { const: plain(type.value) };
      case 'ShapeType':
        return this.#shape(type, seen);
      case 'OwnedType':
        return this.schema(type.type, seen);
      default:
        return {};
    }
  }

  #named(name: string, args: readonly TypeExpr[], seen: readonly string[]): JsonObject {
    const [first, second] = args;
    if (name === 'list' && first !== undefined)
      return { type: 'array', items: this.schema(first, seen) };
    if (name === 'dict' && second !== undefined)
      return { type: 'object', additionalProperties: this.schema(second, seen) };
    if (name === 'decimal') return { type: 'string', pattern: DECIMAL_PATTERN };
    const known = SCHEMA_NAMES[name];
    if (known !== undefined) return { type: known };
    const declared = seen.includes(name) ? undefined : this.#declared(name);
    if (declared === undefined) return {};
    const inside = [...seen, name];
    return declared.kind === 'TypeDeclaration'
      ? this.schema(declared.type, inside)
      : this.#shape(declared, inside);
  }

  /** Where a value of the type has structs or decimals; undefined when nowhere. What holds itself is followed once. */
  shape(type: TypeExpr | undefined, seen: readonly string[] = []): ExposedShape | undefined {
    switch (type?.kind) {
      case 'OptionalType':
      case 'OwnedType':
        return this.shape(type.type, seen);
      case 'ListType':
        return listShape(this.shape(type.element, seen));
      case 'UnionType': {
        const shapes = type.members.flatMap((member) => this.shape(member, seen) ?? []);
        return shapes.length === 1 ? shapes[0] : undefined;
      }
      case 'ShapeType':
        return fieldShapes(type.fields, (field) => this.shape(field, seen));
      case 'NamedType':
        if (type.name === 'decimal') return { kind: 'decimal' };
        return type.name === 'list'
          ? listShape(this.shape(type.args[0], seen))
          : this.#namedShape(type.name, seen);
      default:
        return undefined;
    }
  }

  #namedShape(name: string, seen: readonly string[]): ExposedShape | undefined {
    const declared = seen.includes(name) ? undefined : this.#declared(name);
    if (declared === undefined) return undefined;
    const inside = [...seen, name];
    if (declared.kind === 'TypeDeclaration') return this.shape(declared.type, inside);
    const fields = declared.fields.flatMap((field) => {
      const shape = this.shape(field.type, inside);
      return shape === undefined ? [] : [[field.name, shape] as const];
    });
    return { kind: 'struct', name, fields: Object.fromEntries(fields) };
  }

  #declared(name: string): TypeDeclaration | StructDeclaration | undefined {
    const isType = (node: { readonly kind: string } | undefined) =>
      node?.kind === 'TypeDeclaration' || node?.kind === 'StructDeclaration';
    for (const node of this.#module.module.body)
      if (isType(node) && (node as TypeDeclaration).name === name) return node as TypeDeclaration;
    for (const { names } of this.#module.imports) {
      const node = names.get(name)?.node;
      if (isType(node)) return node as TypeDeclaration;
    }
    return undefined;
  }

  #union(members: readonly TypeExpr[], seen: readonly string[]): JsonObject {
    const literals = members.flatMap((one) =>
      one.kind === 'LiteralType' ? [plain(one.value)] : [],
    );
    if (literals.length === members.length) return { enum: literals };
    return { anyOf: members.map((member) => this.schema(member, seen)) };
  }

  #shape(
    { fields }: Pick<ShapeType | StructDeclaration, 'fields'>,
    seen: readonly string[],
  ): JsonObject {
    return {
      type: 'object',
      properties: Object.fromEntries(fields.map((f) => [f.name, this.schema(f.type, seen)])),
      required: fields.filter(({ optional }) => !optional).map(({ name }) => name),
    };
  }
}

/** The fields in which something stands. */
function fieldShapes(
  fields: ShapeType['fields'],
  shapeOf: (type: TypeExpr) => ExposedShape | undefined,
): ExposedShape | undefined {
  const known = fields.flatMap(({ name, type }) => {
    const shape = shapeOf(type);
    return shape === undefined ? [] : [[name, shape] as const];
  });
  return known.length === 0 ? undefined : { kind: 'fields', fields: Object.fromEntries(known) };
}

function listShape(of: ExposedShape | undefined): ExposedShape | undefined {
  return of === undefined ? undefined : { kind: 'list', of };
}

const plain = (value: string | bigint | boolean): Json =>
  typeof value === 'bigint' ? Number(value) : value;
