// Trees as short texts: `-2 ** 2` is `(Unary - (Binary ** 2 2))`. For tests: what the parser
// saw. Spans, absent parts, empty lists and `false` are left out; `true` shows as the name of its field.
import type { Node } from '../ast.ts';

/** The notation of a node or of a list of nodes. */
export function treeNotation(node: Node | readonly Node[]): string {
  return show(node);
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(' ')}]`;
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const node = value as { readonly kind: string; readonly [key: string]: unknown };
  switch (node.kind) {
    case 'Identifier':
    case 'NamePattern':
    case 'BindPattern':
      return node['name'] as string;
    case 'IntLiteral':
    case 'BoolLiteral':
      return String(node['value']);
    case 'FloatLiteral':
      return `${node['value']}f`;
    case 'NilLiteral':
      return 'nil';
    case 'DurationLiteral':
      return `${node['ms']}ms`;
    case 'StringLiteral':
    case 'StringText':
    case 'LiteralType':
      return typeof node['value'] === 'string'
        ? JSON.stringify(node['value'])
        : String(node['value']);
    case 'ExpressionStatement':
      return show(node['expression']);
    case 'ValuePattern':
      return show(node['value']);
    case 'Block':
      return `{${(node['statements'] as readonly unknown[]).map(show).join('; ')}}`;
    case 'NamedType':
      return `${node['name']}${typeArgs(node['args'] as readonly unknown[])}`;
    default:
      return `(${[node.kind, ...fields(node)].join(' ')})`;
  }
}

function typeArgs(args: readonly unknown[]): string {
  return args.length === 0 ? '' : `<${args.map(show).join(', ')}>`;
}

function fields(node: { readonly [key: string]: unknown }): string[] {
  const out: string[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (key === 'kind' || key === 'span' || key === 'style' || key.endsWith('Span')) continue;
    if (value === undefined || value === false) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    out.push(value === true ? key : LABELLED.has(key) ? `${key}:${show(value)}` : show(value));
  }
  return out;
}

/** Parts that would be mistaken for others without their name. */
const LABELLED: ReadonlySet<string> = new Set([
  'default',
  'rest',
  'otherwise',
  'catch',
  'finally',
  'guard',
  'throws',
  'returns',
  'message',
  'doc',
  'where',
  'extends',
  'description',
  'timeout',
  'id',
  'summarize',
  'options',
  'key',
]);
