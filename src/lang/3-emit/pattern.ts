// Variables and the patterns that bind them: let, var, const, for, parameters of match arms.
import type { Binding } from '../2-check/checked-module.ts';
import type { BindingPattern, Expression, NamePattern, Node } from '../ast.ts';
import type { Emitter } from './emitter.ts';
import { type Js, quote } from './js.ts';

/** Declares a variable, with its companion when it accumulates. Without a value it is assigned next. */
export function declareVariable(
  em: Emitter,
  binding: Binding,
  value: Js | undefined,
  fresh: boolean,
): void {
  const name = em.nameOf(binding);
  const flag = em.owners.has(binding) ? em.names.ownerOf(name) : undefined;
  if (binding.kind === 'moduleVar' || em.frame.declared.has(binding)) {
    if (value !== undefined) em.push(`${name} = ${value};`);
    if (flag !== undefined) em.push(`${flag} = ${fresh};`);
    return;
  }
  em.frame.declared.add(binding);
  const companion = flag === undefined ? '' : `, ${flag} = ${fresh}`;
  if (value === undefined) em.push(`let ${name}${companion};`);
  else {
    if (!binding.reassigned && em.names.isInt(value)) em.names.noteInt(name);
    em.push(
      `${binding.reassigned || flag !== undefined ? 'let' : 'const'} ${name} = ${value}${companion};`,
    );
  }
}

/** Every binding that a pattern declares, in order. */
export function patternBindings(em: Emitter, pattern: BindingPattern): Binding[] {
  switch (pattern.kind) {
    case 'NamePattern': {
      const binding = em.declared(pattern);
      return binding === undefined ? [] : [binding];
    }
    case 'ListPattern':
      return [
        ...pattern.elements.flatMap((e) => patternBindings(em, e.pattern)),
        ...restBindings(em, pattern.rest),
      ];
    case 'DictPattern':
      return [
        ...pattern.fields.flatMap((f) => patternBindings(em, f.pattern)),
        ...restBindings(em, pattern.rest),
      ];
    default:
      return [...patternBindings(em, pattern.first), ...patternBindings(em, pattern.second)];
  }
}

function restBindings(em: Emitter, rest: NamePattern | undefined): Binding[] {
  return rest === undefined ? [] : patternBindings(em, rest);
}

/** Takes a value apart. `value` is used once. */
export function bindPattern(em: Emitter, pattern: BindingPattern, value: Js, at: Node): void {
  if (pattern.kind === 'NamePattern') {
    const fault = em.checked.faults.get(pattern);
    const binding = em.declared(pattern);
    if (fault !== undefined) em.push(`${em.raise(fault, pattern)};`);
    else if (binding === undefined) em.deliver(value, { kind: 'discard' });
    else declareVariable(em, binding, value, false);
    return;
  }
  const whole = em.names.fresh('whole');
  if (pattern.kind === 'PairPattern') {
    em.push(`const ${whole} = ${em.call('asPair', [value], at)};`);
    bindPattern(em, pattern.first, `${whole}.first`, at);
    bindPattern(em, pattern.second, `${whole}.second`, at);
    return;
  }
  if (pattern.kind === 'ListPattern') {
    em.push(`const ${whole} = ${em.call('asList', [value], at)};`);
    pattern.elements.forEach((element, i) => {
      bindPart(em, element.pattern, `${whole}[${i}] ?? null`, element.default, at);
    });
    if (pattern.rest !== undefined)
      bindPattern(em, pattern.rest, `${whole}.slice(${pattern.elements.length})`, at);
    return;
  }
  em.push(`const ${whole} = ${em.call('asDict', [value], at)};`);
  for (const field of pattern.fields)
    bindPart(
      em,
      field.pattern,
      `${em.$('dictGet')}(${whole}, ${quote(field.key)}) ?? null`,
      field.default,
      at,
    );
  if (pattern.rest !== undefined) {
    const taken = pattern.fields.map((field) => quote(field.key)).join(', ');
    bindPattern(em, pattern.rest, em.call('dictWithout', [whole, `[${taken}]`]), at);
  }
}

/** A default stands in for nil, absent or given. */
function bindPart(
  em: Emitter,
  pattern: BindingPattern,
  value: Js,
  fallback: Expression | undefined,
  at: Node,
): void {
  if (fallback === undefined) {
    bindPattern(em, pattern, value, at);
    return;
  }
  const part = em.spill(value);
  em.push(`if (${part} === null) {`);
  em.into(fallback, { kind: 'assign', name: part });
  em.push('}');
  bindPattern(em, pattern, part, at);
}
