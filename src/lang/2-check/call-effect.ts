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
import type { BindingRecord, ColourNode, FunctionRecord, ModuleRecord } from './records.ts';
import { functionParameters } from './signature-text.ts';
import type { ValueKinds } from './value-kinds.ts';

/** `waits` for certain, or when one of `callees` suspends. */
export interface CallEffect {
  readonly waits: boolean;
  readonly callees: readonly ColourNode[];
}

const RETURNS: CallEffect = { waits: false, callees: [] };
const WAITS: CallEffect = { waits: true, callees: [] };

/** A search for functions that passes through more variables than this gives up. */
const MAX_VARIABLES = 64;
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
    const search: Search = { found: new Set(), seen: new Set() };
    const isKnown = values.every((value) => this.#search(value, module, search));
    return isKnown ? { waits: false, callees: [...search.found] } : WAITS;
  }

  #method(node: MethodCall, module: ModuleRecord): CallEffect {
    const { name } = node;
    const kind = this.#kinds.of(node.receiver, module);
    const methods = this.#state.methods.get(name);
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
        return methods === undefined ? WAITS : { waits: false, callees: [methods] };
      default:
        if (this.#looksLikeEffect(node)) return WAITS;
        if (!isBuiltinMethod(name) || mayWaitOnItsReceiver(name)) return WAITS;
        if (!isDictMethod(name) && this.#mayBeFunctionField(name)) return WAITS;
        return withCallee(this.#builtinMethod(node, module), methods);
    }
  }

  /** `h.net.get(url)`, `net.get(url)`: an untyped receiver that is called like a handle with such a method. */
  #looksLikeEffect({ receiver, name }: MethodCall): boolean {
    if (receiver.kind !== 'Member' && receiver.kind !== 'Identifier') return false;
    return this.#state.builtins.methods(receiver.name)?.get(name)?.suspends === true;
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

  /** Adds the functions that a value may be (none, if it is no function); false if that is not known. */
  #search(node: Expression, module: ModuleRecord, search: Search): boolean {
    if (node.kind === 'Closure') return addTo(search.found, module.functions.get(node));
    if (node.kind === 'Identifier') {
      const binding = module.uses.get(node);
      return binding === undefined || this.#searchBinding(binding, search);
    }
    const kind = this.#kinds.of(node, module);
    return kind !== 'unknown' && kind !== 'function';
  }

  #searchBinding(binding: BindingRecord, search: Search): boolean {
    switch (binding.kind) {
      case 'fn':
      case 'pipeline':
        return addTo(search.found, this.#state.functionOf.get(binding));
      case 'builtin':
        return binding.builtin?.suspends === false;
      case 'local':
      case 'moduleVar':
        return this.#searchReceived(binding, search);
      case 'struct':
      case 'enum':
      case 'typeAlias':
      case 'interface':
      case 'tool':
      case 'skill':
        return true;
      case 'param':
        return this.#isPlainParam(binding);
      default:
        return false;
    }
  }

  #isPlainParam(binding: BindingRecord): boolean {
    const kind = this.#kinds.ofParam(binding);
    return kind !== 'unknown' && kind !== 'function';
  }

  #searchReceived(binding: BindingRecord, search: Search): boolean {
    if (search.seen.has(binding)) return true;
    search.seen.add(binding);
    const module = this.#state.modules.get(binding.moduleId ?? '');
    const isLarge = search.seen.size > MAX_VARIABLES || binding.received.length > MAX_VALUES;
    if (module === undefined || binding.opaque || isLarge) return false;
    return binding.received.every(({ value }) => this.#search(value, module, search));
  }
}

/** What was found on the way from a value back to the functions it may be. */
interface Search {
  readonly found: Set<FunctionRecord>;
  readonly seen: Set<BindingRecord>;
}

function addTo(found: Set<FunctionRecord>, record: FunctionRecord | undefined): boolean {
  if (record === undefined) return false;
  found.add(record);
  return true;
}

function argumentsOf(node: MethodCall): Expression[] {
  return node.args.map(argumentValue);
}

function withCallee(effect: CallEffect, more: ColourNode | undefined): CallEffect {
  if (effect.waits || more === undefined) return effect;
  return { waits: false, callees: [...effect.callees, more] };
}
