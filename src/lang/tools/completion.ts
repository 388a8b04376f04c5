// What can be written at a place: members behind a dot, exports inside of an import, module paths, types where a type
// stands, else names in scope, builtins and keywords. Ask with a text that has a stand-in (cursor-context.ts).

import { KEYWORDS } from '../1-parse/token.ts';
import type { Binding } from '../2-check/checked-module.ts';
import type { Node } from '../ast.ts';
import type { OptionSpec } from '../builtin-spec.ts';
import { placeCompletions } from './completion-places.ts';
import { importPathAt, isInComment, isInOpenString, tokensOf } from './cursor-context.ts';
import { declarationText, docOf } from './head-text.ts';
import { docOfBuiltin } from './hover.ts';
import { membersOf, type ToolContext, typeOf } from './members.ts';
import { optionsAt } from './option-names.ts';
import { namesAt } from './scope-at.ts';
import { pathTo } from './tree.ts';

export interface Completion {
  readonly label: string;
  readonly kind:
    | 'variable'
    | 'constant'
    | 'function'
    | 'method'
    | 'field'
    | 'variant'
    | 'struct'
    | 'enum'
    | 'interface'
    | 'type'
    | 'keyword'
    | 'module'
    | 'handle';
  readonly detail: string | undefined;
  readonly doc: string | undefined;
  /** Nearer names come first: 0 in scope, 1 builtin, 2 keyword. */
  readonly rank: number;
  /** How many characters before the cursor it replaces, where that is not the word there: paths. */
  readonly replaces?: number;
}

/** What can be imported: standard modules, and files as they would be written from here. */
export type ModulePaths = (typed: string) => readonly string[];

export function completionsAt(
  context: ToolContext,
  offset: number,
  modulePaths: ModulePaths,
): Completion[] {
  const tokens = tokensOf(context.module.source);
  const typed = importPathAt(tokens, offset);
  if (typed !== undefined) {
    const replaces = typed.length;
    return modulePaths(typed).map((path) => ({ ...plain(path, 'module', 0), replaces }));
  }
  if (isInComment(tokens, offset) || isInOpenString(tokens, offset)) return [];
  // The name of an option is a string to the tree.
  const options = optionsAt(context, offset);
  if (options !== undefined) return options.map(optionCompletion);
  const path = pathTo(context.module.module, offset);
  const around = path.at(-1);
  const placed = placeCompletions(context, tokens, path, offset);
  if (placed !== undefined) return placed;
  if (around?.kind === 'StringLiteral' || around?.kind === 'StringText') return [];
  if (around?.kind === 'InterpolatedString') return [];
  const receiver = receiverOf(path, offset);
  if (receiver !== undefined) return memberCompletions(context, receiver);
  const imported = path.find((node) => node.kind === 'ImportDeclaration');
  if (imported !== undefined) return exportCompletions(context, imported);
  return isTypePlace(path) ? typeCompletions(context, offset) : nameCompletions(context, offset);
}

function plain(label: string, kind: Completion['kind'], rank: number): Completion {
  return { label, kind, detail: undefined, doc: undefined, rank };
}

/** The expression before the dot that the cursor is behind. */
function receiverOf(path: readonly Node[], offset: number): Node | undefined {
  for (const node of path.toReversed()) {
    if (node.kind !== 'Member' && node.kind !== 'MethodCall') continue;
    const { start, end } = node.nameSpan;
    if (offset >= start && offset <= end)
      return node.kind === 'Member' ? node.object : node.receiver;
  }
  return undefined;
}

function memberCompletions(context: ToolContext, receiver: Node): Completion[] {
  const type = typeOf(context, receiver);
  if (type === undefined) return [];
  return membersOf(context, type).map(({ name, kind, signature, doc, spec }) => ({
    label: name,
    kind,
    detail: signature,
    doc: spec === undefined ? doc : docOfBuiltin(spec),
    rank: 0,
  }));
}

function optionCompletion({ name, type, doc }: OptionSpec): Completion {
  return { label: name, kind: 'field', detail: `${name}: ${type}`, doc, rank: 0 };
}

function exportCompletions({ module, program }: ToolContext, node: Node): Completion[] {
  const moduleId = module.imports.find((each) => each.node === node)?.moduleId;
  const target = program.modules.find(({ source }) => source.id === moduleId);
  return [...(target?.exports ?? [])].map(([name, binding]) => named(name, binding, program));
}

const KIND_OF: { readonly [K in Binding['kind']]: Completion['kind'] } = {
  param: 'variable',
  local: 'variable',
  moduleVar: 'variable',
  fn: 'function',
  tool: 'function',
  skill: 'constant',
  evalPack: 'constant',
  pipeline: 'function',
  struct: 'struct',
  enum: 'enum',
  interface: 'interface',
  typeAlias: 'type',
  builtin: 'function',
  harnessGlobal: 'variable',
  hostGlobal: 'variable',
};

function named(label: string, binding: Binding, program: ToolContext['program']): Completion {
  const kind = KIND_OF[binding.kind];
  const doc = docOf(binding, program);
  return { label, kind, detail: declarationText(binding, program), doc, rank: 0 };
}

/** What only the standard library calls. */
function isInternal(name: string): boolean {
  return name.startsWith('@') || name.startsWith('__') || name.includes('.');
}

const GLOBALS = ['harness', 'Result', 'argv', 'context', 'prompt', 'skills'];
/** Words with a meaning that are not reserved. */
const SOFT_WORDS = ['const', 'gen', 'as', 'where', 'throws', 'not', 'each', 'settle'];

function nameCompletions({ module, program, builtins }: ToolContext, offset: number): Completion[] {
  const found = new Map<string, Completion>();
  const add = (each: Completion) => {
    if (!found.has(each.label)) found.set(each.label, each);
  };
  for (const [name, binding] of namesAt(module, offset)) add(named(name, binding, program));
  for (const name of GLOBALS) add(plain(name, 'variable', 1));
  for (const spec of builtins) {
    const names = spec.name.includes('.') ? [] : [spec.name];
    const detail = spec.signature;
    for (const label of [...names, ...(spec.aliases ?? [])])
      if (!isInternal(label))
        add({ label, kind: 'function', detail, doc: docOfBuiltin(spec), rank: 1 });
  }
  for (const word of [...KEYWORDS.keys(), ...SOFT_WORDS]) add(plain(word, 'keyword', 2));
  return [...found.values()];
}

function isTypePlace(path: readonly Node[]): boolean {
  const kind = path.at(-1)?.kind ?? '';
  return kind.endsWith('Type') || kind === 'ShapeField' || kind === 'FnTypeParam';
}

const BUILTIN_TYPES =
  `int float number string bool nil bytes duration decimal closure any unknown never list dict set iter range pair
   Generator Stream Result Schema channel task_handle atomic Harness`
    .trim()
    .split(/\s+/);
const TYPE_KINDS: ReadonlySet<Binding['kind']> = new Set([
  'struct',
  'enum',
  'interface',
  'typeAlias',
]);

function typeCompletions({ module, program }: ToolContext, offset: number): Completion[] {
  const declared = [...namesAt(module, offset)]
    .filter(([, { kind }]) => TYPE_KINDS.has(kind))
    .map(([name, binding]) => named(name, binding, program));
  return [...declared, ...BUILTIN_TYPES.map((name) => plain(name, 'type', 1))];
}
