// What to show for the place under the pointer: how a name is declared and documented, what a member is, which type an
// expression has.
import type { Span } from '../../base/index.ts';
import { typeAt } from '../2-check/type-at.ts';
import type { BuiltinSpec } from '../builtin-spec.ts';
import { declarationText, docOf } from './head-text.ts';
import { memberOf, type ToolContext } from './members.ts';
import { occurrenceAt } from './occurrences.ts';
import { optionAt } from './option-names.ts';
import { pathTo } from './tree.ts';

/** Harn code to show as such, then prose. */
export interface HoverText {
  readonly code: string;
  readonly doc: string | undefined;
  readonly span: Span;
}

/** What is known of the place; undefined where there is nothing to say. */
export function hoverAt(context: ToolContext, offset: number): HoverText | undefined {
  const named = optionAt(context, offset);
  if (named !== undefined) {
    const { name, type, doc } = named.option;
    return { code: `${name}: ${type}`, doc, span: named.span };
  }
  const { module, program } = context;
  const found = occurrenceAt(module, offset);
  if (found !== undefined) {
    const { binding, span } = found;
    const code = declarationText(binding, program);
    const { builtin } = binding;
    const doc = builtin === undefined ? docOf(binding, program) : docOfBuiltin(builtin);
    // A use may be narrower than its declaration.
    const here = VARIABLES.has(binding.kind) ? typeAt(module, offset) : undefined;
    const isHere = here?.span.start === span.start && here.span.end === span.end;
    if (here === undefined || !isHere || code.endsWith(`: ${here.text}`))
      return { code, doc, span };
    return { code: `${binding.name}: ${here.text}`, doc, span };
  }
  return memberHover(context, offset) ?? typeHover(context, offset);
}

const VARIABLES: ReadonlySet<string> = new Set(['local', 'param', 'moduleVar']);

const EFFECT_WORDS: { readonly [K in BuiltinSpec['effect']]: string } = {
  pure: '',
  ambient: 'Recorded: time or chance.',
  output: 'Writes to the terminal; not repeated by a replay.',
  read: 'Recorded: reads from outside.',
  mutation: 'Recorded: changes something outside.',
  wait: 'Waits; the run may park here.',
};

/** The documentation of a builtin and what a call does to the outside. */
export function docOfBuiltin({ doc, effect }: BuiltinSpec): string {
  const effectText = EFFECT_WORDS[effect];
  return effectText === '' ? doc : `${doc}\n\n${effectText}`;
}

function memberHover(context: ToolContext, offset: number): HoverText | undefined {
  for (const node of pathTo(context.module.module, offset).toReversed()) {
    if (node.kind !== 'Member' && node.kind !== 'MethodCall') continue;
    const { nameSpan } = node;
    if (offset < nameSpan.start || offset > nameSpan.end) return undefined;
    const member = memberOf(context, node);
    if (member === undefined) return undefined;
    const { signature, doc, spec } = member;
    return {
      code: signature,
      doc: spec === undefined ? doc : docOfBuiltin(spec),
      span: nameSpan,
    };
  }
  return undefined;
}

function typeHover({ module }: ToolContext, offset: number): HoverText | undefined {
  const found = typeAt(module, offset);
  if (found === undefined || found.text === 'any') return undefined;
  // The type of a long expression says little about the place where the pointer is.
  const isLong = module.source.text.slice(found.span.start, found.span.end).includes('\n');
  return isLong ? undefined : { code: found.text, doc: undefined, span: found.span };
}
