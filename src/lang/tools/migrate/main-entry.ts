// A file whose last statement calls its own `main`: in the later edition `fn main(harness: Harness)` is what starts, so
// the call goes away.
import type { CheckedModule } from '../../2-check/checked-module.ts';
import type { FunctionDeclaration, Node, Statement } from '../../ast.ts';
import type { Edit } from '../edits.ts';
import { walk } from '../walk.ts';

/** A function of the name that the later edition would start, where now statements do. */
export function accidentalMain({ entry, module }: CheckedModule): FunctionDeclaration | undefined {
  if (entry.kind !== 'script') return undefined;
  return module.body.find(
    (each): each is FunctionDeclaration =>
      each.kind === 'FunctionDeclaration' && each.name === 'main',
  );
}

/** The statement that starts it, when starting it by itself does the same; else undefined. */
export function startOf(checked: CheckedModule, main: FunctionDeclaration): Statement | undefined {
  const { body } = checked.module;
  const last = body.at(-1);
  const others = body.filter(
    ({ kind }) => !kind.endsWith('Declaration') && kind !== 'LetStatement',
  );
  const isPlain = main.params.length === 0 && main.attributes.length === 0 && !main.generator;
  if (last === undefined || others.length !== 1 || others[0] !== last || !isPlain) return undefined;
  if (last.kind !== 'ExpressionStatement' || last.expression.kind !== 'Call') return undefined;
  const { callee, args } = last.expression;
  const binding = checked.declares.get(main);
  if (args.length > 0 || checked.uses.get(callee) !== binding) return undefined;
  const uses = [...checked.uses.values()].filter((each) => each === binding);
  return uses.length === 1 && !returnsValue(main) ? last : undefined;
}

/** Its value would become the exit code. */
function returnsValue(main: FunctionDeclaration): boolean {
  let found = false;
  const isInner = (node: Node) =>
    node.kind === 'Closure' || node.kind === 'FunctionDeclaration' || node.kind === 'Spawn';
  walk(main.body, (node, around) => {
    if (node.kind === 'ReturnStatement' && node.value !== undefined && !around.some(isInner))
      found = true;
  });
  return found;
}

/** Removes a statement, and its line if nothing else is on it. */
export function removalOf({ span: { start, end } }: Statement, text: string): Edit {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const after = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(end));
  const isAlone = text.slice(lineStart, start).trim() === '' && after !== null;
  return isAlone
    ? { start: lineStart, end: end + (after?.[0].length ?? 0), text: '' }
    : { start, end, text: '' };
}
