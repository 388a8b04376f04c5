// Rendering prompt templates with values. Reading included files is the caller's: it gives `load`.
import { LineIndex } from '../base/index.ts';
import {
  compare,
  type Dict,
  dictGet,
  dictKeys,
  dictSize,
  display,
  END,
  equal,
  type HarnSource,
  index,
  isDict,
  isList,
  iterate,
  type List,
  makeFloat,
  property,
  type Value,
} from '../values/index.ts';
import { wrong } from './errors.ts';
import { TemplateBudget, TemplateTooCostly } from './template-budget.ts';
import { type Expression, TemplateSyntaxError } from './template-expression.ts';
import { holds, templateFilter } from './template-filters.ts';
import { parseTemplate, type TemplateNode } from './template-parse.ts';

/** A template text with the name that errors show. */
export interface TemplateSource {
  readonly path: string;
  readonly text: string;
}

/** Finds an included template; `from` is the path of the one that includes it. Undefined when it cannot be read. */
export type LoadTemplate = (path: string, from: string) => TemplateSource | undefined;

const MAX_DEPTH = 32;

/**
 * Fills a template. Errors are thrown as `<path> at <line>:<column>: <what>`; so is a template that takes more than
 * `MOST_STEPS` or gives more than `MOST_CHARACTERS`.
 */
export function renderTemplate(source: TemplateSource, bindings: Dict, load: LoadTemplate): string {
  const whole = { load, budget: new TemplateBudget(), parsed: new Map() };
  return new Renderer(source, [source.path], whole).render(bindings);
}

/** What all templates of one rendering share. */
interface Whole {
  readonly load: LoadTemplate;
  readonly budget: TemplateBudget;
  /** A template that is included in a loop is read once. */
  readonly parsed: Map<string, readonly TemplateNode[]>;
}

class Renderer {
  readonly #source: TemplateSource;
  /** Paths from the outermost template to this one. */
  readonly #chain: readonly string[];
  readonly #whole: Whole;
  readonly #budget: TemplateBudget;
  /** Where rendering is, for errors that know no place of their own. */
  #at = 0;

  constructor(source: TemplateSource, chain: readonly string[], whole: Whole) {
    this.#source = source;
    this.#chain = chain;
    this.#whole = whole;
    this.#budget = whole.budget;
  }

  render(bindings: Dict): string {
    try {
      return this.#nodes(this.#parsed(), bindings);
    } catch (error) {
      if (error instanceof TemplateSyntaxError) this.#fail(error.message, error.offset);
      if (error instanceof TemplateTooCostly) {
        throw wrong.templateTooCostly({ ...this.#place(this.#at), limit: error.limit });
      }
      throw error;
    }
  }

  #parsed(): readonly TemplateNode[] {
    const { path, text } = this.#source;
    const known = this.#whole.parsed.get(path);
    if (known !== undefined) return known;
    const nodes = parseTemplate(text);
    this.#whole.parsed.set(path, nodes);
    return nodes;
  }

  #place(offset: number): { path: string; line: number; column: number } {
    const { line, column } = new LineIndex(this.#source.text).positionOf(offset);
    return { path: this.#source.path, line, column };
  }

  #fail(problem: string, offset: number): never {
    throw wrong.template({ ...this.#place(offset), problem });
  }

  #nodes(nodes: readonly TemplateNode[], scope: Dict): string {
    return nodes.map((node) => this.#node(node, scope)).join('');
  }

  #node(node: TemplateNode, scope: Dict): string {
    this.#budget.step();
    if ('at' in node) this.#at = node.at;
    switch (node.kind) {
      case 'text':
        return this.#budget.write(node.text);
      case 'output':
        return this.#budget.write(this.#output(node, scope));
      case 'if': {
        const branch = node.branches.find(({ test }) => this.#holds(this.#value(test, scope)));
        return this.#nodes(branch === undefined ? node.otherwise : branch.body, scope);
      }
      case 'for':
        return this.#loop(node, scope);
      case 'include':
        return this.#include(node, scope);
    }
  }

  /** A lone name without a value stays as written, so that older texts with braces survive. */
  #output(node: TemplateNode & { kind: 'output' }, scope: Dict): string {
    const { value } = node;
    if (
      value.kind === 'path' &&
      value.steps.length === 0 &&
      dictGet(scope, value.root) === undefined
    ) {
      return node.source;
    }
    const result = this.#value(value, scope, node.at);
    return result === null ? '' : display(result);
  }

  #loop(node: TemplateNode & { kind: 'for' }, scope: Dict): string {
    const subject = this.#value(node.subject, scope);
    const items = itemsOf(subject, node.names.length, this.#budget);
    if (items.length === 0) return this.#nodes(node.otherwise, scope);
    // Every turn copies what is known around it.
    const cost = copyCost(scope);
    return items
      .map((item, i) => {
        this.#budget.step(cost);
        const loop = {
          first: i === 0,
          index: i + 1,
          index0: i,
          last: i === items.length - 1,
          length: items.length,
        };
        const named = Object.fromEntries(node.names.map((name, n) => [name, item[n] ?? null]));
        return this.#nodes(node.body, { ...scope, ...named, loop });
      })
      .join('');
  }

  #include(node: TemplateNode & { kind: 'include' }, scope: Dict): string {
    const path = this.#value(node.path, scope);
    if (typeof path !== 'string') return this.#fail('include path must be a string', node.at);
    const found = this.#whole.load(path, this.#source.path);
    if (found === undefined) return this.#fail(`failed to read included template ${path}`, node.at);
    const chain = [...this.#chain, found.path];
    if (this.#chain.includes(found.path)) {
      return this.#fail(`circular include detected: ${chain.join(' → ')}`, node.at);
    }
    if (chain.length > MAX_DEPTH) return this.#fail('includes are nested too deeply', node.at);
    this.#budget.step(copyCost(scope));
    const given = node.bindings.map(([name, each]) => [name, this.#value(each, scope)] as const);
    return new Renderer(found, chain, this.#whole).render({
      ...scope,
      ...Object.fromEntries(given),
    });
  }

  #value(expression: Expression, scope: Dict, at = 0): Value {
    this.#budget.step();
    switch (expression.kind) {
      case 'literal': {
        const { value, float } = expression;
        return typeof value === 'number' && float === true ? makeFloat(value) : value;
      }
      case 'path':
        return expression.steps.reduce<Value>(
          (value, step) => part(value, this.#value(step, scope, at)),
          dictGet(scope, expression.root) ?? null,
        );
      case 'not':
        return !this.#holds(this.#value(expression.operand, scope, at));
      case 'binary':
        return this.#binary(expression, scope, at);
      case 'filter': {
        const args = expression.args.map((each) => this.#value(each, scope, at));
        const filter = templateFilter(expression.name);
        if (filter === undefined) return this.#fail(`unknown filter \`${expression.name}\``, at);
        return filter(this.#value(expression.input, scope, at), args, this.#budget);
      }
    }
  }

  #holds(value: Value): boolean {
    return holds(value, this.#budget);
  }

  #binary(
    { operator, left, right }: Expression & { kind: 'binary' },
    scope: Dict,
    at: number,
  ): Value {
    const a = this.#value(left, scope, at);
    if (operator === 'and') return this.#holds(a) && this.#holds(this.#value(right, scope, at));
    if (operator === 'or') return this.#holds(a) || this.#holds(this.#value(right, scope, at));
    const b = this.#value(right, scope, at);
    if (isLong(a) && isLong(b)) this.#budget.wholeOf(a);
    if (operator === '==') return equal(a, b);
    if (operator === '!=') return !equal(a, b);
    const order = compare(a, b);
    if (operator === '<') return order < 0;
    if (operator === '<=') return order <= 0;
    return operator === '>' ? order > 0 : order >= 0;
  }
}

/** Steps that a turn of a loop and an include take for what is known around them. */
function copyCost(scope: Dict): number {
  return 8 + dictSize(scope) / 8;
}

/** Whether comparing with a value can take a while. */
function isLong(value: Value): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}

/** One step of a path; what is not there is nil. */
function part(value: Value, key: Value): Value {
  if (value === null || typeof value !== 'object') return null;
  if (isDict(value)) return dictGet(value, display(key)) ?? null;
  return isList(value) && typeof key === 'number'
    ? index(value, key)
    : property(value, display(key));
}

/** What a loop binds in each turn: an item, or key and value. */
function itemsOf(subject: Value, names: number, budget: TemplateBudget): readonly List[] {
  if (isDict(subject)) {
    budget.step(dictSize(subject));
    return dictKeys(subject).map((key) => {
      const value = subject[key] as Value;
      return names === 2 ? [key, value] : [{ key, value }];
    });
  }
  const walked = iterate(subject);
  const items = isList(walked) ? walked : pulled(walked, budget);
  return items.map((item, i) => (names === 2 ? [i, item] : [item]));
}

/** What a source gives, which may never end. */
function pulled(source: HarnSource, budget: TemplateBudget): List {
  const items: Value[] = [];
  for (let item = source.next(null); item !== END; item = source.next(null)) {
    budget.step();
    items.push(item);
  }
  return items;
}
