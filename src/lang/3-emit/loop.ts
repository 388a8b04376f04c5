// Loops. The body is a labelled block inside the loop, so that `continue` still reaches the tick at its end; variables
// of the body are declared in it, so every iteration has its own. A loop of a function that can suspend, where nothing
// but its tick does, goes in stretches of a loop in which nothing suspends: V8 knows nothing of a variable that a
// suspended function gets back, and computes with boxed numbers as long as it does not.
import type { Block, ForStatement, WhileStatement } from '../ast.ts';
import type { Emitter } from './emitter.ts';
import { DISCARD, type Loop } from './frame.ts';
import type { Js } from './js.ts';
import { rootOf } from './ownership.ts';
import { bindPattern } from './pattern.ts';
import { walk } from './walk.ts';

/** The head of a loop: what is declared, when it goes on (without effects), what changes after a round. */
interface Head {
  readonly declares: Js;
  readonly test: Js;
  readonly update: Js;
  /** Variables of the loop itself that change. */
  readonly own: readonly string[];
}

const ENDLESS: Head = { declares: '', test: '', update: '', own: [] };

export function whileStatement(em: Emitter, node: WhileStatement): void {
  const { lines, result } = em.capture(() => em.condition(node.condition));
  loop(em, node, ENDLESS, (leave) => {
    em.push(...lines, `if (!${result}) ${leave}`);
    return node.body;
  });
}

/**
 * A loop: `start` emits what comes first in every round and gives the body. The labels are written only when something
 * jumps to them.
 */
function loop(
  em: Emitter,
  node: ForStatement | WhileStatement,
  head: Head,
  start: (leave: Js) => Block,
): void {
  const state: Loop = {
    breakLabel: em.label('L'),
    continueLabel: em.label('C'),
    usesBreak: false,
    usesContinue: false,
    depth: em.frame.inline.length,
  };
  const ticks = em.checked.tickLoops.has(node);
  const mayStretch = ticks && em.frame.suspends;
  const changing = mayStretch ? [...head.own, ...changedIn(em, node)] : [];
  const leave = mayStretch ? `break ${state.breakLabel};` : 'break;';
  const before = em.capture(() => start(leave));
  em.frame.loops.push(state);
  const { lines } = em.capture(() => em.block(before.result, DISCARD));
  em.frame.loops.pop();
  const round = [...before.lines];
  if (state.usesContinue) round.push(`${state.continueLabel}:`);
  round.push(...lines);
  const isLeft =
    state.usesBreak || (mayStretch && before.lines.some((line) => line.includes(leave)));
  const label = isLeft ? `${state.breakLabel}: ` : '';
  const { declares, test, update } = head;
  if (mayStretch && !round.some((line) => /\byield\b/.test(line))) {
    em.push(`${label}for (${declares}; ${test};) {`, ...changing.map((name) => settled(em, name)));
    em.stretch([test, update], round);
  } else {
    em.push(`${label}for (${declares}; ${test}; ${update}) {`, ...round);
    if (ticks) em.tick();
  }
  em.push('}');
}

/** Tells V8 that a variable holds a number, where it does: the other way has never been taken then. */
function settled(em: Emitter, name: string): Js {
  return `${name} = typeof ${name} === "number" ? ${name} - 0 : ${em.$('same')}(${name});`;
}

/** The variables from outside a loop that it assigns to. */
function changedIn(em: Emitter, node: ForStatement | WhileStatement): string[] {
  const found = new Set<string>();
  walk(node.body, (child) => {
    if (child.kind !== 'AssignStatement') return;
    const root = rootOf(child.target);
    const binding = root === undefined ? undefined : em.bindingOf(root);
    if (binding?.kind !== 'local' || !binding.reassigned || !em.frame.declared.has(binding)) return;
    const declaredAt = binding.node?.span.start ?? node.span.start;
    if (declaredAt < node.span.start) found.add(em.nameOf(binding));
  });
  return [...found];
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
  const head = {
    declares: `let ${i} = ${range}.start`,
    test: `${i} < ${range}.stop`,
    update: `${i}++`,
    own: [i],
  };
  loop(em, node, head, () => {
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
  loop(em, node, { ...ENDLESS, own: [i] }, (leave) => {
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
