// Functions: parameters with defaults and checks, the two colours, generators and streams, self tail calls as loops,
// tail calls in a cycle as bounces, and the depth counter of recursive functions.
import type { FunctionFacts, FunctionNode } from '../2-check/checked-module.ts';
import type { Block, Closure, Node, Param, Statement } from '../ast.ts';
import type { Emitter } from './emitter.ts';
import { DISCARD, type Frame, RETURN } from './frame.ts';
import { type Js, quote } from './js.ts';
import { parameterCheck } from './parameter-check.ts';
import { walk } from './walk.ts';

/** A function to emit. */
export interface FunctionShape {
  readonly node: Node;
  readonly facts: FunctionFacts;
  /** The JavaScript name. */
  readonly name: string;
  readonly params: readonly Param[];
  readonly body: readonly Statement[];
  /** Whether the last expression is the result (closures, tools, pipelines); named functions need `return`. */
  readonly yieldsLast: boolean;
}

/** How deep direct recursion may go. */
const MAX_DEPTH = 512;

/** The lines of a function declaration (or of a named function expression: the same text). */
export function functionLines(em: Emitter, shape: FunctionShape): Js[] {
  const { facts } = shape;
  if (facts.produces !== 'value') return producerLines(em, shape);
  if (facts.cycleTailCalls) return bouncingLines(em, shape);
  return plainLines(em, shape, shape.name, facts.recursive);
}

function plainLines(em: Emitter, shape: FunctionShape, name: string, counted: boolean): Js[] {
  const { facts, params } = shape;
  const names = parameterNames(em, params);
  const raw = facts.selfTailCalls ? names.map((n) => `${n}p`) : names;
  const lines = em.inFrame(shape.node, facts, (frame) => {
    const inner = () => {
      parameters(em, params, names);
      body(em, shape);
    };
    if (facts.selfTailCalls) selfTailLoop(em, frame, { names, raw, rest: hasRest(params) }, inner);
    else inner();
  });
  const text = counted ? countDepth(em, lines, facts.suspends) : lines;
  return [`${keyword(facts.suspends)} ${name}(${signature(raw, params)}) {`, ...text, '}'];
}

function keyword(suspends: boolean): Js {
  return suspends ? 'function*' : 'function';
}

function hasRest(params: readonly Param[]): boolean {
  return params[params.length - 1]?.rest === true;
}

function signature(names: readonly string[], params: readonly Param[]): Js {
  return ['ctx', ...names.map((name, i) => (params[i]?.rest === true ? `...${name}` : name))].join(
    ', ',
  );
}

function parameterNames(em: Emitter, params: readonly Param[]): string[] {
  return params.map((param) => {
    const binding = em.declared(param);
    return binding === undefined ? em.names.fresh('_') : em.nameOf(binding);
  });
}

/** Missing arguments take their default, else nil; given ones are checked against their annotation. */
function parameters(em: Emitter, params: readonly Param[], names: readonly string[]): void {
  params.forEach((param, i) => {
    const name = names[i] as string;
    if (param.rest) return;
    const { lines } = em.capture(() => parameterCheck(em, param, name));
    const otherwise = lines.length === 0 ? '' : ` else ${lines.join(' ')}`;
    if (param.default === undefined) {
      em.push(`if (${name} === undefined) ${name} = null;${otherwise}`);
      return;
    }
    em.push(`if (${name} === undefined) {`);
    em.into(param.default, { kind: 'assign', name });
    em.push(`}${otherwise}`);
  });
}

function body(em: Emitter, { body: statements, yieldsLast }: FunctionShape): void {
  em.statements(statements, yieldsLast ? RETURN : DISCARD);
  if (!em.endsWithJump()) em.push('return null;');
}

/** Tail calls to itself assign the parameters and start over; every round has fresh variables for closures. */
function selfTailLoop(
  em: Emitter,
  frame: Frame,
  {
    names,
    raw,
    rest,
  }: { readonly names: readonly string[]; readonly raw: readonly string[]; readonly rest: boolean },
  inner: () => void,
): void {
  const label = em.label('T');
  frame.selfTail = { label, params: raw, rest };
  em.push(`${label}: for (;;) {`);
  if (names.length > 0) em.push(`let ${names.map((name, i) => `${name} = ${raw[i]}`).join(', ')};`);
  inner();
  em.push('}');
}

/** The depth is kept per task on ctx, so that tasks that take turns do not share it. */
function countDepth(em: Emitter, lines: readonly Js[], suspends: boolean): Js[] {
  const tick = suspends
    ? `{ const tick = ${em.$('tick')}(ctx); if (tick !== undefined) yield tick; }`
    : `${em.$('tick')}(ctx);`;
  return [
    `if (++ctx.depth > ${MAX_DEPTH}) ${em.$('overflow')}(ctx);`,
    'try {',
    `if ((++ctx.calls & 1023) === 0) ${tick}`,
    ...lines,
    '} finally { ctx.depth -= 1; }',
  ];
}

/**
 * Functions that call each other in tail position: the inner function gives the next call back as a Tail, and the
 * outer one, which everybody else calls, goes on until there is a value. Constant stack for any number of bounces.
 */
function bouncingLines(em: Emitter, shape: FunctionShape): Js[] {
  const { facts, params } = shape;
  const inner = plainLines(em, shape, `${shape.name}t`, false);
  const names = params.map((_, i) => `a${i}`);
  const args = signature(names, params);
  const tail = em.$('Tail');
  const step = facts.suspends ? 'yield* ' : '';
  const loop = [
    `let r = ${step}${shape.name}t(${args});`,
    `while (r instanceof ${tail}) {`,
    facts.suspends
      ? `if ((++ctx.calls & 1023) === 0) { const tick = ${em.$('tick')}(ctx); if (tick !== undefined) yield tick; }`
      : `if ((++ctx.calls & 1023) === 0) ${em.$('tick')}(ctx);`,
    facts.suspends
      ? `r = ${em.$('isSuspending')}(r.fn) ? yield* r.fn(ctx, ...r.args) : r.fn(ctx, ...r.args);`
      : 'r = r.fn(ctx, ...r.args);',
    '}',
    'return r;',
  ];
  const text = facts.recursive ? countDepth(em, loop, facts.suspends) : loop;
  return [...inner, `${keyword(facts.suspends)} ${shape.name}(${args}) {`, ...text, '}'];
}

/** A fn with `yield`, or a `gen fn`: the call checks its arguments and gives the producer; the body runs when pulled. */
function producerLines(em: Emitter, shape: FunctionShape): Js[] {
  const { facts, params, name } = shape;
  const names = parameterNames(em, params);
  const make = em.$(facts.produces === 'stream' ? 'makeStream' : 'makeGenerator');
  const lazyParameters = params.some((p) => p.default !== undefined && mayYield(em, p.default));
  const bodyLines = em.inFrame(shape.node, facts, () => {
    if (lazyParameters) parameters(em, params, names);
    em.statements(shape.body, DISCARD);
  });
  const outer = em.inFrame(shape.node, { ...facts, suspends: false }, () => {
    if (!lazyParameters) parameters(em, params, names);
    em.push(`return ${make}((function* ${name}g() {`, ...bodyLines, `})(), ${facts.suspends});`);
  });
  return [`function ${name}(${signature(names, params)}) {`, ...outer, '}'];
}

function mayYield(em: Emitter, node: Node): boolean {
  let found = false;
  walk(node, (child) => {
    if (em.checked.suspensionPoints.has(child)) found = true;
  });
  return found;
}

/** The description that printing, arity checks and the runtime read; shared by all closures of one place. */
export function metaOf(
  em: Emitter,
  name: string | undefined,
  params: readonly Param[],
  doc?: string,
): Js {
  const required = params.filter((p) => p.default === undefined && !p.rest).length;
  const parts = [
    `params: [${params.map((p) => quote(p.name)).join(', ')}]`,
    `required: ${required}`,
  ];
  if (name !== undefined) parts.unshift(`name: ${quote(name)}`);
  if (hasRest(params)) parts.push('rest: true');
  if (doc !== undefined) parts.push(`doc: ${quote(doc)}`);
  return em.prelude.constant(`{ ${parts.join(', ')} }`);
}

/** A function value with its description. */
export function functionValue(em: Emitter, lines: readonly Js[], meta: Js): Js {
  return `${em.$('describe')}(${lines.join('\n')}, ${meta})`;
}

/** `{ x -> … }` and `fn(x) { … }` */
export function closure(em: Emitter, node: Closure): Js {
  const lines = functionLines(em, {
    node,
    facts: em.factsOf(node),
    name: em.names.fresh('closure'),
    params: node.params,
    body: node.body.statements,
    yieldsLast: true,
  });
  return functionValue(em, lines, metaOf(em, undefined, node.params));
}

/** A body that the runtime calls: of spawn, parallel and tools. */
export function bodyFunction(
  em: Emitter,
  node: FunctionNode,
  hint: string,
  params: readonly Param[],
  block: Block,
): Js {
  const lines = functionLines(em, {
    node,
    facts: em.factsOf(node),
    name: em.names.fresh(hint),
    params,
    body: block.statements,
    yieldsLast: true,
  });
  return functionValue(em, lines, metaOf(em, hint, params));
}
