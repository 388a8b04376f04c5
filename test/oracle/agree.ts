// Runs one program by the interpreter and by the compiler, with inferred colours and with everything suspending, and
// tells where they part.
import type { Module } from '../../src/lang/ast.ts';
import { parse } from '../../src/lang/index.ts';
import { caught, display, translateError, typeOf, type Value } from '../../src/values/index.ts';
import { allSuspending } from './all-suspending.ts';
import { PURE_BUILTINS } from './builtins.ts';
import { runCompiled } from './compiled.ts';
import { type Evaluation, evaluate, OutOfSteps } from './interpreter.ts';
import { ENTRY_MARK } from './render.ts';

/** How many expressions and statements a program may take before it is left out. */
const STEPS = 60_000;

export type Comparison =
  | { readonly status: 'agrees'; readonly ending: string }
  | { readonly status: 'differs'; readonly report: string }
  | { readonly status: 'too long' };

export function compare(text: string): Comparison {
  const [first = '', second] = text.split(ENTRY_MARK);
  const source = { id: 'entry.harn', text: second ?? first };
  const lib = { id: 'lib.harn', text: second === undefined ? '' : first };
  const parsed = [parse(source), parse(lib)];
  const problem = parsed.flatMap(({ diagnostics }) => diagnostics.all)[0];
  if (problem !== undefined)
    return { status: 'differs', report: `does not parse: ${problem.message}` };
  const [entry, library] = parsed.map(({ module }) => module) as [Module, Module];
  const interpret = { builtins: PURE_BUILTINS, steps: STEPS, resolve: () => library };
  const loader = { load: () => lib };
  try {
    const expected = describe(() => evaluate(entry, interpret));
    const compiled = describe(() => runCompiled(source, { loader }));
    if (compiled !== expected) return differs({ interpreter: expected, compiled });
    const suspending = describe(() => runCompiled(source, { loader, adjust: allSuspending }));
    if (suspending !== expected) return differs({ expected, 'all suspending': suspending });
    return { status: 'agrees', ending: expected };
  } catch (error) {
    if (error instanceof OutOfSteps) return { status: 'too long' };
    throw error;
  }
}

function differs(endings: { readonly [by: string]: string }): Comparison {
  const parts = Object.entries(endings).map(([by, ending]) => `--- ${by}\n${ending}`);
  return { status: 'differs', report: parts.join('\n') };
}

/** What was printed, and the value or what a `catch` would have got, with their types. */
function describe(run: () => Evaluation): string {
  try {
    const result = run();
    if (result.status === 'done') return `${result.output}value ${typed(result.value)}`;
    return `${result.output}thrown ${thrown(result.error)}`;
  } catch (error) {
    if (error instanceof OutOfSteps) throw error;
    return `broken: ${String(error)}`;
  }
}

function thrown(error: unknown): string {
  try {
    return typed(caught(translateError(error)));
  } catch (defect) {
    return `something no program can catch: ${String(defect)}`;
  }
}

function typed(value: Value): string {
  return `${typeOf(value)} ${display(value)}`;
}
