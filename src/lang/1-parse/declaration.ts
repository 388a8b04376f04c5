// Declarations: everything that gives a name to a pipeline, function, tool, skill, type or module.
import type {
  Attribute,
  Declaration,
  EvalPackDeclaration,
  FunctionDeclaration,
  ImportDeclaration,
  NamedField,
  Statement,
  ToolDeclaration,
} from '../ast.ts';
import { parseErrors } from '../errors.ts';
import { parseAttributes } from './attribute.ts';
import { bracketed, type Cursor } from './cursor.ts';
import { parseImport } from './import.ts';
import { stringContent } from './literal.ts';
import { parseParams } from './params.ts';
import { isStringKind, T } from './token.ts';
import {
  parseEnum,
  parseImpl,
  parseInterface,
  parseStruct,
  parseTypeAlias,
} from './type-declaration.ts';
import { parseReturnType, parseThrows, parseTypeParams, parseWhere } from './type-expr.ts';

/** What stands before the word of a declaration. */
export interface Head {
  readonly start: number;
  readonly pub: boolean;
  readonly attributes: readonly Attribute[];
  readonly doc: string | undefined;
}

/** The declaration that begins at the cursor, or undefined when none does. */
export function parseDeclaration(c: Cursor): Declaration | undefined {
  const { start } = c;
  const doc = c.at(T.at) || beginsDeclaration(c) ? declarationDoc(c, start) : undefined;
  const attributes = c.at(T.at) ? parseAttributes(c) : [];
  const from = c.start;
  const pub = c.take(T.pub);
  const declaration = dispatch(c, { start, pub, attributes, doc });
  if (declaration !== undefined) return declaration;
  if (pub) c.fail('declaration after `pub`');
  if (attributes.length > 0) {
    c.error(from, c.end, (at, span) => parseErrors.attributeTarget(at, { span }));
  }
  return undefined;
}

function beginsDeclaration(c: Cursor): boolean {
  switch (c.kind) {
    case T.pub:
    case T.fn:
    case T.pipeline:
    case T.tool:
    case T.skill:
    case T.eval_pack:
    case T.struct:
    case T.enum:
    case T.impl:
    case T.interface:
    case T.type:
    case T.override:
      return true;
    case T.identifier:
      return c.kindAt(1) === T.fn;
    default:
      return false;
  }
}

function dispatch(c: Cursor, head: Head): Declaration | undefined {
  switch (c.kind) {
    case T.import:
      return importDeclaration(c, head);
    case T.pipeline:
      return pipeline(c, head);
    case T.override:
      return override(c, head);
    case T.fn:
      return c.kindAt(1) === T.lparen || c.kindAt(1) === T.lt ? undefined : parseFunction(c, head);
    case T.identifier:
      return c.kindAt(1) === T.fn && c.text === 'gen' ? parseFunction(c, head) : undefined;
    case T.tool:
      return tool(c, head);
    case T.skill:
      return skill(c, head);
    case T.eval_pack:
      return evalPack(c, head);
    case T.struct:
      return parseStruct(c, head);
    case T.enum:
      return parseEnum(c, head);
    case T.impl:
      return parseImpl(c, head, parseFunction);
    case T.interface:
      return parseInterface(c, head);
    case T.type:
      return parseTypeAlias(c, head);
    default:
      return undefined;
  }
}

function importDeclaration(c: Cursor, { start, pub }: Head): ImportDeclaration {
  return parseImport(c, start, pub);
}

function pipeline(c: Cursor, { start, ...head }: Head): Declaration {
  c.advance();
  const { name, span: nameSpan } = c.identifier('pipeline name');
  const params = parseParams(c);
  let returns = parseReturnType(c);
  let throws = parseThrows(c);
  const parent = c.takePastNewline(T.extends) ? c.identifier('pipeline name') : undefined;
  returns ??= parseReturnType(c);
  throws ??= parseThrows(c);
  const body = c.grammar.block(c);
  const signature = { params, returns, throws, extends: parent?.name, extendsSpan: parent?.span };
  const span = c.spanFrom(start);
  return { kind: 'PipelineDeclaration', span, name, nameSpan, ...head, ...signature, body };
}

function override(c: Cursor, { start, attributes, doc }: Head): Declaration {
  c.advance();
  const { name, span: nameSpan } = c.identifier('name');
  const params = parseParams(c);
  const body = c.grammar.block(c);
  const span = c.spanFrom(start);
  return { kind: 'OverrideDeclaration', span, name, nameSpan, attributes, doc, params, body };
}

/** `[gen] fn name<T>(params) -> R throws E where T: I { … }`, after `pub`. */
export function parseFunction(c: Cursor, { start, ...head }: Head): FunctionDeclaration {
  const generator = c.at(T.identifier);
  if (generator) c.advance();
  c.advance();
  const { name, span: nameSpan } = c.identifier('function name');
  const typeParams = parseTypeParams(c);
  const params = parseParams(c);
  const returns = parseReturnType(c);
  const throws = parseThrows(c);
  const where = parseWhere(c);
  const body = c.grammar.block(c);
  const signature = { generator, typeParams, params, returns, throws, where };
  const span = c.spanFrom(start);
  return { kind: 'FunctionDeclaration', span, name, nameSpan, ...head, ...signature, body };
}

function tool(c: Cursor, { start, ...head }: Head): ToolDeclaration {
  c.advance();
  const { name, span: nameSpan } = c.identifier('tool name');
  const params = parseParams(c);
  const returns = parseReturnType(c);
  const throws = parseThrows(c);
  c.skipNewlines();
  const from = c.start;
  c.expect(T.lbrace);
  return bracketed(c, false, () => {
    const description = descriptionLine(c);
    const statements = c.grammar.statements(c);
    c.expect(T.rbrace);
    const body = { kind: 'Block', span: c.spanFrom(from), statements } as const;
    const signature = { params, returns, throws, description };
    const span = c.spanFrom(start);
    return { kind: 'ToolDeclaration', span, name, nameSpan, ...head, ...signature, body };
  });
}

/** `description "…"` as the first line of a tool. */
function descriptionLine(c: Cursor): string | undefined {
  const offset = c.past(0);
  if (!c.wordAt(offset, 'description') || !isStringKind(c.kindAt(offset + 1))) return undefined;
  c.pos += offset + 1;
  const text = stringContent(c);
  if (!c.take(T.semicolon) && !c.at(T.newline) && !c.at(T.rbrace))
    c.fail('statement separator (`;` or newline)');
  return text;
}

/** `skill name { field expression … }` */
function skill(c: Cursor, { start, ...head }: Head): Declaration {
  c.advance();
  const { name, span: nameSpan } = c.identifier('skill name');
  c.expect(T.lbrace);
  const fields = bracketed(c, false, () => {
    const list: NamedField[] = [];
    c.skipNewlines();
    while (!c.take(T.rbrace)) {
      const { name: field, span } = c.fieldName('skill field name');
      const value = c.grammar.expression(c);
      const whole = c.spanFrom(span.start);
      list.push({ kind: 'NamedField', span: whole, name: field, nameSpan: span, value });
      if (!c.take(T.semicolon) && !c.at(T.newline) && !c.at(T.rbrace))
        c.fail('statement separator (`;` or newline)');
      c.skipNewlines();
    }
    return list;
  });
  return { kind: 'SkillDeclaration', span: c.spanFrom(start), name, nameSpan, ...head, fields };
}

/** `eval_pack name ["id"] { … }` or `eval_pack "id" { … }` */
function evalPack(c: Cursor, { start, ...head }: Head): EvalPackDeclaration {
  c.advance();
  c.skipNewlines();
  const nameSpan = c.span(c.start, c.end);
  const named = isStringKind(c.kind) ? undefined : c.identifier('eval pack name').name;
  const id = isStringKind(c.kind) ? stringContent(c) : undefined;
  const name = named ?? nameFromId(id ?? '');
  c.expect(T.lbrace);
  const fields: NamedField[] = [];
  const statements: Statement[] = [];
  let summarize: EvalPackDeclaration['summarize'];
  bracketed(c, false, () => {
    c.skipNewlines();
    while (!c.take(T.rbrace)) {
      if (c.kindAt(1) === T.colon) fields.push(packField(c));
      else if (c.atWord('summarize') && c.kindAt(1) === T.lbrace) {
        c.advance();
        summarize = c.grammar.block(c);
      } else statements.push(c.grammar.statement(c));
      if (!c.take(T.comma) && !c.take(T.semicolon) && !c.at(T.newline) && !c.at(T.rbrace))
        c.fail('statement separator (`;` or newline)');
      c.skipNewlines();
    }
  });
  const span = c.spanFrom(start);
  const body = { id, fields, statements, summarize };
  return { kind: 'EvalPackDeclaration', span, name, nameSpan, ...head, ...body };
}

function packField(c: Cursor): NamedField {
  const { start } = c;
  const nameSpan = c.span(start, c.end);
  const name = isStringKind(c.kind) ? stringContent(c) : c.fieldName('field name').name;
  c.expect(T.colon);
  const value = c.grammar.expression(c);
  return { kind: 'NamedField', span: c.spanFrom(start), name, nameSpan, value };
}

/** A name that can be bound: `slack-connector` becomes `slack_connector`. */
function nameFromId(id: string): string {
  const name = id.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^_+|_+$/g, '');
  return /^[A-Za-z_]/.test(name) ? name : `pack_${name}`;
}

/** The text of the doc comment that ends right before `start`. */
export function declarationDoc(c: Cursor, start: number): string | undefined {
  const { comments, text } = c.tokens;
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((comments[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const comment = comments[low - 1];
  if (comment?.style !== 'doc') return undefined;
  for (let i = comment.end; i < start; i += 1) {
    if (!' \t\r\n'.includes(text.charAt(i))) return undefined;
  }
  return docText(text.slice(comment.start + 3, comment.end - 2));
}

function docText(inner: string): string {
  return inner
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n')
    .trim();
}
