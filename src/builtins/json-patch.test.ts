import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HarnError } from '../base/index.ts';
import { dictFrom, dictGet, equal, isDict, isList, type Value } from '../values/index.ts';
import { patched } from './json-patch-changes.ts';
import { pointerDelete, pointerGet, pointerSet } from './json-pointer.ts';

/** One change after the other, each in a copy of the whole: slow, and easy to see through. */
function slowly(value: Value, change: Value): Value {
  if (!isDict(change)) throw new Error('no change');
  const [path, from] = [String(dictGet(change, 'path')), String(dictGet(change, 'from'))];
  const at = (pointer: string): Value => {
    const found = pointerGet(value, pointer);
    if (found === undefined) throw new Error(`nothing at ${pointer}`);
    return found;
  };
  const given = dictGet(change, 'value') ?? null;
  switch (dictGet(change, 'op')) {
    case 'add':
      return added(value, path, given);
    case 'remove':
      at(path);
      return pointerDelete(value, path);
    case 'replace':
      at(path);
      return pointerSet(value, path, given);
    case 'copy':
      return added(value, path, at(from));
    case 'move':
      if (path.startsWith(`${from}/`)) throw new Error('into itself');
      return added(pointerDelete(value, from), path, at(from));
    default:
      if (!equal(at(path), given)) throw new Error('something else');
      return value;
  }
}

function added(value: Value, pointer: string, item: Value): Value {
  const slash = pointer.lastIndexOf('/');
  if (slash === -1) return pointerSet(value, pointer, item);
  const above = pointer.slice(0, slash);
  const parent = pointerGet(value, above);
  if (parent === undefined) throw new Error(`nothing at ${above}`);
  if (!isList(parent)) return pointerSet(value, pointer, item);
  const step = pointer.slice(slash + 1);
  const at = step === '-' ? parent.length : /^(?:0|[1-9]\d*)$/.test(step) ? Number(step) : -1;
  if (at < 0 || at > parent.length) throw new Error('no place');
  return pointerSet(value, above, parent.toSpliced(at, 0, item));
}

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(0, 1, null, 'x'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom('a', 'b', '0', '__proto__'), tie('value')), { maxLength: 3 })
      .map((entries) => dictFrom(entries)),
  ),
})).value;
const pointer = fc
  .array(fc.constantFrom('a', 'a', 'b', 'b', '0', '1', '-', '__proto__'), { maxLength: 3 })
  .map((steps) => steps.map((step) => `/${step}`).join(''));
const change = fc
  .record({
    op: fc.constantFrom('add', 'add', 'remove', 'replace', 'copy', 'copy', 'move', 'move', 'test'),
    path: pointer,
    from: pointer,
    value,
  })
  .map((each) => each as unknown as Value);

/** The changes of a list that fit, one after the other; the rest is left out. */
function fitting(start: Value, changes: readonly Value[]): [kept: Value[], result: Value] {
  const kept: Value[] = [];
  let result = start;
  for (const each of changes) {
    try {
      result = slowly(result, each);
      kept.push(each);
    } catch {}
  }
  return [kept, result];
}

const text = (of: Value) => JSON.stringify(of);

describe('json_patch', () => {
  it('gives what one change after the other gives, and leaves alone what it was given', () => {
    fc.assert(
      fc.property(value, fc.array(change, { maxLength: 30, size: 'max' }), (start, changes) => {
        const [kept, result] = fitting(start, changes);
        const before = text([start, ...kept]);
        const fast = patched(start, kept);
        expect(text(fast)).toBe(text(result));
        expect(equal(fast, result)).toBe(true);
        expect(text([start, ...kept])).toBe(before);
      }),
      { numRuns: 3000 },
    );
  });

  it('refuses exactly the changes that do not fit', () => {
    fc.assert(
      fc.property(value, change, (start, each) => {
        const fits = fitting(start, [each])[0].length === 1;
        let refused: unknown;
        try {
          patched(start, [each]);
        } catch (error) {
          refused = error;
        }
        expect(refused === undefined).toBe(fits);
        if (!fits) expect(HarnError.is(refused)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes a time that grows with the changes and not with their square', () => {
    const count = 60_000;
    const start = {
      rows: Array.from({ length: count }, (_, id) => ({ id })),
      names: dictFrom(Array.from({ length: count }, (_, at) => [`n${at}`, at])),
    };
    const changes = Array.from({ length: count }, (_, at) =>
      at % 2 === 0
        ? { op: 'replace', path: `/rows/${at}/id`, value: -at }
        : { op: 'add', path: `/names/n${at}`, value: -at },
    );
    const result = patched(start, changes);
    expect(pointerGet(result, '/rows/59998/id')).toBe(-59_998);
    expect(pointerGet(result, '/names/n59999')).toBe(-59_999);
    expect(pointerGet(start, '/rows/59998/id')).toBe(59_998);
  }, 20_000);
});
