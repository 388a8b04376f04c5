// RFC 6901 pointers into Harn values. Writing gives a copy in which only the containers on the way are new.
import {
  dictGet,
  dictRemove,
  dictSet,
  isDict,
  isList,
  type List,
  type Value,
} from '../values/index.ts';
import { wrong } from './errors.ts';

/** The steps of a pointer; the empty pointer has none and means the whole value. */
export function stepsOf(pointer: string): readonly string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) {
    throw wrong.argument({ builtin: 'json_pointer', detail: 'a pointer starts with `/`' });
  }
  if (/~(?![01])/.test(pointer)) {
    throw wrong.argument({ builtin: 'json_pointer', detail: '`~` has to be written as `~0`' });
  }
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A list position, or undefined when the step is none. */
export function positionIn(list: List, step: string): number | undefined {
  if (!/^(0|[1-9]\d*)$/.test(step)) return undefined;
  const at = Number(step);
  return at < list.length ? at : undefined;
}

/** What stands at one step of a container, undefined when nothing does. */
export function child(value: Value, step: string): Value | undefined {
  if (isList(value)) {
    const at = positionIn(value, step);
    return at === undefined ? undefined : value[at];
  }
  return isDict(value) ? dictGet(value, step) : undefined;
}

export function pointerGet(value: Value, pointer: string): Value | undefined {
  let part: Value | undefined = value;
  for (const step of stepsOf(pointer)) {
    if (part === undefined) return undefined;
    part = child(part, step);
  }
  return part;
}

export function pointerSet(value: Value, pointer: string, replacement: Value): Value {
  return rebuild(
    value,
    stepsOf(pointer),
    (parent, step) => {
      if (isDict(parent)) return dictSet(parent, step, replacement);
      if (isList(parent)) {
        if (step === '-' || step === String(parent.length)) return [...parent, replacement];
        const at = positionIn(parent, step);
        if (at !== undefined) return parent.with(at, replacement);
      }
      throw wrong.argument({ builtin: 'json_pointer_set', detail: `no place at ${pointer}` });
    },
    () => replacement,
  );
}

export function pointerDelete(value: Value, pointer: string): Value {
  if (pointerGet(value, pointer) === undefined) return value;
  return rebuild(
    value,
    stepsOf(pointer),
    (parent, step) => {
      if (isList(parent)) return parent.toSpliced(Number(step), 1);
      return isDict(parent) ? dictRemove(parent, step) : parent;
    },
    () => null,
  );
}

/** Applies `change` to the container that holds the last step, and copies its ancestors. */
function rebuild(
  value: Value,
  steps: readonly string[],
  change: (parent: Value, step: string) => Value,
  whole: () => Value,
): Value {
  const [step, ...rest] = steps;
  if (step === undefined) return whole();
  if (rest.length === 0) return change(value, step);
  const inner = child(value, step);
  if (inner === undefined) {
    throw wrong.argument({ builtin: 'json_pointer', detail: `no parent at \`${step}\`` });
  }
  const changed = rebuild(inner, rest, change, whole);
  if (isList(value)) return value.with(Number(step), changed);
  return isDict(value) ? dictSet(value, step, changed) : value;
}
