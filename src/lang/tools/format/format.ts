// Formatting of a file: printed from its tree, then read again. Text that would mean something else is never returned.
import { DiagnosticSink, type Source } from '../../../base/index.ts';
import { parse } from '../../1-parse/parser.ts';
import type { Comment, Module } from '../../ast.ts';
import { formatErrors } from '../errors.ts';
import { concat, type Doc, hardline, render } from './doc.ts';
import { expressionDoc } from './expressions.ts';
import { Printer, type Rules } from './printer.ts';
import { sameTree } from './same-tree.ts';
import { statementDoc, wantsGap } from './statements.ts';

/** Lines are broken where they would get longer. */
export const DEFAULT_LINE_WIDTH = 100;

const rules: Rules = { expression: expressionDoc, statement: statementDoc };

/** The text of a module that has been parsed without errors. */
function print(text: string, module: Module, width: number): string {
  const printer = new Printer(text, module, rules);
  const from = module.shebang?.end ?? 0;
  const docs: Doc[] = [];
  if (module.shebang !== undefined) docs.push(printer.slice(module.shebang).trimEnd(), hardline);
  const { body } = module;
  const lines = printer.lines(
    body,
    from,
    text.length,
    (each) => printer.statement(each),
    wantsGap,
    false,
  );
  docs.push(lines);
  const out = render(concat(docs), width).replace(/^\n+/, '').trimEnd();
  return out === '' ? '' : `${out}\n`;
}

/**
 * The canonical text of a program: two spaces a level, one statement a line, lines broken before `width` (characters)
 * where the language allows it. Comments and blank lines between statements stay. Formatting twice changes nothing.
 *
 * @throws HARN-FMT-001 when the text does not parse, HARN-FMT-501 when the printed text would not mean the same.
 */
export function format(source: Source, width: number = DEFAULT_LINE_WIDTH): string {
  const before = parseClean(source);
  const out = print(source.text, before, width);
  const after = parse({ id: source.id, text: out });
  const same =
    !after.diagnostics.hasErrors &&
    sameTree(before, {
      ...after.module,
      edition: before.edition,
      editionIsShown: before.editionIsShown,
    }) &&
    sameComments(before.comments, after.module.comments);
  if (!same) throw formatErrors.notTheSame({ file: source.id });
  return out;
}

function parseClean(source: Source): Module {
  const sink = new DiagnosticSink();
  const { module } = parse(source, { sink });
  const first = sink.all.find(({ severity }) => severity === 'error');
  if (first !== undefined) {
    const { code, message } = first;
    throw formatErrors.cannotParse({ file: source.id, code, reason: message });
  }
  return module;
}

function sameComments(before: readonly Comment[], after: readonly Comment[]): boolean {
  const text = (comment: Comment) => comment.text.replace(/\s+/g, ' ').trim();
  const texts = (comments: readonly Comment[]) => comments.map(text).join('\n');
  return texts(before) === texts(after);
}
