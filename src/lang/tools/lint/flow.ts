// Rules about statements: what is never reached, what is longer than it must be, what has too many branches.
import type {
  Block,
  FunctionDeclaration,
  If,
  Node,
  Statement,
  ToolDeclaration,
} from '../../ast.ts';
import { walk } from '../walk.ts';
import type { LintContext } from './context.ts';
import { lintErrors } from './errors.ts';

const DEFAULT_COMPLEXITY = 25;

export function lintFlow(ctx: LintContext): void {
  list(ctx, ctx.module.body);
  walk(ctx.module, (node, around) => {
    switch (node.kind) {
      case 'Block':
        list(ctx, node.statements);
        letThenReturn(ctx, node);
        break;
      case 'If':
        emptyBlock(ctx, node.then, 'if');
        if (node.otherwise?.kind === 'Block') emptyBlock(ctx, node.otherwise, 'else');
        elseReturn(ctx, node, around);
        break;
      case 'ForStatement':
        emptyBlock(ctx, node.body, 'for');
        break;
      case 'WhileStatement':
        emptyBlock(ctx, node.body, 'while');
        break;
      case 'Try':
        emptyBlock(ctx, node.body, 'try');
        break;
      case 'FunctionDeclaration':
        missingDoc(ctx, node);
        complexity(ctx, node);
        break;
      case 'ToolDeclaration':
        complexity(ctx, node);
        break;
      default:
    }
  });
  fileHeader(ctx);
}

const JUMPS: ReadonlyMap<Statement['kind'], string> = new Map([
  ['ReturnStatement', 'return'],
  ['ThrowStatement', 'throw'],
  ['BreakStatement', 'break'],
  ['ContinueStatement', 'continue'],
]);

function list(ctx: LintContext, statements: readonly Statement[]): void {
  const at = statements.findIndex(({ kind }) => JUMPS.has(kind));
  const jump = statements[at];
  const next = statements.slice(at + 1).find(({ kind }) => !kind.endsWith('Declaration'));
  if (jump === undefined || next === undefined) return;
  const word = JUMPS.get(jump.kind) ?? '';
  ctx.report('deadCode', lintErrors.deadCode({ word }, { span: next.span }));
}

function letThenReturn(ctx: LintContext, { statements }: Block): void {
  const [binding, last] = statements.slice(-2);
  if (binding?.kind !== 'LetStatement' || last?.kind !== 'ReturnStatement') return;
  if (binding.pattern.kind !== 'NamePattern' || binding.type !== undefined) return;
  if (last.value?.kind !== 'Identifier' || last.value.name !== binding.pattern.name) return;
  const { name } = binding.pattern;
  const { start } = binding.span;
  const { end } = last.span;
  const value = ctx.text.slice(binding.pattern.span.end, binding.span.end).replace(/^\s*=\s*/, '');
  const fix = ctx.hasComment({ start, end })
    ? undefined
    : [{ start, end, text: `return ${value}` }];
  ctx.report('letThenReturn', lintErrors.letThenReturn({ name }, { span: binding.span }), fix);
}

function emptyBlock(ctx: LintContext, { statements, span }: Block, word: string): void {
  if (statements.length > 0 || ctx.hasComment(span)) return;
  ctx.report('emptyBlock', lintErrors.emptyBlock({ word }, { span }));
}

/** `if a { return x } else { … }` as a statement: the else adds nothing but a level. */
function elseReturn(ctx: LintContext, node: If, around: readonly Node[]): void {
  const { then, otherwise } = node;
  const last = then.statements.at(-1);
  if (otherwise?.kind !== 'Block' || last === undefined) return;
  if (last.kind !== 'ReturnStatement' && last.kind !== 'ThrowStatement') return;
  const [list, statement] = around.slice(-2);
  if (statement?.kind !== 'ExpressionStatement') return;
  // At the end of a body the `if` may be its value, and the two branches may be meant as a pair.
  const isLast = list?.kind === 'Block' ? list.statements.at(-1) === statement : true;
  if (isLast) return;
  const span = { ...otherwise.span, end: otherwise.span.start + 1 };
  ctx.report('unnecessaryElseReturn', lintErrors.unnecessaryElseReturn({}, { span }));
}

function missingDoc(
  ctx: LintContext,
  { pub, doc, name, nameSpan: span }: FunctionDeclaration,
): void {
  if (!pub || doc !== undefined || name.startsWith('_')) return;
  ctx.report('missingHarndoc', lintErrors.missingHarndoc({ name }, { span }));
}

function complexity(ctx: LintContext, node: FunctionDeclaration | ToolDeclaration): void {
  const isAllowed = node.attributes.some(
    ({ name, args }) =>
      name === 'complexity' &&
      args.some(({ value }) => value.kind === 'path' && value.name === 'allow'),
  );
  if (isAllowed) return;
  const limit = ctx.options.complexityThreshold ?? DEFAULT_COMPLEXITY;
  let score = 1;
  walk(node.body, (each) => {
    score += branches(each);
  });
  const { name, nameSpan: span } = node;
  if (score <= limit) return;
  ctx.report(
    'cyclomaticComplexity',
    lintErrors.cyclomaticComplexity({ name, score, limit }, { span }),
  );
}

function branches(node: Node): number {
  switch (node.kind) {
    case 'If':
    case 'GuardStatement':
    case 'MatchArm':
    case 'ForStatement':
    case 'WhileStatement':
    case 'CatchClause':
    case 'Ternary':
    case 'SelectCase':
    case 'Retry':
      return 1;
    case 'Binary':
      return node.operator === '&&' || node.operator === '||' ? 1 : 0;
    default:
      return 0;
  }
}

function fileHeader(ctx: LintContext): void {
  if (ctx.options.requireFileHeader !== true) return;
  const { comments, shebang, span } = ctx.module;
  const [first] = comments;
  const file = ctx.checked.source.id.split('/').at(-1) ?? '';
  const stem = file.replace(/\.harn$/, '');
  const before = first === undefined ? '' : ctx.text.slice(shebang?.end ?? 0, first.span.start);
  const title = first?.text
    .split('\n')
    .map((line) => line.replace(/^[\s*]+/, ''))
    .find((line) => line !== '');
  if (first?.style === 'doc' && before.trim() === '' && title?.startsWith(stem) === true) return;
  const at = { span: { ...span, end: Math.min(span.end, span.start + 1) } };
  ctx.report('requireFileHeader', lintErrors.requireFileHeader({ name: stem }, at));
}
