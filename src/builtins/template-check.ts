// What is wrong with a prompt template before anybody renders it: blocks that do not end, expressions that do not parse,
// filters that nobody has.
import { nearestName } from '../base/index.ts';
import { type Expression, TemplateSyntaxError } from './template-expression.ts';
import { FILTER_NAMES } from './template-filters.ts';
import { parseTemplate, type TemplateNode } from './template-parse.ts';

/** One problem; `offset` is in the text. */
export type TemplateProblem =
  | { readonly kind: 'syntax'; readonly offset: number; readonly detail: string }
  | {
      readonly kind: 'filter';
      readonly offset: number;
      readonly name: string;
      readonly suggestion: string | undefined;
    };

/** The problems of a template, in the order of the text; after the first that does not parse nothing is looked at. */
export function templateProblems(text: string): readonly TemplateProblem[] {
  let nodes: readonly TemplateNode[];
  try {
    nodes = parseTemplate(text);
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    return [{ kind: 'syntax', offset: error.offset, detail: error.message }];
  }
  const names = new Set([...nodes].flatMap((node) => [...filtersOf(node)]));
  const unknown = [...names].filter((name) => !FILTER_NAMES.has(name));
  return unknown
    .flatMap((name) => {
      const suggestion = nearestName(name, FILTER_NAMES);
      return placesOf(text, name).map((offset) => ({
        kind: 'filter' as const,
        offset,
        name,
        suggestion,
      }));
    })
    .sort((a, b) => a.offset - b.offset);
}

/** Where a filter of this name is applied: behind a bar, inside of a directive. */
function placesOf(text: string, name: string): number[] {
  const inside = [...text.matchAll(/\{\{(?!#)[\s\S]*?\}\}/g)];
  return inside.flatMap(({ 0: directive, index }) =>
    [...directive.matchAll(new RegExp(`\\|\\s*(${name})\\b`, 'gd'))].map(
      (hit) => index + (hit.indices?.[1]?.[0] ?? 0),
    ),
  );
}

function* filtersOf(node: TemplateNode): Generator<string, void, undefined> {
  switch (node.kind) {
    case 'text':
      return;
    case 'output':
      return yield* filtersIn(node.value);
    case 'include':
      yield* filtersIn(node.path);
      for (const [, value] of node.bindings) yield* filtersIn(value);
      return;
    case 'for':
      yield* filtersIn(node.subject);
      for (const each of [...node.body, ...node.otherwise]) yield* filtersOf(each);
      return;
    case 'if':
      for (const { test, body } of node.branches) {
        yield* filtersIn(test);
        for (const each of body) yield* filtersOf(each);
      }
      for (const each of node.otherwise) yield* filtersOf(each);
  }
}

function* filtersIn(expression: Expression): Generator<string, void, undefined> {
  switch (expression.kind) {
    case 'literal':
      return;
    case 'path':
      for (const step of expression.steps) yield* filtersIn(step);
      return;
    case 'not':
      return yield* filtersIn(expression.operand);
    case 'binary':
      yield* filtersIn(expression.left);
      return yield* filtersIn(expression.right);
    case 'filter':
      yield expression.name;
      yield* filtersIn(expression.input);
      for (const each of expression.args) yield* filtersIn(each);
  }
}
