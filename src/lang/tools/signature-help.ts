// The signature of the call whose arguments are being written, and which argument it is.
import type { Node } from '../ast.ts';
import { type OpenCall, openCallAt, tokensAround } from './cursor-context.ts';
import { declarationText, docOf } from './head-text.ts';
import { docOfBuiltin } from './hover.ts';
import { type MemberInfo, memberOf, type ToolContext } from './members.ts';
import { occurrenceAt } from './occurrences.ts';
import { pathTo } from './tree.ts';

export interface SignatureHelp {
  readonly label: string;
  readonly doc: string | undefined;
  /** Ranges of the label, one for each parameter. */
  readonly parameters: readonly (readonly [number, number])[];
  /** Which of them; undefined when there are more arguments than parameters. */
  readonly active: number | undefined;
}

/** Undefined outside of calls, and where what is called is not known. */
export function signatureHelpAt(context: ToolContext, offset: number): SignatureHelp | undefined {
  const call = openCallAt(tokensAround(context.module, offset), offset);
  if (call === undefined) return undefined;
  const found = calleeOf(context, call);
  if (found === undefined) return undefined;
  const parameters = parameterRanges(found.label);
  const last = parameters.at(-1);
  const isRest = last !== undefined && found.label.slice(...last).startsWith('...');
  const index = isRest ? Math.min(call.argument, parameters.length - 1) : call.argument;
  return { ...found, parameters, active: index < parameters.length ? index : undefined };
}

type Found = Pick<SignatureHelp, 'label' | 'doc'>;

function calleeOf(context: ToolContext, { callee }: OpenCall): Found | undefined {
  const { module, program } = context;
  const name = occurrenceAt(module, callee.start);
  if (name !== undefined) {
    const { binding } = name;
    const { builtin } = binding;
    const doc = builtin === undefined ? docOf(binding, program) : docOfBuiltin(builtin);
    return ofText(declarationText(binding, program), doc);
  }
  const member = memberAt(context, pathTo(module.module, callee.start), callee.start);
  return member === undefined ? undefined : ofText(member.signature, member.doc);
}

function memberAt(
  context: ToolContext,
  path: readonly Node[],
  offset: number,
): MemberInfo | undefined {
  for (const node of path.toReversed()) {
    if (node.kind !== 'Member' && node.kind !== 'MethodCall') continue;
    if (node.nameSpan.start === offset) return memberOf(context, node);
  }
  return undefined;
}

function ofText(label: string, doc: string | undefined): Found | undefined {
  return label.includes('(') ? { label, doc } : undefined;
}

/** The parameters between the first `(` and the `)` that closes it. */
export function parameterRanges(label: string): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  const open = label.indexOf('(');
  let depth = 0;
  let start = open + 1;
  const push = (end: number) => {
    const text = label.slice(start, end);
    const from = start + (text.length - text.trimStart().length);
    if (text.trim() !== '') found.push([from, from + text.trim().length]);
    start = end + 1;
  };
  for (let i = open + 1; open !== -1 && i < label.length; i += 1) {
    const char = label.charAt(i);
    // The `>` of an arrow closes nothing.
    const closes = ')]}'.includes(char) || (char === '>' && label[i - 1] !== '-');
    if (depth === 0 && char === ',') push(i);
    else if (depth === 0 && char === ')') {
      push(i);
      break;
    } else if ('([{<'.includes(char)) depth += 1;
    else if (closes) depth -= 1;
  }
  return found;
}
