// Types that the program declares. A declaration is described once, when something first asks for it, so that
// declarations may mention each other and themselves in any order.
import type {
  EnumDeclaration,
  InterfaceDeclaration,
  StructDeclaration,
  TypeDeclaration,
} from '../../ast.ts';
import type { Field, FunctionType, Type, VariableType } from './type.ts';

export type TypeNode = StructDeclaration | EnumDeclaration | InterfaceDeclaration | TypeDeclaration;

/** One variant of an enum: the types of its payload, undefined where only a label was written. */
export interface Variant {
  readonly name: string;
  readonly payload: readonly { readonly label: string | undefined; readonly type: Type }[];
  readonly required: number;
}

/** One method of an `impl` or an interface. `self` is not among its parameters. */
export interface Method {
  readonly name: string;
  readonly type: FunctionType;
}

/** What a declaration says, once its types are resolved. */
export interface Members {
  readonly fields: readonly Field[];
  readonly variants: readonly Variant[];
  readonly methods: ReadonlyMap<string, Method>;
  /** Associated types of an interface, by name; the default where one was written. */
  readonly associated: ReadonlyMap<string, { variable: VariableType; default: Type | undefined }>;
  /** The right side of a `type`. */
  readonly target: Type | undefined;
}

/** A struct, enum, interface or type alias. Compared by identity. */
export class Declared {
  readonly name: string;
  readonly node: TypeNode;
  readonly variables: readonly VariableType[];
  /** Methods of its `impl` blocks, filled while declarations are collected. */
  readonly methods = new Map<string, Method>();
  readonly #describe: (decl: Declared) => Members;
  #members: Members | undefined;
  #isOpen = false;

  constructor(
    node: TypeNode,
    variables: readonly VariableType[],
    describe: (decl: Declared) => Members,
  ) {
    this.name = node.name;
    this.node = node;
    this.variables = variables;
    this.#describe = describe;
  }

  /** Undefined while the declaration is being described: it mentions itself without anything in between. */
  get members(): Members | undefined {
    if (this.#members !== undefined) return this.#members;
    if (this.#isOpen) return undefined;
    this.#isOpen = true;
    this.#members = this.#describe(this);
    this.#isOpen = false;
    return this.#members;
  }

  field(name: string): Field | undefined {
    return this.members?.fields.find((field) => field.name === name);
  }

  variant(name: string): Variant | undefined {
    return this.members?.variants.find((variant) => variant.name === name);
  }
}
