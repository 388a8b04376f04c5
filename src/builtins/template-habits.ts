// What works in a prompt template and is worth changing: more forms than anybody tries, and questions about who the model is
// of instead of what it can do. Found without filling it.
import { type Expression, TemplateSyntaxError } from './template-expression.ts';
import { parseTemplate, type TemplateNode } from './template-parse.ts';

export type TemplateHabit = { readonly offset: number; readonly length: number } & (
  | { readonly kind: 'variants'; readonly count: number; readonly limit: number }
  | { readonly kind: 'provider'; readonly name: string; readonly value: string }
);

/** As many forms a template may have: eight conditions that do not depend on each other. */
const MAX_FORMS = 256;

/** The habits of a template, in the order of the text; none of one that does not parse. */
export function templateHabits(text: string): readonly TemplateHabit[] {
  let nodes: readonly TemplateNode[];
  try {
    nodes = parseTemplate(text);
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return [];
    throw error;
  }
  const chains = [...chainsOf(nodes)];
  const found: TemplateHabit[] = [];
  const count = formsOf(chains);
  const first = chains[0]?.branches[0];
  if (count > MAX_FORMS && first !== undefined)
    found.push({ kind: 'variants', count, limit: MAX_FORMS, ...placeOf(text, first.at) });
  for (const { branches } of chains)
    for (const { test, at } of branches)
      for (const { name, value } of questionsIn(test))
        found.push({ kind: 'provider', name, value, ...placeOf(text, at) });
  return found.sort((a, b) => a.offset - b.offset);
}

type Chain = TemplateNode & { readonly kind: 'if' };

function* chainsOf(nodes: readonly TemplateNode[]): Generator<Chain, void, undefined> {
  for (const node of nodes) {
    if (node.kind === 'for') {
      yield* chainsOf(node.body);
      yield* chainsOf(node.otherwise);
    } else if (node.kind === 'if') {
      yield node;
      for (const { body } of node.branches) yield* chainsOf(body);
      yield* chainsOf(node.otherwise);
    }
  }
}

/** The same questions have the same answers: only what asks for something new makes more forms. */
function formsOf(chains: readonly Chain[]): number {
  const kinds = new Map(
    chains.map(({ branches }) => [
      JSON.stringify(branches.map(({ test }) => test)),
      branches.length + 1,
    ]),
  );
  return [...kinds.values()].reduce((product, forms) => product * forms, 1);
}

const WHO: ReadonlySet<string> = new Set([
  'provider',
  'provider_id',
  'provider_name',
  'vendor',
  'model',
  'model_id',
  'model_name',
]);

/** Comparisons of who the model is with a name that is written here. */
function* questionsIn(
  test: Expression,
): Generator<{ readonly name: string; readonly value: string }, void, undefined> {
  if (test.kind === 'not') return yield* questionsIn(test.operand);
  if (test.kind !== 'binary') return;
  const { left, right, operator } = test;
  yield* questionsIn(left);
  yield* questionsIn(right);
  if (operator !== '==' && operator !== '!=') return;
  for (const [path, literal] of [
    [left, right],
    [right, left],
  ] as const) {
    if (path.kind !== 'path' || literal.kind !== 'literal') continue;
    if (typeof literal.value !== 'string') continue;
    const last = path.steps.at(-1);
    const name = last === undefined ? path.root : last.kind === 'literal' ? last.value : undefined;
    if (typeof name === 'string' && WHO.has(name))
      yield { name, value: JSON.stringify(literal.value) };
  }
}

/** The directive whose content starts at an offset, without the space around it. */
function placeOf(text: string, at: number): { readonly offset: number; readonly length: number } {
  const close = text.indexOf('}}', at);
  const content = text.slice(at, close === -1 ? undefined : close).replace(/-$/, '');
  const offset = at + content.length - content.trimStart().length;
  return { offset, length: content.trim().length };
}
