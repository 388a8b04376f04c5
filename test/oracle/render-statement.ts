// From sketches to source text: statements. The renderers of expressions are handed in, because expressions contain
// statements and statements contain expressions.
import type { Names } from './names.ts';
import { accumulation, declaration, struct, unpack, write } from './render-write.ts';
import type {
  Any,
  Body,
  Bool,
  Dict,
  Fn,
  Leave,
  List,
  Num,
  Stmt,
  Stmts,
  Text,
  Walk,
} from './sketch.ts';

type Render<T> = (node: T, names: Names, s: Spelling) => string;

interface Expressions {
  readonly any: Render<Any>;
  readonly num: Render<Num>;
  readonly bool: Render<Bool>;
  readonly text: Render<Text>;
  readonly list: Render<List>;
  readonly dict: Render<Dict>;
  readonly body: Render<Body>;
  readonly fn: Render<Fn>;
}

/** The words of a generation, and the renderers of expressions. */
export interface Spelling extends Expressions {
  readonly fixed: string;
  readonly mutable: string;
  /** The statement that leaves, or undefined where it may not stand. */
  readonly leave: (how: Leave, value: () => string, names: Names) => string | undefined;
}

export function spellingOf(older: boolean, expressions: Expressions): Spelling {
  const words = older ? { fixed: 'let', mutable: 'var' } : { fixed: 'const', mutable: 'let' };
  return { ...expressions, ...words, leave };
}

function leave(how: Leave, value: () => string, names: Names): string | undefined {
  switch (how) {
    case 'throw':
      return `throw ${value()}`;
    case 'return':
      return names.exits.inFunction ? `return ${value()}` : undefined;
    default:
      return names.exits.inLoop ? how : undefined;
  }
}

export function statements(stmts: Stmts, names: Names, s: Spelling): string {
  return stmts.map((stmt) => statement(stmt, names, s)).join('\n');
}

function braces(stmts: Stmts, names: Names, s: Spelling): string {
  return `{\n${statements(stmts, names.nested(), s)}\n}`;
}

function statement(node: Stmt, names: Names, s: Spelling): string {
  switch (node.s) {
    case 'print':
      return `println(${s.any(node.of, names, s)})`;
    case 'let':
      return declaration(node, names, s);
    case 'set': {
      const value = s.num(node.value, names, s);
      const target = names.variable('num', node.pick, true);
      return target === undefined ? `println(${value})` : `${target.name} ${node.op} ${value}`;
    }
    case 'setText':
    case 'grow':
    case 'growDict':
    case 'putTree':
      return accumulation(node, names, s);
    case 'setList': {
      const value = s.list(node.value, names, s);
      const target = names.variable('list', node.pick, true);
      return target === undefined ? `println(${value})` : `${target.name} = ${value}`;
    }
    case 'put':
    case 'putKey':
      return write(node, names, s);
    case 'closure':
      return closure(node, names, s);
    case 'fn':
      return s.fn(node.fn, names, s);
    case 'struct':
      return struct(node, names, s);
    case 'unpackList':
    case 'unpackDict':
      return unpack(node, names, s);
    default:
      return control(node, names, s);
  }
}

type Plain =
  | 'print'
  | 'let'
  | 'set'
  | 'setList'
  | 'setText'
  | 'grow'
  | 'growDict'
  | 'putTree'
  | 'put'
  | 'putKey'
  | 'closure'
  | 'fn'
  | 'struct'
  | 'unpackList'
  | 'unpackDict';

function control(node: Exclude<Stmt, { s: Plain }>, names: Names, s: Spelling): string {
  switch (node.s) {
    case 'if': {
      const otherwise = node.otherwise === null ? '' : ` else ${braces(node.otherwise, names, s)}`;
      return `if ${s.bool(node.cond, names, s)} ${braces(node.yes, names, s)}${otherwise}`;
    }
    case 'for':
      return loop(node.over, node.body, names, s);
    case 'while': {
      const counter = names.fresh('w');
      const inner = names.nested({ inLoop: true });
      const body = `${counter} = ${counter} + 1\n${statements(node.body, inner, s)}`;
      return `${s.mutable} ${counter} = 0\nwhile ${counter} < ${node.turns} {\n${body}\n}`;
    }
    case 'try':
      return tryStatement(node, names, s);
    case 'defer':
      return `defer {\n${statements(node.body, names.nested({ inLoop: false, inFunction: false }), s)}\n}`;
    case 'leave': {
      const exit =
        s.leave(node.how, () => s.num(node.value, names, s), names) ?? 'println("stays")';
      return node.cond === null ? exit : `if ${s.bool(node.cond, names, s)} {\n${exit}\n}`;
    }
    case 'demand': {
      const cond = s.bool(node.cond, names, s);
      if (node.how === 'require') return `require ${cond}, ${s.num(node.value, names, s)}`;
      const exit = s.leave(node.how, () => s.num(node.value, names.nested(), s), names);
      return `guard ${cond} else {\n${exit ?? 'throw "guarded"'}\n}`;
    }
    case 'spawn':
    case 'pull':
    case 'typedTry':
      return apart(node, names, s);
    case 'block':
      return `if true ${braces(node.body, names, s)}`;
    case 'retry':
      return `retry ${node.times} ${braces(node.body, names, s)}`;
    case 'collect':
      return collect(node, names, s);
    default:
      return matchStatement(node, names, s);
  }
}

type Matching = Extract<Stmt, { s: 'matchList' | 'matchDict' | 'matchEnum' }>;

function matchStatement(node: Matching, names: Names, s: Spelling): string {
  const bound = names.fresh('n');
  const hit = names.nested();
  hit.add(bound, 'num', false);
  switch (node.s) {
    case 'matchList': {
      const tail = names.fresh('r');
      const more = names.nested();
      more.add(tail, 'list', false);
      const arms = [
        `[${bound}] -> {\n${statements(node.one, hit, s)}\n}`,
        `[_, ...${tail}] -> {\n${statements(node.more, more, s)}\n}`,
        `_ -> ${braces(node.rest, names, s)}`,
      ];
      return `match ${s.list(node.list, names, s)} {\n${arms.join('\n')}\n}`;
    }
    case 'matchDict': {
      const arms = [
        `{"${node.key}": 3} -> { println("three") }`,
        `{"${node.key}": ${bound}} if ${bound} != nil -> {\n${statements(node.hit, hit, s)}\n}`,
        `_ -> ${braces(node.miss, names, s)}`,
      ];
      return `match ${s.dict(node.dict, names, s)} {\n${arms.join('\n')}\n}`;
    }
    case 'matchEnum': {
      const value = s.num(node.value, names, s);
      const made = ['Shape.Dot', `Shape.One(${value})`, `Shape.Two(${value}, 1)`][node.which];
      const arms = [
        `Shape.One(${bound}) -> {\n${statements(node.hit, hit, s)}\n}`,
        `Shape.Two(${bound}, 1) -> { println(${bound}) }`,
        `_ -> ${braces(node.miss, names, s)}`,
      ];
      return `match ${made} {\n${arms.join('\n')}\n}`;
    }
  }
}

/** Statements whose bodies run as a task, or a pull at a time, or throw to a typed catch. */
function apart(
  node: Extract<Stmt, { s: 'spawn' | 'pull' | 'typedTry' }>,
  names: Names,
  s: Spelling,
): string {
  const name = names.fresh('h');
  const inner = names.nested({ inLoop: false, inFunction: true });
  switch (node.s) {
    case 'spawn': {
      const body = s.body(node.body, inner, s);
      const meanwhile = statements(node.meanwhile, names, s);
      return `${s.fixed} ${name} = spawn {\n${body}\n}\n${meanwhile}\nprintln(await(${name}))`;
    }
    case 'pull': {
      const maker = names.fresh('g');
      const [head, word] = node.stream ? ['gen fn', 'emit'] : ['fn', 'yield'];
      const body = `${word} 1\n${statements(node.body, inner, s)}\n${word} 2`;
      const pull = `println(${name}.next())`;
      const between = statements(node.between, names, s);
      return `${head} ${maker}() {\n${body}\n}\n${s.fixed} ${name} = ${maker}()\n${pull}\n${between}\n${pull}\n${pull}`;
    }
    case 'typedTry': {
      const guarded = names.nested();
      const inside = statements(node.body, guarded, s);
      const thrown = `throw Shape.One(${s.num(node.value, guarded, s)})`;
      const handler = statements(node.handler, names.nested(), s);
      return `try {\n${inside}\n${thrown}\n} catch (${name}: Shape) {\nprintln(${name})\n${handler}\n}`;
    }
  }
}

function closure(node: Extract<Stmt, { s: 'closure' }>, names: Names, s: Spelling): string {
  const name = names.fresh('f');
  const inner = names.nested({ inLoop: false, inFunction: true });
  const params = Array.from({ length: node.params }, () => names.fresh('p'));
  for (const param of params) inner.add(param, 'num', false);
  const body = s.body(node.body, inner, s);
  names.addCallable({ name, params: params.length, rest: false, loops: 0 });
  return `${s.fixed} ${name} = { ${params.join(', ')} ->\n${body}\n}`;
}

function loop(walk: Walk, inside: Stmts, names: Names, s: Spelling): string {
  const inner = names.nested({ inLoop: true });
  const name = names.fresh('i');
  switch (walk.w) {
    case 'range': {
      inner.add(name, 'num', true);
      const end = walk.exclusive ? ' exclusive' : '';
      return `for ${name} in 1 to ${walk.count}${end} {\n${statements(inside, inner, s)}\n}`;
    }
    case 'list': {
      const over = s.list(walk.list, names, s);
      inner.add(name, 'num', true);
      return `for ${name} in ${over} {\n${statements(inside, inner, s)}\n}`;
    }
    case 'dict': {
      const over = s.dict(walk.dict, names, s);
      const key = names.fresh('k');
      inner.add(name, 'num', true);
      inner.add(key, 'text', true);
      return `for {key: ${key}, value: ${name}} in ${over} {\n${statements(inside, inner, s)}\n}`;
    }
    case 'generator': {
      const maker = names.fresh('g');
      const turn = names.fresh('i');
      const producing = names.nested({ inLoop: true, inFunction: true });
      producing.add(turn, 'num', true);
      const [head, word] = walk.stream ? ['gen fn', 'emit'] : ['fn', 'yield'];
      const produced = `${statements(walk.body, producing, s)}\n${word} ${turn}`;
      inner.add(name, 'num', true);
      return `${head} ${maker}() {\nfor ${turn} in 1 to ${walk.count} {\n${produced}\n}\n}\nfor ${name} in ${maker}() {\n${statements(inside, inner, s)}\n}`;
    }
  }
}

function tryStatement(node: Extract<Stmt, { s: 'try' }>, names: Names, s: Spelling): string {
  const error = names.fresh('e');
  const handler =
    node.handler === null
      ? ''
      : ` catch (${error}) {\nprintln(${error})\n${statements(node.handler, names.nested(), s)}\n}`;
  const fin = node.fin === null ? '' : ` finally ${braces(node.fin, names, s)}`;
  return `try ${braces(node.body, names, s)}${handler}${fin}`;
}

/** Closures made in a loop and called after it. */
function collect(node: Extract<Stmt, { s: 'collect' }>, names: Names, s: Spelling): string {
  const made = names.fresh('fs');
  const turn = names.fresh('i');
  const one = names.fresh('f');
  const inner = names.nested({ inLoop: true });
  inner.add(turn, 'num', true);
  const before = statements(node.before, inner, s);
  const body = s.body(node.body, inner.nested({ inLoop: false, inFunction: true }), s);
  return [
    `${s.mutable} ${made} = []`,
    `for ${turn} in 1 to ${node.turns} {`,
    before,
    `${made} = ${made} + [{ ->\n${body}\n}]`,
    '}',
    `for ${one} in ${made} {\nprintln(${one}())\n}`,
  ].join('\n');
}
