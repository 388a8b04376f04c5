// From sketches to source text: statements without blocks, which bind names or write to them.
import type { Names, VariableKind } from './names.ts';
import type { Spelling } from './render-statement.ts';
import type { Any, Stmt } from './sketch.ts';

const PLACES = ['list[0]', 'list[-1]', 'deep.n', 'deep.items[0]', 'deep["n"]'];

export function declaration(node: Extract<Stmt, { s: 'let' }>, names: Names, s: Spelling): string {
  const value = s.any(node.value, names, s);
  const shadowed = node.shadow === null ? undefined : names.shadowable(node.shadow);
  const name = shadowed ?? names.fresh('v');
  names.add(name, kindOf(node.value), !node.fixed);
  return `${node.fixed ? s.fixed : s.mutable} ${name} = ${value}`;
}

function kindOf(node: Any): VariableKind {
  switch (node.k) {
    case 'bool':
    case 'compare':
    case 'logic':
    case 'not':
    case 'in':
      return 'bool';
    case 'text':
    case 'textVar':
    case 'interpolate':
    case 'join':
    case 'repeat':
    case 'textMethod':
      return 'text';
    case 'list':
    case 'listVar':
    case 'map':
    case 'lazy':
    case 'filter':
    case 'append':
    case 'slice':
      return 'list';
    case 'dict':
    case 'dictVar':
    case 'merge':
      return 'dict';
    default:
      return 'num';
  }
}

/** Writes that add to what is there, or change a part deep inside. */
export function accumulation(
  node: Extract<Stmt, { s: 'setText' | 'grow' | 'growDict' | 'putTree' }>,
  names: Names,
  s: Spelling,
): string {
  switch (node.s) {
    case 'putTree':
      return `tree.${PLACES[node.place]} ${node.op} ${s.num(node.value, names, s)}`;
    case 'setText': {
      const value = s.text(node.value, names, s);
      const target = names.variable('text', node.pick, true);
      return target === undefined ? `println(${value})` : `${target.name} ${node.op} ${value}`;
    }
    case 'growDict': {
      const value = s.dict(node.value, names, s);
      const name = names.variable('dict', node.pick, true)?.name;
      if (name === undefined) return `println(${value})`;
      return node.how === 0 ? `${name} = ${name} + ${value}` : `${name} += ${value}`;
    }
    case 'grow': {
      const item = s.num(node.item, names, s);
      const name = names.variable('list', node.pick, true)?.name;
      if (name === undefined) return `println(${item})`;
      const forms = [`${name}.push(${item})`, `${name} + [${item}]`, `${name}.appending(${item})`];
      return node.how === 3 ? `${name} += [${item}]` : `${name} = ${forms[node.how]}`;
    }
  }
}

/** Writes into a list or dict; a compound write only where there is something to change. */
export function write(
  node: Extract<Stmt, { s: 'put' | 'putKey' }>,
  names: Names,
  s: Spelling,
): string {
  const value = s.num(node.value, names, s);
  const target = names.variable(node.s === 'put' ? 'list' : 'dict', node.pick, true);
  if (target === undefined) return `println(${value})`;
  if (node.s === 'put') {
    if (node.index.k !== 'int')
      return `${target.name}[${s.num(node.index, names, s)}] ${node.op} ${value}`;
    const index = node.index.text.length % 2 === 0 ? -1 : 0;
    return `if len(${target.name}) > 0 {\n${target.name}[${index}] ${node.op} ${value}\n}`;
  }
  const place = /^[a-z]+$/.test(node.key) ? `.${node.key}` : `["${node.key}"]`;
  const put = `${target.name}${place} ${node.op} ${value}`;
  return node.op === '=' ? put : `if "${node.key}" in ${target.name} {\n${put}\n}`;
}

export function struct(node: Extract<Stmt, { s: 'struct' }>, names: Names, s: Spelling): string {
  const [first, second] = [names.fresh('s'), names.fresh('s')];
  const made = `Point { y: ${s.num(node.y, names, s)}, x: ${s.num(node.x, names, s)} }`;
  return [
    `${s.mutable} ${first} = ${made}`,
    `${s.fixed} ${second} = ${first}`,
    `${first}.x += ${s.num(node.delta, names, s)}`,
    `println(${second}.plus(1))`,
    `println(${first})`,
  ].join('\n');
}

export function unpack(
  node: Extract<Stmt, { s: 'unpackList' | 'unpackDict' }>,
  names: Names,
  s: Spelling,
): string {
  const fallback = s.num(node.fallback, names, s);
  const [one, two] = [names.fresh('v'), names.fresh('v')];
  if (node.s === 'unpackDict') {
    const from = s.dict(node.dict, names, s);
    names.add(one, 'num', true);
    names.add(two, 'dict', true);
    const key = /^[a-zA-Z]+$/.test(node.key) ? node.key : 'a';
    return `${s.mutable} {${key}: ${one} = ${fallback}, ...${two}} = ${from}`;
  }
  const from = s.list(node.list, names, s);
  names.add(one, 'num', true);
  names.add(two, node.rest ? 'list' : 'num', true);
  return `${s.mutable} [${one} = ${fallback}, ${node.rest ? `...${two}` : `${two} = 8`}] = ${from}`;
}
