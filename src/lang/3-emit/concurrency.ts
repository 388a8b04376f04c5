// What needs the runtime: tasks, groups, yields. Each construct is a call of an internal row (`@spawn`, …); bodies are
// passed as Harn functions, which get the ctx of their own task as first argument.
import type { Emit, NamedField, Node, Parallel, Spawn, Yield } from '../ast.ts';
import type { Emitter } from './emitter.ts';
import { bodyFunction } from './function.ts';
import { type Js, mark, propertyKey, quote } from './js.ts';
import type { RuntimeRow } from './support.ts';

/** A call of an internal row. All of them are generator functions; in code that cannot suspend they run to their end. */
export function runtimeCall(em: Emitter, node: Node, row: RuntimeRow, args: readonly Js[]): Js {
  const js = `${mark(node.span.start)}${em.prelude.builtin(row)}(${['ctx', ...args].join(', ')})`;
  return em.frame.suspends ? `(yield* ${js})` : `${em.$('finish')}(${js})`;
}

/** `spawn { … }` */
export function spawn(em: Emitter, node: Spawn): Js {
  const body = bodyFunction(em, node, 'spawn', [], node.body);
  return runtimeCall(em, node, '@spawn', [body]);
}

/** `parallel n { i -> … }`, `parallel each xs { x -> … } [as stream]`, `parallel settle xs { x -> … }` */
export function parallel(em: Emitter, node: Parallel): Js {
  const mode = node.mode === 'each' && node.stream ? 'stream' : node.mode;
  const [subject, options] = em.ordered([
    () => em.value(node.subject),
    () => optionDict(em, node.options),
  ]);
  const body = bodyFunction(
    em,
    node,
    'parallel',
    node.param === undefined ? [] : [node.param],
    node.body,
  );
  return runtimeCall(em, node, '@parallel', [quote(mode), subject as Js, body, options as Js]);
}

function optionDict(em: Emitter, fields: readonly NamedField[]): Js {
  const values = em.values(fields.map((field) => field.value));
  return fields.length === 0
    ? '{}'
    : `{ ${fields.map((field, i) => `${propertyKey(field.name)}: ${values[i]}`).join(', ')} }`;
}

/** `yield v`: in a generator the value goes to whoever pulls; elsewhere it does nothing. Its own value is nil. */
export function yieldExpression(em: Emitter, node: Yield): Js {
  const value = node.value === undefined ? 'null' : em.value(node.value);
  return produce(em, value);
}

/** `emit v` */
export function emitExpression(em: Emitter, node: Emit): Js {
  return produce(em, em.value(node.value));
}

function produce(em: Emitter, value: Js): Js {
  if (em.frame.produces === 'value') return `(${value}, null)`;
  return `(yield new ${em.$('Emit')}(${value}), null)`;
}
