// What stands behind a dot: fields and methods of structs, variants of enums, keys of shapes, methods of builtin values,
// and the capabilities below the harness.
import type { Span } from '../../base/index.ts';
import type { CheckedModule, CheckedProgram } from '../2-check/checked-module.ts';
import { typeText } from '../2-check/types/display.ts';
import { expand, fieldsOf } from '../2-check/types/expand.ts';
import type { Type } from '../2-check/types/type.ts';
import type { EnumDeclaration, FunctionDeclaration, Member, MethodCall, Node } from '../ast.ts';
import type { BuiltinSpec } from '../builtin-spec.ts';
import { signatureAs } from '../methods/method-spec.ts';
import { methodsOfType } from '../methods/table.ts';
import { headText, variantText } from './head-text.ts';

/** What the questions of tools are asked about. */
export interface ToolContext {
  readonly program: CheckedProgram;
  readonly module: CheckedModule;
  readonly builtins: readonly BuiltinSpec[];
}

/** One thing that may follow the dot. */
export interface MemberInfo {
  readonly name: string;
  readonly kind: 'field' | 'method' | 'variant' | 'handle';
  /** `x: int`, `scale(by: int) -> Point`. */
  readonly signature: string;
  readonly doc: string | undefined;
  /** Where it is declared; absent for what comes with the language. */
  readonly span: Span | undefined;
  readonly spec: BuiltinSpec | undefined;
}

/** Everything that values of a type are known to have. */
export function membersOf(context: ToolContext, type: Type): readonly MemberInfo[] {
  const found = new Map<string, MemberInfo>();
  for (const member of listMembers(context, type))
    if (!found.has(member.name)) found.set(member.name, member);
  return [...found.values()];
}

/** The member that a node names, when the type of its receiver is known. */
export function memberOf(context: ToolContext, node: Member | MethodCall): MemberInfo | undefined {
  const call = node.kind === 'MethodCall' ? context.module.calls.get(node)?.target : undefined;
  if (call?.kind === 'capability' || call?.kind === 'builtin') return ofSpec(call.spec, node.name);
  if (call?.kind === 'enumVariant' && call.binding.node?.kind === 'EnumDeclaration')
    return [...enumVariants(context, call.binding.node)].find(({ name }) => name === node.name);
  const receiver = node.kind === 'MethodCall' ? node.receiver : node.object;
  const type = typeOf(context, receiver);
  if (type === undefined) return undefined;
  return membersOf(context, type).find(({ name }) => name === node.name);
}

/** The type of an expression; names of enums stand for their variants. */
export function typeOf({ module }: ToolContext, node: Node): Type | undefined {
  return module.types?.get(node);
}

function* listMembers(context: ToolContext, given: Type): Generator<MemberInfo, void, undefined> {
  const type = expand(given);
  switch (type.kind) {
    case 'handle':
      yield* handleMembers(context.builtins, type.path);
      return;
    case 'namespace':
      if (type.decl.node.kind === 'EnumDeclaration') yield* enumVariants(context, type.decl.node);
      return;
    case 'nominal':
      yield* nominalMembers(context, type);
      return;
    case 'union':
      for (const member of type.members) yield* listMembers(context, member);
      return;
    case 'shape':
    case 'intersection':
      for (const field of fieldsOf(type) ?? []) yield fieldOf(field.name, field.type);
      yield* builtinMethods('dict');
      return;
    case 'container':
      yield* builtinMethods(type.name);
      return;
    case 'tuple':
      yield* builtinMethods('list');
      return;
    case 'primitive':
      yield* builtinMethods(type.name);
      return;
    case 'literal':
      if (typeof type.value === 'string') yield* builtinMethods('string');
      return;
    default:
  }
}

function* handleMembers(
  builtins: readonly BuiltinSpec[],
  path: string,
): Generator<MemberInfo, void, undefined> {
  const prefix = path === '' ? '' : `${path}.`;
  const handles = new Set<string>();
  for (const spec of builtins) {
    const name = spec.name.startsWith('harness.') && path === '' ? spec.name.slice(8) : spec.name;
    if (!name.startsWith(prefix) || name.startsWith('@')) continue;
    const rest = name.slice(prefix.length);
    const dot = rest.indexOf('.');
    if (dot !== -1) handles.add(rest.slice(0, dot));
    else if (path !== '' || spec.name.startsWith('harness.')) yield ofSpec(spec, rest);
  }
  for (const name of handles) {
    const signature = `harness.${prefix}${name}`;
    yield { name, kind: 'handle', signature, doc: undefined, span: undefined, spec: undefined };
  }
}

function ofSpec(spec: BuiltinSpec, name: string): MemberInfo {
  const { signature, doc } = spec;
  return { name, kind: 'method', signature, doc, span: undefined, spec };
}

function fieldOf(name: string, type: Type, span?: Span): MemberInfo {
  const signature = `${name}: ${typeText(type)}`;
  return { name, kind: 'field', signature, doc: undefined, span, spec: undefined };
}

function* enumVariants(
  { program }: ToolContext,
  node: EnumDeclaration,
): Generator<MemberInfo, void, undefined> {
  const text = sourceText(program, node.span.source);
  for (const variant of node.variants) {
    const { name, nameSpan } = variant;
    const signature = variantText(node, variant, text);
    yield { name, kind: 'variant', signature, doc: node.doc, span: nameSpan, spec: undefined };
  }
}

function* nominalMembers(
  context: ToolContext,
  type: Extract<Type, { kind: 'nominal' }>,
): Generator<MemberInfo, void, undefined> {
  const { node } = type.decl;
  if (node.kind === 'StructDeclaration') {
    const spans = new Map(node.fields.map(({ name, nameSpan }) => [name, nameSpan]));
    for (const field of fieldsOf(type) ?? [])
      yield fieldOf(field.name, field.type, spans.get(field.name));
  }
  if (node.kind === 'InterfaceDeclaration') {
    for (const { name, nameSpan, span } of node.methods) {
      const signature = textOf(context.program, span);
      yield { name, kind: 'method', signature, doc: undefined, span: nameSpan, spec: undefined };
    }
  }
  for (const method of methodsOf(context.program, node.name, node.span.source)) {
    const { name, nameSpan } = method;
    const doc = method.doc ?? commentBefore(context.program, method.span);
    const signature = headText(method, sourceText(context.program, nameSpan.source));
    yield { name, kind: 'method', signature, doc, span: nameSpan, spec: undefined };
  }
}

/** Methods that `impl` blocks give a type: where it is declared, or where it is imported. */
function methodsOf(program: CheckedProgram, name: string, home: string): FunctionDeclaration[] {
  return program.modules
    .toSorted((a, b) => Number(b.source.id === home) - Number(a.source.id === home))
    .flatMap(({ module }) => module.body)
    .flatMap((each) => (each.kind === 'ImplDeclaration' && each.name === name ? each.methods : []));
}

function* builtinMethods(type: string): Generator<MemberInfo, void, undefined> {
  for (const row of methodsOfType(type)) {
    for (const name of [row.name, ...row.aliases]) {
      const signature = signatureAs(row, name);
      const { doc } = row;
      yield { name, kind: 'method', signature, doc, span: undefined, spec: undefined };
    }
  }
}

/** The doc comment right before a place: methods do not carry theirs. */
function commentBefore(program: CheckedProgram, { source: id, start }: Span): string | undefined {
  const home = program.modules.find(({ source }) => source.id === id);
  const text = home?.source.text ?? '';
  return home?.module.comments
    .findLast(
      ({ style, span }) =>
        style === 'doc' && span.end <= start && text.slice(span.end, start).trim() === '',
    )
    ?.text.trim();
}

function sourceText(program: CheckedProgram, id: string): string {
  return program.modules.find(({ source }) => source.id === id)?.source.text ?? '';
}

function textOf(program: CheckedProgram, span: Span): string {
  return sourceText(program, span.source).slice(span.start, span.end).trim();
}
