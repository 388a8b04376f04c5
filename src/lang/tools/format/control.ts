// How forms with blocks are written: closures, branches, error handling, concurrency.
import type {
  Block,
  Closure,
  Expression,
  If,
  MatchArm,
  Parallel,
  Param,
  Select,
} from '../../ast.ts';
import { concat, type Doc, group, hardline, indent, join, line } from './doc.ts';
import type { Printer } from './printer.ts';
import { annotation, matchPattern, paramDoc, paramsDoc, resultDocs, typeParams } from './types.ts';

const CONTROL: ReadonlySet<Expression['kind']> = new Set([
  'If',
  'Match',
  'Try',
  'Retry',
  'Deadline',
  'Mutex',
  'Spawn',
  'Parallel',
  'Select',
  'Yield',
  'Emit',
  'BlockExpression',
]);

/** Forms that stand by themselves; under an operator they get parentheses. */
export function isControl(node: Expression): boolean {
  return CONTROL.has(node.kind);
}

export function controlDoc(p: Printer, node: Expression): Doc {
  switch (node.kind) {
    case 'Closure':
      return closureDoc(p, node);
    case 'If':
      return ifDoc(p, node);
    case 'Match': {
      const from = p.text.indexOf('{', node.subject.span.end) + 1;
      const arms = p.braces(node.arms, from, node.span.end - 1, (arm) => armDoc(p, arm));
      return concat(['match ', conditionDoc(p, node.subject), ' ', arms]);
    }
    case 'Try': {
      const docs: Doc[] = ['try ', p.block(node.body)];
      const { catch: clause, finally: last } = node;
      if (clause !== undefined) {
        const name =
          clause.name === undefined
            ? ''
            : concat(['(', clause.name, annotation(p, clause.type), ') ']);
        const joint = p.joint(node.body.span.end, clause.span.start, ' ');
        docs.push(joint, 'catch ', name, p.block(clause.body));
      }
      if (last !== undefined) {
        const joint = p.joint((clause ?? node.body).span.end, last.span.start, ' ');
        docs.push(joint, 'finally ', p.block(last));
      }
      return concat(docs);
    }
    case 'Retry':
      return concat(['retry ', conditionDoc(p, node.count), ' ', p.block(node.body)]);
    case 'Deadline':
      return concat(['deadline ', conditionDoc(p, node.duration), ' ', p.block(node.body)]);
    case 'Mutex': {
      const key = node.key === undefined ? '' : concat(['(', p.expression(node.key), ')']);
      return concat(['mutex', key, ' ', p.block(node.body)]);
    }
    case 'Spawn':
      return concat(['spawn ', p.block(node.body)]);
    case 'Parallel':
      return parallelDoc(p, node);
    case 'Select':
      return selectDoc(p, node);
    case 'Yield':
      return node.value === undefined ? 'yield' : concat(['yield ', p.expression(node.value)]);
    case 'Emit':
      return concat(['emit ', p.expression(node.value)]);
    case 'BlockExpression':
      return p.block(node.body);
    default:
      return p.asWritten(node.span);
  }
}

/** An expression before a block. What would swallow the block gets parentheses. */
export function conditionDoc(p: Printer, node: Expression): Doc {
  const doc = p.expression(node, 1);
  return endsInBrace(node) ? concat(['(', doc, ')']) : doc;
}

/** Whether a struct literal, or a brace that a condition reads otherwise, stands outside brackets. */
function endsInBrace(node: Expression): boolean {
  switch (node.kind) {
    case 'StructLiteral':
      return true;
    case 'Ternary':
      return true;
    case 'Binary':
    case 'Pipe':
      return endsInBrace(node.left) || endsInBrace(node.right);
    case 'Range':
      return endsInBrace(node.start) || endsInBrace(node.end);
    case 'Unary':
    case 'TryStar':
    case 'Propagate':
    case 'NonNull':
      return endsInBrace(node.operand);
    case 'Member':
    case 'Index':
    case 'Slice':
      return endsInBrace(node.object);
    case 'MethodCall':
      return endsInBrace(node.receiver);
    case 'Call':
      return endsInBrace(node.callee);
    default:
      return false;
  }
}

// ---------------------------------------------------------------- closures

function closureDoc(p: Printer, node: Closure): Doc {
  const { start, end } = node.span;
  const { body } = node;
  if (node.style === 'fn') {
    const params = paramsDoc(p, node.params, start, node.returns?.span.start ?? body.span.start);
    const head = concat(['fn', typeParams(p, node.typeParams), params, ...resultDocs(p, node)]);
    return group(head, ' ', shortBody(p, body, '{', body.span.start + 1, end - 1));
  }
  const names = node.params.map((param) => paramDoc(p, param));
  const head = names.length === 0 ? '{ ->' : concat(['{ ', join(', ', names), ' ->']);
  return group(shortBody(p, body, head, body.span.start, end - 1));
}

/** A body of one statement may stay on the line of its brace. */
function shortBody(p: Printer, body: Block, head: Doc, from: number, to: number): Doc {
  const { statements } = body;
  const [only] = statements;
  const gaps =
    only === undefined
      ? [[from, to]]
      : [
          [from, only.span.start],
          [only.span.end, to],
        ];
  const commented = gaps.some(([start = 0, end = 0]) => p.comments.anyIn(start, end));
  if (only === undefined && !commented) return concat([head, head === '{' ? '}' : ' }']);
  if (statements.length === 1 && only !== undefined && !commented)
    return concat([head, indent(line, p.statement(only)), line, '}']);
  const lines = p.lines(statements, from, to, (each) => p.statement(each));
  return concat([head, indent(lines), hardline, '}']);
}

// ---------------------------------------------------------------- branches

function ifDoc(p: Printer, node: If): Doc {
  const docs: Doc[] = [];
  let at: If | Block | undefined = node;
  let thenEnd = node.span.start;
  while (at !== undefined) {
    if (docs.length > 0) docs.push(p.joint(thenEnd, at.span.start, ' '), 'else ');
    if (at.kind === 'Block') {
      docs.push(p.block(at));
      break;
    }
    docs.push('if ', conditionDoc(p, at.condition), ' ', p.block(at.then));
    thenEnd = at.then.span.end;
    at = at.otherwise;
  }
  return concat(docs);
}

function armDoc(p: Printer, arm: MatchArm): Doc {
  const { pattern, guard, body } = arm;
  const docs: Doc[] = [matchPattern(p, pattern)];
  if (guard !== undefined) docs.push(' if ', p.expression(guard));
  docs.push(' -> ');
  const [only] = body.statements;
  const opens = p.text[body.span.start] === '{';
  const braced = opens && (only === undefined || only.span.start > body.span.start);
  if (!braced && only !== undefined) docs.push(p.statement(only));
  else docs.push(group(shortBody(p, body, '{', body.span.start + 1, body.span.end - 1)));
  return concat(docs);
}

// ---------------------------------------------------------------- concurrency

function parallelDoc(p: Printer, node: Parallel): Doc {
  const { mode, subject, options, param, body, span } = node;
  const docs: Doc[] = ['parallel ', mode === 'count' ? '' : `${mode} `, conditionDoc(p, subject)];
  const [first] = options;
  const last = options.at(-1);
  if (first !== undefined && last !== undefined) {
    const from = p.text.lastIndexOf('{', first.span.start) + 1;
    const to = p.text.indexOf('}', last.span.end);
    const print = (each: (typeof options)[number]) =>
      concat([`${each.name}: `, p.expression(each.value)]);
    docs.push(' with ', p.list(['{', '}'], options, from, to, print, ' '));
  }
  docs.push(' ', parallelBody(p, param, body, closingBrace(p, span.end)));
  if (node.stream) docs.push(' as stream');
  return concat(docs);
}

function closingBrace(p: Printer, end: number): number {
  return p.text.lastIndexOf('}', end - 1);
}

function parallelBody(p: Printer, param: Param | undefined, body: Block, to: number): Doc {
  const head = param === undefined ? '{' : concat(['{ ', paramDoc(p, param), ' ->']);
  const from = body.span.start;
  if (body.statements.length === 0 && !p.comments.anyIn(from, to)) return concat([head, '}']);
  const lines = p.lines(body.statements, from, to, (each) => p.statement(each));
  return concat([head, indent(lines), hardline, '}']);
}

function selectDoc(p: Printer, node: Select): Doc {
  const { cases, timeout, otherwise, span } = node;
  const arms: { readonly span: { start: number; end: number }; readonly print: () => Doc }[] =
    cases.map((each) => ({
      span: each.span,
      print: () =>
        concat([each.name, ' from ', conditionDoc(p, each.channel), ' ', p.block(each.body)]),
    }));
  if (timeout !== undefined) {
    const { duration, body } = timeout;
    const print = () => concat(['timeout ', conditionDoc(p, duration), ' ', p.block(body)]);
    arms.push({ span: timeout.span, print });
  }
  if (otherwise !== undefined) {
    const start = p.text.lastIndexOf('default', otherwise.span.start);
    const print = () => concat(['default ', p.block(otherwise)]);
    arms.push({ span: { start, end: otherwise.span.end }, print });
  }
  arms.sort((a, b) => a.span.start - b.span.start);
  const from = p.text.indexOf('{', span.start) + 1;
  return concat(['select ', p.braces(arms, from, span.end - 1, (each) => each.print())]);
}
