// How declarations are written, without bodies: what a hover, a completion and a signature show.
import type { Span } from '../../base/index.ts';
import type { Binding, CheckedModule, CheckedProgram } from '../2-check/checked-module.ts';
import { signatureOf } from '../2-check/type-at.ts';
import type { EnumDeclaration, EnumVariant, Node } from '../ast.ts';

/** From the line of its name to its body. */
export function headText(
  node: { readonly span: Span; readonly nameSpan: Span; readonly body: { readonly span: Span } },
  text: string,
): string {
  const lineStart = text.lastIndexOf('\n', node.nameSpan.start) + 1;
  return text.slice(Math.max(lineStart, node.span.start), node.body.span.start).trim();
}

/** Longer declarations are cut: a hover is not a file. */
const MAX_SHOWN = 2_000;

/** How a name is declared: a head for functions, the whole declaration for types, `name: T` for variables. */
export function declarationText(binding: Binding, program: CheckedProgram): string {
  const home = moduleOf(binding, program);
  const { node } = binding;
  if (node === undefined || home === undefined) return binding.builtin?.signature ?? binding.name;
  switch (node.kind) {
    case 'StructDeclaration':
    case 'EnumDeclaration':
    case 'InterfaceDeclaration':
    case 'TypeDeclaration': {
      const { text } = home.source;
      const start = Math.max(text.lastIndexOf('\n', node.nameSpan.start) + 1, node.span.start);
      return text.slice(start, Math.min(node.span.end, start + MAX_SHOWN)).trim();
    }
    case 'SkillDeclaration':
      return `skill ${node.name}`;
    case 'EvalPackDeclaration':
      return `eval_pack ${node.name}`;
    default: {
      const signature = signatureOf(binding, home);
      return isVariable(node) ? `${wordFor(binding, home)} ${signature}` : signature;
    }
  }
}

/** The doc comment of a declaration, or of the statement that declares a variable. */
export function docOf(binding: Binding, program: CheckedProgram): string | undefined {
  const { node, builtin } = binding;
  if (builtin !== undefined) return builtin.doc;
  if (node === undefined) return undefined;
  if ('doc' in node) return node.doc;
  if (binding.kind !== 'moduleVar') return undefined;
  const body = moduleOf(binding, program)?.module.body ?? [];
  for (const statement of body)
    if (statement.kind === 'LetStatement' && isInside(node.span, statement.pattern.span))
      return statement.doc;
  return undefined;
}

export function moduleOf(binding: Binding, program: CheckedProgram): CheckedModule | undefined {
  return program.modules.find(({ source }) => source.id === binding.moduleId);
}

function isVariable({ kind }: Node): boolean {
  return kind === 'NamePattern' || kind === 'BindPattern';
}

/** `let` or `const`, whichever the edition calls what may or may not change. */
function wordFor({ mutable }: Binding, { edition }: CheckedModule): string {
  if (edition === '0.7') return mutable ? 'var' : 'let';
  return mutable ? 'let' : 'const';
}

function isInside(inner: Span, outer: Span): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}

/** `Shape.Circle(radius: float)`, as the declaration has it. */
export function variantText(
  { name }: Pick<EnumDeclaration, 'name'>,
  variant: EnumVariant,
  source: string,
): string {
  const written = source.slice(variant.nameSpan.start, variant.span.end).trim();
  return `${name}.${written.replace(/\s+/g, ' ')}`;
}
