// How statements and declarations are written, and where blank lines belong between them.
import type {
  Attribute,
  EvalPackDeclaration,
  FunctionDeclaration,
  ImportDeclaration,
  InterfaceMethod,
  LetStatement,
  PipelineDeclaration,
  Statement,
  ToolDeclaration,
} from '../../ast.ts';
import { conditionDoc } from './control.ts';
import { concat, type Doc, hardline, literal } from './doc.ts';
import type { Item, Printer } from './printer.ts';
import {
  annotation,
  attributeDoc,
  bindingPattern,
  paramsDoc,
  resultDocs,
  typeDoc,
  typeParams,
  whereDoc,
} from './types.ts';

export function statementDoc(p: Printer, node: Statement): Doc {
  switch (node.kind) {
    case 'LetStatement':
      return letDoc(p, node);
    case 'AssignStatement':
      return concat([p.expression(node.target), ` ${node.operator} `, p.expression(node.value)]);
    case 'ReturnStatement':
      return node.value === undefined ? 'return' : concat(['return ', p.expression(node.value)]);
    case 'ThrowStatement':
      return concat(['throw ', p.expression(node.value)]);
    case 'BreakStatement':
      return 'break';
    case 'ContinueStatement':
      return 'continue';
    case 'GuardStatement':
      return concat(['guard ', conditionDoc(p, node.condition), ' else ', p.block(node.otherwise)]);
    case 'RequireStatement': {
      const message = node.message === undefined ? [] : [', ', p.expression(node.message)];
      return concat(['require ', p.expression(node.condition), ...message]);
    }
    case 'DeferStatement':
      return concat(['defer ', p.block(node.body)]);
    case 'ForStatement': {
      const head = concat(['for ', bindingPattern(p, node.pattern), ' in ']);
      return concat([head, conditionDoc(p, node.iterable), ' ', p.block(node.body)]);
    }
    case 'WhileStatement':
      return concat(['while ', conditionDoc(p, node.condition), ' ', p.block(node.body)]);
    case 'ExpressionStatement':
      return p.expression(node.expression);
    case 'ErrorStatement':
      return p.asWritten(node.span);
    default:
      return declarationDoc(p, node);
  }
}

function letDoc(p: Printer, node: LetStatement): Doc {
  const head = `${node.pub ? 'pub ' : ''}${node.binding} `;
  const left = concat([head, bindingPattern(p, node.pattern), annotation(p, node.type)]);
  return concat([left, ' = ', p.expression(node.value)]);
}

type Declaration = Exclude<Statement, { kind: `${string}Statement` }>;

function declarationDoc(p: Printer, node: Declaration): Doc {
  if (node.kind === 'ImportDeclaration') return importDoc(p, node);
  return concat([...attributesOf(p, node.attributes), unattributed(p, node)]);
}

function attributesOf(p: Printer, attributes: readonly Attribute[]): Doc[] {
  return attributes.flatMap((each) => [attributeDoc(p, each), hardline]);
}

function unattributed(p: Printer, node: Exclude<Declaration, ImportDeclaration>): Doc {
  const pub = 'pub' in node && node.pub ? 'pub ' : '';
  const from = node.nameSpan.end;
  const inner = (start: number) => p.text.indexOf('{', start) + 1;
  const end = node.span.end - 1;
  switch (node.kind) {
    case 'PipelineDeclaration':
      return pipelineDoc(p, node, pub);
    case 'OverrideDeclaration': {
      const params = paramsDoc(p, node.params, from, node.body.span.start);
      return concat([`override ${node.name}`, params, ' ', p.block(node.body)]);
    }
    case 'FunctionDeclaration':
      return functionDoc(p, node, pub);
    case 'ToolDeclaration':
      return toolDoc(p, node, pub);
    case 'SkillDeclaration': {
      const fields = p.braces(node.fields, inner(from), end, (each) =>
        concat([`${each.name} `, p.expression(each.value)]),
      );
      return concat([`${pub}skill ${node.name} `, fields]);
    }
    case 'EvalPackDeclaration':
      return evalPackDoc(p, node, pub);
    case 'StructDeclaration': {
      const head = concat([`${pub}struct ${node.name}`, typeParams(p, node.typeParams), ' ']);
      const start = inner(node.typeParams.at(-1)?.span.end ?? from);
      const fields = p.braces(node.fields, start, end, (each) =>
        concat([`${each.name}${each.optional ? '?' : ''}: `, typeDoc(p, each.type)]),
      );
      return concat([head, fields]);
    }
    case 'EnumDeclaration': {
      const head = concat([`${pub}enum ${node.name}`, typeParams(p, node.typeParams), ' ']);
      const start = inner(node.typeParams.at(-1)?.span.end ?? from);
      const variants = p.braces(node.variants, start, end, (each) => {
        if (each.fields.length === 0) return `${each.name},`;
        const first = each.nameSpan.end + 1;
        const list = p.list(['(', ')'], each.fields, first, each.span.end - 1, (field) =>
          concat([
            field.name ?? '',
            field.name !== undefined && field.type !== undefined ? ': ' : '',
            field.type === undefined ? '' : typeDoc(p, field.type),
            ...(field.default === undefined ? [] : [' = ', p.expression(field.default)]),
          ]),
        );
        return concat([each.name, list, ',']);
      });
      return concat([head, variants]);
    }
    case 'ImplDeclaration': {
      const head = concat([`impl ${node.name}`, typeParams(p, node.typeParams), ' ']);
      const start = inner(node.typeParams.at(-1)?.span.end ?? from);
      const methods = p.braces(
        node.methods,
        start,
        end,
        (each) => p.statement(each),
        () => true,
      );
      return concat([head, methods]);
    }
    case 'InterfaceDeclaration': {
      const head = concat([`${pub}interface ${node.name}`, typeParams(p, node.typeParams), ' ']);
      const start = inner(node.typeParams.at(-1)?.span.end ?? from);
      const all = [...node.associatedTypes, ...node.methods];
      all.sort((a, b) => a.span.start - b.span.start);
      const members = p.braces(all, start, end, (each) => {
        if (each.kind === 'InterfaceMethod') return methodDoc(p, each);
        const fallback = each.default === undefined ? [] : [' = ', typeDoc(p, each.default)];
        return concat([`type ${each.name}`, ...fallback]);
      });
      return concat([head, members]);
    }
    case 'TypeDeclaration': {
      const head = concat([`${pub}type ${node.name}`, typeParams(p, node.typeParams)]);
      return concat([head, ' = ', typeDoc(p, node.type)]);
    }
  }
}

function importDoc(p: Printer, node: ImportDeclaration): Doc {
  const word = node.pub ? 'pub import ' : 'import ';
  const path = p.slice(node.pathSpan);
  if (node.names === undefined) return `${word}${path}`;
  const isOldForm = node.pathSpan.start < (node.names[0]?.span.start ?? node.span.end);
  const modern = isOldForm && p.text[node.pathSpan.start] !== '"';
  const from = p.text.indexOf('{', node.span.start) + 1;
  const to = p.text.lastIndexOf('}', modern ? node.span.end : node.pathSpan.start);
  const names = p.list(
    ['{', '}'],
    node.names,
    from,
    to,
    ({ name, local }) => (name === local ? name : `${name} as ${local}`),
    ' ',
  );
  return modern ? concat([word, path, '::', names]) : concat([word, names, ' from ', path]);
}

function pipelineDoc(p: Printer, node: PipelineDeclaration, pub: string): Doc {
  const { body, extends: parent } = node;
  const next = node.returns ?? node.throws;
  const to = next?.span.start ?? node.extendsSpan?.start ?? body.span.start;
  const params = paramsDoc(p, node.params, node.nameSpan.end, to);
  const inherits = parent === undefined ? '' : ` extends ${parent}`;
  const head = concat([`${pub}pipeline ${node.name}`, params, ...resultDocs(p, node), inherits]);
  return concat([head, ' ', p.block(body)]);
}

function functionDoc(p: Printer, node: FunctionDeclaration, pub: string): Doc {
  const { body, typeParams: types } = node;
  const next = node.returns ?? node.throws ?? node.where[0] ?? body;
  const from = types.at(-1)?.span.end ?? node.nameSpan.end;
  const params = paramsDoc(p, node.params, from, next.span.start);
  const word = node.generator ? 'gen fn' : 'fn';
  const head = concat([`${pub}${word} ${node.name}`, typeParams(p, types), params]);
  return concat([head, ...resultDocs(p, node), whereDoc(p, node.where), ' ', p.block(body)]);
}

function methodDoc(p: Printer, node: InterfaceMethod): Doc {
  const from = node.typeParams.at(-1)?.span.end ?? node.nameSpan.end;
  const to = (node.returns ?? node.throws)?.span.start ?? node.span.end;
  const params = paramsDoc(p, node.params, from, to);
  return concat([
    `fn ${node.name}`,
    typeParams(p, node.typeParams),
    params,
    ...resultDocs(p, node),
  ]);
}

const DESCRIPTION = /\s*description\s+(r(#*)".*?"\2|""".*?"""|"(?:[^"\\]|\\.)*")/sy;

function toolDoc(p: Printer, node: ToolDeclaration, pub: string): Doc {
  const { body } = node;
  const to = (node.returns ?? node.throws)?.span.start ?? body.span.start;
  const params = paramsDoc(p, node.params, node.nameSpan.end, to);
  const head = concat([`${pub}tool ${node.name}`, params, ...resultDocs(p, node), ' ']);
  if (node.description === undefined) return concat([head, p.block(body)]);
  DESCRIPTION.lastIndex = body.span.start + 1;
  const found = DESCRIPTION.exec(p.text);
  if (found === null) return p.asWritten(node.span);
  const start = DESCRIPTION.lastIndex - (found[0].length - found[0].search(/\S/));
  const description: Item & { readonly text: string } = {
    span: { start, end: DESCRIPTION.lastIndex },
    text: found[1] ?? '',
  };
  const items = [description, ...body.statements];
  const lines = p.braces(items, body.span.start + 1, body.span.end - 1, (each) =>
    'text' in each ? literal(`description ${each.text}`) : p.statement(each),
  );
  return concat([head, lines]);
}

function evalPackDoc(p: Printer, node: EvalPackDeclaration, pub: string): Doc {
  const { nameSpan, fields, statements, summarize, span } = node;
  const header = /^(?:\s*"(?:[^"\\]|\\.)*")?\s*\{/.exec(p.text.slice(nameSpan.end, span.end));
  if (header === null) return p.asWritten(span);
  const from = nameSpan.end + header[0].length;
  const id = header[0].slice(0, -1).trim();
  const items: (Item & { readonly print: () => Doc })[] = [
    ...fields.map((each) => ({
      span: each.span,
      print: () => concat([literal(p.slice(each.nameSpan)), ': ', p.expression(each.value)]),
    })),
    ...statements.map((each) => ({ span: each.span, print: () => p.statement(each) })),
  ];
  if (summarize !== undefined) {
    const start = p.text.lastIndexOf('summarize', summarize.span.start);
    const print = () => concat(['summarize ', p.block(summarize)]);
    items.push({ span: { start, end: summarize.span.end }, print });
  }
  items.sort((a, b) => a.span.start - b.span.start);
  const head = `${pub}eval_pack ${p.slice(nameSpan)}${id === '' ? '' : ` ${id}`} `;
  return concat([head, p.braces(items, from, span.end - 1, (each) => each.print())]);
}

// ---------------------------------------------------------------- blank lines

const APART: ReadonlySet<Statement['kind']> = new Set([
  'PipelineDeclaration',
  'FunctionDeclaration',
  'ToolDeclaration',
  'SkillDeclaration',
  'EvalPackDeclaration',
  'StructDeclaration',
  'EnumDeclaration',
  'ImplDeclaration',
  'InterfaceDeclaration',
]);

/** At the top of a file, declarations with bodies stand apart, and so do the imports as a whole. */
export function wantsGap(before: Statement, after: Statement): boolean {
  if (APART.has(before.kind) || APART.has(after.kind)) return true;
  return before.kind === 'ImportDeclaration' && after.kind !== 'ImportDeclaration';
}
