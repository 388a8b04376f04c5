// Expressions of which one part runs: ternaries, if, try. Whatever leaves does not take part in what holds afterwards.
import type { If, Ternary, Try } from '../../ast.ts';
import { refine } from './narrow.ts';
import { doubtShared, forgetAssigned } from './shared.ts';
import { ANY, container, NEVER, type Type } from './type.ts';
import { unionOf } from './union.ts';
import type { Walk } from './walk.ts';
import { widen } from './widen.ts';

export function inferTernary(walk: Walk, node: Ternary, expected: Type): Type {
  const { flow } = walk;
  walk.infer(node.condition);
  const mark = flow.mark();
  refine(walk, node.condition, true);
  const whenTrue = walk.infer(node.whenTrue, expected);
  const afterTrue = flow.take(mark);
  refine(walk, node.condition, false);
  const whenFalse = walk.infer(node.whenFalse, expected);
  const afterFalse = flow.take(mark);
  const open = [];
  if (whenTrue.kind !== 'never') open.push(afterTrue);
  if (whenFalse.kind !== 'never') open.push(afterFalse);
  flow.join(open);
  return unionOf([whenTrue, whenFalse]);
}

/** A chain of `if … else if … else`. Whatever leaves does not take part in what holds afterwards. */
export function inferIf(walk: Walk, node: If): Type {
  const { flow } = walk;
  walk.infer(node.condition);
  const mark = flow.mark();
  refine(walk, node.condition, true);
  const then = walk.block(node.then);
  const afterThen = flow.take(mark);
  refine(walk, node.condition, false);
  const other = inferElse(walk, node.otherwise);
  const afterElse = flow.take(mark);
  const open = [];
  if (then.kind !== 'never') open.push(afterThen);
  if (other.kind !== 'never') open.push(afterElse);
  flow.join(open);
  return unionOf([then, other]);
}

function inferElse(walk: Walk, node: If['otherwise']): Type {
  if (node === undefined) return { kind: 'primitive', name: 'nil' };
  return node.kind === 'If' ? inferIf(walk, node) : walk.block(node);
}

/** Alone it gives a Result; with a handler the value of whichever part ended. */
export function inferTry(walk: Walk, node: Try): Type {
  const { flow } = walk;
  const mark = flow.mark();
  const body = tryBody(walk, node);
  const afterBody = flow.take(mark);
  forgetAssigned(walk, node.body);
  doubtShared(walk);
  let value: Type = body;
  if (node.catch !== undefined) {
    const inCatch = flow.mark();
    const { catch: handler } = node;
    const binding = walk.record.declares.get(handler);
    if (binding !== undefined) binding.type = walk.readType(handler.type);
    const handled = walk.block(handler.body);
    const afterCatch = flow.take(inCatch);
    const open = [];
    if (body.kind !== 'never') open.push(afterBody);
    if (handled.kind !== 'never') open.push(afterCatch);
    flow.join(open);
    value = unionOf([body, handled]);
  } else if (node.finally !== undefined) flow.apply(afterBody);
  if (node.finally !== undefined && walk.block(node.finally).kind === 'never') return NEVER;
  if (node.catch !== undefined || node.finally !== undefined) return value;
  const isResult = body.kind === 'container' && body.name === 'Result';
  return isResult ? body : container('Result', [widen(body), ANY]);
}

/** What is thrown in it reaches the handler first: a typed one takes its type, any other everything. */
function tryBody(walk: Walk, node: Try): Type {
  const { frame } = walk;
  const isCaught = node.catch !== undefined || node.finally === undefined;
  if (frame.throws === undefined || !isCaught) return walk.block(node.body);
  const caught = node.catch?.type;
  const throws = caught === undefined ? undefined : unionOf([frame.throws, walk.readType(caught)]);
  let type: Type = ANY;
  walk.inFrame({ ...frame, throws }, () => {
    type = walk.block(node.body);
  });
  return type;
}
