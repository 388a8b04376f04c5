// Which names a prompt template takes from whoever fills it, found without filling it.
import type { Expression } from './template-expression.ts';
import { parseTemplate, type TemplateNode } from './template-parse.ts';

/** What a template takes. */
export interface TemplateNames {
  /** Every name that it looks at. */
  readonly used: ReadonlySet<string>;
  /** Those without which something is missing in the text: nothing asks before whether they are there. */
  readonly needed: ReadonlySet<string>;
  /** Templates that it includes, with the names that it gives them. A path that is computed is undefined. */
  readonly includes: readonly {
    readonly path: string | undefined;
    readonly given: readonly string[];
  }[];
}

/** The names of a template. @throws TemplateSyntaxError for a text that cannot be rendered. */
export function templateNames(text: string): TemplateNames {
  const reader = new Reader();
  reader.block(parseTemplate(text), new Set(), new Set());
  return reader;
}

class Reader implements TemplateNames {
  readonly used = new Set<string>();
  readonly needed = new Set<string>();
  readonly includes: { path: string | undefined; given: readonly string[] }[] = [];

  /** `own` are names of loops around, `asked` those that an `if` around has looked at. */
  block(
    nodes: readonly TemplateNode[],
    own: ReadonlySet<string>,
    asked: ReadonlySet<string>,
  ): void {
    for (const node of nodes) this.#node(node, own, asked);
  }

  #node(node: TemplateNode, own: ReadonlySet<string>, asked: ReadonlySet<string>): void {
    switch (node.kind) {
      case 'text':
        return;
      case 'output':
        this.#take(node.value, own, asked);
        return;
      case 'include': {
        const path = node.path.kind === 'literal' ? String(node.path.value) : undefined;
        this.#take(node.path, own, asked);
        for (const [, value] of node.bindings) this.#take(value, own, asked);
        // What a template around knows, the included one knows too.
        const given = [...own, ...asked, ...node.bindings.map(([name]) => name)];
        this.includes.push({ path, given });
        return;
      }
      case 'for': {
        this.#take(node.subject, own, asked);
        this.block(node.body, new Set([...own, ...node.names, 'loop']), asked);
        this.block(node.otherwise, own, asked);
        return;
      }
      case 'if': {
        const tested = new Set(asked);
        for (const { test } of node.branches) {
          for (const name of rootsOf(test)) {
            if (!own.has(name)) this.used.add(name);
            tested.add(name);
          }
        }
        for (const { body } of node.branches) this.block(body, own, tested);
        this.block(node.otherwise, own, tested);
      }
    }
  }

  #take(expression: Expression, own: ReadonlySet<string>, asked: ReadonlySet<string>): void {
    for (const name of rootsOf(expression)) if (!own.has(name)) this.used.add(name);
    for (const name of rootsOf(expression, false))
      if (!own.has(name) && !asked.has(name)) this.needed.add(name);
  }
}

/** The names in an expression; without those that have a default, or are only asked for, when `all` is false. */
function rootsOf(expression: Expression, all = true): readonly string[] {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'path':
      return [expression.root, ...expression.steps.flatMap((step) => rootsOf(step, all))];
    case 'not':
      return all ? rootsOf(expression.operand, all) : [];
    case 'binary':
      return all ? [...rootsOf(expression.left, all), ...rootsOf(expression.right, all)] : [];
    case 'filter': {
      const input = !all && expression.name === 'default' ? [] : rootsOf(expression.input, all);
      return [...input, ...expression.args.flatMap((arg) => rootsOf(arg, all))];
    }
  }
}
