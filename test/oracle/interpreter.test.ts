import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { complaint, type Ending, importedFile, readCases } from '../../conformance/suite.ts';
import type { Module } from '../../src/lang/ast.ts';
import { parse } from '../../src/lang/index.ts';
import { uncaughtText } from '../../src/values/index.ts';
import { PURE_BUILTINS } from './builtins.ts';
import { evaluate, NotModelled, OutOfSteps } from './interpreter.ts';

const ROOT = fileURLToPath(new URL('../../conformance', import.meta.url));

/** Cases about what the checker finds out, or the host provides: the interpreter has neither. */
const BEYOND = new Set([
  'imports/private-name',
  'bindings/undefined-name-suggests',
  'entry/main-gets-the-harness',
  'entry/attenuated-harness',
  'entry/untyped-harness-waits',
  'tasks/spawn-never-awaited-prints',
  'lifecycle/a-model-settles',
  'lifecycle/each-call-has-its-slot',
  'workers/audit-is-inherited',
  'workers/body-wait-and-result',
  'workers/decimals-cross-over',
  'workers/lifecycle-tools',
  'workers/open-at-the-end',
  'workers/suspended-until-told',
  'types/argument-of-another-type',
  'types/field-is-missing',
  'types/interface-is-not-satisfied',
  'types/match-forgets-a-tag',
  'types/match-forgets-a-variant',
  'types/nil-is-handled-first',
  'types/operands-that-cannot-work',
  'types/returned-value-does-not-fit',
  'types/type-parameter-means-one-type',
  'types/value-of-another-type',
]);

/** Cases about the library, and about what tasks share, which is the runtime's. */
const LIBRARY = /^(?:std|formats|web|concurrency|models)\//;

function interpret(path: string): Ending {
  const paths = new Map<Module, string>();
  const modules = new Map<string, Module>();
  const load = (file: string): Module => {
    const known = modules.get(file);
    if (known !== undefined) return known;
    const { module } = parse({ id: file, text: readFileSync(file, 'utf8') });
    modules.set(file, module);
    paths.set(module, file);
    return module;
  };
  const result = evaluate(load(path), {
    builtins: PURE_BUILTINS,
    resolve: (imported, from) => load(importedFile(imported, paths.get(from) ?? path)),
  });
  return result.status === 'thrown'
    ? { output: result.output, failure: uncaughtText(result.error) }
    : { output: result.output };
}

describe('the reference interpreter agrees with the conformance case', () => {
  for (const each of readCases(ROOT)) {
    if (BEYOND.has(each.name) || LIBRARY.test(each.name)) continue;
    test(each.name, () => {
      expect(complaint(each, interpret(each.path))).toBeUndefined();
    });
  }
});

describe('the reference interpreter', () => {
  const run = (text: string, steps?: number) =>
    evaluate(parse({ id: 'test.harn', text }).module, {
      builtins: PURE_BUILTINS,
      ...(steps === undefined ? {} : { steps }),
    });

  test('gives a mutex back when its block throws', () => {
    const { output } = run(`
      fn guarded(name) {
        mutex {
          if name == "bad" { throw "inside" }
          return name
        }
      }
      println(try { guarded("bad") } catch (e) { e })
      println(guarded("good"))`);
    expect(output).toBe('inside\ngood\n');
  });

  test('lets a task wait for a mutex that another one holds', () => {
    const { output } = run(`
      const slow = spawn { 1 }
      const first = spawn { mutex {
        println("first in")
        await(spawn { 2 })
        println("first out")
      } }
      const second = spawn { mutex { println("second in") } }
      await(first)
      await(second)`);
    expect(output).toBe('first in\nfirst out\nsecond in\n');
  });

  test('stops a program that runs too long', () => {
    expect(() => run('while true { }', 1000)).toThrow(OutOfSteps);
  });

  test('says what it does not model instead of guessing', () => {
    expect(() => run('tool t() { 1 }')).toThrow(NotModelled);
  });

  test('reports the value of the entry and what was thrown', () => {
    expect(run('pipeline default() { 40 + 2 }')).toMatchObject({ status: 'done', value: 42 });
    const thrown = run('println("before")\nthrow {code: 7}');
    expect(thrown).toMatchObject({ status: 'thrown', output: 'before\n' });
    expect(thrown).toHaveProperty('error.value', { code: 7 });
  });
});
