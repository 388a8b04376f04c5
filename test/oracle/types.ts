// Structs, enums and impl blocks of the reference interpreter.
import type { ImplDeclaration, Statement } from '../../src/lang/ast.ts';
import { defineStruct } from '../../src/values/index.ts';
import type { Scope } from './environment.ts';
import { makeFunction } from './functions.ts';

/** Declares a struct or an enum, or attaches the methods of an impl block to its struct. */
export function declareType(statement: Statement, scope: Scope): void {
  switch (statement.kind) {
    case 'StructDeclaration': {
      const names = statement.fields.map((field) => field.name);
      const optional = statement.fields.filter((field) => field.optional).map(({ name }) => name);
      const struct = defineStruct(statement.name, names, optional);
      scope.declare(statement.name, { entity: { kind: 'struct', struct } });
      break;
    }
    case 'EnumDeclaration':
      scope.declare(statement.name, { entity: { kind: 'enum', declaration: statement } });
      break;
    default:
  }
}

/** Impl blocks come after all types of the scope, which they may name in any order. */
export function declareMethods(statement: ImplDeclaration, scope: Scope): void {
  const entity = scope.find(statement.name, statement.span.start)?.entity;
  if (entity?.kind !== 'struct') return;
  for (const { name, params, body } of statement.methods) {
    const code = { name, params, body, scope, yieldsLast: false, produces: 'value' } as const;
    entity.struct.type.methods.set(name, makeFunction(code));
  }
}
