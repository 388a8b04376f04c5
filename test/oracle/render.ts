// From sketches to source text: expressions and whole programs. Statements are in render-statement.ts.
import { type Callable, NameSource, Names } from './names.ts';
import { type Spelling, spellingOf, statements } from './render-statement.ts';
import type { Any, Arm, Body, Bool, Dict, Fn, List, Num, ProgramSketch, Text } from './sketch.ts';

/** Where the text of the entry begins, when the program is a module "lib" and an entry that imports it. */
export const ENTRY_MARK = '\n//// entry\n';

/** The source text of a sketch. */
export function renderProgram(sketch: ProgramSketch): string {
  const spelling = spellingOf(sketch.older, { any, num, body, text, list, dict, bool, fn });
  const exits = { inLoop: false, inFunction: false, flat: false };
  const names = new Names(new NameSource(), exits);
  const seeds = seedVariables(names, spelling);
  const module = [PRELUDE, ...seeds, ...sketch.fns.map((each) => fn(each, names, spelling))];
  switch (sketch.entry) {
    case 'script':
      return [...module, mainPart(sketch, names, spelling), ''].join('\n');
    case 'pipeline': {
      const main = mainPart(sketch, names.nested({ inFunction: true }), spelling);
      return [...module, `pipeline default() {\n${main}\n}`, ''].join('\n');
    }
    case 'importing': {
      const lib = module.join('\n').replaceAll(/^(?=(?:enum|struct|fn|let|const|var) )/gm, 'pub ');
      const inner = names.nested();
      for (const seed of SEEDS) inner.add(seed.name, seed.kind, false);
      const tree = `${spelling.mutable} tree = {list: [1, 2], deep: {n: 1, items: [3]}}`;
      const imports = `import "lib"\n${tree}`;
      return `${lib}\n${ENTRY_MARK}${imports}\n${mainPart(sketch, inner, spelling)}\n`;
    }
  }
}

function mainPart(sketch: ProgramSketch, names: Names, s: Spelling): string {
  const inside = statements(sketch.body.stmts, names, s);
  return `${inside}\n${SHOW_SEEDS}\n${num(sketch.body.value, names, s)}`;
}

const SEEDS = [
  { name: 'count', kind: 'num' },
  { name: 'items', kind: 'list' },
  { name: 'table', kind: 'dict' },
  { name: 'label', kind: 'text' },
] as const;

/** Module variables that everything can see and change, so that most sketches find something to work on. */
function seedVariables(names: Names, { mutable, fixed }: Spelling): string[] {
  for (const seed of SEEDS) names.add(seed.name, seed.kind, true);
  return [
    `${mutable} count = 3`,
    `${mutable} items = [4, 5]`,
    `${mutable} table = {a: 1, "9": 2}`,
    `${mutable} label = "seed"`,
    `${fixed} limit = 2`,
    `${mutable} tree = {list: [1, 2], deep: {n: 1, items: [3]}}`,
  ];
}

const SHOW_SEEDS = 'println([count, items, table, label, limit, tree])';

const PRELUDE = `enum Shape {
  Dot
  One(a)
  Two(a, b)
}
struct Point {
  x: int
  y: int
}
impl Point {
  fn plus(self, n) {
    return Point { x: self.x + n, y: self.y - n }
  }
}
fn maybe(good, value) {
  if good {
    return Ok(value)
  }
  return Err(value)
}
fn mark(label, value) {
  println("\${label}: \${value}")
  return value
}`;

function any(node: Any, names: Names, s: Spelling): string {
  switch (node.k) {
    case 'bool':
    case 'compare':
    case 'logic':
    case 'not':
    case 'in':
      return bool(node, names, s);
    case 'text':
    case 'textVar':
    case 'interpolate':
    case 'join':
    case 'repeat':
    case 'textMethod':
      return text(node, names, s);
    case 'list':
    case 'listVar':
    case 'map':
    case 'lazy':
    case 'filter':
    case 'append':
    case 'slice':
      return list(node, names, s);
    case 'dict':
    case 'dictVar':
    case 'merge':
      return dict(node, names, s);
    default:
      return num(node, names, s);
  }
}

function num(node: Num, names: Names, s: Spelling): string {
  switch (node.k) {
    case 'int':
      return node.text.startsWith('-') ? `(${node.text})` : node.text;
    case 'decimal':
      return `decimal(${node.of})`;
    case 'var':
      return names.variable('num', node.pick)?.name ?? String(node.pick);
    case 'op':
      return operation(node, names, s);
    case 'neg':
      return `(-${num(node.of, names, s)})`;
    case 'ternary':
      return `(${bool(node.cond, names, s)} ? ${num(node.yes, names, s)} : ${num(node.otherwise, names, s)})`;
    case 'at':
      return `(${list(node.list, names, s)}[${num(node.index, names, s)}] ?? 0)`;
    case 'field':
      return `(${dict(node.dict, names, s)}["${node.key}"] ?? 0)`;
    case 'len':
      return `len(${any(node.of, names, s)})`;
    default:
      return names.exits.flat ? '4' : blocky(node, names, s);
  }
}

type Flat = 'int' | 'decimal' | 'var' | 'op' | 'neg' | 'ternary' | 'at' | 'field' | 'len';

/** Expressions that contain blocks or calls of the program's own functions. */
function blocky(node: Exclude<Num, { k: Flat }>, names: Names, s: Spelling): string {
  switch (node.k) {
    case 'mark':
      return `mark("${names.fresh('m')}", ${num(node.of, names, s)})`;
    case 'if':
      return `(if ${bool(node.cond, names, s)} ${braced(node.yes, names, s)} else ${braced(node.otherwise, names, s)})`;
    case 'match':
      return match(node, names, s);
    case 'try':
      return tryCatch(node, names, s);
    case 'result':
      return `unwrap_or(try ${braced(node.body, names, s)}, ${num(node.otherwise, names, s)})`;
    case 'call':
      return call(node, names, s);
    case 'reduce': {
      const [total, item] = [names.fresh('t'), names.fresh('x')];
      const inner = closureNames(names, [total, item]);
      return `${list(node.list, names, s)}.reduce(1, { ${total}, ${item} -> ${num(node.body, inner, s)} })`;
    }
    case 'parallel': {
      const item = names.fresh('x');
      const inner = closureNames(names, [item]);
      return `len(parallel each ${list(node.list, names, s)} { ${item} ->\n${body(node.body, inner, s)}\n})`;
    }
    case 'propagate': {
      const made = `maybe(${bool(node.cond, names, s)}, ${num(node.value, names, s)})`;
      return names.exits.inFunction ? `(${made}?)` : `unwrap_or(${made}, 6)`;
    }
    case 'wrap':
      return `(${node.how} ${braced(node.body, names, s)})`;
    case 'escape':
      return leaving(node, names, s);
  }
}

function operation(node: Extract<Num, { k: 'op' }>, names: Names, s: Spelling): string {
  const left = num(node.left, names, s);
  if (node.op !== '**') return `(${left} ${node.op} ${num(node.right, names, s)})`;
  // Exponents stay small: the numbers are tested elsewhere, and huge powers only cost time.
  return `(${left} ** ${node.right.k === 'int' && /^\d$/.test(node.right.text) ? node.right.text : 2})`;
}

function call(node: Extract<Num, { k: 'call' }>, names: Names, s: Spelling): string {
  const target = names.callable(node.pick);
  const args = node.args.map((arg) => num(arg, names, s));
  if (target === undefined) return args[0] ?? '1';
  if (target.loops > 0) args[0] = String(target.loops);
  while (args.length < target.params) args.push('1');
  if (!target.rest) args.length = Math.min(args.length, target.params);
  if (node.pipe && args.length === 1) return `(${args[0]} |> ${target.name})`;
  return `${target.name}(${args.join(', ')})`;
}

function match(node: Extract<Num, { k: 'match' }>, names: Names, s: Spelling): string {
  const arms = node.arms.map((each) => arm(each, names, s));
  const subject = num(node.subject, names, s);
  return `(match ${subject} {\n${arms.join('')}_ -> ${braced(node.rest, names, s)}\n})`;
}

function arm({ literals, guard, body: inside }: Arm, names: Names, s: Spelling): string {
  const inner = names.nested();
  const bound = names.fresh('n');
  if (literals === null) inner.add(bound, 'num', false);
  const test = guard === null ? '' : ` if ${bool(guard, inner, s)}`;
  return `${literals?.join(' | ') ?? bound}${test} -> ${braced(inside, inner, s)}\n`;
}

function tryCatch(node: Extract<Num, { k: 'try' }>, names: Names, s: Spelling): string {
  const error = names.fresh('e');
  const handler = `println("caught \${${error}}")\n${body(node.handler, names.nested(), s)}`;
  const fin = node.fin === null ? '' : ` finally {\n${statements(node.fin, names.nested(), s)}\n}`;
  return `(try ${braced(node.body, names, s)} catch (${error}) {\n${handler}\n}${fin})`;
}

/** `return`, `break`, `continue` or `throw` where a value is expected. */
function leaving(node: Extract<Num, { k: 'escape' }>, names: Names, s: Spelling): string {
  const leave = s.leave(node.how, () => num(node.value, names, s), names);
  if (leave === undefined) return num(node.value, names, s);
  return `(if ${bool(node.cond, names, s)} {\n${leave}\n} else { 5 })`;
}

function bool(node: Bool, names: Names, s: Spelling): string {
  switch (node.k) {
    case 'bool':
      return String(node.value);
    case 'compare':
      return `(${num(node.left, names, s)} ${node.op} ${num(node.right, names, s)})`;
    case 'logic':
      return `(${bool(node.left, names, s)} ${node.op} ${bool(node.right, names, s)})`;
    case 'not':
      return `(!${bool(node.of, names, s)})`;
    case 'in':
      return `(${num(node.item, names, s)} ${node.negated ? 'not in' : 'in'} ${list(node.list, names, s)})`;
  }
}

function text(node: Text, names: Names, s: Spelling): string {
  switch (node.k) {
    case 'text':
      return names.exits.flat ? '"t"' : `"${node.value.replaceAll(/[\\"$]/g, '\\$&')}"`;
    case 'textVar':
      return names.variable('text', node.pick)?.name ?? '"none"';
    case 'interpolate': {
      const flat = names.nested({ flat: true });
      return `"${node.parts.map((part) => `<\${${any(part, flat, s)}}>`).join('')}"`;
    }
    case 'join':
      return `(${text(node.left, names, s)} + ${text(node.right, names, s)})`;
    case 'repeat':
      return `(${text(node.of, names, s)} * ${node.times})`;
    case 'textMethod':
      return `${text(node.of, names, s)}.${node.method}`;
  }
}

function list(node: List, names: Names, s: Spelling): string {
  switch (node.k) {
    case 'list': {
      const items = node.items.map((item) => num(item, names, s));
      const spread = node.spread === null ? [] : [`...${list(node.spread, names, s)}`];
      return `[${[...items, ...spread].join(', ')}]`;
    }
    case 'listVar':
      return names.variable('list', node.pick)?.name ?? '[1, 2]';
    case 'append': {
      const [base, item] = [list(node.of, names, s), num(node.item, names, s)];
      return node.method ? `${base}.push(${item})` : `(${base} + [${item}])`;
    }
    case 'slice':
      return `${list(node.of, names, s)}[${node.from}:${node.to}]`;
    default: {
      if (names.exits.flat) return '[3]';
      const item = names.fresh('x');
      const inner = closureNames(names, [item]);
      if (node.k === 'lazy') return lazyList(node, item, names, s);
      const code = node.k === 'map' ? body(node.body, inner, s) : bool(node.body, inner, s);
      return `${list(node.of, names, s)}.${node.k}({ ${item} ->\n${code}\n})`;
    }
  }
}

/** Elements go through the closures one at a time. */
function lazyList(
  node: Extract<List, { k: 'lazy' }>,
  item: string,
  names: Names,
  s: Spelling,
): string {
  const source = list(node.of, names, s);
  const test = `{ ${item} ->\n${bool(node.test, closureNames(names, [item]), s)}\n}`;
  const change = `{ ${item} ->\n${body(node.body, closureNames(names, [item]), s)}\n}`;
  return `${source}.iter().filter(${test}).map(${change}).take(2).to_list()`;
}

function dict(node: Dict, names: Names, s: Spelling): string {
  switch (node.k) {
    case 'dict': {
      const entries = node.entries.map(([key, value]) => `"${key}": ${num(value, names, s)}`);
      const spread = node.spread === null ? [] : [`...${dict(node.spread, names, s)}`];
      const parts = [...spread, ...entries];
      return parts.length === 0 ? '{}' : `{${parts.join(', ')}}`;
    }
    case 'dictVar':
      return names.variable('dict', node.pick)?.name ?? '{a: 1}';
    case 'merge':
      return `(${dict(node.left, names, s)} + ${dict(node.right, names, s)})`;
  }
}

/** Inside a closure `return` ends the closure, and loops outside are out of reach. */
function closureNames(names: Names, params: readonly string[]): Names {
  const inner = names.nested({ inLoop: false, inFunction: true });
  for (const param of params) inner.add(param, 'num', false);
  return inner;
}

function body(node: Body, names: Names, s: Spelling): string {
  const inside = statements(node.stmts, names, s);
  const value = num(node.value, names, s);
  return inside === '' ? value : `${inside}\n${value}`;
}

function braced(node: Body, names: Names, s: Spelling): string {
  return `{\n${body(node, names.nested(), s)}\n}`;
}

/** Declares a function in `names` after rendering it, so that only counted-down functions call themselves. */
function fn(node: Fn, names: Names, s: Spelling): string {
  const name = names.fresh('f');
  const inner = names.nested({ inLoop: false, inFunction: true });
  const counter = names.fresh('n');
  const params = Array.from({ length: node.params }, () => names.fresh('p'));
  for (const param of params) inner.add(param, 'num', false);
  const rest = node.rest && node.loops === 0 ? names.fresh('r') : undefined;
  const target = { name, params: params.length, rest: rest !== undefined, loops: 0 };
  if (rest !== undefined) inner.add(rest, 'list', false);
  const closed = names.nested({ inLoop: false, inFunction: false });
  const fallback = node.fallback === null ? '' : ` = ${num(node.fallback, closed, s)}`;
  const last = params.length - 1;
  const spelled = params.map((param, i) => {
    const type = node.types[i] ?? null;
    return `${param}${type === null ? '' : `: ${type}`}${i === last ? fallback : ''}`;
  });
  if (rest !== undefined) spelled.push(`...${rest}`);
  if (node.loops > 0) return loopingFn(node, { name, counter, spelled, inner, names, s });
  const inside = statements(node.body.stmts, inner, s);
  const value = num(node.body.value, inner, s);
  names.addCallable(fallback === '' ? target : { ...target, params: Math.max(0, last) });
  return `fn ${name}(${spelled.join(', ')}) {\n${inside}\nreturn ${value}\n}`;
}

interface Looping {
  readonly name: string;
  readonly counter: string;
  readonly spelled: readonly string[];
  readonly inner: Names;
  readonly names: Names;
  readonly s: Spelling;
}

/** A function that calls itself in tail position, counting down. */
function loopingFn(node: Fn, { name, counter, spelled, inner, names, s }: Looping): string {
  inner.add(counter, 'num', false);
  const inside = statements(node.body.stmts, inner, s);
  const args = spelled.map((_, i) => (i === 0 ? num(node.body.value, inner, s) : '2'));
  const callable: Callable = { name, params: 1, rest: false, loops: node.loops };
  names.addCallable(spelled.length === 0 ? callable : { ...callable, params: 1 + spelled.length });
  const value = names.exits.flat ? '0' : (spelled[0]?.split(/[ :]/)[0] ?? counter);
  const call = `${name}(${[`${counter} - 1`, ...args].join(', ')})`;
  const again = node.tail ? call : `1 + ${call}`;
  const head = `fn ${name}(${[counter, ...spelled].join(', ')})`;
  return `${head} {\nif ${counter} <= 0 {\nreturn ${value}\n}\n${inside}\nreturn ${again}\n}`;
}
