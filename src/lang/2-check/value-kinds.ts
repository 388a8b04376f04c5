// A coarse kind for every expression, just enough for colours: can iterating it wait, can a method of it call
// something unknown, can it be a function. Variables get the join of all they receive, by a worklist to a fixpoint.
// Not a type system: it knows nothing of elements or fields and never reports anything.
import type { Block, Expression, MethodCall, TypeExpr } from '../ast.ts';
import { methodResult } from './method-kinds.ts';
import type { ProgramState } from './program-state.ts';
import { BindingRecord, type FunctionRecord, type ModuleRecord } from './records.ts';
import { constantType, resultType } from './signature-text.ts';

/** `none`: nothing seen yet. `data`: numbers, booleans, nil and other values without parts; joins with anything. */
export type ValueKind =
  | 'none'
  | 'data'
  | 'string'
  | 'list'
  | 'dict'
  | 'set'
  | 'range'
  | 'struct'
  | 'iter'
  | 'function'
  | 'unknown';

export function joinKinds(a: ValueKind, b: ValueKind): ValueKind {
  if (a === b || b === 'none') return a;
  if (a === 'none' || a === 'data') return b;
  return b === 'data' ? a : 'unknown';
}

/** A variable, or what a function returns. */
type Slot = BindingRecord | FunctionRecord;

export class ValueKinds {
  readonly #state: ProgramState;
  readonly #kinds = new Map<Slot, ValueKind>();
  readonly #readers = new Map<Slot, Set<Slot>>();
  #reader: Slot | undefined;

  constructor(state: ProgramState) {
    this.#state = state;
    const queue = new Set<Slot>();
    for (const { binding } of state.variables) queue.add(binding);
    for (const record of state.functions) queue.add(record);
    // A Set is a queue that holds each slot once: a slot added again while being visited comes up again.
    for (const slot of queue) {
      queue.delete(slot);
      const before = this.#kinds.get(slot) ?? 'none';
      this.#reader = slot;
      const after = joinKinds(before, this.#evaluate(slot));
      if (after === before) continue;
      this.#kinds.set(slot, after);
      for (const reader of this.#readers.get(slot) ?? []) queue.add(reader);
    }
    this.#reader = undefined;
  }

  #evaluate(slot: Slot): ValueKind {
    if (slot instanceof BindingRecord) return this.#received(slot);
    let kind: ValueKind = 'none';
    for (const value of slot.returned) kind = joinKinds(kind, this.of(value, slot.module));
    return kind;
  }

  #received(binding: BindingRecord): ValueKind {
    if (binding.opaque) return 'unknown';
    const module = this.#moduleOf(binding);
    if (module === undefined) return 'unknown';
    let kind: ValueKind = 'none';
    for (const { value, added } of binding.received) {
      const one = this.of(value, module);
      kind = joinKinds(kind, added ? sumKind(this.#read(binding), one) : one);
    }
    return kind;
  }

  #moduleOf(binding: BindingRecord): ModuleRecord | undefined {
    return binding.moduleId === undefined ? undefined : this.#state.modules.get(binding.moduleId);
  }

  #read(slot: Slot): ValueKind {
    if (this.#reader !== undefined) {
      const readers = this.#readers.get(slot);
      if (readers === undefined) this.#readers.set(slot, new Set([this.#reader]));
      else readers.add(this.#reader);
    }
    return this.#kinds.get(slot) ?? 'none';
  }

  /** The kind of an expression of `module`. */
  of(node: Expression, module: ModuleRecord): ValueKind {
    switch (node.kind) {
      case 'NilLiteral':
      case 'BoolLiteral':
      case 'IntLiteral':
      case 'FloatLiteral':
      case 'DurationLiteral':
      case 'Unary':
      case 'Retry':
        return 'data';
      case 'StringLiteral':
      case 'InterpolatedString':
        return 'string';
      case 'ListLiteral':
        return 'list';
      case 'DictLiteral':
        return 'dict';
      case 'StructLiteral':
        return 'struct';
      case 'Range':
        return 'range';
      case 'Closure':
        return 'function';
      case 'Parallel':
        if (node.stream) return 'iter';
        return node.mode === 'settle' ? 'dict' : 'list';
      case 'Identifier':
        return this.#name(node, module);
      case 'Binary':
        return this.#binary(node, module);
      case 'Call':
      case 'MethodCall':
      case 'Pipe':
        return this.#call(node, module);
      case 'Slice': {
        const sliced = this.of(node.object, module);
        return sliced === 'list' || sliced === 'string' ? sliced : 'unknown';
      }
      case 'Ternary':
        return joinKinds(this.of(node.whenTrue, module), this.of(node.whenFalse, module));
      case 'If':
        return this.#if(node, module);
      case 'NonNull':
      case 'TryStar':
        return this.of(node.operand, module);
      case 'BlockExpression':
        return this.#block(node.body, module);
      default:
        return 'unknown';
    }
  }

  #name(node: Expression, module: ModuleRecord): ValueKind {
    const binding = module.uses.get(node);
    if (binding === undefined) return 'unknown';
    switch (binding.kind) {
      case 'local':
      case 'moduleVar':
        return this.#read(binding);
      case 'param':
        return this.ofParam(binding);
      case 'fn':
      case 'pipeline':
        return 'function';
      case 'builtin':
        return constantKind(binding.builtin?.signature ?? '') ?? 'function';
      case 'struct':
      case 'enum':
        return 'struct';
      case 'tool':
      case 'skill':
        return 'dict';
      default:
        return 'unknown';
    }
  }

  /** The kind that a parameter's annotation promises; it is checked on every call. */
  ofParam(binding: BindingRecord): ValueKind {
    if (binding.node?.kind === 'Param' && binding.node.rest) return 'list';
    if (binding.name === 'self' && binding.owner?.isMethod === true) return 'struct';
    const module = this.#moduleOf(binding);
    if (binding.checkedType === undefined || module === undefined) return 'unknown';
    return typeKind(binding.checkedType, module);
  }

  /** Along the left spine, so that long sums do not nest. */
  #binary(node: Extract<Expression, { kind: 'Binary' }>, module: ModuleRecord): ValueKind {
    const parts: { operator: string; right: Expression }[] = [];
    let left: Expression = node;
    for (; left.kind === 'Binary'; left = left.left) {
      parts.push({ operator: left.operator, right: left.right });
      if (left.operator !== '+' && left.operator !== '??' && left.operator !== '*') break;
    }
    let kind: ValueKind = left.kind === 'Binary' ? 'data' : this.of(left, module);
    if (left.kind === 'Binary') parts.pop();
    for (const { operator, right } of parts.reverse()) {
      const other = this.of(right, module);
      if (operator === '??') kind = joinKinds(kind, other);
      else kind = operator === '+' ? sumKind(kind, other) : productKind(kind, other);
    }
    return kind;
  }

  #if(node: Extract<Expression, { kind: 'If' }>, module: ModuleRecord): ValueKind {
    const then = this.#block(node.then, module);
    if (node.otherwise === undefined) return joinKinds(then, 'data');
    const otherwise =
      node.otherwise.kind === 'If'
        ? this.#if(node.otherwise, module)
        : this.#block(node.otherwise, module);
    return joinKinds(then, otherwise);
  }

  #block(node: Block, module: ModuleRecord): ValueKind {
    const last = node.statements.at(-1);
    return last?.kind === 'ExpressionStatement' ? this.of(last.expression, module) : 'data';
  }

  #call(
    node: Extract<Expression, { kind: 'Call' | 'MethodCall' | 'Pipe' }>,
    module: ModuleRecord,
  ): ValueKind {
    const target = module.calls.get(node)?.target;
    switch (target?.kind) {
      case 'builtin':
      case 'capability':
        return resultKind(target.spec.signature);
      case 'struct':
      case 'enumVariant':
        return 'struct';
      case 'function':
        return this.#functionResult(target.binding as BindingRecord);
      case 'method': {
        const { receiver, name } = node as MethodCall;
        return methodResult(this.of(receiver, module), name);
      }
      default:
        return 'unknown';
    }
  }

  #functionResult(binding: BindingRecord): ValueKind {
    const record = this.#state.functionOf.get(binding);
    if (record?.node.kind !== 'FunctionDeclaration') return 'unknown';
    if (record.produces !== 'value') return 'iter';
    // Falling off the end returns nil, which joins with anything.
    return joinKinds('data', this.#read(record));
  }
}

function sumKind(a: ValueKind, b: ValueKind): ValueKind {
  if (a === 'list' || a === 'dict' || a === 'string') return a;
  if (a === 'none' || b === 'none') return 'none';
  if (b === 'string') return 'string';
  return a === 'data' && b === 'data' ? 'data' : 'unknown';
}

function productKind(a: ValueKind, b: ValueKind): ValueKind {
  if (a === 'string' || b === 'string') return 'string';
  if (a === 'list' || b === 'list') return 'list';
  return 'data';
}

const KIND_OF_TYPE: { readonly [name: string]: ValueKind } = {
  int: 'data',
  float: 'data',
  bool: 'data',
  nil: 'data',
  duration: 'data',
  number: 'data',
  decimal: 'data',
  bytes: 'data',
  string: 'string',
  list: 'list',
  dict: 'dict',
  set: 'set',
  range: 'range',
};

/** The named types that a run checks. */
const CHECKED_TYPES = new Set(
  'int float number bool nil duration decimal bytes string list dict set'.split(' '),
);

/** How far type aliases are followed. */
const MAX_ALIASES = 8;

/**
 * The kind that a parameter's type promises, because a run checks it on every call. Tuples are not checked; a shape
 * admits structs as well as dicts. The name of a struct is taken at its word.
 */
export function typeKind(type: TypeExpr, module: ModuleRecord, hops = MAX_ALIASES): ValueKind {
  switch (type.kind) {
    case 'ListType':
      return 'list';
    case 'FnType':
      return 'function';
    case 'LiteralType':
      return typeof type.value === 'string' ? 'string' : 'data';
    case 'OptionalType':
    case 'OwnedType':
      return typeKind(type.type, module, hops);
    case 'UnionType':
      return type.members.map((m) => typeKind(m, module, hops)).reduce(joinKinds, 'none');
    case 'NamedType': {
      if (CHECKED_TYPES.has(type.name)) return KIND_OF_TYPE[type.name] ?? 'unknown';
      const node = (module.topLevel.get(type.name) ?? module.imported.get(type.name))?.node;
      if (node?.kind === 'StructDeclaration' || node?.kind === 'EnumDeclaration') return 'struct';
      if (node?.kind === 'TypeDeclaration' && hops > 0)
        return typeKind(node.type, module, hops - 1);
      return 'unknown';
    }
    default:
      return 'unknown';
  }
}

/** The kind of a constant row (`pi: float`); undefined for functions. */
function constantKind(signature: string): ValueKind | undefined {
  const type = constantType(signature);
  return type === undefined ? undefined : kindOfTypeText(type);
}

/** The kind that a builtin's signature text promises, read without parsing it. */
function resultKind(signature: string): ValueKind {
  const type = resultType(signature);
  return type === undefined ? 'unknown' : kindOfTypeText(type);
}

function kindOfTypeText(type: string): ValueKind {
  if (/^\w+( \| \w+)+$/.test(type))
    return type.split(' | ').map(kindOfTypeText).reduce(joinKinds, 'none');
  if (/[|&]/.test(type.replace(/<.*>/s, '').replace(/\|\s*nil\b/g, ''))) return 'unknown';
  if (type.startsWith('{')) return 'dict';
  if (type.startsWith('[')) return 'list';
  const name = /^[A-Za-z_]\w*/.exec(type)?.[0];
  return name !== undefined && Object.hasOwn(KIND_OF_TYPE, name)
    ? (KIND_OF_TYPE[name] as ValueKind)
    : 'unknown';
}
