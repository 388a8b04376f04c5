// Declarations of types: struct, enum, impl, interface and aliases.
import type {
  AssociatedType,
  Attribute,
  EnumDeclaration,
  EnumVariant,
  FunctionDeclaration,
  ImplDeclaration,
  InterfaceDeclaration,
  InterfaceMethod,
  StructDeclaration,
  StructField,
  TypeDeclaration,
  VariantField,
} from '../ast.ts';
import { parseAttributes } from './attribute.ts';
import { bracketed, type Cursor, commaList } from './cursor.ts';
import { parseParams } from './params.ts';
import { T } from './token.ts';
import { parseReturnType, parseThrows, parseType, parseTypeParams } from './type-expr.ts';

interface Head {
  readonly start: number;
  readonly pub: boolean;
  readonly attributes: readonly Attribute[];
  readonly doc: string | undefined;
}

/** Takes the word, the name and the type parameters. */
function header(c: Cursor, expected: string) {
  c.advance();
  const { name, span: nameSpan } = c.identifier(expected);
  const typeParams = parseTypeParams(c);
  return { name, nameSpan, typeParams };
}

/** Members between braces, separated by line breaks, commas or semicolons. */
function members(c: Cursor, member: () => void): void {
  c.expect(T.lbrace);
  bracketed(c, false, () => {
    c.skipNewlines();
    while (!c.take(T.rbrace)) {
      member();
      while (c.at(T.comma) || c.at(T.newline) || c.at(T.semicolon)) c.advance();
    }
  });
}

export function parseStruct(c: Cursor, { start, ...head }: Head): StructDeclaration {
  const named = header(c, 'struct name');
  const fields: StructField[] = [];
  members(c, () => {
    const { name, span: nameSpan } = c.fieldName('field name');
    const optional = c.take(T.question);
    c.expect(T.colon);
    const type = parseType(c);
    const span = c.spanFrom(nameSpan.start);
    fields.push({ kind: 'StructField', span, name, nameSpan, optional, type });
  });
  return { kind: 'StructDeclaration', span: c.spanFrom(start), ...named, ...head, fields };
}

export function parseEnum(c: Cursor, { start, ...head }: Head): EnumDeclaration {
  const named = header(c, 'enum name');
  const variants: EnumVariant[] = [];
  members(c, () => {
    const { name, span: nameSpan } = c.fieldName('variant name');
    const fields = c.take(T.lparen)
      ? bracketed(c, true, () => commaList(c, T.rparen, () => variantField(c)))
      : [];
    const span = c.spanFrom(nameSpan.start);
    variants.push({ kind: 'EnumVariant', span, name, nameSpan, fields });
  });
  return { kind: 'EnumDeclaration', span: c.spanFrom(start), ...named, ...head, variants };
}

/** `r: int`, `reason`, or a type that is more than a name. */
function variantField(c: Cursor): VariantField {
  const { start } = c;
  const next = c.kindAt(c.past(1));
  const labelled =
    c.at(T.identifier) &&
    (next === T.colon || next === T.comma || next === T.rparen || next === T.assign);
  if (!labelled) {
    const type = parseType(c);
    return {
      kind: 'VariantField',
      span: c.spanFrom(start),
      name: undefined,
      type,
      default: undefined,
    };
  }
  const { name } = c.takeName();
  const type = c.takePastNewline(T.colon) ? parseType(c) : undefined;
  const fallback = c.takePastNewline(T.assign) ? c.grammar.expression(c) : undefined;
  return { kind: 'VariantField', span: c.spanFrom(start), name, type, default: fallback };
}

/** `parseFunction` is handed in: methods are functions, and functions may hold declarations. */
export function parseImpl(
  c: Cursor,
  { start, attributes, doc }: Head,
  parseFunction: (c: Cursor, head: Head) => FunctionDeclaration,
): ImplDeclaration {
  const named = header(c, 'type name');
  const methods: FunctionDeclaration[] = [];
  members(c, () => {
    const from = c.start;
    const own = c.at(T.at) ? parseAttributes(c) : [];
    const pub = c.take(T.pub);
    if (!c.at(T.fn) && !(c.atWord('gen') && c.kindAt(1) === T.fn)) c.fail('fn');
    methods.push(parseFunction(c, { start: from, pub, attributes: own, doc: undefined }));
  });
  const span = c.spanFrom(start);
  return { kind: 'ImplDeclaration', span, ...named, attributes, doc, methods };
}

export function parseInterface(c: Cursor, { start, ...head }: Head): InterfaceDeclaration {
  const named = header(c, 'interface name');
  const associatedTypes: AssociatedType[] = [];
  const methods: InterfaceMethod[] = [];
  members(c, () => {
    if (c.at(T.type)) associatedTypes.push(associatedType(c));
    else if (c.at(T.fn)) methods.push(interfaceMethod(c));
    else c.fail('fn');
  });
  const span = c.spanFrom(start);
  return { kind: 'InterfaceDeclaration', span, ...named, ...head, associatedTypes, methods };
}

function associatedType(c: Cursor): AssociatedType {
  const { start } = c;
  c.advance();
  const { name, span: nameSpan } = c.identifier('type name');
  const fallback = c.take(T.assign) ? parseType(c) : undefined;
  return { kind: 'AssociatedType', span: c.spanFrom(start), name, nameSpan, default: fallback };
}

function interfaceMethod(c: Cursor): InterfaceMethod {
  const { start } = c;
  const named = header(c, 'method name');
  const params = parseParams(c);
  const returns = parseReturnType(c);
  const throws = parseThrows(c);
  return { kind: 'InterfaceMethod', span: c.spanFrom(start), ...named, params, returns, throws };
}

export function parseTypeAlias(c: Cursor, { start, ...head }: Head): TypeDeclaration {
  const named = header(c, 'type name');
  c.expect(T.assign);
  const type = parseType(c);
  return { kind: 'TypeDeclaration', span: c.spanFrom(start), ...named, ...head, type };
}
