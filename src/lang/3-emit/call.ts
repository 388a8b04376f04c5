// Calls: of known functions directly, of builtins through their linked rows, of methods and function values through
// helpers. A call that may suspend is a `yield*`; everything else is an ordinary JavaScript call.
import { bug } from '../../base/index.ts';
import type { CallFacts, CallNode, CallTarget } from '../2-check/checked-module.ts';
import type { Argument, Call, Expression, MethodCall, Node, Pipe, Placeholder } from '../ast.ts';
import type { BuiltinSpec } from '../builtin-spec.ts';
import type { Emitter } from './emitter.ts';
import { type Js, mark, quote } from './js.ts';
import { unlessNil } from './operators.ts';
import { isQuiet, isReadingBuiltin, isReadingMethod, peek } from './ownership.ts';

/** What a call site knows beyond its target. */
interface Site {
  readonly node: CallNode;
  readonly suspends: boolean;
}

function siteOf(em: Emitter, node: CallNode): Site {
  return { node, suspends: em.checked.suspensionPoints.has(node) };
}

function factsOf(em: Emitter, node: CallNode): CallFacts {
  return em.checked.calls.get(node) ?? { target: { kind: 'value' }, suspends: em.frame.suspends };
}

/** `f(x)` */
export function call(em: Emitter, node: Call): Js {
  const fault = em.checked.faults.get(node) ?? em.checked.faults.get(node.callee);
  const { target } = factsOf(em, node);
  if (fault !== undefined && target.kind !== 'undefined')
    return raiseAfter(em, node, em.raise(fault, node));
  const site = siteOf(em, node);
  if (target.kind === 'value' || target.kind === 'method' || target.kind === 'capability') {
    const [callee, ...args] = em.ordered([
      () => em.value(node.callee),
      ...argumentParts(em, node.args),
    ]);
    return callValue(em, site, callee as Js, args);
  }
  const looks =
    target.kind === 'builtin' && isReadingBuiltin(target.spec.name) && node.args.every(isQuiet);
  return callTarget(em, site, target, em.ordered(argumentParts(em, node.args, looks)));
}

function raiseAfter(em: Emitter, node: Call, raise: Js): Js {
  const args = em.ordered(argumentParts(em, node.args));
  return `(${[...args.map((js) => (js.startsWith('...') ? js.slice(3) : js)), raise].join(', ')})`;
}

/** `receiver.name(args)` */
export function methodCall(em: Emitter, node: MethodCall): Js {
  const { target } = factsOf(em, node);
  const site = siteOf(em, node);
  if (target.kind === 'enumVariant') {
    const args = em.ordered(argumentParts(em, node.args));
    return makeVariant(em, target.binding.name, target.variant, args);
  }
  if (target.kind !== 'method' && target.kind !== 'capability' && target.kind !== 'value')
    return callTarget(em, site, target, em.ordered(argumentParts(em, node.args)));
  const looks =
    isReadingMethod(node.name) &&
    node.args.every((arg) => arg.kind.endsWith('Literal') || arg.kind === 'Identifier');
  const look = () => (looks ? peek(em, node.receiver) : em.value(node.receiver));
  const rest = argumentParts(em, node.args);
  if (node.optional)
    return unlessNil(em, look(), (receiver) =>
      invokeMethod(em, site, node.name, receiver, em.ordered(rest)),
    );
  const [receiver, ...args] = em.ordered([look, ...rest]);
  return invokeMethod(em, site, node.name, receiver as Js, args);
}

/** `receiver.name(args)` for a receiver and arguments that are already code. */
export function callMethodOf(em: Emitter, node: MethodCall, receiver: Js, args: readonly Js[]): Js {
  return invokeMethod(em, siteOf(em, node), node.name, receiver, args);
}

function invokeMethod(
  em: Emitter,
  site: Site,
  name: string,
  receiver: Js,
  args: readonly Js[],
): Js {
  const helper = site.suspends ? 'callMethod' : 'callMethodSync';
  const at = mark(
    site.node.kind === 'MethodCall' ? site.node.nameSpan.start : site.node.span.start,
  );
  const js = `${at}${em.$(helper)}(${placed(em, site)}, ${receiver}, ${quote(name)}, [${args.join(', ')}])`;
  return site.suspends ? `(yield* ${js})` : js;
}

/** `left |> right` */
export function pipe(em: Emitter, node: Pipe): Js {
  if (node.placeholder) {
    const name = em.names.fresh('pipe');
    em.push(`const ${name} = ${em.value(node.left)};`);
    em.pipes.push(name);
    const result = em.value(node.right);
    em.pipes.pop();
    return result;
  }
  const { target } = factsOf(em, node);
  const site = siteOf(em, node);
  if (target.kind === 'value' || target.kind === 'method' || target.kind === 'capability') {
    const [left, callee] = em.values([node.left, node.right]);
    // The callee is evaluated after the piped value, so both are stored.
    return em.once([left as Js, callee as Js], (a, f) => callValue(em, site, f as Js, [a as Js]));
  }
  return callTarget(em, site, target, [em.value(node.left)]);
}

export function placeholder(em: Emitter, _node: Placeholder): Js {
  return em.pipes[em.pipes.length - 1] ?? bug('a placeholder outside a pipe');
}

function callTarget(em: Emitter, site: Site, target: CallTarget, args: readonly Js[]): Js {
  switch (target.kind) {
    case 'function':
      return callDirect(site, em.read(target.binding, site.node), args);
    case 'builtin':
      return callBuiltin(em, target.spec, args, site.suspends, site.node);
    case 'struct': {
      const fields = em.call('asDict', [args[0] ?? '{}'], site.node);
      return em.call('makeStruct', [em.read(target.binding, site.node), fields], site.node);
    }
    case 'enumVariant':
      return makeVariant(em, target.binding.name, target.variant, args);
    case 'undefined': {
      const hint = target.suggestion === undefined ? [] : [quote(target.suggestion)];
      const raise = em.call('undefinedCall', [quote(target.name), ...hint], site.node);
      return args.length === 0 ? raise : `([${args.join(', ')}], ${raise})`;
    }
    default:
      return bug(`a call of ${target.kind} has no direct form`);
  }
}

function callDirect({ node, suspends }: Site, callee: Js, args: readonly Js[]): Js {
  const js = `${mark(node.span.start)}${callee}(${['ctx', ...args].join(', ')})`;
  return suspends ? `(yield* ${js})` : js;
}

/** A call of a builtin row. Rows that suspend only with their callback have a second form for callers that cannot. */
export function callBuiltin(
  em: Emitter,
  spec: Pick<BuiltinSpec, 'name' | 'suspends'> & { readonly effect?: BuiltinSpec['effect'] },
  args: readonly Js[],
  suspends: boolean,
  at: Node,
): Js {
  const isSync = spec.suspends === 'callback' && !suspends;
  const row = isSync ? em.prelude.syncBuiltin(spec.name) : em.prelude.builtin(spec.name);
  // The older globals are the same effects as methods of handles. Output is not checked on replay and stands in hot loops.
  const isPlaced = spec.effect !== undefined && spec.effect !== 'pure' && spec.effect !== 'output';
  const ctx = isPlaced ? placedAt(em, at) : 'ctx';
  const js = `${mark(at.span.start)}${row}(${[ctx, ...args].join(', ')})`;
  if (spec.suspends === false || isSync) return js;
  return suspends ? `(yield* ${js})` : `${em.$('finish')}(${js})`;
}

/** A call of a function value. */
function callValue(em: Emitter, { node, suspends }: Site, callee: Js, args: readonly Js[]): Js {
  const at = mark(node.span.start);
  if (!suspends) return `${at}${em.$('callSync')}(${callee}, ctx, [${args.join(', ')}])`;
  return em.once([`${at}${em.$('callee')}(${callee})`, ...args.map(unspread)], (f, ...refs) => {
    const list = [
      'ctx',
      ...refs.map((ref, i) => (args[i]?.startsWith('...') ? `...${ref}` : ref)),
    ].join(', ');
    return `${em.$('isSuspending')}(${f}) ? yield* ${at}${f}(${list}) : ${at}${f}(${list})`;
  });
}

/** The ctx of a call that may be an effect: it carries the place, which the journal checks on replay. */
function placed(em: Emitter, { node }: Site): Js {
  const target = em.checked.calls.get(node)?.target;
  return target?.kind === 'capability' ? placedAt(em, node) : 'ctx';
}

function placedAt(em: Emitter, node: Node): Js {
  return `(ctx.at = ${em.site(node)}, ctx)`;
}

function unspread(js: Js): Js {
  return js.startsWith('...') ? js.slice(3) : js;
}

export function makeVariant(
  em: Emitter,
  enumName: string,
  variant: string,
  args: readonly Js[],
): Js {
  const name = `${quote(enumName)}, ${quote(variant)}`;
  if (args.length === 0) return em.prelude.constant(`${em.$('makeEnum')}(${name})`);
  return `${em.$('makeEnum')}(${name}, [${args.join(', ')}])`;
}

/** How to evaluate each argument; named ones are gathered into one dict at the end. */
function argumentParts(em: Emitter, args: readonly Argument[], looks = false): (() => Js)[] {
  const visit = (node: Expression) => (looks ? peek(em, node) : em.value(node));
  const parts: (() => Js)[] = [];
  const named = args.filter((arg) => arg.kind === 'NamedArgument');
  for (const arg of args) {
    if (arg.kind === 'NamedArgument') continue;
    if (arg.kind === 'Spread')
      parts.push(() => `...${em.call('spreadList', [em.value(arg.value), '"arguments"'], arg)}`);
    else parts.push(() => visit(arg));
  }
  if (named.length > 0) {
    parts.push(() => {
      const values = em.values(named.map((arg) => arg.value));
      return `{ ${named.map((arg, i) => `${arg.name}: ${values[i]}`).join(', ')} }`;
    });
  }
  return parts;
}

/** `return f(...)` in tail position: a jump to the start of the function, or a bounce. False when it is neither. */
export function tailCall(em: Emitter, node: Expression): boolean {
  if (node.kind !== 'Call' && node.kind !== 'Pipe') return false;
  const facts = em.checked.calls.get(node);
  const { frame } = em;
  if (facts?.tail === undefined || facts.target.kind !== 'function' || frame.inline.length > 0)
    return false;
  const parts = node.kind === 'Call' ? argumentParts(em, node.args) : [() => em.value(node.left)];
  if (facts.tail === 'self' && frame.selfTail !== undefined) {
    jumpToStart(em, frame.selfTail, em.ordered(parts));
    return true;
  }
  if (facts.tail !== 'cycle' || !frame.facts.cycleTailCalls) return false;
  const target = em.tailTarget(facts.target.binding, node);
  em.push(`return new ${em.$('Tail')}(${target}, [${em.ordered(parts).join(', ')}]);`);
  return true;
}

function jumpToStart(
  em: Emitter,
  {
    label,
    params,
    rest,
  }: { readonly label: string; readonly params: readonly string[]; readonly rest: boolean },
  args: readonly Js[],
): void {
  if (rest || args.some((js) => js.startsWith('...'))) {
    const fixed = rest ? params.slice(0, -1) : params;
    const last = rest ? [`...${params[params.length - 1]}`] : [];
    em.push(`[${[...fixed, ...last].join(', ')}] = [${args.join(', ')}];`);
  } else {
    const fresh = args.slice(0, params.length).map((js) => em.spill(js));
    params.forEach((param, i) => {
      em.push(`${param} = ${fresh[i] ?? 'undefined'};`);
    });
    for (const js of args.slice(params.length)) em.deliver(js, { kind: 'discard' });
  }
  em.tick();
  em.push(`continue ${label};`);
}
