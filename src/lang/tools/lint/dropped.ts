// The rule about results that nobody takes: builtins that only give a value, and methods that leave their receiver as it
// was, do nothing as a statement.
import type { Expression, Node, Statement } from '../../ast.ts';
import { walk } from '../walk.ts';
import type { LintContext } from './context.ts';
import { lintErrors } from './errors.ts';

/** Methods of builtin values that look as if they changed something. */
const PURE_METHODS: ReadonlySet<string> = new Set(
  `push appending pop dropping_last sort sorted sort_by sorted_by reverse reversed add adding remove removing merge merging
   rekey rekeyed insert concat filter map unique trim upper lower replace`
    .trim()
    .split(/\s+/),
);

/** Pure in what they do to the outside, but made to stop a program. */
const STOPS: ReadonlySet<string> = new Set([
  'assert',
  'assert_eq',
  'assert_ne',
  'unreachable',
  'throw_error',
  'unwrap',
  'unwrap_err',
  'schema_expect',
  'drop',
]);

export function lintDropped(ctx: LintContext): void {
  walk(ctx.module, (node, around) => {
    for (const statement of droppedIn(node, around.at(-1)))
      if (statement.kind === 'ExpressionStatement') judge(ctx, statement.expression);
  });
}

/** The statements of a list whose values nobody gets. */
function droppedIn(node: Node, parent: Node | undefined): readonly Statement[] {
  if (node.kind === 'Module') return node.body;
  if (node.kind !== 'Block') return [];
  // The last value of these bodies goes nowhere; that of any other block may be its value.
  const isLost =
    parent?.kind === 'FunctionDeclaration' ||
    parent?.kind === 'ForStatement' ||
    parent?.kind === 'WhileStatement' ||
    parent?.kind === 'DeferStatement';
  return isLost ? node.statements : node.statements.slice(0, -1);
}

function judge(ctx: LintContext, node: Expression): void {
  const name = nameOfPure(ctx, node);
  if (name === undefined) return;
  ctx.report('discardedResult', lintErrors.discardedResult({ name }, { span: node.span }));
}

function nameOfPure(ctx: LintContext, node: Expression): string | undefined {
  if (node.kind !== 'Call' && node.kind !== 'MethodCall') return undefined;
  // What is called inside may do something.
  const handsOver = node.args.some(({ kind }) => kind === 'Closure' || kind === 'Identifier');
  const target = ctx.checked.calls.get(node)?.target;
  if (target?.kind === 'builtin') {
    const { effect, name, suspends } = target.spec;
    const isPure = effect === 'pure' && suspends === false && !STOPS.has(name);
    return isPure && !name.includes('.') && !mayStop(name) ? name : undefined;
  }
  if (node.kind !== 'MethodCall' || target?.kind !== 'method' || !PURE_METHODS.has(node.name))
    return undefined;
  const type = ctx.checked.types?.get(node.receiver);
  const isBuiltin =
    type?.kind === 'container' || type?.kind === 'primitive' || type?.kind === 'literal';
  const calls = handsOver && (node.name === 'map' || node.name === 'filter');
  return isBuiltin && !calls ? node.name : undefined;
}

/** Parsers and checks may be called for the error that they throw. */
function mayStop(name: string): boolean {
  return /parse|decode|check|validate|verify|expect|assert|require/.test(name);
}
