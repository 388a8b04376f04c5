// How expressions without blocks are written: operators with the parentheses they need, calls, chains, literals.
import type { Argument, Binary, DictEntry, Expression, Pipe, Spread, Ternary } from '../../ast.ts';
import { controlDoc, isControl } from './control.ts';
import {
  brokenOpen,
  choice,
  concat,
  type Doc,
  group,
  hardline,
  ifBreak,
  indent,
  isForced,
  join,
  line,
  literal,
} from './doc.ts';
import type { Printer } from './printer.ts';
import { typeDoc } from './types.ts';

/** Binding strength of the outermost form, weakest first. Forms with blocks want parentheses under any operator. */
const PREC = {
  control: 0.5,
  pipe: 1,
  range: 2,
  ternary: 3,
  coalesce: 9,
  multiplicative: 10,
  prefix: 11,
  power: 12,
  postfix: 13,
} as const;

const BINARY: { readonly [operator in Binary['operator']]: number } = {
  '||': 4,
  '&&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  in: 7,
  'not in': 7,
  '+': 8,
  '-': 8,
  '??': PREC.coalesce,
  '*': PREC.multiplicative,
  '/': PREC.multiplicative,
  '%': PREC.multiplicative,
  '**': PREC.power,
};

/** Operators that cannot begin a line by themselves. */
const NEEDS_BACKSLASH: ReadonlySet<string> = new Set(['-', 'in', 'not in']);

/** Forms whose lines may not go on by themselves. */
const NEEDS_BRACKET: ReadonlySet<Expression['kind']> = new Set([
  'Binary',
  'Pipe',
  'Range',
  'Ternary',
  'Unary',
  'TryStar',
]);

function precedence(node: Expression): number {
  switch (node.kind) {
    case 'Pipe':
      return PREC.pipe;
    case 'Range':
      return PREC.range;
    case 'Ternary':
      return PREC.ternary;
    case 'Binary':
      return BINARY[node.operator];
    case 'Unary':
    case 'TryStar':
      return PREC.prefix;
    case 'IntLiteral':
      return node.value < 0n ? PREC.power : PREC.postfix;
    default:
      return isControl(node) ? PREC.control : PREC.postfix;
  }
}

export function expressionDoc(p: Printer, node: Expression, min = 0): Doc {
  const wrap = precedence(node) < min;
  const { start, end } = node.span;
  const doc = bare(p, node);
  // A comment where no rule looks for it: the expression stays as it was written. Its lines need a bracket around them.
  if (p.comments.anyIn(start, end)) {
    const text = p.asWritten(node.span);
    const open = NEEDS_BRACKET.has(node.kind) && p.slice(node.span).includes('\n');
    return wrap || open ? concat(['(', text, ')']) : text;
  }
  return wrap ? concat(['(', doc, ')']) : doc;
}

function bare(p: Printer, node: Expression): Doc {
  const { start, end } = node.span;
  switch (node.kind) {
    case 'ListLiteral':
      return p.list(['[', ']'], node.elements, start + 1, end - 1, (each) => element(p, each));
    case 'DictLiteral':
      return p.list(['{', '}'], node.entries, start + 1, end - 1, (each) => entry(p, each));
    case 'StructLiteral': {
      const from = p.text.indexOf('{', node.nameSpan.end) + 1;
      const list = p.list(['{', '}'], node.entries, from, end - 1, (each) => entry(p, each));
      return concat([node.name, ' ', list]);
    }
    case 'Identifier':
      return node.name;
    case 'Placeholder':
      return '_';
    case 'Unary':
      return concat([node.operator, p.expression(node.operand, PREC.prefix)]);
    case 'TryStar':
      return concat(['try* ', p.expression(node.operand, PREC.prefix)]);
    case 'Binary':
      return binaryDoc(p, node);
    case 'Pipe':
      return pipeDoc(p, node);
    case 'Range':
      return concat([
        p.expression(node.start, PREC.ternary),
        ' to ',
        p.expression(node.end, PREC.ternary),
        node.inclusive ? '' : ' exclusive',
      ]);
    case 'Ternary':
      return ternaryDoc(p, node);
    case 'Call':
    case 'MethodCall':
    case 'Member':
    case 'Index':
    case 'Slice':
    case 'Propagate':
    case 'NonNull':
      return chainDoc(p, node);
    case 'NilLiteral':
    case 'BoolLiteral':
    case 'IntLiteral':
    case 'FloatLiteral':
    case 'DurationLiteral':
    case 'StringLiteral':
    case 'InterpolatedString':
    case 'ErrorExpression':
      return literal(p.slice(node.span));
    default:
      return controlDoc(p, node);
  }
}

function element(p: Printer, node: Expression | Spread): Doc {
  return node.kind === 'Spread' ? concat(['...', p.expression(node.value)]) : p.expression(node);
}

function entry(p: Printer, node: DictEntry | Spread): Doc {
  if (node.kind === 'Spread') return element(p, node);
  const bracketed = p.text[node.span.start] === '[';
  const key = bracketed
    ? concat(['[', p.expression(node.key), ']'])
    : literal(p.slice(node.key.span));
  return concat([key, ': ', p.expression(node.value)]);
}

// ---------------------------------------------------------------- operators

/** Operators of one strength in a row break together, each at the beginning of a line. */
function binaryDoc(p: Printer, node: Binary): Doc {
  const prec = BINARY[node.operator];
  if (node.operator === '**') {
    const left = p.expression(node.left, PREC.postfix);
    return concat([left, ' ** ', p.expression(node.right, PREC.prefix)]);
  }
  const links: Binary[] = [];
  let first: Expression = node;
  while (first.kind === 'Binary' && BINARY[first.operator] === prec) {
    links.push(first);
    first = first.left;
  }
  links.reverse();
  const rest = links.map((link) => {
    const bare = NEEDS_BACKSLASH.has(link.operator);
    const edge = bare
      ? concat([ifBreak(' \\'), line])
      : p.joint(link.left.span.end, link.right.span.start, line);
    return concat([edge, link.operator, ' ', operand(p, link, link.right, prec + 1)]);
  });
  const head = operand(p, links[0] as Binary, first, prec);
  return group(head, indent(...rest));
}

/** An operand, with parentheses also where mixing operators is easily misread. */
function operand(p: Printer, parent: Binary, node: Expression, min: number): Doc {
  const mixed =
    node.kind === 'Binary' &&
    node.operator !== parent.operator &&
    isMisread(parent.operator, node.operator);
  return p.expression(node, mixed ? PREC.postfix : min);
}

function isMisread(outer: Binary['operator'], inner: Binary['operator']): boolean {
  if (inner === '??') return true;
  if (outer === '??') return inner !== '**';
  return outer === '||' && inner === '&&';
}

function pipeDoc(p: Printer, node: Pipe): Doc {
  const stages: Expression[] = [];
  let first: Expression = node;
  while (first.kind === 'Pipe') {
    stages.push(first.right);
    first = first.left;
  }
  stages.reverse();
  const rest = stages.map((stage, i) => {
    const before = stages[i - 1] ?? first;
    const edge = p.joint(before.span.end, stage.span.start, line);
    return concat([edge, '|> ', p.expression(stage, PREC.range)]);
  });
  return group(p.expression(first, PREC.range), indent(...rest));
}

function ternaryDoc(p: Printer, node: Ternary): Doc {
  const strong = PREC.ternary + 1;
  const otherwise = p.expression(node.whenFalse, PREC.ternary);
  return group(
    p.expression(node.condition, strong),
    indent(line, '? ', p.expression(node.whenTrue, strong), line, ': ', otherwise),
  );
}

// ---------------------------------------------------------------- calls and members

interface Link {
  readonly doc: Doc;
  readonly isMethod: boolean;
}

/** `a.b(c).d[e]?`: in one piece, or each method on a line of its own. */
function chainDoc(p: Printer, node: Expression): Doc {
  const links: Link[] = [];
  let base: Expression = node;
  for (let next = linkOf(p, base); next !== undefined; next = linkOf(p, base)) {
    links.push(next.link);
    const { object } = next;
    const calls = base.kind === 'Call';
    base = object;
    if (object.kind === 'Propagate' || (calls && object.kind === 'Member')) break;
  }
  links.reverse();
  const methods = links.filter(({ isMethod }) => isMethod).length;
  const head: Doc[] = [baseDoc(p, base)];
  const docs = links.map(({ doc }) => doc);
  const flat = concat([...head, ...docs]);
  const firstMethod = links.findIndex(({ isMethod }) => isMethod);
  if (methods < 2 || (methods === 2 && isForced(flat))) return flat;
  const lead = concat([...head, ...docs.slice(0, firstMethod)]);
  const rest = links
    .slice(firstMethod)
    .map(({ doc, isMethod }) => (isMethod ? concat([hardline, doc]) : doc));
  return choice([flat, concat([lead, indent(...rest)])]);
}

/** `(a.b)(x)` calls a field, `a.b(x)` a method; `(f()?).x` is not `f()?.x`. */
function baseDoc(p: Printer, base: Expression): Doc {
  const closed = base.kind === 'Member' || base.kind === 'Propagate';
  return closed ? concat(['(', p.expression(base), ')']) : p.expression(base, PREC.postfix);
}

function linkOf(
  p: Printer,
  node: Expression,
): { readonly link: Link; readonly object: Expression } | undefined {
  const plain = (doc: Doc, object: Expression) => ({ link: { doc, isMethod: false }, object });
  switch (node.kind) {
    case 'Member':
      return plain(`${node.optional ? '?.' : '.'}${node.name}`, node.object);
    case 'MethodCall': {
      const dot = node.optional ? '?.' : '.';
      const doc = concat([dot, node.name, callDoc(p, node, node.nameSpan.end)]);
      return { link: { doc, isMethod: true }, object: node.receiver };
    }
    case 'Call':
      return plain(callDoc(p, node, node.callee.span.end), node.callee);
    case 'Index': {
      const open = node.optional ? '?[' : '[';
      return plain(concat([open, p.expression(node.index), ']']), node.object);
    }
    case 'Slice': {
      const [from, to] = [node.start, node.end].map((each) =>
        each === undefined ? '' : p.expression(each),
      );
      const open = node.optional ? '?[' : '[';
      return plain(concat([open, from ?? '', ':', to ?? '', ']']), node.object);
    }
    case 'Propagate':
      return plain('?', node.operand);
    case 'NonNull':
      return plain('!', node.operand);
    default:
      return undefined;
  }
}

type CallLike = Extract<Expression, { kind: 'Call' | 'MethodCall' }>;

/** Type arguments and arguments. A closure at the end, or a collection alone, keeps its brackets on the call's line. */
function callDoc(p: Printer, node: CallLike, nameEnd: number): Doc {
  const { typeArgs, args, span } = node;
  const types =
    typeArgs.length === 0
      ? ''
      : concat([
          '<',
          join(
            ', ',
            typeArgs.map((each) => typeDoc(p, each)),
          ),
          '>',
        ]);
  const from = p.text.indexOf('(', typeArgs.at(-1)?.span.end ?? nameEnd) + 1;
  const entries = args.map((each) => ({ ...each.span, doc: argument(p, each) }));
  const hasComments = p.commentsBetween(entries, from, span.end - 1);
  const all = p.listOf(['(', ')'], entries, from, span.end - 1);
  const last = args.at(-1);
  if (hasComments || last === undefined || !hugs(last, args.length)) return concat([types, all]);
  const docs = entries.map(({ doc }) => doc);
  const before = docs.slice(0, -1);
  if (before.some(isForced)) return concat([types, all]);
  const flat = concat(['(', join(', ', docs), ')']);
  const hugged = concat([
    '(',
    ...before.flatMap((doc) => [doc, ', ']),
    brokenOpen(docs.at(-1) as Doc),
    ')',
  ]);
  return concat([types, choice([flat, hugged, all])]);
}

function hugs(last: Argument, count: number): boolean {
  switch (last.kind) {
    case 'Closure':
      return true;
    case 'DictLiteral':
      return count === 1 && last.entries.length > 0;
    case 'ListLiteral':
      return count === 1 && last.elements.length > 0;
    default:
      return false;
  }
}

function argument(p: Printer, node: Argument): Doc {
  if (node.kind === 'NamedArgument') return concat([`${node.name}: `, p.expression(node.value)]);
  return element(p, node);
}
