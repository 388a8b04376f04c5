// The signature of the call whose arguments are being written, and which argument it is.
import { memberAt, parameterRanges } from './callee.ts';
import { type OpenCall, openCallAt, tokensAround } from './cursor-context.ts';
import { declarationText, docOf } from './head-text.ts';
import { docOfBuiltin } from './hover.ts';
import type { ToolContext } from './members.ts';
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

function ofText(label: string, doc: string | undefined): Found | undefined {
  return label.includes('(') ? { label, doc } : undefined;
}
