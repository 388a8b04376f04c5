// The rule about the order of imports: the library, packages, files; each by the alphabet.
import type { CheckedProgram } from '../../2-check/checked-module.ts';
import type { ImportDeclaration } from '../../ast.ts';
import type { Edit } from '../edits.ts';
import type { LintContext } from './context.ts';
import { lintErrors } from './errors.ts';
import { isDeclarative } from './names.ts';

export function lintImportOrder(ctx: LintContext, program: CheckedProgram): void {
  for (const run of runsOf(ctx)) {
    const sorted = run.toSorted(compare);
    const wrong = run.find((each, i) => each !== sorted[i]);
    if (wrong === undefined) continue;
    const { path, span } = wrong;
    const fix = isSafe(ctx, program, run) ? swaps(ctx, run, sorted) : undefined;
    ctx.report('importOrder', lintErrors.importOrder({ path }, { span }), fix);
  }
}

/** Imports that stand line below line: a blank line or a comment makes a group. */
function runsOf(ctx: LintContext): ImportDeclaration[][] {
  const runs: ImportDeclaration[][] = [];
  for (const node of ctx.module.body) {
    if (node.kind !== 'ImportDeclaration') continue;
    const before = runs.at(-1)?.at(-1);
    const between =
      before === undefined ? undefined : ctx.text.slice(before.span.end, node.span.start);
    if (between !== undefined && /^[ \t]*\r?\n[ \t]*$/.test(between)) runs.at(-1)?.push(node);
    else runs.push([node]);
  }
  return runs;
}

function compare(a: ImportDeclaration, b: ImportDeclaration): number {
  const rank = rankOf(a.path) - rankOf(b.path);
  if (rank !== 0) return rank;
  return a.path < b.path ? -1 : Number(a.path > b.path);
}

function rankOf(path: string): number {
  if (path.startsWith('std/')) return 0;
  return path.startsWith('.') ? 2 : 1;
}

/** Modules run in the order of their imports, so all of them must do nothing but declare. */
function isSafe(
  ctx: LintContext,
  program: CheckedProgram,
  run: readonly ImportDeclaration[],
): boolean {
  return run.every((node) => {
    const id = ctx.checked.imports.find((each) => each.node === node)?.moduleId;
    return id !== undefined && isDeclarative(program, id) && !ctx.hasComment(node.span);
  });
}

function swaps(
  ctx: LintContext,
  run: readonly ImportDeclaration[],
  sorted: readonly ImportDeclaration[],
): Edit[] {
  return run.flatMap(({ span: { start, end } }, i) => {
    const other = sorted[i];
    const text = other === undefined ? '' : ctx.slice(other.span);
    return text === ctx.text.slice(start, end) ? [] : [{ start, end, text }];
  });
}
