// Rules about expressions: what does nothing, what can be said shorter, older names of methods of the harness.
import type { Binary, Call, Expression, Match, Ternary } from '../../ast.ts';
import { walk } from '../walk.ts';
import type { LintContext } from './context.ts';
import { lintErrors, type RuleKey } from './errors.ts';

export function lintExpressions(ctx: LintContext): void {
  walk(ctx.module, (node) => {
    switch (node.kind) {
      case 'Binary':
        binary(ctx, node);
        break;
      case 'Ternary':
        nilTernary(ctx, node);
        vacuous(ctx, node.condition);
        break;
      case 'If':
        vacuous(ctx, node.condition);
        break;
      case 'WhileStatement':
        // `while true` is how a loop without an end is written.
        if (node.condition.kind !== 'BoolLiteral' || !node.condition.value)
          vacuous(ctx, node.condition);
        break;
      case 'Call':
        cast(ctx, node);
        ambient(ctx, node);
        break;
      case 'Match':
        duplicateArms(ctx, node);
        break;
      default:
    }
  });
}

/** Names and fields: reading them twice gives the same. */
function isPath(node: Expression): boolean {
  return node.kind === 'Identifier' || (node.kind === 'Member' && isPath(node.object));
}

const COMPARISONS: ReadonlySet<string> = new Set([
  '==',
  '!=',
  '<',
  '>',
  '<=',
  '>=',
  'in',
  'not in',
]);

function isBool(node: Expression): boolean {
  if (node.kind === 'Unary') return node.operator === '!';
  return node.kind === 'Binary' && COMPARISONS.has(node.operator);
}

function binary(ctx: LintContext, node: Binary): void {
  const { operator, left, right, span } = node;
  const same = isPath(left) && ctx.slice(left.span) === ctx.slice(right.span);
  if (operator === '??') {
    if (same) ctx.report('selfCoalesce', lintErrors.selfCoalesce({}, { span }));
    else if (right.kind === 'NilLiteral')
      ctx.report('nilCoalescesToNil', lintErrors.nilCoalescesToNil({}, { span }));
    return;
  }
  if (same && COMPARISONS.has(operator) && operator !== 'in' && operator !== 'not in')
    ctx.report('pointlessComparison', lintErrors.pointlessComparison({}, { span }));
  if (operator === '==' || operator === '!=') boolComparison(ctx, node);
  if (operator === '&&' || operator === '||') constantOperand(ctx, node);
}

/** `x && true`, `false || x` */
function constantOperand(ctx: LintContext, { left, right, operator, span }: Binary): void {
  const [literal, other] = left.kind === 'BoolLiteral' ? [left, right] : [right, left];
  if (literal.kind !== 'BoolLiteral') return;
  const text = String(literal.value);
  // Only what is surely a bool is the same without the operator, which makes a bool of anything.
  const isNeutral = literal.value === (operator === '&&') && isBool(other);
  const fix =
    isNeutral && !ctx.hasComment(span)
      ? [{ start: span.start, end: span.end, text: `(${ctx.slice(other.span)})` }]
      : undefined;
  ctx.report('constantOperand', lintErrors.constantOperand({ text, operator }, { span }), fix);
}

function vacuous(ctx: LintContext, condition: Expression): void {
  if (condition.kind !== 'BoolLiteral') return;
  const { value, span } = condition;
  ctx.report('vacuousCondition', lintErrors.vacuousCondition({ value }, { span }));
}

function boolComparison(ctx: LintContext, node: Binary): void {
  const { left, right, operator, span } = node;
  const [literal, other] = left.kind === 'BoolLiteral' ? [left, right] : [right, left];
  if (literal.kind !== 'BoolLiteral' || other.kind === 'BoolLiteral') return;
  // Only of what is surely a bool is `x == true` the same as `x`.
  if (!isBool(other)) return;
  const { value } = literal;
  const text = `(${ctx.slice(other.span)})`;
  const mended = (operator === '==') === value ? text : `!${text}`;
  const fix = ctx.hasComment(span)
    ? undefined
    : [{ start: span.start, end: span.end, text: mended }];
  ctx.report('comparisonToBool', lintErrors.comparisonToBool({ value }, { span }), fix);
}

/** `x != nil ? x : y`, `x == nil ? y : x` */
function nilTernary(ctx: LintContext, { condition, whenTrue, whenFalse, span }: Ternary): void {
  if (condition.kind !== 'Binary' || condition.right.kind !== 'NilLiteral') return;
  const { operator, left } = condition;
  if ((operator !== '==' && operator !== '!=') || !isPath(left)) return;
  const [kept, other] = operator === '!=' ? [whenTrue, whenFalse] : [whenFalse, whenTrue];
  const name = ctx.slice(left.span);
  if (!isPath(kept) || ctx.slice(kept.span) !== name) return;
  const text = `${name} ?? (${ctx.slice(other.span)})`;
  const fix = ctx.hasComment(span) ? undefined : [{ start: span.start, end: span.end, text }];
  ctx.report('redundantNilTernary', lintErrors.redundantNilTernary({}, { span }), fix);
}

const CASTS: ReadonlyMap<string, readonly Expression['kind'][]> = new Map([
  ['to_string', ['StringLiteral', 'InterpolatedString']],
  ['to_int', ['IntLiteral']],
  ['to_float', ['FloatLiteral']],
  ['to_list', ['ListLiteral']],
]);

function cast(ctx: LintContext, node: Call): void {
  const { callee, args, span } = node;
  const [value] = args;
  if (callee.kind !== 'Identifier' || args.length !== 1 || value === undefined) return;
  const kinds: readonly string[] = CASTS.get(callee.name) ?? [];
  if (!kinds.includes(value.kind) || ctx.checked.calls.get(node)?.target.kind !== 'builtin') return;
  const fix = [{ start: span.start, end: span.end, text: ctx.slice(value.span) }];
  ctx.report('unnecessaryCast', lintErrors.unnecessaryCast({ name: callee.name }, { span }), fix);
}

type AmbientRule = Extract<RuleKey, `ambient${string}`>;

const FAMILIES: { readonly [family: string]: AmbientRule } = {
  clock: 'ambientClock',
  stdio: 'ambientStdio',
  fs: 'ambientFs',
  env: 'ambientEnv',
  random: 'ambientRandom',
  net: 'ambientNet',
};

function ambient(ctx: LintContext, node: Call): void {
  const { edition, editionIsShown } = ctx.module;
  if (edition !== '2026' || !editionIsShown) return;
  const { callee } = node;
  const target = ctx.checked.calls.get(node)?.target;
  if (callee.kind !== 'Identifier' || target?.kind !== 'builtin') return;
  const { name: method, aliases = [] } = target.spec;
  const { name, span } = callee;
  if (!method.includes('.') || !aliases.includes(name)) return;
  const rule = FAMILIES[method.slice(0, method.indexOf('.'))] ?? 'ambientCapability';
  const use = `harness.${method}`;
  ctx.report(rule, lintErrors[rule]({ name, use }, { span }));
}

function duplicateArms(ctx: LintContext, node: Match): void {
  const seen = new Set<string>();
  for (const { pattern, guard } of node.arms) {
    if (pattern.kind !== 'ValuePattern' || guard !== undefined) continue;
    const text = ctx.slice(pattern.value.span);
    const isLiteral = pattern.value.kind.endsWith('Literal');
    if (isLiteral && seen.has(text)) {
      const at = { span: pattern.span };
      ctx.report('duplicateMatchArm', lintErrors.duplicateMatchArm({ text }, at));
    }
    if (isLiteral) seen.add(text);
  }
}
