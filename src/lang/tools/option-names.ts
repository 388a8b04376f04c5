// Names in a dict of options: which can be written at a place of a call, and what one of them means.
import { optionName } from '../2-check/types/option-bags.ts';
import type { DictLiteral } from '../ast.ts';
import type { BuiltinSpec, OptionBag, OptionSpec } from '../builtin-spec.ts';
import { builtinOf, parameterRanges } from './callee.ts';
import { type OpenCall, openOptionAt, tokensAround } from './cursor-context.ts';
import type { ToolContext } from './members.ts';
import { pathTo } from './tree.ts';

/** The options that can be named where the cursor is; those that are there already are left out. */
export function optionsAt(context: ToolContext, offset: number): readonly OptionSpec[] | undefined {
  const open = openOptionAt(tokensAround(context.module, offset), offset);
  if (open === undefined) return undefined;
  const found = bagOf(context, open.call);
  if (found === undefined) return undefined;
  const literal = literalAt(context, offset);
  const given = new Set<string | undefined>();
  for (const entry of literal?.entries ?? [])
    if (offset < entry.span.start || offset > entry.span.end) given.add(optionName(entry));
  return found.options.filter(({ name }) => !given.has(name));
}

/** The option whose name is at a place. */
export function optionAt(
  context: ToolContext,
  offset: number,
): { readonly option: OptionSpec; readonly span: DictLiteral['span'] } | undefined {
  const entry = literalAt(context, offset)?.entries.find(
    ({ span }) => offset >= span.start && offset <= span.end,
  );
  const name = entry === undefined ? undefined : optionName(entry);
  if (entry?.kind !== 'DictEntry' || name === undefined) return undefined;
  const { span } = entry.key;
  if (offset < span.start || offset > span.end) return undefined;
  const open = openOptionAt(tokensAround(context.module, offset), span.end);
  const bag = open === undefined ? undefined : bagOf(context, open.call);
  const option = bag?.options.find((each) => each.name === name);
  return option === undefined ? undefined : { option, span };
}

function literalAt({ module }: ToolContext, offset: number): DictLiteral | undefined {
  return pathTo(module.module, offset).findLast(
    (node): node is DictLiteral => node.kind === 'DictLiteral',
  );
}

/** The options of the argument that a call is at. */
function bagOf(context: ToolContext, call: OpenCall): OptionBag | undefined {
  const spec = builtinOf(context, call);
  if (spec?.options === undefined) return undefined;
  const here = paramName(spec, call.argument);
  // With a leading handle every argument is one place later.
  const before = paramName(spec, call.argument - 1);
  return (
    spec.options.find(({ param }) => param === here) ??
    spec.options.find(({ param }) => param === before)
  );
}

function paramName({ signature }: BuiltinSpec, index: number): string | undefined {
  const range = parameterRanges(signature)[index];
  return range === undefined ? undefined : /^\w+/.exec(signature.slice(...range))?.[0];
}
