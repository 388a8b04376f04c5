// What stands in the body of a struct, an enum, an interface or an impl: each name once, and methods that have a receiver.
import type { Span } from '../../base/index.ts';
import type {
  EnumDeclaration,
  ImplDeclaration,
  InterfaceDeclaration,
  Param,
  StructDeclaration,
} from '../ast.ts';
import { nameErrors } from './errors.ts';
import type { ModuleRecord } from './records.ts';

type TypeBody = EnumDeclaration | ImplDeclaration | InterfaceDeclaration | StructDeclaration;

interface NamedMember {
  readonly name: string;
  readonly nameSpan: Span;
}

/** Reports what is declared twice in one body, and methods without `self`. */
export function checkMembers(record: ModuleRecord, node: TypeBody): void {
  if (node.kind === 'StructDeclaration') {
    checkRepeated(record, 'field', node.fields);
    return;
  }
  if (node.kind === 'EnumDeclaration') {
    checkRepeated(record, 'variant', node.variants);
    return;
  }
  if (node.kind === 'InterfaceDeclaration')
    checkRepeated(record, 'associated type', node.associatedTypes);
  checkRepeated(record, 'method', node.methods);
  if (node.kind === 'ImplDeclaration')
    for (const method of node.methods) checkReceiver(record, method);
}

function checkRepeated(record: ModuleRecord, what: string, members: readonly NamedMember[]): void {
  const seen = new Set<string>();
  for (const { name, nameSpan } of members) {
    if (seen.has(name))
      record.report(nameErrors.duplicateMember({ what, name }, { span: nameSpan }));
    seen.add(name);
  }
}

/** A method is called on a value, which is its first argument whatever that is called. */
function checkReceiver(
  record: ModuleRecord,
  method: NamedMember & { readonly params: readonly Param[] },
): void {
  if (method.params[0]?.name === 'self') return;
  const { name, nameSpan: span } = method;
  record.report(nameErrors.noReceiver({ name }, { span }), 'warning');
}
