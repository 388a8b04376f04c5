// The imports of a source file, told apart as values, types and dynamic imports, and the cycles among them.
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import ts from 'typescript';

/**
 * Each import of `file` as `{ from, to, specifier, kind, builtin, room, line }`: `kind` is 'value', 'type' or
 * 'dynamic'; `to` is the path of a file of ours, or undefined for packages and node: modules.
 */
export function readImports(root, file) {
  const text = readFileSync(path.join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false);
  const found = [];
  const visit = (node) => {
    const [specifier, kind] = importOf(node) ?? [];
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      const line = source.getLineAndCharacterOfPosition(specifier.pos).line + 1;
      found.push(describe(file, specifier.text, kind, line));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

// `import { type X }` counts as a value: with verbatimModuleSyntax the module is still loaded.
function importOf(node) {
  if (ts.isImportDeclaration(node)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return [node.moduleSpecifier, typeOnly ? 'type' : 'value'];
  }
  if (ts.isExportDeclaration(node))
    return [node.moduleSpecifier, node.isTypeOnly ? 'type' : 'value'];
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return [node.argument.literal, 'type'];
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return [node.arguments[0], 'dynamic'];
  }
  return undefined;
}

function describe(from, specifier, kind, line) {
  const to = specifier.startsWith('.')
    ? path.posix.join(path.posix.dirname(from), specifier)
    : undefined;
  const room = /^src\/([^/]+)\//.exec(from)?.[1] ?? 'src';
  return { from, to, specifier, kind, builtin: isBuiltin(specifier), room, line };
}

/** The strongly connected groups of more than one file, or of one that imports itself; each sorted by path. */
export function findCycles(edges) {
  const next = new Map();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const index = new Map();
  const low = new Map();
  const stack = [];
  const cycles = [];
  const visit = (file) => {
    index.set(file, index.size);
    low.set(file, index.get(file));
    stack.push(file);
    for (const to of next.get(file) ?? []) {
      if (!index.has(to)) visit(to);
      if (stack.includes(to)) low.set(file, Math.min(low.get(file), low.get(to)));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = stack.splice(stack.indexOf(file)).sort();
    if (group.length > 1 || next.get(file)?.includes(file)) cycles.push(group);
  };
  for (const file of next.keys()) if (!index.has(file)) visit(file);
  return cycles;
}
