// Which names can be used at a place of a module. The checker forgets its scopes; here they are read off the tree again.

import type { Binding, CheckedModule } from '../2-check/checked-module.ts';
import type { Node, Statement } from '../ast.ts';
import { childrenOf, pathTo } from './tree.ts';

/** By name as it is written there, the nearest declaration of each. Builtins and globals are not among them. */
export function namesAt(module: CheckedModule, offset: number): ReadonlyMap<string, Binding> {
  const names = new Map<string, Binding>();
  const add = (node: Node) => {
    const binding = module.declares.get(node);
    if (binding !== undefined && !names.has(binding.name)) names.set(binding.name, binding);
  };
  for (const node of pathTo(module.module, offset).toReversed()) {
    if (node.kind === 'Block') statementNames(node.statements, offset, add);
    else if (node.kind === 'EvalPackDeclaration') {
      statementNames(node.statements, offset, add);
      node.fields.forEach(add);
    } else if (node.kind === 'CatchClause' || node.kind === 'SelectCase') add(node);
    else if (BINDING_NODES.has(node.kind)) patternNames(node, add);
  }
  for (const [name, binding] of module.topLevel) if (!names.has(name)) names.set(name, binding);
  for (const { names: imported } of module.imports)
    for (const [name, binding] of imported) if (!names.has(name)) names.set(name, binding);
  return names;
}

/** What binds names for the blocks inside it. */
const BINDING_NODES: ReadonlySet<Node['kind']> = new Set([
  'FunctionDeclaration',
  'ToolDeclaration',
  'PipelineDeclaration',
  'OverrideDeclaration',
  'Closure',
  'Parallel',
  'ForStatement',
  'MatchArm',
]);

/** Variables count from their line on, the rest everywhere in the block. */
function statementNames(
  statements: readonly Statement[],
  offset: number,
  add: (node: Node) => void,
): void {
  for (const statement of statements.toReversed()) {
    if (statement.kind !== 'LetStatement') add(statement);
    else if (statement.span.end <= offset) patternNames(statement, add);
  }
}

/** The parameters and patterns of a node, not what its values and bodies declare. */
function patternNames(node: Node, add: (node: Node) => void): void {
  for (const child of childrenOf(node)) {
    if (!isPattern(child.kind)) continue;
    add(child);
    patternNames(child, add);
  }
}

function isPattern(kind: string): boolean {
  return kind === 'Param' || kind.includes('Pattern') || kind === 'MatchField';
}
