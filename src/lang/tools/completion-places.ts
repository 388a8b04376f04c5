// Places where only certain names make sense: attributes behind `@`, the fields of a struct literal that it does not have
// yet, and the variants or texts that an arm of a match can stand for.
import { T, type TokenKind, type TokenList } from '../1-parse/token.ts';
import { ATTRIBUTES } from '../2-check/attributes.ts';
import { typeText } from '../2-check/types/display.ts';
import { alternatives, expand } from '../2-check/types/expand.ts';
import type { Type } from '../2-check/types/type.ts';
import type { Node } from '../ast.ts';
import type { Completion } from './completion.ts';
import { tokenBefore } from './cursor-context.ts';
import { type ToolContext, typeOf } from './members.ts';
import { namesAt } from './scope-at.ts';

/** Makes the text behind a stand-in a whole arm. */
const ARM_REST = ' -> {}';

const OPENING: ReadonlySet<TokenKind> = new Set([T.lparen, T.lbracket, T.lbrace]);
const CLOSING: ReadonlySet<TokenKind> = new Set([T.rparen, T.rbracket, T.rbrace]);
/** What stands before a type whose `{` opens something else than its literal. */
const NO_LITERAL: ReadonlySet<string> = new Set([
  'struct',
  'enum',
  'interface',
  'impl',
  'for',
  'type',
  '->',
  '|',
  '?',
]);

/** What has to follow a stand-in so that a text can be read: only a pattern at the beginning of an arm needs something. */
export function restOfStandIn(tokens: TokenList, offset: number): string | undefined {
  const last = lastBefore(tokens, offset);
  const open = openBrace(tokens, last);
  if (open === undefined || !isMatch(tokens, open)) return undefined;
  const begins = [T.newline, T.lbrace, T.rbrace, T.comma] as readonly TokenKind[];
  return begins.includes(tokens.kindAt(last)) ? ARM_REST : undefined;
}

/** Undefined where anything can stand. */
export function placeCompletions(
  context: ToolContext,
  tokens: TokenList,
  path: readonly Node[],
  offset: number,
): Completion[] | undefined {
  const last = lastBefore(tokens, offset);
  if (tokens.kindAt(last) === T.at) return attributes();
  return structFields(context, tokens, last, offset) ?? armPatterns(context, path, offset);
}

function attributes(): Completion[] {
  return [...ATTRIBUTES].map((label) => ({
    label,
    kind: 'keyword',
    detail: `@${label}`,
    doc: undefined,
    rank: 0,
  }));
}

/** The last token before the word at the cursor. */
function lastBefore(tokens: TokenList, offset: number): number {
  const at = tokenBefore(tokens, offset);
  const isWord = /^\w+$/.test(tokens.textAt(at)) && (tokens.ends[at] as number) >= offset;
  return isWord ? at - 1 : at;
}

/** The `{` that is open at a token. */
function openBrace(tokens: TokenList, from: number): number | undefined {
  let depth = 0;
  for (let i = from; i >= 0; i -= 1) {
    const kind = tokens.kindAt(i);
    if (CLOSING.has(kind)) depth += 1;
    else if (OPENING.has(kind) && depth > 0) depth -= 1;
    else if (OPENING.has(kind)) return kind === T.lbrace ? i : undefined;
  }
  return undefined;
}

/** Whether a `{` opens the arms of a match. */
function isMatch(tokens: TokenList, open: number): boolean {
  let depth = 0;
  for (let i = open - 1; i >= 0; i -= 1) {
    const kind = tokens.kindAt(i);
    if (CLOSING.has(kind)) depth += 1;
    else if (OPENING.has(kind)) depth -= 1;
    if (depth < 0 || (depth === 0 && (kind === T.newline || kind === T.semicolon))) return false;
    if (depth === 0 && kind === T.match) return true;
  }
  return false;
}

// ------------------------------------------------------------------ struct literals

function structFields(
  { module, program }: ToolContext,
  tokens: TokenList,
  last: number,
  offset: number,
): Completion[] | undefined {
  const open = openBrace(tokens, last);
  if (open === undefined || tokens.kindAt(open - 1) !== T.identifier) return undefined;
  if (NO_LITERAL.has(tokens.textAt(open - 2))) return undefined;
  let before = last;
  while (before > open && tokens.kindAt(before) === T.newline) before -= 1;
  if (before !== open && tokens.kindAt(before) !== T.comma) return undefined;
  const binding = namesAt(module, offset).get(tokens.textAt(open - 1));
  if (binding?.node?.kind !== 'StructDeclaration') return undefined;
  const home = program.modules.find(({ source }) => source.id === binding.moduleId);
  const written = keysIn(tokens, open, offset);
  return binding.node.fields
    .filter(({ name }) => !written.has(name))
    .map(({ name, span }) => ({
      label: name,
      kind: 'field',
      detail: home?.source.text.slice(span.start, span.end),
      doc: undefined,
      rank: 0,
    }));
}

/** The keys that a literal has already; the one at the cursor may be written anew. */
function keysIn(tokens: TokenList, open: number, offset: number): Set<string> {
  const keys = new Set<string>();
  let depth = 0;
  for (let i = open; i < tokens.count; i += 1) {
    const kind = tokens.kindAt(i);
    if (OPENING.has(kind)) depth += 1;
    else if (CLOSING.has(kind)) depth -= 1;
    if (depth === 0) break;
    const [start, end] = [tokens.starts[i] as number, tokens.ends[i] as number];
    const isHere = start <= offset && offset <= end;
    if (depth === 1 && !isHere && tokens.kindAt(i + 1) === T.colon) keys.add(tokens.textAt(i));
  }
  return keys;
}

// ------------------------------------------------------------------ arms

function armPatterns(
  context: ToolContext,
  path: readonly Node[],
  offset: number,
): Completion[] | undefined {
  const match = path.findLast((node) => node.kind === 'Match');
  // A text that is being written is no place for another one.
  if (match?.kind !== 'Match' || /String|Literal/.test(path.at(-1)?.kind ?? '')) return undefined;
  const arm = match.arms.find(
    ({ pattern: { span } }) => span.start <= offset && offset <= span.end,
  );
  const type = arm === undefined ? undefined : typeOf(context, match.subject);
  if (arm === undefined || type === undefined) return undefined;
  const covered = new Set(match.arms.filter((each) => each !== arm).flatMap(coveredBy));
  const names = namesAt(context.module, offset);
  const found = alternatives(type).flatMap((each) => patternsOf(expand(each)));
  const isNamed = (name: string | undefined) => name === undefined || names.has(name);
  const all = found
    .filter(({ key, enumName }) => !covered.has(key) && isNamed(enumName))
    .map(({ label, kind, detail }): Completion => {
      return { label, kind, detail, doc: undefined, rank: 0 };
    });
  if (all.length === 0) return undefined;
  return [...all, { label: '_', kind: 'keyword', detail: undefined, doc: undefined, rank: 1 }];
}

interface Pattern extends Pick<Completion, 'label' | 'kind' | 'detail'> {
  /** Says which arms stand for the same. */
  readonly key: string;
  readonly enumName?: string;
}

const TYPE_NAME =
  /^(?:[A-Z].*|int|float|number|string|bool|bytes|duration|decimal|closure|any|unknown|list|dict|set|nil)$/;

function patternsOf(type: Type): Pattern[] {
  if (type.kind === 'literal') {
    const label = typeText(type);
    return [{ label, key: label, kind: 'constant', detail: undefined }];
  }
  if (type.kind !== 'nominal' || type.decl.node.kind !== 'EnumDeclaration') return [];
  const { node } = type.decl;
  return node.variants.map((variant) => {
    const names = variant.fields.map(({ name, type }, i) => {
      // A lone name is a type or a label; only a label can name a variable.
      const isLabel = name !== undefined && (type !== undefined || !TYPE_NAME.test(name));
      return isLabel ? name : `value${i + 1}`;
    });
    const payload = names.length === 0 ? '' : `(${names.join(', ')})`;
    return {
      label: `${node.name}.${variant.name}${payload}`,
      key: variant.name,
      enumName: node.name,
      kind: 'variant',
      detail: undefined,
    };
  });
}

function coveredBy({ pattern, guard }: Extract<Node, { kind: 'MatchArm' }>): string[] {
  if (guard !== undefined) return [];
  const all = pattern.kind === 'OrPattern' ? pattern.alternatives : [pattern];
  return all.flatMap((each) => (each.kind === 'VariantPattern' ? [each.variant] : []));
}
