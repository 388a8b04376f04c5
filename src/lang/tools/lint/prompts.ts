// The rule about system prompts: what is put into one may carry instructions that somebody else wrote.
import type { Argument, DictLiteral, Expression } from '../../ast.ts';
import { walk } from '../walk.ts';
import type { LintContext } from './context.ts';
import { lintErrors } from './errors.ts';

/** Which argument is the system prompt. */
const SYSTEM_AT: ReadonlyMap<string, number> = new Map([
  ['llm.call', 1],
  ['llm.call_safe', 1],
  ['llm.completion', 1],
  ['llm.stream', 1],
  ['agent.loop', 1],
]);

const WITH_OPTIONS: ReadonlySet<string> = new Set([
  ...SYSTEM_AT.keys(),
  'llm.call_structured',
  'llm.call_structured_safe',
]);

export function lintPrompts(ctx: LintContext): void {
  walk(ctx.module, (node) => {
    if (node.kind !== 'Call' && node.kind !== 'MethodCall') return;
    const target = ctx.checked.calls.get(node)?.target;
    if (target?.kind !== 'builtin' && target?.kind !== 'capability') return;
    const { name } = target.spec;
    if (!WITH_OPTIONS.has(name)) return;
    const at = SYSTEM_AT.get(name);
    const system = at === undefined ? undefined : node.args[at];
    if (system !== undefined) judge(ctx, system);
    for (const each of node.args)
      if (each.kind === 'DictLiteral') for (const value of systemsOf(each)) judge(ctx, value);
  });
}

function* systemsOf({ entries }: DictLiteral): Generator<Expression, void, undefined> {
  for (const entry of entries)
    if (
      entry.kind === 'DictEntry' &&
      entry.key.kind === 'StringLiteral' &&
      entry.key.value === 'system'
    )
      yield entry.value;
}

function judge(ctx: LintContext, node: Argument): void {
  if (node.kind !== 'InterpolatedString') return;
  const isFixed = node.parts.every(
    (part) => part.kind === 'StringText' || part.kind.endsWith('Literal'),
  );
  if (isFixed) return;
  ctx.report('promptInjection', lintErrors.promptInjection({}, { span: node.span }));
}
