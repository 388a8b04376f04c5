// The types of one module's names: its declarations, what it imports, and the heads of its functions. Shared by every
// module that links to them, so a type flows through imports and re-exports as what it is.
import type { Node } from '../../ast.ts';
import type { ModuleRecord } from '../records.ts';
import type { Declared, TypeNode } from './declared.ts';
import { declare, describeImpl, isTypeNode } from './describe.ts';
import type { UnknownTypeName } from './from-syntax.ts';
import { TypeScope } from './type-scope.ts';

export class ModuleTypes {
  readonly record: ModuleRecord;
  readonly scope: TypeScope;
  readonly #program: ProgramTypes;
  /** The scope of each `impl`'s type parameters. */
  readonly implScopes = new Map<Node, TypeScope>();
  /** The types that the module itself declares at its top. */
  own: readonly (readonly [TypeNode, Declared])[] = [];

  constructor(program: ProgramTypes, record: ModuleRecord) {
    this.#program = program;
    this.record = record;
    this.scope = new TypeScope(undefined, (name) => this.#imported(name));
  }

  #imported(name: string): Declared | undefined {
    const node = this.record.imported.get(name)?.node;
    return node === undefined ? undefined : this.#program.declared.get(node);
  }

  /** Declares the types of some statements in a scope, then the methods of their `impl` blocks. */
  declare(
    statements: readonly Node[],
    scope: TypeScope,
    unknownName: UnknownTypeName,
  ): readonly (readonly [TypeNode, Declared])[] {
    const found: (readonly [TypeNode, Declared])[] = [];
    for (const node of statements) {
      if (!isTypeNode(node as TypeNode)) continue;
      const decl = declare(node as TypeNode, scope, unknownName);
      this.#program.declared.set(node, decl);
      scope.declare(decl.name, decl);
      found.push([node as TypeNode, decl]);
    }
    return found;
  }

  /** Puts methods on types; after all types of all modules have their names. */
  declareImpls(statements: readonly Node[], scope: TypeScope): void {
    for (const node of statements)
      if (node.kind === 'ImplDeclaration') this.implScopes.set(node, describeImpl(node, scope));
  }
}

/** All modules of one program. */
export class ProgramTypes {
  readonly declared = new Map<Node, Declared>();
  readonly modules = new Map<string, ModuleTypes>();
}
