// The changes of a JSON Patch (RFC 6902), one after the other, in one copy: a container is copied when the first change
// reaches it and written in place from then on, so that the work grows with the changes and not with changes times size.
import {
  type Dict,
  dictCopy,
  dictGet,
  dictHas,
  dictPut,
  equal,
  isDict,
  isList,
  type List,
  type MutableDict,
  type Value,
} from '../values/index.ts';
import { wrong } from './errors.ts';
import { child, pointerGet, positionIn, stepsOf } from './json-pointer.ts';

/** `value` with all changes made; it is not written to itself. */
export function patched(value: Value, changes: Value): Value {
  if (!isList(changes)) return refuse('changes are a list');
  const draft = new Draft(value);
  for (const change of changes) apply(draft, change);
  return draft.value;
}

function refuse(detail: string): never {
  throw wrong.argument({ builtin: 'json_patch', detail });
}

function textAt(change: Dict, key: string): string {
  const text = dictGet(change, key);
  return typeof text === 'string' ? text : refuse(`a change needs ${key} as text`);
}

function given(change: Dict, op: string): Value {
  if (!dictHas(change, 'value')) refuse(`${op} needs a value`);
  return dictGet(change, 'value') ?? null;
}

function apply(draft: Draft, change: Value): void {
  if (!isDict(change)) refuse('a change is a dict with op and path');
  const op = dictGet(change, 'op');
  const path = textAt(change, 'path');
  if (op === 'add') draft.add(path, given(change, op));
  else if (op === 'copy') draft.add(path, draft.shared(textAt(change, 'from')));
  else if (op === 'move') draft.move(textAt(change, 'from'), path);
  else if (op === 'remove' || op === 'replace' || op === 'test') {
    const before = draft.at(path);
    if (op === 'remove') draft.remove(path);
    else if (op === 'replace') draft.set(path, given(change, op));
    else if (!equal(before, given(change, op))) refuse(`what is at ${path} is something else`);
  } else refuse('op is one of add, remove, replace, move, copy, test');
}

type Container = Value[] | MutableDict;

/**
 * A value under change. `#own` are the containers made here that stand at one place only, and only below containers of
 * which that is true as well; nobody else has seen them, so they are written to.
 */
class Draft {
  value: Value;
  readonly #own = new Set<Value>();

  constructor(value: Value) {
    this.value = value;
  }

  at(pointer: string): Value {
    const found = pointerGet(this.value, pointer);
    return found === undefined ? refuse(`there is nothing at ${pointer}`) : found;
  }

  /** What stands there, to stand elsewhere as well: from now on it is copied before it is written to. */
  shared(pointer: string): Value {
    const found = this.at(pointer);
    this.#own.delete(found);
    return found;
  }

  /** Puts a value in: into a list before what stands there. */
  add(pointer: string, item: Value): void {
    const slash = pointer.lastIndexOf('/');
    const above = pointer.slice(0, Math.max(slash, 0));
    const parent = slash === -1 ? undefined : this.at(above);
    if (parent === undefined || !isList(parent)) {
      this.set(pointer, item);
      return;
    }
    const step = pointer.slice(slash + 1);
    const at = step === '-' ? parent.length : /^(?:0|[1-9]\d*)$/.test(step) ? Number(step) : -1;
    if (at < 0 || at > parent.length) refuse(`there is no place at ${pointer}`);
    (this.#open(stepsOf(above)) as Value[]).splice(at, 0, item);
  }

  move(from: string, path: string): void {
    if (path.startsWith(`${from}/`)) refuse(`${from} cannot move into itself`);
    const moved = this.at(from);
    this.remove(from);
    this.add(path, moved);
  }

  set(pointer: string, item: Value): void {
    const steps = stepsOf(pointer);
    const last = steps.at(-1);
    if (last === undefined) {
      this.value = item;
      return;
    }
    const parent = this.#open(steps.slice(0, -1));
    if (Array.isArray(parent)) parent[positionIn(parent, last) ?? refuseSet(pointer)] = item;
    else dictPut(parent ?? refuseSet(pointer), last, item);
  }

  remove(pointer: string): void {
    const steps = stepsOf(pointer);
    const last = steps.at(-1);
    if (last === undefined) {
      this.value = null;
      return;
    }
    const parent = this.#open(steps.slice(0, -1));
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete parent?.[last];
  }

  /** The container at a place that is there, ours to write to with all above it; undefined when it is none. */
  #open(steps: readonly string[]): Container | undefined {
    let open = this.#ours(this.value);
    if (open !== undefined) this.value = open;
    for (const step of steps) {
      if (open === undefined) return undefined;
      const inner = this.#ours(child(open, step) ?? null);
      if (inner !== undefined && Array.isArray(open)) open[Number(step)] = inner;
      else if (inner !== undefined) dictPut(open as MutableDict, step, inner);
      open = inner;
    }
    return open;
  }

  #ours(value: Value): Container | undefined {
    if (!isList(value) && !isDict(value)) return undefined;
    if (this.#own.has(value)) return value as Container;
    const copy = isList(value) ? [...(value as List)] : dictCopy(value);
    // What is in both is no longer at one place only.
    for (const part of Object.values(copy)) this.#own.delete(part);
    this.#own.add(copy);
    return copy;
  }
}

function refuseSet(pointer: string): never {
  throw wrong.argument({ builtin: 'json_pointer_set', detail: `no place at ${pointer}` });
}
