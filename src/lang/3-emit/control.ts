// Expressions with control flow. Each is lowered to statements that put the value where the destination says, so that
// `return`, `break` and `?` inside them act on the function and loop around.
import type {
  Block,
  BlockExpression,
  CatchClause,
  Deadline,
  If,
  Mutex,
  Propagate,
  Retry,
  Select,
  Try,
  TryStar,
  TypeExpr,
} from '../ast.ts';
import { runtimeCall } from './concurrency.ts';
import type { Emitter } from './emitter.ts';
import { type Dest, DISCARD, type InlineBody } from './frame.ts';
import { type Js, quote } from './js.ts';
import { declareVariable } from './pattern.ts';

export function ifExpression(em: Emitter, node: If, dest: Dest): void {
  em.push(`if (${em.condition(node.condition)})`);
  em.block(node.then, dest);
  if (node.otherwise === undefined) {
    const { lines } = em.capture(() => em.deliver('null', dest));
    if (lines.length > 0) em.push('else {', ...lines, '}');
    return;
  }
  em.push('else {');
  if (node.otherwise.kind === 'If') ifExpression(em, node.otherwise, dest);
  else em.statements(node.otherwise.statements, dest);
  em.push('}');
}

export function blockExpression(em: Emitter, node: BlockExpression, dest: Dest): void {
  em.block(node.body, dest);
}

export function tryExpression(em: Emitter, node: Try, dest: Dest): void {
  if (node.catch === undefined && node.finally === undefined) {
    tryResult(em, node, dest);
    return;
  }
  em.push('try');
  em.block(node.body, dest);
  if (node.catch !== undefined) catchClause(em, node.catch, dest);
  if (node.finally === undefined) return;
  em.push('finally');
  em.block(node.finally, DISCARD);
}

/** `try { … }` alone: the value as Ok, the error as Err. */
function tryResult(em: Emitter, node: Try, dest: Dest): void {
  const error = em.names.fresh('error');
  const value = em.temp();
  em.push('try {');
  em.statements(node.body.statements, { kind: 'assign', name: value });
  if (!em.endsWithJump()) em.deliver(`${em.$('wrapOk')}(${value})`, dest);
  em.push(`} catch (${error}) {`);
  em.deliver(`${em.$('err')}(${em.$('caught')}(${error}))`, dest);
  em.push('}');
}

function catchClause(em: Emitter, node: CatchClause, dest: Dest): void {
  const error = em.names.fresh('error');
  const thrown = em.names.fresh('thrown');
  em.push(`catch (${error}) {`, `const ${thrown} = ${em.$('caught')}(${error});`);
  const types = node.type === undefined ? undefined : namesOf(node.type);
  if (types !== undefined) {
    const list = types.map((name) => quote(name)).join(', ');
    em.push(`if (!${em.$('catches')}(${thrown}, [${list}])) throw ${error};`);
  }
  const binding = em.declared(node);
  if (binding !== undefined) declareVariable(em, binding, thrown, false);
  em.block(node.body, dest);
  em.push('}');
}

/** The enums and structs that a typed catch accepts; undefined when it accepts everything. */
function namesOf(type: TypeExpr): string[] | undefined {
  if (type.kind === 'NamedType')
    return type.name === 'any' || type.name === 'unknown' ? undefined : [type.name];
  if (type.kind !== 'UnionType') return [];
  const members = type.members.map(namesOf);
  return members.includes(undefined) ? undefined : members.flatMap((names) => names ?? []);
}

/** `x?` */
export function propagate(em: Emitter, node: Propagate): Js {
  const result = em.spill(em.call('expectResult', [em.value(node.operand)], node));
  em.push(`if (${em.$('isErr')}(${result})) {`);
  em.emitReturn(result);
  em.push('}');
  return `${em.$('payload')}(${result})`;
}

/** `try* e`: an error simply goes on to the enclosing catch. */
export function tryStar(em: Emitter, node: TryStar): Js {
  return em.value(node.operand);
}

/** `retry n { … }`: on an error again, n times in all; the last error is thrown. */
export function retry(em: Emitter, node: Retry, dest: Dest): void {
  const left = em.names.fresh('left');
  const error = em.names.fresh('error');
  const label = em.label('R');
  em.push(`let ${left} = ${em.call('retryCount', [em.value(node.count)], node.count)};`);
  em.push(`${label}: while (${left} > 0) {`, 'try {');
  em.statements(node.body.statements, DISCARD);
  em.push(`break ${label};`);
  em.push(`} catch (${error}) {`, `${em.$('retried')}(${error});`);
  em.push(`${left} -= 1;`, `if (${left} <= 0) throw ${error};`, '}');
  em.tick();
  em.push('}');
  em.deliver('null', dest);
}

/**
 * `deadline d { … }`: the body is a function that the runtime calls with the ctx of the deadline. What would leave it
 * by return or a jump is noted in variables and done after the call.
 */
export function deadline(em: Emitter, node: Deadline, dest: Dest): void {
  const body: InlineBody = {
    how: em.names.fresh('how'),
    value: em.names.fresh('value'),
    returns: false,
    jumps: [],
  };
  const duration = em.value(node.duration);
  em.frame.inline.push(body);
  const { lines } = em.capture(() => {
    em.statements(node.body.statements, { kind: 'yieldValue' });
    if (!em.endsWithJump()) em.push('return null;');
  });
  em.frame.inline.pop();
  const fn = [`function* ${em.names.fresh('deadline')}(ctx) {`, ...lines, '}'].join('\n');
  em.push(`let ${body.how} = 0, ${body.value} = null;`);
  const result = em.spill(runtimeCall(em, node, '@deadline', [duration, fn]));
  if (body.returns) {
    em.push(`if (${body.how} === 1) {`);
    em.emitReturn(body.value);
    em.push('}');
  }
  body.jumps.forEach((jump, i) => {
    em.push(`if (${body.how} === ${i + 2}) {`);
    const loop = em.frame.loops.find(
      (l) => jump === `break ${l.breakLabel};` || jump === `break ${l.continueLabel};`,
    );
    em.emitJump(jump, loop?.depth ?? 0);
    em.push('}');
  });
  em.deliver(result, dest);
}

/** `mutex { … }`: the permit goes back however the block is left; the runtime takes it from a task that is aborted. */
export function mutex(em: Emitter, node: Mutex, dest: Dest): void {
  const permit = em.names.fresh('permit');
  const key = node.key === undefined ? [] : [em.value(node.key)];
  em.push(`const ${permit} = ${runtimeCall(em, node, '@mutex_acquire', key)};`, 'try');
  em.block(node.body, dest);
  em.push(`finally { ${em.prelude.builtin('@mutex_release')}(ctx, ${permit}); }`);
}

/** `select { … }`: the runtime says which channel was ready, -1 for timeout or default. */
export function select(em: Emitter, node: Select, dest: Dest): void {
  const { timeout, otherwise } = node;
  const parts = em.ordered([
    ...node.cases.map((each) => () => em.value(each.channel)),
    () => (timeout === undefined ? 'null' : em.value(timeout.duration)),
  ]);
  const limit = parts.pop() as Js;
  const mode = timeout !== undefined ? 'timeout' : otherwise === undefined ? 'wait' : 'default';
  const ready = em.names.fresh('ready');
  em.push(
    `const ${ready} = ${runtimeCall(em, node, '@select', [`[${parts.join(', ')}]`, quote(mode), limit])};`,
  );
  node.cases.forEach((each, i) => {
    em.push(`${i === 0 ? '' : 'else '}if (${ready}.index === ${i}) {`);
    const binding = em.declared(each);
    if (binding !== undefined) declareVariable(em, binding, `${ready}.value`, false);
    em.statements(each.body.statements, dest);
    em.push('}');
  });
  const last = timeout?.body ?? otherwise;
  elseBlock(em, node.cases.length > 0, last, dest);
}

function elseBlock(em: Emitter, follows: boolean, block: Block | undefined, dest: Dest): void {
  em.push(follows ? 'else {' : '{');
  if (block === undefined) em.deliver('null', dest);
  else em.statements(block.statements, dest);
  em.push('}');
}
