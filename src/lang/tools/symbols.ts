// The outline of a file: what it declares, with the parts of what has parts.
import type { Span } from '../../base/index.ts';
import { namesOf } from '../2-check/patterns.ts';
import type { Module, Statement } from '../ast.ts';

export interface SymbolEntry {
  readonly name: string;
  readonly kind:
    | 'function'
    | 'method'
    | 'pipeline'
    | 'tool'
    | 'skill'
    | 'evalPack'
    | 'struct'
    | 'enum'
    | 'variant'
    | 'interface'
    | 'type'
    | 'impl'
    | 'field'
    | 'variable'
    | 'constant';
  readonly span: Span;
  /** The name, inside `span`. */
  readonly nameSpan: Span;
  readonly children: readonly SymbolEntry[];
}

const NONE: readonly SymbolEntry[] = [];

/** Declarations of the module in source order; functions show the functions inside them. */
export function outlineOf(module: Module): SymbolEntry[] {
  return module.body.flatMap((statement) => entriesOf(statement, true));
}

function entriesOf(node: Statement, atTop: boolean): SymbolEntry[] {
  switch (node.kind) {
    case 'FunctionDeclaration':
    case 'OverrideDeclaration':
      return [entry(node, 'function', inner(node.body.statements))];
    case 'ToolDeclaration':
      return [entry(node, 'tool', inner(node.body.statements))];
    case 'PipelineDeclaration':
      return [entry(node, 'pipeline', inner(node.body.statements))];
    case 'SkillDeclaration':
      return [
        entry(
          node,
          'skill',
          node.fields.map((field) => entry(field, 'field')),
        ),
      ];
    case 'EvalPackDeclaration':
      return [
        entry(
          node,
          'evalPack',
          node.fields.map((field) => entry(field, 'field')),
        ),
      ];
    case 'StructDeclaration':
      return [
        entry(
          node,
          'struct',
          node.fields.map((field) => entry(field, 'field')),
        ),
      ];
    case 'EnumDeclaration':
      return [
        entry(
          node,
          'enum',
          node.variants.map((variant) => entry(variant, 'variant')),
        ),
      ];
    case 'InterfaceDeclaration':
      return [
        entry(
          node,
          'interface',
          node.methods.map((method) => entry(method, 'method')),
        ),
      ];
    case 'ImplDeclaration':
      return [
        entry(
          node,
          'impl',
          node.methods.map((method) => entry(method, 'method')),
        ),
      ];
    case 'TypeDeclaration':
      return [entry(node, 'type')];
    case 'LetStatement':
      return atTop ? variables(node) : [];
    default:
      return [];
  }
}

function inner(statements: readonly Statement[]): SymbolEntry[] {
  return statements.flatMap((statement) => entriesOf(statement, false));
}

function variables(node: Extract<Statement, { kind: 'LetStatement' }>): SymbolEntry[] {
  const kind = node.binding === 'const' ? 'constant' : 'variable';
  return [...namesOf(node.pattern)]
    .filter(({ name }) => name !== '_')
    .map(({ name, span }) => ({ name, kind, span: node.span, nameSpan: span, children: NONE }));
}

function entry(
  { name, span, nameSpan }: { readonly name: string; readonly span: Span; readonly nameSpan: Span },
  kind: SymbolEntry['kind'],
  children: readonly SymbolEntry[] = NONE,
): SymbolEntry {
  // Attributes and a doc comment stand before the span of some declarations: the name has to be inside.
  const start = Math.min(span.start, nameSpan.start);
  const whole = { source: span.source, start, end: Math.max(span.end, nameSpan.end) };
  return { name, kind, span: whole, nameSpan, children };
}
