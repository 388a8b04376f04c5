// Random programs: fast-check arbitraries for sketches, and for the source texts that they render to.
import fc from 'fast-check';
import { renderProgram } from './render.ts';
import type {
  Any,
  Arm,
  Body,
  Bool,
  Dict,
  Fn,
  Leave,
  List,
  Num,
  ProgramSketch,
  Stmt,
  Stmts,
  Text,
  Walk,
} from './sketch.ts';
import { num, stmt, weight } from './sketch-arbitrary.ts';

const KEYS = ['a', 'b', '10', '9', 'zeta', '__proto__', 'toString'];

/** Integers at which something changes: signs, 53 bits, 64 bits. */
const EDGES = [
  '0',
  '1',
  '2',
  '3',
  '7',
  '-1',
  '-2',
  '9007199254740991',
  '9007199254740992',
  '-9007199254740993',
  '4611686018427387904',
  '9223372036854775807',
  '3037000500',
  '2147483648',
  '0.5',
  '1.0',
  '-0.0',
  '2.0',
  '1000000000000000.0',
];

/** What decimals are made of: signs, ends that count and do not, and more digits than a double holds. */
const DECIMALS = [
  '"0.10"',
  '"1.5"',
  '"2.0"',
  '"0.00"',
  '"-0.05"',
  '"9007199254740993.01"',
  '"9223372036854775808"',
  '3',
  '-2',
];

const pick = fc.nat({ max: 9 });
const key = fc.constantFrom(...KEYS);
const leave = fc.constantFrom<Leave>('return', 'break', 'continue', 'throw');
const int: fc.Arbitrary<Num> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.integer({ min: 0, max: 9 }).map((n) => ({ k: 'int', text: `${n}` }) as const),
  },
  { weight: 1, arbitrary: fc.constantFrom(...EDGES).map((text) => ({ k: 'int', text }) as const) },
);
const variable: fc.Arbitrary<Num> = fc.record({ k: fc.constant('var' as const), pick });

type Kinds = {
  num: Num;
  bool: Bool;
  text: Text;
  list: List;
  dict: Dict;
  any: Any;
  body: Body;
  arm: Arm;
  stmt: Stmt;
  stmts: Stmts;
  fn: Fn;
  walk: Walk;
};

type Tie = fc.LetrecTypedTie<Kinds>;

function numbers(tie: Tie): fc.Arbitrary<Num> {
  const n = tie('num');
  const b = tie('body');
  return fc.oneof(
    { maxDepth: 5, depthIdentifier: 'depth', withCrossShrink: true },
    weight(8, variable),
    weight(6, int),
    weight(1, num('decimal', { of: fc.constantFrom(...DECIMALS) })),
    weight(
      5,
      num('op', {
        op: fc.constantFrom('+', '-', '*', '+', '-', '*', '/', '%', '**', '??'),
        left: n,
        right: n,
      }),
    ),
    weight(1, num('neg', { of: n })),
    weight(8, num('mark', { of: n })),
    weight(2, num('if', { cond: tie('bool'), yes: b, otherwise: b })),
    weight(1, num('ternary', { cond: tie('bool'), yes: n, otherwise: n })),
    weight(2, num('match', { subject: n, arms: fc.array(tie('arm'), { maxLength: 2 }), rest: b })),
    weight(2, num('try', { body: b, handler: b, fin: fc.option(tie('stmts')) })),
    weight(1, num('result', { body: b, otherwise: n })),
    weight(4, num('call', { pick, args: fc.array(n, { maxLength: 3 }), pipe: fc.boolean() })),
    weight(2, num('at', { list: tie('list'), index: n })),
    weight(2, num('field', { dict: tie('dict'), key })),
    weight(1, num('len', { of: fc.oneof(tie('list'), tie('text')) })),
    weight(1, num('reduce', { list: tie('list'), body: n })),
    weight(1, num('parallel', { list: tie('list'), body: b })),
    weight(2, num('propagate', { cond: tie('bool'), value: n })),
    weight(1, num('wrap', { how: fc.constant('deadline 30s'), body: b })),
    weight(3, num('escape', { how: leave, cond: tie('bool'), value: n })),
  );
}

function bools(tie: Tie): fc.Arbitrary<Bool> {
  const n = tie('num');
  const b = tie('bool');
  return fc.oneof(
    { maxDepth: 5, depthIdentifier: 'depth', withCrossShrink: true },
    weight(1, fc.record({ k: fc.constant('bool' as const), value: fc.boolean() })),
    weight(
      4,
      fc.record({
        k: fc.constant('compare' as const),
        op: fc.constantFrom('<', '>', '<=', '>=', '==', '!='),
        left: n,
        right: n,
      }),
    ),
    weight(
      1,
      fc.record({
        k: fc.constant('logic' as const),
        op: fc.constantFrom('&&', '||'),
        left: b,
        right: b,
      }),
    ),
    weight(1, fc.record({ k: fc.constant('not' as const), of: b })),
    weight(
      1,
      fc.record({
        k: fc.constant('in' as const),
        item: n,
        list: tie('list'),
        negated: fc.boolean(),
      }),
    ),
  );
}

function texts(tie: Tie): fc.Arbitrary<Text> {
  const t = tie('text');
  return fc.oneof(
    { maxDepth: 5, depthIdentifier: 'depth', withCrossShrink: true },
    weight(3, fc.record({ k: fc.constant('textVar' as const), pick })),
    weight(
      2,
      fc.record({
        k: fc.constant('text' as const),
        value: fc.constantFrom('', 'x', 'ab', '😀é', '$', 'a "b" \\ c'),
      }),
    ),
    weight(
      2,
      fc.record({
        k: fc.constant('interpolate' as const),
        parts: fc.array(tie('any'), { maxLength: 3 }),
      }),
    ),
    weight(1, fc.record({ k: fc.constant('join' as const), left: t, right: t })),
    weight(
      1,
      fc.record({
        k: fc.constant('repeat' as const),
        of: t,
        times: fc.integer({ min: -1, max: 2 }),
      }),
    ),
    weight(
      1,
      fc.record({
        k: fc.constant('textMethod' as const),
        of: t,
        method: fc.constantFrom(
          'uppercase()',
          'reverse()',
          'trim()',
          'substring(1)',
          'split("").count.count',
        ),
      }),
    ),
  ) as fc.Arbitrary<Text>;
}

function lists(tie: Tie): fc.Arbitrary<List> {
  const l = tie('list');
  return fc.oneof(
    { maxDepth: 5, depthIdentifier: 'depth', withCrossShrink: true },
    weight(5, fc.record({ k: fc.constant('listVar' as const), pick })),
    weight(
      3,
      fc.record({
        k: fc.constant('list' as const),
        items: fc.array(tie('num'), { maxLength: 3 }),
        spread: fc.option(l, { freq: 2 }),
      }),
    ),
    weight(1, fc.record({ k: fc.constant('map' as const), of: l, body: tie('body') })),
    weight(
      1,
      fc.record({ k: fc.constant('lazy' as const), of: l, body: tie('body'), test: tie('bool') }),
    ),
    weight(1, fc.record({ k: fc.constant('filter' as const), of: l, body: tie('bool') })),
    weight(
      2,
      fc.record({
        k: fc.constant('append' as const),
        of: l,
        item: tie('num'),
        method: fc.boolean(),
      }),
    ),
    weight(
      1,
      fc.record({
        k: fc.constant('slice' as const),
        of: l,
        from: fc.integer({ min: -2, max: 2 }),
        to: fc.integer({ min: -2, max: 3 }),
      }),
    ),
  ) as fc.Arbitrary<List>;
}

function dicts(tie: Tie): fc.Arbitrary<Dict> {
  const d = tie('dict');
  return fc.oneof(
    { maxDepth: 5, depthIdentifier: 'depth', withCrossShrink: true },
    weight(4, fc.record({ k: fc.constant('dictVar' as const), pick })),
    weight(
      3,
      fc.record({
        k: fc.constant('dict' as const),
        entries: fc.array(fc.tuple(key, tie('num')), { maxLength: 3 }),
        spread: fc.option(d, { freq: 2 }),
      }),
    ),
    weight(1, fc.record({ k: fc.constant('merge' as const), left: d, right: d })),
  ) as fc.Arbitrary<Dict>;
}

const compound = fc.constantFrom('=', '=', '+=', '-=', '*=');

/** Statements that bind, write and print. */
function plainStatements(tie: Tie): fc.WeightedArbitrary<Stmt>[] {
  const n = tie('num');
  return [
    weight(7, stmt('set', { pick, op: compound, value: n })),
    weight(10, stmt('print', { of: tie('any') })),
    weight(
      8,
      stmt('let', { value: tie('any'), fixed: fc.boolean(), shadow: fc.option(pick, { freq: 3 }) }),
    ),
    weight(4, stmt('setList', { pick, value: tie('list') })),
    weight(2, stmt('setText', { pick, op: fc.constantFrom('=', '+='), value: tie('text') })),
    weight(4, stmt('grow', { pick, item: n, how: fc.nat({ max: 3 }) })),
    weight(2, stmt('growDict', { pick, value: tie('dict'), how: fc.nat({ max: 1 }) })),
    weight(2, stmt('putTree', { place: fc.nat({ max: 4 }), op: compound, value: n })),
    weight(4, stmt('put', { pick, index: fc.oneof(int, n), op: compound, value: n })),
    weight(4, stmt('putKey', { pick, key, op: compound, value: n })),
    weight(1, stmt('unpackList', { list: tie('list'), fallback: n, rest: fc.boolean() })),
    weight(1, stmt('unpackDict', { dict: tie('dict'), key, fallback: n })),
    weight(3, stmt('closure', { body: tie('body'), params: fc.nat({ max: 2 }) })),
    weight(2, stmt('fn', { fn: tie('fn') })),
    weight(1, stmt('struct', { x: n, y: n, delta: n })),
  ];
}

/** Statements that steer. */
function controlStatements(tie: Tie): fc.WeightedArbitrary<Stmt>[] {
  const n = tie('num');
  const b = tie('stmts');
  return [
    weight(3, stmt('if', { cond: tie('bool'), yes: b, otherwise: fc.option(b) })),
    weight(3, stmt('for', { over: tie('walk'), body: b })),
    weight(2, stmt('while', { turns: fc.integer({ min: 1, max: 3 }), body: b })),
    weight(4, stmt('try', { body: b, handler: fc.option(b, { freq: 3 }), fin: fc.option(b) })),
    weight(
      2,
      stmt('demand', {
        cond: tie('bool'),
        value: n,
        how: fc.constantFrom<Leave | 'require'>('return', 'break', 'continue', 'throw', 'require'),
      }),
    ),
    weight(1, stmt('spawn', { body: tie('body'), meanwhile: b })),
    weight(1, stmt('typedTry', { value: n, body: b, handler: b })),
    weight(1, stmt('pull', { body: b, between: b, stream: fc.boolean() })),
    weight(2, stmt('defer', { body: b })),
    weight(4, stmt('leave', { how: leave, cond: fc.option(tie('bool'), { freq: 6 }), value: n })),
    weight(1, stmt('matchList', { list: tie('list'), one: b, more: b, rest: b })),
    weight(1, stmt('matchDict', { dict: tie('dict'), key, hit: b, miss: b })),
    weight(1, stmt('matchEnum', { value: n, which: fc.nat({ max: 2 }), hit: b, miss: b })),
    weight(1, stmt('block', { body: b })),
    weight(
      2,
      stmt('collect', { turns: fc.integer({ min: 1, max: 3 }), body: tie('body'), before: b }),
    ),
    weight(1, stmt('retry', { times: fc.integer({ min: 1, max: 3 }), body: b })),
  ];
}

function walks(tie: Tie): fc.Arbitrary<Walk> {
  return fc.oneof(
    fc.record({
      w: fc.constant('range' as const),
      count: fc.integer({ min: 0, max: 3 }),
      exclusive: fc.boolean(),
    }),
    fc.record({ w: fc.constant('list' as const), list: tie('list') }),
    fc.record({ w: fc.constant('dict' as const), dict: tie('dict') }),
    fc.record({
      w: fc.constant('generator' as const),
      body: tie('stmts'),
      count: fc.integer({ min: 0, max: 3 }),
      stream: fc.boolean(),
    }),
  );
}

const KINDS = fc.letrec<Kinds>((tie) => ({
  num: numbers(tie),
  bool: bools(tie),
  text: texts(tie),
  list: lists(tie),
  dict: dicts(tie),
  any: fc.oneof(
    tie('num'),
    tie('list'),
    tie('dict'),
    tie('text'),
    tie('bool'),
  ) as fc.Arbitrary<Any>,
  body: fc.record({ stmts: tie('stmts'), value: tie('num') }),
  arm: fc.record({
    literals: fc.option(fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 2 })),
    guard: fc.option(tie('bool'), { freq: 2 }),
    body: tie('body'),
  }),
  stmt: fc.oneof(
    { maxDepth: 5, depthIdentifier: 'depth', withCrossShrink: true },
    ...plainStatements(tie),
    ...controlStatements(tie),
  ),
  stmts: fc.array(tie('stmt'), { maxLength: 3, depthIdentifier: 'depth' }),
  fn: fc.record({
    params: fc.integer({ min: 0, max: 3 }),
    types: fc.array(fc.option(fc.constantFrom('int', 'float', 'decimal'), { freq: 2 }), {
      maxLength: 3,
    }),
    fallback: fc.option(tie('num'), { freq: 2 }),
    rest: fc.boolean(),
    loops: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }) },
    ),
    tail: fc.boolean(),
    body: tie('body'),
  }),
  walk: walks(tie),
}));

/** Random program sketches. */
export const programSketches: fc.Arbitrary<ProgramSketch> = fc.record({
  older: fc.boolean(),
  entry: fc.constantFrom('script', 'pipeline', 'importing'),
  fns: fc.array(KINDS.fn, { maxLength: 3 }),
  body: fc.record({
    stmts: fc.array(KINDS.stmt, { minLength: 1, maxLength: 8 }),
    value: KINDS.num,
  }),
});

/** Random well-formed programs as source text. */
export const programs: fc.Arbitrary<string> = programSketches.map(renderProgram);
