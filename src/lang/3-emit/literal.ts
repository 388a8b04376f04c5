// Literals and constructors of data: numbers, texts, lists, dicts, structs, ranges.
import type {
  DictEntry,
  DictLiteral,
  DurationLiteral,
  Expression,
  FloatLiteral,
  InterpolatedString,
  IntLiteral,
  ListLiteral,
  Range,
  Spread,
  StringLiteral,
  StructLiteral,
} from '../ast.ts';
import type { Emitter } from './emitter.ts';
import { type Js, propertyKey, quote } from './js.ts';
import { peek } from './ownership.ts';

/** A JavaScript literal of an int within 64 bits. */
export function intLiteral({ value }: IntLiteral): Js {
  return Number.isSafeInteger(Number(value)) ? String(value) : `${value}n`;
}

/** Floats with an integral value are wrapped, once per module. */
export function floatLiteral(em: Emitter, { value }: FloatLiteral): Js {
  if (!Number.isInteger(value)) return Number.isFinite(value) ? String(value) : '(1 / 0)';
  return em.prelude.constant(`${em.$('makeFloat')}(${value})`);
}

export function durationLiteral(em: Emitter, { ms }: DurationLiteral): Js {
  return em.prelude.constant(`new ${em.$('Duration')}(${ms})`);
}

export function stringLiteral({ value }: StringLiteral): Js {
  return quote(value);
}

/** Texts and displayed values joined with `+`. */
export function interpolation(em: Emitter, node: InterpolatedString): Js {
  const parts = em.ordered(
    node.parts.map((part) => () => {
      if (part.kind === 'StringText') return quote(part.value);
      const value = peek(em, part);
      return isText(value) ? value : em.call('display', [value], part);
    }),
  );
  const first = parts[0];
  if (first === undefined) return '""';
  return parts.length === 1 ? first : `(${parts.join(' + ')})`;
}

/** Code that is surely a JavaScript string. */
export function isText(js: Js): boolean {
  return js.startsWith('"');
}

/** List elements or call arguments: `...xs` spreads a checked list. */
export function elements(em: Emitter, nodes: readonly (Expression | Spread)[], into: string): Js[] {
  return em.ordered(
    nodes.map((node) => () => {
      if (node.kind !== 'Spread') return em.value(node);
      return `...${em.call('spreadList', [em.value(node.value), quote(into)], node)}`;
    }),
  );
}

export function listLiteral(em: Emitter, node: ListLiteral): Js {
  return `[${elements(em, node.elements, 'a list').join(', ')}]`;
}

export function dictLiteral(em: Emitter, node: DictLiteral): Js {
  return entries(em, node.entries);
}

/**
 * An object literal. Keys stand in code-point order where all of them are static, because a dict that is built in
 * order is never sorted; values are still evaluated as written.
 */
function entries(em: Emitter, nodes: readonly (DictEntry | Spread)[]): Js {
  if (nodes.length === 0) return '{}';
  const keys = nodes.map((node) => staticKey(node));
  const names = keys.filter((key) => key !== undefined);
  const sorted = [...names].sort(byCodePoint);
  const plain = names.length === nodes.length && new Set(names).size === names.length;
  if (!plain || sorted.every((key, i) => key === names[i])) return inOrder(em, nodes);
  const values = em.values(nodes.map((node) => node.value));
  return em.once(values, (...refs) => {
    const byName = new Map(names.map((name, i) => [name, refs[i]]));
    return `{ ${sorted.map((name) => `${propertyKey(name)}: ${byName.get(name)}`).join(', ')} }`;
  });
}

function byCodePoint(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const order = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function staticKey(node: DictEntry | Spread): string | undefined {
  if (node.kind === 'Spread') return undefined;
  return node.key.kind === 'StringLiteral' ? node.key.value : undefined;
}

function inOrder(em: Emitter, nodes: readonly (DictEntry | Spread)[]): Js {
  const parts = em.ordered(
    nodes.flatMap((node) => {
      if (node.kind === 'Spread')
        return [() => `...${em.call('spreadDict', [em.value(node.value)], node)}`];
      const key = staticKey(node);
      if (key !== undefined) return [() => em.value(node.value)];
      return [() => em.call('dictKey', [em.value(node.key)], node.key), () => em.value(node.value)];
    }),
  );
  const out: Js[] = [];
  let at = 0;
  for (const node of nodes) {
    const key = staticKey(node);
    if (node.kind === 'Spread') out.push(parts[at++] as Js);
    else if (key !== undefined) out.push(`${propertyKey(key)}: ${parts[at++]}`);
    else out.push(`[${parts[at++]}]: ${parts[at++]}`);
  }
  return `{ ${out.join(', ')} }`;
}

/** `Point { x: 1 }`: with all fields known the class takes them in declared order, else they are checked at run time. */
export function structLiteral(em: Emitter, node: StructLiteral): Js {
  const fault = em.checked.faults.get(node);
  if (fault !== undefined) return em.raise(fault, node);
  const binding = em.bindingOf(node);
  if (binding?.kind !== 'struct') {
    return em.call('structByName', [quote(node.name), entries(em, node.entries)], node);
  }
  const struct = em.read(binding, node);
  const names = node.entries.map(staticKey);
  const declared = binding.node?.kind === 'StructDeclaration' ? binding.node.fields : [];
  const isExact =
    names.every((name) => declared.some((field) => field.name === name)) &&
    new Set(names).size === names.length &&
    declared.every((field) => field.optional || names.includes(field.name));
  if (!isExact) return em.call('makeStruct', [struct, entries(em, node.entries)], node);
  const values = em.values(node.entries.map((entry) => entry.value));
  const inOrderAlready = declared.every(
    (field, i) => names[i] === undefined || names[i] === field.name,
  );
  if (inOrderAlready) return `new ${struct}(${values.join(', ')})`;
  return em.once(values, (...refs) => {
    const args = declared.map(({ name }) => refs[names.indexOf(name)] ?? 'undefined');
    return `new ${struct}(${args.join(', ')})`;
  });
}

export function range(em: Emitter, node: Range): Js {
  const [start, end] = em.values([node.start, node.end]);
  return em.call('makeRange', [start as Js, end as Js, String(node.inclusive)], node);
}
