// How types, parameters, attributes and patterns of bindings and match arms are written.
import type {
  Attribute,
  AttributeArgument,
  AttributeValue,
  BindingPattern,
  FnTypeParam,
  MatchPattern,
  NamePattern,
  Param,
  ShapeField,
  ShapeSpread,
  TypeExpr,
  TypeParam,
  WhereClause,
} from '../../ast.ts';
import { concat, type Doc, join } from './doc.ts';
import type { Item, Printer } from './printer.ts';

/** Strength of a type's outermost form: what is weaker than its place needs parentheses. */
const TYPE = { fn: 0, union: 1, intersection: 2, postfix: 3, primary: 4 } as const;

function strength(type: TypeExpr): number {
  switch (type.kind) {
    case 'FnType':
      return TYPE.fn;
    case 'UnionType':
      return TYPE.union;
    case 'IntersectionType':
      return TYPE.intersection;
    case 'OptionalType':
      return TYPE.postfix;
    default:
      return TYPE.primary;
  }
}

export function typeDoc(p: Printer, type: TypeExpr, min = 0): Doc {
  const doc = bareType(p, type);
  return strength(type) < min ? concat(['(', doc, ')']) : doc;
}

function bareType(p: Printer, type: TypeExpr): Doc {
  const { start, end } = type.span;
  switch (type.kind) {
    case 'NamedType': {
      if (type.args.length === 0) return type.name;
      const from = (type.args[0] as TypeExpr).span.start;
      return concat([
        type.name,
        p.list(['<', '>'], type.args, from, end - 1, (t) => typeDoc(p, t)),
      ]);
    }
    case 'OwnedType':
      return concat(['owned<', typeDoc(p, type.type), '>']);
    case 'ListType':
      return concat(['[', typeDoc(p, type.element), ']']);
    case 'TupleType': {
      const brackets = p.text[start] === '(' ? (['(', ')'] as const) : (['[', ']'] as const);
      return p.list(brackets, type.elements, start + 1, end - 1, (t) => typeDoc(p, t));
    }
    case 'OptionalType':
      return concat([typeDoc(p, type.type, TYPE.primary), '?']);
    case 'UnionType':
      return join(
        ' | ',
        type.members.map((each) => typeDoc(p, each, TYPE.intersection)),
      );
    case 'IntersectionType':
      return join(
        ' & ',
        type.members.map((each) => typeDoc(p, each, TYPE.postfix)),
      );
    case 'ShapeType': {
      const members: (ShapeField | ShapeSpread)[] = [...type.fields, ...type.spreads];
      members.sort((a, b) => a.span.start - b.span.start);
      return p.list(['{', '}'], members, start + 1, end - 1, (each) => shapeMember(p, each));
    }
    case 'FnType': {
      const to = type.returns?.span.start ?? type.throws?.span.start ?? end;
      const list = p.list(['(', ')'], type.params, start + 2, closing(p, start, to), (each) =>
        fnTypeParam(p, each),
      );
      return concat(['fn', list, ...resultDocs(p, type)]);
    }
    default:
      return p.slice(type.span);
  }
}

/** Where the last `)` before `to` is. */
function closing(p: Printer, from: number, to: number): number {
  return Math.max(from, p.text.lastIndexOf(')', to - 1));
}

function shapeMember(p: Printer, member: ShapeField | ShapeSpread): Doc {
  if (member.kind === 'ShapeSpread')
    return concat(['...', member.type === undefined ? '' : typeDoc(p, member.type, TYPE.postfix)]);
  const colon = p.text.slice(member.span.start, member.type.span.start);
  const name = colon.slice(0, colon.lastIndexOf(':')).trimEnd().replace(/\?$/, '').trimEnd();
  return concat([name, member.optional ? '?' : '', ': ', typeDoc(p, member.type)]);
}

function fnTypeParam(p: Printer, param: FnTypeParam): Doc {
  const name = param.name === undefined ? '' : `${param.name}${param.optional ? '?' : ''}: `;
  return concat([param.rest ? '...' : '', name, typeDoc(p, param.type)]);
}

/** ` -> T throws E`, as far as there. */
export function resultDocs(
  p: Printer,
  {
    returns,
    throws,
  }: { readonly returns: TypeExpr | undefined; readonly throws: TypeExpr | undefined },
): Doc[] {
  const docs: Doc[] = [];
  if (returns !== undefined) docs.push(' -> ', typeDoc(p, returns));
  if (throws !== undefined) docs.push(' throws ', typeDoc(p, throws));
  return docs;
}

/** `: T` when there is one. */
export function annotation(p: Printer, type: TypeExpr | undefined): Doc {
  return type === undefined ? '' : concat([': ', typeDoc(p, type)]);
}

function bounds(p: Printer, types: readonly TypeExpr[]): Doc {
  return join(
    ' + ',
    types.map((each) => typeDoc(p, each, TYPE.postfix)),
  );
}

export function typeParams(p: Printer, params: readonly TypeParam[]): Doc {
  if (params.length === 0) return '';
  const docs = params.map(({ name, variance, bounds: types }) => {
    const head = `${variance === undefined ? '' : `${variance} `}${name}`;
    return types.length === 0 ? head : concat([head, ': ', bounds(p, types)]);
  });
  return concat(['<', join(', ', docs), '>']);
}

export function whereDoc(p: Printer, clauses: readonly WhereClause[]): Doc {
  if (clauses.length === 0) return '';
  const docs = clauses.map(({ name, bounds: types }) => concat([name, ': ', bounds(p, types)]));
  return concat([' where ', join(', ', docs)]);
}

// ---------------------------------------------------------------- parameters

export function paramDoc(p: Printer, param: Param): Doc {
  const head = `${param.rest ? '...' : ''}${param.name}${param.optional ? '?' : ''}`;
  const docs: Doc[] = [head, annotation(p, param.type)];
  if (param.default !== undefined) docs.push(' = ', p.expression(param.default));
  return concat(docs);
}

/** `(a, b)`; `from` is anywhere between the name and the first parameter, `to` after the `)`. */
export function paramsDoc(p: Printer, params: readonly Param[], from: number, to: number): Doc {
  const close = closing(p, params.at(-1)?.span.end ?? from, to);
  const open = p.text.lastIndexOf('(', params[0]?.span.start ?? close) + 1;
  return p.list(['(', ')'], params, Math.max(open, from), close, (each) => paramDoc(p, each));
}

// ---------------------------------------------------------------- attributes

export function attributeDoc(p: Printer, attribute: Attribute): Doc {
  const { nameSpan, args, span } = attribute;
  const name = `@${attribute.name}`;
  if (span.end === nameSpan.end) return name;
  return concat([name, attributeArguments(p, args, nameSpan.end + 1, span.end - 1)]);
}

function attributeArguments(
  p: Printer,
  args: readonly AttributeArgument[],
  from: number,
  to: number,
): Doc {
  return p.list(['(', ')'], args, from, to, ({ name, value }) =>
    concat([name === undefined ? '' : `${name}: `, attributeValue(p, value)]),
  );
}

function attributeValue(p: Printer, value: AttributeValue): Doc {
  const { start, end } = value.span;
  switch (value.kind) {
    case 'literal':
      return p.slice(value.span);
    case 'path':
      return value.name;
    case 'list':
      return p.list(['[', ']'], value.items, start + 1, end - 1, (each) => attributeValue(p, each));
    case 'dict':
      return p.list(['{', '}'], value.entries, start + 1, end - 1, (each) => {
        const key = p.text.slice(each.span.start, each.value.span.start);
        return concat([
          key.slice(0, key.lastIndexOf(':')).trim(),
          ': ',
          attributeValue(p, each.value),
        ]);
      });
    case 'call':
      return concat([
        value.name,
        attributeArguments(p, value.args, start + value.name.length + 1, end - 1),
      ]);
  }
}

// ---------------------------------------------------------------- patterns

/** A `...name` as the last item of a list. */
type Rest = { readonly kind: 'rest'; readonly name: string; readonly span: Item['span'] };

function restOf(rest: NamePattern | undefined): Rest[] {
  return rest === undefined
    ? []
    : [{ kind: 'rest', name: rest.name, span: { start: rest.span.start - 3, end: rest.span.end } }];
}

export function bindingPattern(p: Printer, pattern: BindingPattern): Doc {
  const { start, end } = pattern.span;
  switch (pattern.kind) {
    case 'NamePattern':
      return pattern.name;
    case 'PairPattern':
      return concat([
        '(',
        bindingPattern(p, pattern.first),
        ', ',
        bindingPattern(p, pattern.second),
        ')',
      ]);
    case 'ListPattern':
      return p.list(
        ['[', ']'],
        [...pattern.elements, ...restOf(pattern.rest)],
        start + 1,
        end - 1,
        (each) => {
          if (each.kind === 'rest') return `...${each.name}`;
          const fallback = each.default === undefined ? [] : [' = ', p.expression(each.default)];
          return concat([bindingPattern(p, each.pattern), ...fallback]);
        },
      );
    case 'DictPattern':
      return p.list(
        ['{', '}'],
        [...pattern.fields, ...restOf(pattern.rest)],
        start + 1,
        end - 1,
        (each) => {
          if (each.kind === 'rest') return `...${each.name}`;
          const { keySpan, pattern: inner } = each;
          const same = inner.span.start === keySpan.start;
          const key = p.slice(keySpan);
          const name = same ? key : concat([key, ': ', bindingPattern(p, inner)]);
          const fallback = each.default === undefined ? [] : [' = ', p.expression(each.default)];
          return concat([name, ...fallback]);
        },
      );
  }
}

export function matchPattern(p: Printer, pattern: MatchPattern): Doc {
  const { start, end } = pattern.span;
  switch (pattern.kind) {
    case 'WildcardPattern':
      return '_';
    case 'BindPattern':
      return pattern.name;
    case 'ValuePattern': {
      // `(x)` compares with a variable, `x` would bind one.
      const wrapped = p.text[start] === '(' && pattern.value.span.start > start;
      const value = p.expression(pattern.value);
      return wrapped ? concat(['(', value, ')']) : value;
    }
    case 'VariantPattern': {
      const name = `${pattern.enumName === undefined ? '' : `${pattern.enumName}.`}${pattern.variant}`;
      if (pattern.args === undefined) return name;
      const from = pattern.args[0]?.span.start ?? end - 1;
      return concat([
        name,
        p.list(['(', ')'], pattern.args, from, end - 1, (each) => matchPattern(p, each)),
      ]);
    }
    case 'ListMatchPattern':
      return p.list(
        ['[', ']'],
        [...pattern.elements, ...restOf(pattern.rest)],
        start + 1,
        end - 1,
        (each) => (each.kind === 'rest' ? `...${each.name}` : matchPattern(p, each)),
      );
    case 'DictMatchPattern':
      return p.list(
        ['{', '}'],
        [...pattern.fields, ...restOf(pattern.rest)],
        start + 1,
        end - 1,
        (each) => {
          if (each.kind === 'rest') return `...${each.name}`;
          if (each.pattern.kind === 'BindPattern' && each.pattern.span.start === each.span.start)
            return p.slice(each.pattern.span);
          const key = p.text.slice(each.span.start, each.pattern.span.start);
          return concat([
            key.slice(0, key.lastIndexOf(':')).trim(),
            ': ',
            matchPattern(p, each.pattern),
          ]);
        },
      );
    case 'OrPattern':
      return join(
        ' | ',
        pattern.alternatives.map((each) => matchPattern(p, each)),
      );
  }
}
