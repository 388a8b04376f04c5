// Loops. The body is a labelled block inside the loop, so that `continue` still reaches the tick at its end; variables
// of the body are declared in it, so every iteration has its own.
import type { Block, ForStatement, WhileStatement } from '../ast.ts';
import type { Emitter } from './emitter.ts';
import { DISCARD, type Loop } from './frame.ts';
import type { Js } from './js.ts';
import { bindPattern } from './pattern.ts';

export function whileStatement(em: Emitter, node: WhileStatement): void {
  const { lines, result } = em.capture(() => em.condition(node.condition));
  loop(em, node, lines.length === 0 ? `while (${result})` : 'for (;;)', (leave) => {
    if (lines.length > 0) em.push(...lines, `if (!${result}) ${leave}`);
    return node.body;
  });
}

/**
 * A loop: `head` is its JavaScript head, `start` emits what comes first in every round and gives the body. The labels
 * are written only when something jumps to them.
 */
function loop(
  em: Emitter,
  node: ForStatement | WhileStatement,
  head: Js,
  start: (leave: Js) => Block,
): void {
  const state: Loop = {
    breakLabel: em.label('L'),
    continueLabel: em.label('C'),
    usesBreak: false,
    usesContinue: false,
    depth: em.frame.inline.length,
  };
  const { lines: first, result: body } = em.capture(() => start('break;'));
  em.frame.loops.push(state);
  const { lines } = em.capture(() => em.block(body, DISCARD));
  em.frame.loops.pop();
  em.push(`${state.usesBreak ? `${state.breakLabel}: ` : ''}${head} {`, ...first);
  if (state.usesContinue) em.push(`${state.continueLabel}:`);
  em.push(...lines);
  if (em.checked.tickLoops.has(node)) em.tick();
  em.push('}');
}

export function forStatement(em: Emitter, node: ForStatement): void {
  if (node.iterable.kind === 'Range') forRange(em, node);
  else forEach(em, node);
}

/** Over a written range: a counter, no iterator. The variable is a copy, because the body may assign it. */
function forRange(em: Emitter, node: ForStatement): void {
  const range = em.names.fresh('range');
  const i = em.names.fresh('i');
  em.names.noteInt(i);
  em.push(`const ${range} = ${em.value(node.iterable)};`);
  loop(em, node, `for (let ${i} = ${range}.start; ${i} < ${range}.stop; ${i}++)`, () => {
    bindPattern(em, node.pattern, i, node.iterable);
    return node.body;
  });
}

/** Over anything: lists by position, sources by pulling. */
function forEach(em: Emitter, node: ForStatement): void {
  const source = em.names.fresh('source');
  const isList = em.names.fresh('isList');
  const i = em.names.fresh('i');
  const item = em.names.fresh('item');
  em.push(`const ${source} = ${em.call('iterate', [em.value(node.iterable)], node.iterable)};`);
  em.push(`const ${isList} = ${em.$('isArray')}(${source});`, `let ${i} = 0;`);
  const suspends = em.checked.suspensionPoints.has(node);
  const pull = suspends
    ? `${source}.suspends ? yield* ${source}.nextSteps(ctx) : ${source}.next(ctx)`
    : `${source}.next(ctx)`;
  // Only what suspends has somebody at its other end who should know that nobody listens any more.
  if (suspends) em.push('try {');
  loop(em, node, 'for (;;)', (leave) => {
    em.push(`let ${item};`);
    em.push(
      `if (${isList}) { if (${i} >= ${source}.length) ${leave} ${item} = ${source}[${i}++]; }`,
    );
    em.push(`else { ${item} = ${pull}; if (${item} === ${em.$('END')}) ${leave} }`);
    bindPattern(em, node.pattern, item, node.iterable);
    return node.body;
  });
  if (suspends) em.push(`} finally { if (!${isList}) ${source}.leave(ctx); }`);
}
