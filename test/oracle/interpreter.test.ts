import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { complaint, type Ending, importedFile, readCases } from '../../conformance/suite.ts';
import { parse } from '../../src/lang/1-parse/parser.ts';
import type { Module } from '../../src/lang/ast.ts';
import { uncaughtText } from '../../src/values/index.ts';
import { PURE_BUILTINS } from './builtins.ts';
import { evaluate } from './interpreter.ts';

const ROOT = fileURLToPath(new URL('../../conformance', import.meta.url));

/** Cases about what the checker finds out: the interpreter has none. */
const STATIC = new Set(['imports/private-name', 'bindings/undefined-name-suggests']);

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
    if (STATIC.has(each.name)) continue;
    test(each.name, () => {
      expect(complaint(each, interpret(each.path))).toBeUndefined();
    });
  }
});
