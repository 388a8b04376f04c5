// Imports: `import "path"`, `import { a, b as c } from "path"`, `import a::b::{ x }`.
import type { ImportDeclaration, ImportName } from '../ast.ts';
import { bracketed, type Cursor, commaList } from './cursor.ts';
import { stringContent } from './literal.ts';
import { isStringKind, T } from './token.ts';

/** With the cursor at `import`. */
export function parseImport(c: Cursor, start: number, pub: boolean): ImportDeclaration {
  c.advance();
  c.skipNewlines();
  let names: ImportName[] | undefined;
  let path: { readonly path: string; readonly pathSpan: ImportDeclaration['pathSpan'] };
  if (c.at(T.lbrace)) {
    names = importNames(c);
    c.expect(T.from);
    path = stringPath(c);
  } else if (c.at(T.identifier)) {
    const from = c.start;
    const segments = [c.takeName().name];
    while (c.take(T.doubleColon)) {
      if (c.at(T.lbrace)) break;
      segments.push(c.fieldName('module name').name);
    }
    path = { path: segments.join('/'), pathSpan: c.span(from, c.lastEnd) };
    if (c.at(T.lbrace)) names = importNames(c);
  } else path = stringPath(c);
  return { kind: 'ImportDeclaration', span: c.spanFrom(start), ...path, names, pub };
}

function stringPath(c: Cursor): Pick<ImportDeclaration, 'path' | 'pathSpan'> {
  c.skipNewlines();
  if (!isStringKind(c.kind)) c.fail('import path string');
  const pathSpan = c.span(c.start, c.end);
  return { path: stringContent(c), pathSpan };
}

function importNames(c: Cursor): ImportName[] {
  c.advance();
  return bracketed(c, false, () =>
    commaList(c, T.rbrace, (): ImportName => {
      const { name, span } = c.fieldName('imported name');
      const alias = c.atWord('as');
      if (alias) c.advance();
      const local = alias ? c.identifier('imported name') : { name, span };
      const whole = c.spanFrom(span.start);
      return { kind: 'ImportName', span: whole, name, local: local.name, localSpan: local.span };
    }),
  );
}
