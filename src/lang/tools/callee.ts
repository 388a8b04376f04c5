// What a call that is being written calls, and what the parameters of a signature's text are.
import type { Node } from '../ast.ts';
import type { BuiltinSpec } from '../builtin-spec.ts';
import type { OpenCall } from './cursor-context.ts';
import { type MemberInfo, memberOf, type ToolContext } from './members.ts';
import { occurrenceAt } from './occurrences.ts';
import { pathTo } from './tree.ts';

/** The builtin that a call names. */
export function builtinOf(context: ToolContext, { callee }: OpenCall): BuiltinSpec | undefined {
  const { module } = context;
  const builtin = occurrenceAt(module, callee.start)?.binding.builtin;
  return builtin ?? memberAt(context, pathTo(module.module, callee.start), callee.start)?.spec;
}

/** The member whose name begins at a place. */
export function memberAt(
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
