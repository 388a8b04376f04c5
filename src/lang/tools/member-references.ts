// Where a member is named: fields of structs, variants of enums, methods of impl blocks and interfaces. Only where the type
// of the receiver is known, so what is found is right, and what goes through `any` is not found.
import type { Span } from '../../base/index.ts';
import type { CheckedModule } from '../2-check/checked-module.ts';
import type { Member, MethodCall, Node, StructLiteral, VariantPattern } from '../ast.ts';
import { memberOf, type ToolContext } from './members.ts';
import type { NameSymbol } from './navigate.ts';
import { childrenOf, pathTo } from './tree.ts';

/** The member that an offset stands on: where it is declared, or where it is used. */
export function memberSymbolAt(context: ToolContext, offset: number): NameSymbol | undefined {
  for (const node of pathTo(context.module.module, offset).toReversed()) {
    for (const place of placesIn(context, node)) {
      const { start, end } = place.span;
      if (offset < start || offset > end) continue;
      return { name: place.name, module: place.declared.source, span: place.declared };
    }
  }
  return undefined;
}

/** Every place of a program that names a member, its declaration among them. */
export function memberPlaces(
  { program, builtins }: ToolContext,
  symbol: NameSymbol,
): { readonly span: Span; readonly isDeclaration: boolean }[] {
  const found: { readonly span: Span; readonly isDeclaration: boolean }[] = [];
  for (const module of program.modules) {
    if (!module.source.text.includes(symbol.name)) continue;
    const context = { program, builtins, module };
    const open: Node[] = [module.module];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (const { name, span, declared } of placesIn(context, node)) {
        const isSame = declared.source === symbol.module && declared.start === symbol.span.start;
        if (name !== symbol.name || !isSame) continue;
        found.push({ span, isDeclaration: span === declared });
      }
      open.push(...childrenOf(node));
    }
  }
  return found.sort((a, b) => a.span.start - b.span.start);
}

interface Place {
  readonly name: string;
  readonly span: Span;
  readonly declared: Span;
}

function* placesIn(context: ToolContext, node: Node): Generator<Place, void, undefined> {
  switch (node.kind) {
    case 'StructField':
    case 'EnumVariant':
    case 'InterfaceMethod':
      yield { name: node.name, span: node.nameSpan, declared: node.nameSpan };
      return;
    case 'ImplDeclaration':
      for (const { name, nameSpan } of node.methods)
        yield { name, span: nameSpan, declared: nameSpan };
      return;
    case 'Member':
    case 'MethodCall':
      yield* used(context, node);
      return;
    case 'StructLiteral':
      yield* keys(context.module, node);
      return;
    case 'VariantPattern':
      yield* variant(context.module, node);
      return;
    default:
  }
}

function* used(context: ToolContext, node: Member | MethodCall): Generator<Place, void, undefined> {
  const declared = variantOf(context.module, node) ?? memberOf(context, node)?.span;
  if (declared !== undefined) yield { name: node.name, span: node.nameSpan, declared };
}

/** `Color.Red`: the receiver is the enum itself. */
function variantOf(module: CheckedModule, node: Member | MethodCall): Span | undefined {
  const receiver = node.kind === 'Member' ? node.object : node.receiver;
  const declaration = module.uses.get(receiver)?.node;
  if (declaration?.kind !== 'EnumDeclaration') return undefined;
  return declaration.variants.find(({ name }) => name === node.name)?.nameSpan;
}

function* keys(module: CheckedModule, node: StructLiteral): Generator<Place, void, undefined> {
  const declaration = module.uses.get(node)?.node;
  if (declaration?.kind !== 'StructDeclaration') return;
  for (const entry of node.entries) {
    if (entry.kind !== 'DictEntry' || entry.key.kind !== 'StringLiteral') continue;
    const { value: name, span } = entry.key;
    const declared = declaration.fields.find((field) => field.name === name)?.nameSpan;
    const isWritten = module.source.text.slice(span.start, span.end) === name;
    if (declared !== undefined && isWritten) yield { name, span, declared };
  }
}

function* variant(module: CheckedModule, node: VariantPattern): Generator<Place, void, undefined> {
  const declaration = module.uses.get(node)?.node;
  if (declaration?.kind !== 'EnumDeclaration') return;
  const declared = declaration.variants.find(({ name }) => name === node.variant)?.nameSpan;
  const from = node.span.start + (node.enumName?.length ?? 0);
  const start = module.source.text.indexOf(node.variant, from);
  if (declared === undefined || start === -1 || start >= node.span.end) return;
  const span = { ...node.span, start, end: start + node.variant.length };
  yield { name: node.variant, span, declared };
}
