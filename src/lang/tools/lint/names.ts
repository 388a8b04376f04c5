// Rules about names: what is declared and never used, what hides something, what could be fixed, how things are called.

import type { CheckedProgram } from '../../2-check/checked-module.ts';
import type {
  BindingPattern,
  Declaration,
  FunctionDeclaration,
  ImportDeclaration,
  LetStatement,
  NamePattern,
  Node,
} from '../../ast.ts';
import type { Edit } from '../edits.ts';
import { walk } from '../walk.ts';
import type { LintContext } from './context.ts';
import { lintErrors } from './errors.ts';

export function lintNames(ctx: LintContext, program: CheckedProgram): void {
  const variables: Variable[] = [];
  walk(ctx.module, (node, around) => {
    switch (node.kind) {
      case 'LetStatement':
        variables.push({ node, list: around.at(-1) });
        unusedVariables(ctx, node);
        break;
      case 'FunctionDeclaration':
        if (around.at(-1)?.kind !== 'ImplDeclaration') {
          unusedFunction(ctx, node);
          unusedParameters(ctx, node);
          broadHarness(ctx, node);
        }
        naming(ctx, node, 'function', snake);
        break;
      case 'ToolDeclaration':
        naming(ctx, node, 'tool', snake);
        break;
      case 'PipelineDeclaration':
        naming(ctx, node, 'pipeline', snake);
        break;
      case 'StructDeclaration':
      case 'EnumDeclaration':
      case 'InterfaceDeclaration':
      case 'TypeDeclaration':
        naming(ctx, node, 'type', pascal);
        unusedType(ctx, node);
        break;
      case 'ImportDeclaration':
        unusedImports(ctx, node, program);
        break;
      default:
    }
  });
  mutability(ctx, variables);
}

/** Names that say themselves that they are not used. */
function isExempt(name: string): boolean {
  return name.startsWith('_');
}

// ---------------------------------------------------------------- unused

function namesOf(pattern: BindingPattern): NamePattern[] {
  switch (pattern.kind) {
    case 'NamePattern':
      return [pattern];
    case 'PairPattern':
      return [...namesOf(pattern.first), ...namesOf(pattern.second)];
    case 'ListPattern': {
      const names = pattern.elements.flatMap((each) => namesOf(each.pattern));
      return pattern.rest === undefined ? names : [...names, pattern.rest];
    }
    case 'DictPattern': {
      const names = pattern.fields.flatMap((each) => namesOf(each.pattern));
      return pattern.rest === undefined ? names : [...names, pattern.rest];
    }
  }
}

function unusedVariables(ctx: LintContext, node: LetStatement): void {
  if (node.pub) return;
  const { pattern } = node;
  const rest = 'rest' in pattern ? pattern.rest : undefined;
  // `{a, ...others}` may name `a` only to leave it out of the others.
  if (rest !== undefined && !isExempt(rest.name)) return;
  for (const each of namesOf(pattern)) {
    const binding = ctx.checked.declares.get(each);
    if (isExempt(each.name) || binding === undefined || ctx.read.has(binding)) continue;
    if (ctx.checked.exports.get(each.name) === binding) continue;
    const at = { span: each.span };
    if (pattern.kind === 'NamePattern')
      ctx.report('unusedVariable', lintErrors.unusedVariable({ name: each.name }, at));
    else
      ctx.report('unusedPatternBinding', lintErrors.unusedPatternBinding({ name: each.name }, at));
  }
}

function unusedFunction(ctx: LintContext, node: FunctionDeclaration): void {
  const { name, nameSpan: span, pub, attributes } = node;
  if (pub || attributes.length > 0 || isExempt(name) || name === 'main') return;
  const binding = ctx.checked.declares.get(node);
  if (binding === undefined || ctx.touched.has(binding) || ctx.names.has(name)) return;
  if (ctx.checked.exports.get(name) === binding) return;
  ctx.report('unusedFunction', lintErrors.unusedFunction({ name }, { span }));
}

function unusedParameters(ctx: LintContext, node: FunctionDeclaration): void {
  if (node.attributes.length > 0 || node.body.statements.length === 0) return;
  const own = ctx.checked.declares.get(node);
  // A function that is handed on has the shape that its caller wants.
  if (own !== undefined && ctx.handedOn.has(own)) return;
  for (const param of node.params) {
    const binding = ctx.checked.declares.get(param);
    if (isExempt(param.name) || binding === undefined || ctx.touched.has(binding)) continue;
    const at = { span: param.nameSpan };
    ctx.report('unusedParameter', lintErrors.unusedParameter({ name: param.name }, at));
  }
}

function unusedType(
  ctx: LintContext,
  node: Extract<
    Declaration,
    { kind: 'StructDeclaration' | 'EnumDeclaration' | 'InterfaceDeclaration' | 'TypeDeclaration' }
  >,
): void {
  const { name, nameSpan: span, pub } = node;
  if (pub || node.attributes.length > 0 || isExempt(name)) return;
  if (ctx.typeNames.has(name) || ctx.names.has(name) || ctx.checked.exports.has(name)) return;
  ctx.report('unusedType', lintErrors.unusedType({ name }, { span }));
}

function unusedImports(ctx: LintContext, node: ImportDeclaration, program: CheckedProgram): void {
  const found = ctx.checked.imports.find((each) => each.node === node);
  if (node.pub || found?.moduleId === undefined) return;
  const isUsed = (name: string) => ctx.names.has(name) || ctx.typeNames.has(name);
  const isQuiet = isDeclarative(program, found.moduleId);
  if (node.names === undefined) {
    const names = [...found.names.keys()];
    // A std module may bring names that are not spelled where they are used.
    const isStd = node.path.startsWith('std/');
    if (isStd || names.length === 0 || names.some(isUsed)) return;
    const fix = isQuiet ? [lineEdit(ctx, node)] : undefined;
    const at = { span: node.pathSpan };
    ctx.report('unusedImport', lintErrors.unusedImport({ name: node.path }, at), fix);
    return;
  }
  const unused = node.names.filter(({ local }) => !isUsed(local) && !isExempt(local));
  const kept = node.names.filter((each) => !unused.includes(each));
  if (unused.length === 0) return;
  const fix = isQuiet && !ctx.hasComment(node.span) ? [namesEdit(ctx, node, kept)] : undefined;
  for (const { local, localSpan: span } of unused)
    ctx.report('unusedImport', lintErrors.unusedImport({ name: local }, { span }), fix);
}

/** Whether importing a module does nothing but give it names. */
export function isDeclarative(program: CheckedProgram, id: string): boolean {
  const found = program.modules.find(({ source }) => source.id === id);
  return found?.module.body.every((each) => each.kind.endsWith('Declaration')) === true;
}

function lineEdit(ctx: LintContext, node: Node): Edit {
  const { start, end } = node.span;
  const after = /^[ \t]*\r?\n/.exec(ctx.text.slice(end));
  return { start, end: end + (after?.[0].length ?? 0), text: '' };
}

function namesEdit(
  ctx: LintContext,
  node: ImportDeclaration,
  kept: NonNullable<ImportDeclaration['names']>,
): Edit {
  const [first] = node.names ?? [];
  if (kept.length === 0 || first === undefined) return lineEdit(ctx, node);
  const start = ctx.text.lastIndexOf('{', first.span.start);
  const end = ctx.text.indexOf('}', (node.names?.at(-1) ?? first).span.end) + 1;
  return { start, end, text: `{ ${kept.map(({ span }) => ctx.slice(span)).join(', ')} }` };
}

// ---------------------------------------------------------------- bindings that never change

interface Variable {
  readonly node: LetStatement;
  /** What it is a statement of. */
  readonly list: Node | undefined;
}

function mutability(ctx: LintContext, variables: readonly Variable[]): void {
  const { edition, editionIsShown } = ctx.module;
  const isOld = edition === '0.7';
  // A file whose spelling shows no edition may mean by `let` what others mean by `const`.
  if (!isOld && !editionIsShown) return;
  const mutable = isOld ? 'var' : 'let';
  const word = isOld ? 'let' : 'const';
  const changes = (node: LetStatement) =>
    namesOf(node.pattern).some((each) => ctx.checked.declares.get(each)?.reassigned === true);
  // The last `var` of a file says which edition it is of, and with that what it exports.
  const saysEdition =
    isOld && !variables.some(({ node }) => node.binding === 'var' && changes(node));
  // A name that is declared again must be free to be.
  const isAgain = ({ node, list }: Variable, name: string) =>
    variables.some(
      (other) =>
        other.node !== node &&
        other.list === list &&
        namesOf(other.node.pattern).some((each) => each.name === name),
    );
  for (const variable of variables) {
    const { node } = variable;
    const names = namesOf(node.pattern).filter(({ name }) => name !== '_');
    if (node.binding !== mutable || names.length === 0 || changes(node)) continue;
    const isOpen = names.some(
      (each) => ctx.checked.declares.get(each) === undefined || isAgain(variable, each.name),
    );
    if (isOpen) continue;
    const start = node.span.start + (node.pub ? ctx.slice(node.span).indexOf(mutable) : 0);
    const fix = saysEdition ? undefined : [{ start, end: start + mutable.length, text: word }];
    const name = names.map((each) => each.name).join(', ');
    const at = { span: node.pattern.span };
    ctx.report(
      'mutableNeverReassigned',
      lintErrors.mutableNeverReassigned({ name, word }, at),
      fix,
    );
  }
}

// ---------------------------------------------------------------- spelling

function naming(
  ctx: LintContext,
  { name, nameSpan: span }: Exclude<Declaration, ImportDeclaration>,
  what: string,
  style: (name: string) => string,
): void {
  const wanted = style(name);
  if (wanted === name) return;
  ctx.report('namingConvention', lintErrors.namingConvention({ name, what, wanted }, { span }));
}

function snake(name: string): string {
  if (!/[A-Z]/.test(name)) return name;
  const split = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2');
  return split.toLowerCase();
}

function pascal(name: string): string {
  if (/^_*[A-Z][A-Za-z0-9]*$/.test(name)) return name;
  const parts = name.split('_').filter((part) => part !== '');
  return parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('');
}

// ---------------------------------------------------------------- authority

/** A helper that takes the root handle for the sake of one field. */
function broadHarness(ctx: LintContext, node: FunctionDeclaration): void {
  if (node.name === 'main' || node.attributes.length > 0) return;
  for (const param of node.params) {
    if (param.type?.kind !== 'NamedType' || param.type.name !== 'Harness') continue;
    const binding = ctx.checked.declares.get(param);
    const fields = new Set<string | undefined>();
    walk(node.body, (each, around) => {
      if (each.kind !== 'Identifier' || ctx.checked.uses.get(each) !== binding) return;
      const parent = around.at(-1);
      fields.add(parent?.kind === 'Member' && parent.object === each ? parent.name : undefined);
    });
    const [field] = fields;
    if (fields.size !== 1 || field === undefined) continue;
    const at = { span: param.span };
    ctx.report(
      'rootHarnessTooBroad',
      lintErrors.rootHarnessTooBroad({ name: node.name, field }, at),
    );
  }
}
