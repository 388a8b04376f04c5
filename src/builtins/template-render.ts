// Rendering prompt templates with values. Reading included files is the caller's: it gives `load`.
import { LineIndex } from '../base/index.ts';
import {
  callMethod,
  compare,
  type Dict,
  dictGet,
  dictKeys,
  display,
  equal,
  index,
  isDict,
  isList,
  iterate,
  jsonStringify,
  type List,
  makeFloat,
  property,
  size,
  truthy,
  type Value,
} from '../values/index.ts';
import { wrong } from './errors.ts';
import { type Expression, TemplateSyntaxError } from './template-expression.ts';
import { parseTemplate, type TemplateNode } from './template-parse.ts';

/** A template text with the name that errors show. */
export interface TemplateSource {
  readonly path: string;
  readonly text: string;
}

/** Finds an included template; `from` is the path of the one that includes it. Undefined when it cannot be read. */
export type LoadTemplate = (path: string, from: string) => TemplateSource | undefined;

const MAX_DEPTH = 32;

/** Fills a template. Errors are thrown as `<path> at <line>:<column>: <what>`. */
export function renderTemplate(source: TemplateSource, bindings: Dict, load: LoadTemplate): string {
  return new Renderer(source, load, [source.path]).render(bindings);
}

class Renderer {
  readonly #source: TemplateSource;
  readonly #load: LoadTemplate;
  /** Paths from the outermost template to this one. */
  readonly #chain: readonly string[];

  constructor(source: TemplateSource, load: LoadTemplate, chain: readonly string[]) {
    this.#source = source;
    this.#load = load;
    this.#chain = chain;
  }

  render(bindings: Dict): string {
    try {
      return this.#nodes(parseTemplate(this.#source.text), bindings);
    } catch (error) {
      if (error instanceof TemplateSyntaxError) this.#fail(error.message, error.offset);
      throw error;
    }
  }

  #fail(problem: string, offset: number): never {
    const { line, column } = new LineIndex(this.#source.text).positionOf(offset);
    throw wrong.template({ path: this.#source.path, line, column, problem });
  }

  #nodes(nodes: readonly TemplateNode[], scope: Dict): string {
    return nodes.map((node) => this.#node(node, scope)).join('');
  }

  #node(node: TemplateNode, scope: Dict): string {
    switch (node.kind) {
      case 'text':
        return node.text;
      case 'output':
        return this.#output(node, scope);
      case 'if': {
        const branch = node.branches.find(({ test }) => holds(this.#value(test, scope)));
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
    const items = itemsOf(subject, node.names.length);
    if (items.length === 0) return this.#nodes(node.otherwise, scope);
    const bound = items.map((item, i) => ({
      ...scope,
      ...Object.fromEntries(node.names.map((name, n) => [name, item[n] ?? null])),
      loop: {
        first: i === 0,
        index: i + 1,
        index0: i,
        last: i === items.length - 1,
        length: items.length,
      },
    }));
    return bound.map((inner) => this.#nodes(node.body, inner)).join('');
  }

  #include(node: TemplateNode & { kind: 'include' }, scope: Dict): string {
    const path = this.#value(node.path, scope);
    if (typeof path !== 'string') return this.#fail('include path must be a string', node.at);
    const found = this.#load(path, this.#source.path);
    if (found === undefined) return this.#fail(`failed to read included template ${path}`, node.at);
    const chain = [...this.#chain, found.path];
    if (this.#chain.includes(found.path)) {
      return this.#fail(`circular include detected: ${chain.join(' → ')}`, node.at);
    }
    if (chain.length > MAX_DEPTH) return this.#fail('includes are nested too deeply', node.at);
    const given = node.bindings.map(([name, each]) => [name, this.#value(each, scope)] as const);
    return new Renderer(found, this.#load, chain).render({
      ...scope,
      ...Object.fromEntries(given),
    });
  }

  #value(expression: Expression, scope: Dict, at = 0): Value {
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
        return !holds(this.#value(expression.operand, scope, at));
      case 'binary':
        return this.#binary(expression, scope, at);
      case 'filter': {
        const args = expression.args.map((each) => this.#value(each, scope, at));
        const filter = FILTERS.get(expression.name);
        if (filter === undefined) return this.#fail(`unknown filter \`${expression.name}\``, at);
        return filter(this.#value(expression.input, scope, at), args);
      }
    }
  }

  #binary(
    { operator, left, right }: Expression & { kind: 'binary' },
    scope: Dict,
    at: number,
  ): Value {
    const a = this.#value(left, scope, at);
    if (operator === 'and') return holds(a) && holds(this.#value(right, scope, at));
    if (operator === 'or') return holds(a) || holds(this.#value(right, scope, at));
    const b = this.#value(right, scope, at);
    if (operator === '==') return equal(a, b);
    if (operator === '!=') return !equal(a, b);
    const order = compare(a, b);
    if (operator === '<') return order < 0;
    if (operator === '<=') return order <= 0;
    return operator === '>' ? order > 0 : order >= 0;
  }
}

/** Truth in templates: as in the language, and a text of spaces only is false. */
function holds(value: Value): boolean {
  return typeof value === 'string' ? value.trim() !== '' : truthy(value);
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
function itemsOf(subject: Value, names: number): readonly List[] {
  if (isDict(subject)) {
    return dictKeys(subject).map((key) => {
      const value = subject[key] as Value;
      return names === 2 ? [key, value] : [{ key, value }];
    });
  }
  const walked = iterate(subject);
  const items = isList(walked) ? walked : (callMethod(null, walked, 'to_list', []) as List);
  return items.map((item, i) => (names === 2 ? [i, item] : [item]));
}

type Filter = (input: Value, args: List) => Value;

function onText(fn: (text: string) => Value): Filter {
  return (input) => fn(input === null ? '' : display(input));
}

function method(name: string): Filter {
  return (input, args) => callMethod(null, input, name, args);
}

function ends(name: 'first' | 'last', at: number): Filter {
  return (input) => {
    if (typeof input === 'string' || isList(input)) return index(input, at);
    return callMethod(null, input, name, []);
  };
}

function indent(text: string, width: Value, first: Value): string {
  const pad = ' '.repeat(typeof width === 'number' ? Math.max(0, width) : 2);
  const lines = text.split('\n');
  return lines
    .map((line, i) => ((i > 0 || truthy(first)) && line !== '' ? pad + line : line))
    .join('\n');
}

const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['upper', onText((text) => text.toUpperCase())],
  ['lower', onText((text) => text.toLowerCase())],
  ['trim', onText((text) => callMethod(null, text, 'trim', []))],
  [
    'capitalize',
    onText((text) =>
      text
        .replace(/^./su, (c) => c.toUpperCase())
        .replace(/(?<=^.)[\s\S]*/u, (rest) => rest.toLowerCase()),
    ),
  ],
  [
    'title',
    onText((text) => text.replace(/\S+/gu, (word) => word.replace(/^./u, (c) => c.toUpperCase()))),
  ],
  ['length', (input) => size(input)],
  ['first', ends('first', 0)],
  ['last', ends('last', -1)],
  ['reverse', method('reverse')],
  ['join', method('join')],
  ['default', (input, [fallback = null]) => (holds(input) ? input : fallback)],
  ['json', (input, [pretty = null]) => jsonStringify(input, truthy(pretty) ? 2 : 0)],
  ['indent', (input, [width = null, first = null]) => indent(display(input), width, first)],
  ['lines', onText((text) => text.split('\n'))],
  ['escape_md', onText((text) => text.replace(/[\\`*_{}[\]()#+\-.!|<>~]/g, '\\$&'))],
  ['replace', (input, args) => callMethod(null, display(input), 'replace', args)],
]);

/** The filters that templates have. */
export const FILTER_NAMES: ReadonlySet<string> = new Set(FILTERS.keys());
