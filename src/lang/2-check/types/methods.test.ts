// Methods of built-in values: what the checker knows of their results, and says of those that are not there.
import { table } from './findings.fixture.ts';

const missing = (type: string, name: string, suggestion?: string) => {
  const more = suggestion === undefined ? '' : ` (did you mean \`${suggestion}\`?)`;
  return `warning TYP-512 ${type} has no method \`${name}\`${more} @ ${name}`;
};

const ENUM = 'enum C { Red, Blue }\nimpl C { fn hot(self) { return true } }\n';

const CASES: Parameters<typeof table>[1] = [
  ['of a string', 'let x = "a".uppercse()', missing('string', 'uppercse', 'uppercase')],
  ['of a parameter', 'fn f(s: string) { s.fooo() }', missing('string', 'fooo')],
  ['of a list', 'let x = [1].mapp({ n -> n })', missing('list<int>', 'mapp', 'map')],
  [
    'as other languages call it',
    'let x = ["a"].length()',
    missing('list<string>', 'length', 'len'),
  ],
  ['of a tuple', 'fn f(t: [int, string]) { t.sizes() }', missing('(int, string)', 'sizes', 'size')],
  ['of a set', 'fn f(s: set<int>) { s.uniom(s) }', missing('set<int>', 'uniom', 'union')],
  ['of a range', 'let x = (1 to 3).to_lst()', missing('range', 'to_lst', 'to_list')],
  ['of a stream', 'fn f(s: Stream<int>) { s.takee(1) }', missing('Stream<int>', 'takee', 'take')],
  ['of a number, which has none', 'let x = 5.abs()', missing('int', 'abs')],
  ['of a result, which has none', 'let x = Ok(1).unwrap()', missing('Result<int, any>', 'unwrap')],
  [
    'of a function, which has none',
    'let f = { n: int -> n }\nf.go()',
    missing('fn(int) -> int', 'go'),
  ],
  [
    'of every alternative',
    'fn f(x: string | list) { x.fooo() }',
    missing('string | list', 'fooo', 'fold'),
  ],
  [
    'of what may be nil',
    'fn f(x: string?) { x?.uppercse() }',
    missing('string', 'uppercse', 'uppercase'),
  ],
  [
    'of a dict that holds no functions',
    'fn f(d: dict<string, int>) { d.contains("a") }',
    missing('dict<string, int>', 'contains'),
  ],
  ['of an enum', `${ENUM}fn f(c: C) { c.zork() }`, missing('C', 'zork')],
  ['of an enum with an impl, which a run does not ask', `${ENUM}C.Red.hot()`, missing('C', 'hot')],
];

for (const edition of ['0.7', '2026'] as const)
  table(`a method that is not there, in files of ${edition}`, CASES, edition);

table('a method that may be there', [
  ['of one alternative', 'fn f(x: string | list) { x.sort() }'],
  ['of anything', 'fn f(x) { x.fooo() }'],
  ['of a dict of anything', 'fn f(d: dict) { d.fooo() }'],
  ['of a dict of functions', 'fn f(d: dict<string, fn(int) -> int>) { d.fooo(1) }'],
  ['of a shape, which may have more keys', 'let d = {a: 1}\nd.fooo()'],
  ['of a schema, which is a dict', 'fn f(s: Schema<int>) { s.fooo() }'],
  ['of an interface', 'interface I { fn go(self) -> int }\nfn f(i: I) { i.other() }'],
  ['of nil', 'let x = nil\nx?.fooo()'],
  [
    'by another name',
    'let x: int = [1].size() + "a".len() + set_of().len()\nfn set_of() -> set<int> { return [1].iter().to_set() }',
  ],
]);

table('what methods give', [
  [
    'of lists',
    'let a: list<list<int>> = [1].chunk(1)\nlet b: int = [1].find_index({ n -> n > 0 })\nlet c: dict<string, int> = ["a"].tally()',
  ],
  ['of bytes', 'fn f(b: bytes) -> list<int> { return b.slice(1).to_list() }'],
  [
    'of sets',
    'fn f(s: set<int>) -> list<string> { return s.map({ n -> to_string(n) }).to_list() }',
  ],
  ['of streams', 'fn f(s: Stream<int>) -> list<int> { return s.take(2).to_list() }'],
  [
    'is held against what is wanted',
    'fn f(s: set<int>) -> list<string> { return s.to_list() }',
    "TYP-004 return type doesn't match: expected list<string>, got list<int> @ s.to_list()",
  ],
]);
