// What tools ask about a place in a checked file: what type is here, where is this declared, how is it called. Answers
// come from the side tables; types need a check with `types: 'keep'`.
import type { Span } from '../../base/index.ts';
import type { Node } from '../ast.ts';
import type { Binding, CheckedModule, CheckedProgram } from './checked-module.ts';
import { typeText } from './types/display.ts';

/** A type as people read it, and the expression that has it. */
export interface TypeAt {
  readonly text: string;
  readonly span: Span;
}

/** The type of the innermost expression around an offset. */
export function typeAt(module: CheckedModule, offset: number): TypeAt | undefined {
  const { types } = module;
  const node = types === undefined ? undefined : innermost(types.keys(), offset);
  const type = node === undefined ? undefined : types?.get(node);
  return node === undefined || type === undefined
    ? undefined
    : { text: typeText(type), span: node.span };
}

/** The name that an offset stands on, used or declared. */
export function bindingAt(module: CheckedModule, offset: number): Binding | undefined {
  const use = innermost(module.uses.keys(), offset);
  const declaration = innermost(module.declares.keys(), offset, nameSpanOf);
  if (use !== undefined && (declaration === undefined || lengthOf(use) <= lengthOf(declaration)))
    return module.uses.get(use);
  return declaration === undefined ? undefined : module.declares.get(declaration);
}

/** Where the name under an offset is declared, in this module or another; builtins have no place. */
export function definitionOf(module: CheckedModule, offset: number): Span | undefined {
  const node = bindingAt(module, offset)?.node;
  return node === undefined ? undefined : nameSpanOf(node);
}

/** Every place in a program that names a binding, its declaration included. */
export function referencesTo(program: CheckedProgram, binding: Binding): Span[] {
  const spans: Span[] = binding.node === undefined ? [] : [nameSpanOf(binding.node)];
  for (const { uses } of program.modules)
    for (const [node, used] of uses) if (used === binding) spans.push(node.span);
  return spans;
}

/** How a name is written and what it is: `fn add(a: int, b: int) -> int`, `const limit: int`. */
export function signatureOf(binding: Binding, module: CheckedModule): string {
  const { node, builtin, name, declaredType } = binding;
  if (builtin !== undefined) return builtin.signature;
  switch (node?.kind) {
    case 'FunctionDeclaration':
    case 'ToolDeclaration':
    case 'PipelineDeclaration':
    case 'OverrideDeclaration':
      return module.source.text.slice(keywordStart(node, module), node.body.span.start).trim();
    default:
  }
  return declaredType === undefined ? name : `${name}: ${typeText(declaredType)}`;
}

/** The declaration without its attributes and comments. */
function keywordStart(
  node: { readonly span: Span; readonly nameSpan: Span },
  { source }: CheckedModule,
): number {
  const lineStart = source.text.lastIndexOf('\n', node.nameSpan.start) + 1;
  return Math.max(lineStart, node.span.start);
}

function nameSpanOf(node: Node): Span {
  return 'nameSpan' in node && node.nameSpan !== undefined ? node.nameSpan : node.span;
}

function lengthOf({ span }: Node): number {
  return span.end - span.start;
}

/** The shortest node around an offset. */
function innermost(
  nodes: Iterable<Node>,
  offset: number,
  spanOf: (node: Node) => Span = (node) => node.span,
): Node | undefined {
  let best: Node | undefined;
  let length = Number.POSITIVE_INFINITY;
  for (const node of nodes) {
    const { start, end } = spanOf(node);
    if (offset < start || offset > end || end - start >= length) continue;
    best = node;
    length = end - start;
  }
  return best;
}
