// What one call may do to the turn: wait by itself, or wait if certain functions do. The rule everywhere: what is not
// known to return at once is taken to wait.
import type { Expression, MethodCall } from '../ast.ts';
import type { BuiltinSpec } from '../builtin-spec.ts';
import { argumentValue, calleeOf } from './call-target.ts';
import type { CallNode } from './checked-module.ts';
import {
  callsItsArguments,
  isBuiltinMethod,
  isDictMethod,
  mayWaitOnItsReceiver,
} from './method-kinds.ts';
import type { ProgramState } from './program-state.ts';
import type { BindingRecord, FunctionRecord, ModuleRecord } from './records.ts';
import { functionParameters } from './signature-text.ts';
import type { ValueKinds } from './value-kinds.ts';

/** `waits` for certain, or when one of `callees` suspends. */
export interface CallEffect {
  readonly waits: boolean;
  readonly callees: readonly FunctionRecord[];
}

const RETURNS: CallEffect = { waits: false, callees: [] };
const WAITS: CallEffect = { waits: true, callees: [] };

/** How far a function is followed through constants. */
const MAX_HOPS = 6;
/** A variable with more candidate values than this counts as unknown. */
const MAX_VALUES = 16;

export class CallEffects {
  readonly #state: ProgramState;
  readonly #kinds: ValueKinds;
  readonly #fieldMayBeFunction = new Map<string, boolean>();

  constructor(state: ProgramState, kinds: ValueKinds) {
    this.#state = state;
    this.#kinds = kinds;
  }

  of(node: CallNode, module: ModuleRecord): CallEffect {
    const target = module.calls.get(node)?.target;
    switch (target?.kind) {
      case 'function': {
        const record = this.#state.functionOf.get(target.binding as BindingRecord);
        return record === undefined ? WAITS : { waits: false, callees: [record] };
      }
      case 'builtin':
      case 'capability':
        return this.#builtin(target.spec, node, module);
      case 'struct':
      case 'enumVariant':
      case 'undefined':
        return RETURNS;
      case 'method':
        return this.#method(node as MethodCall, module);
      default:
        return this.#value(node, module);
    }
  }

  #builtin({ suspends, signature }: BuiltinSpec, node: CallNode, module: ModuleRecord): CallEffect {
    if (suspends !== 'callback') return suspends ? WAITS : RETURNS;
    if (node.kind === 'Pipe') return this.#callbacks([node.left], module);
    // After a spread, positions are not known.
    const spread = node.args.findIndex((argument) => argument.kind === 'Spread');
    const takesFunction = functionParameters(signature);
    const values = node.args.filter((_, i) => takesFunction(i) || (spread !== -1 && i >= spread));
    return this.#callbacks(values.map(argumentValue), module);
  }

  #value(node: CallNode, module: ModuleRecord): CallEffect {
    // The calls inside `x |> f(_)` stand for themselves.
    if (node.kind === 'Pipe' && node.placeholder) return RETURNS;
    const callee = calleeOf(node);
    return callee === undefined ? WAITS : this.#callbacks([callee], module);
  }

  #callbacks(values: readonly Expression[], module: ModuleRecord): CallEffect {
    const callees: FunctionRecord[] = [];
    for (const value of values) {
      const candidates = this.#candidates(value, module, MAX_HOPS);
      if (candidates === undefined) return WAITS;
      callees.push(...candidates);
    }
    return { waits: false, callees };
  }

  #method(node: MethodCall, module: ModuleRecord): CallEffect {
    const { name } = node;
    const kind = this.#kinds.of(node.receiver, module);
    const methods = this.#state.methods.get(name) ?? [];
    switch (kind) {
      case 'data':
      case 'none':
      case 'string':
      case 'list':
      case 'set':
      case 'range':
        return this.#builtinMethod(node, module);
      case 'dict':
        return isDictMethod(name) || !this.#mayBeFunctionField(name)
          ? this.#builtinMethod(node, module)
          : WAITS;
      case 'struct':
        if (methods.length === 0) return WAITS;
        return { waits: false, callees: methods };
      default:
        if (!isBuiltinMethod(name) || mayWaitOnItsReceiver(name)) return WAITS;
        if (!isDictMethod(name) && this.#mayBeFunctionField(name)) return WAITS;
        return withCallees(this.#builtinMethod(node, module), methods);
    }
  }

  #builtinMethod(node: MethodCall, module: ModuleRecord): CallEffect {
    return callsItsArguments(node.name) ? this.#callbacks(argumentsOf(node), module) : RETURNS;
  }

  /** Whether some field of this name anywhere in the program may hold a function. */
  #mayBeFunctionField(name: string): boolean {
    const known = this.#fieldMayBeFunction.get(name);
    if (known !== undefined) return known;
    const may = (this.#state.fieldValues.get(name) ?? []).some(({ value, module }) => {
      const kind = this.#kinds.of(value, module);
      return kind === 'function' || kind === 'unknown' || kind === 'none';
    });
    this.#fieldMayBeFunction.set(name, may);
    return may;
  }

  /** The functions that a value may be; empty if it is none, undefined if that is not known. */
  #candidates(
    node: Expression,
    module: ModuleRecord,
    hops: number,
  ): readonly FunctionRecord[] | undefined {
    if (node.kind === 'Closure') {
      const record = module.functions.get(node);
      return record === undefined ? undefined : [record];
    }
    if (node.kind === 'Identifier') {
      const binding = module.uses.get(node);
      return binding === undefined ? [] : this.#candidatesOf(binding, hops);
    }
    const kind = this.#kinds.of(node, module);
    return kind === 'unknown' || kind === 'function' ? undefined : [];
  }

  #candidatesOf(binding: BindingRecord, hops: number): readonly FunctionRecord[] | undefined {
    switch (binding.kind) {
      case 'fn':
      case 'pipeline': {
        const record = this.#state.functionOf.get(binding);
        return record === undefined ? undefined : [record];
      }
      case 'builtin':
        return binding.builtin?.suspends === false ? [] : undefined;
      case 'local':
      case 'moduleVar':
        return this.#candidatesReceived(binding, hops);
      case 'struct':
      case 'enum':
      case 'typeAlias':
      case 'interface':
      case 'tool':
      case 'skill':
        return [];
      case 'param':
        return this.#isPlainParam(binding) ? [] : undefined;
      default:
        return undefined;
    }
  }

  #isPlainParam(binding: BindingRecord): boolean {
    const kind = this.#kinds.ofParam(binding);
    return kind !== 'unknown' && kind !== 'function';
  }

  #candidatesReceived(binding: BindingRecord, hops: number): readonly FunctionRecord[] | undefined {
    const module = this.#state.modules.get(binding.moduleId ?? '');
    const isKnown = !binding.opaque && hops > 0 && binding.received.length <= MAX_VALUES;
    if (module === undefined || !isKnown) return undefined;
    const all: FunctionRecord[] = [];
    for (const { value } of binding.received) {
      const some = this.#candidates(value, module, hops - 1);
      if (some === undefined) return undefined;
      all.push(...some);
    }
    return all;
  }
}

function argumentsOf(node: MethodCall): Expression[] {
  return node.args.map(argumentValue);
}

function withCallees(effect: CallEffect, more: readonly FunctionRecord[]): CallEffect {
  if (effect.waits || more.length === 0) return effect;
  return { waits: false, callees: [...effect.callees, ...more] };
}
