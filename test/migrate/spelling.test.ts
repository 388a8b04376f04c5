// What `harn fix` writes, construct by construct, and what it leaves alone with which reason.
import { describe, expect, it } from 'vitest';
import { migrateTexts, type Options, refusals, type Texts, textsOf } from './world.ts';

async function fixed(text: string, options?: Options): Promise<string | undefined> {
  return textsOf(await migrateTexts({ 'a.harn': text }, options))['a.harn'];
}

async function refused(texts: Texts, options?: Options) {
  return refusals(await migrateTexts(texts, options));
}

describe('bindings', () => {
  it.each([
    [
      'older let is fixed, var may change',
      'var n = 0\nlet m = 1\nn = n + m\n',
      'let n = 0\nconst m = 1\nn = n + m\n',
    ],
    ['a var that never changes becomes const', 'var n = 0\nn + 1\n', 'const n = 0\nn + 1\n'],
    ['a write into a value is a change', 'var xs = [1]\nxs[0] = 2\n', 'let xs = [1]\nxs[0] = 2\n'],
    [
      'a var that is declared again stays free',
      'var a = 1\nvar a = 2\na\n',
      'let a = 1\nlet a = 2\na\n',
    ],
    ['patterns change as a whole', 'var [a, b] = [1, 2]\na = b\n', 'let [a, b] = [1, 2]\na = b\n'],
    [
      'pub stays before the word',
      'pub var n = 0\nfn f() { n = 1 }\n',
      'pub let n = 0\npub fn f() { n = 1 }\n',
    ],
    [
      'later let that never changes becomes const',
      'const a = 1\nlet b = a\nb\n',
      'const a = 1\nconst b = a\nb\n',
    ],
  ])('%s', async (_what, before, after) => {
    expect(await fixed(before)).toBe(after);
    expect(await fixed(after)).toBe(after);
  });

  it('reads a file that shows no edition as it is told to', async () => {
    const text = 'let a = 1\nif true {\n  let a = 2\n}\na\n';
    expect(await fixed(text, { edition: '0.7' })).toBe(text.replaceAll('let', 'const'));
  });
});

describe('calls', () => {
  it.each([
    [
      'older globals become methods',
      'println(read_file("x"))\n',
      'harness.stdio.println(harness.fs.read_text("x"))\n',
    ],
    ['also inside of strings', 'log("${cwd()}")\n', 'harness.stdio.log("${harness.fs.cwd()}")\n'],
    [
      'a piped name takes the value as its argument',
      '1 |> println\n',
      '1 |> harness.stdio.println(_)\n',
    ],
    ['a name used as a value stays', 'const f = println\nf(1)\n', 'const f = println\nf(1)\n'],
    ['pure functions stay', 'const n = len("x")\nn\n', 'const n = len("x")\nn\n'],
    [
      'a function of the file of that name is meant',
      'fn log(x) { return x }\nlog(1)\n',
      'fn log(x) { return x }\nlog(1)\n',
    ],
    [
      'where harness means something else it is not used',
      'fn f(harness) { log(harness) }\nf(1)\n',
      'fn f(harness) { log(harness) }\nf(1)\n',
    ],
  ])('%s', async (_what, before, after) => {
    expect(await fixed(before)).toBe(after);
    expect(await fixed(after)).toBe(after);
  });
});

describe('handing in the harness', () => {
  it('gives it to a pipeline, and on to every function that needs it', async () => {
    const before = [
      'fn say(x) { println(x) }',
      'fn twice<T>(x: T) {',
      '  say(x)',
      '  "again" |> say',
      '}',
      'fn pure(x) { return x }',
      'pipeline default(task) { twice<int>(pure(1)) }',
    ].join('\n');
    expect((await fixed(before))?.split('\n')).toEqual([
      'fn say(harness: Harness, x) { harness.stdio.println(x) }',
      'fn twice<T>(harness: Harness, x: T) {',
      '  say(harness, x)',
      '  "again" |> say(harness, _)',
      '}',
      'fn pure(x) { return x }',
      'pipeline default(harness: Harness, task) { twice<int>(harness, pure(1)) }',
    ]);
  });

  it('leaves the shape of functions that others call', async () => {
    const text = [
      'fn each(x) { log(x) }',
      'pub fn open() { log(1) }',
      '@deprecated',
      'fn marked() { log(2) }',
      'tool shown(x: string) { log(x) }',
      'pipeline default() { [1].each(each) open() marked() }'.replaceAll(') ', ')\n'),
    ].join('\n');
    const after = (await fixed(text)) ?? '';
    expect(after).toContain('fn each(x) { harness.stdio.log(x) }');
    expect(after).toContain('pub fn open() { harness.stdio.log(1) }');
    expect(after).toContain('fn marked() { harness.stdio.log(2) }');
    expect(after).toContain('tool shown(x: string) { harness.stdio.log(x) }');
  });

  it('leaves pipelines that share a body', async () => {
    const text = 'pipeline base() { log(1) }\npipeline default() extends base { log(2) }\n';
    expect(await fixed(text)).toBe(text.replaceAll('log(', 'harness.stdio.log('));
  });
});

describe('main', () => {
  it('that is called last becomes what starts', async () => {
    const before = 'var n = 1\nfn main() { log(n) }\nmain()\n';
    expect(await fixed(before)).toBe(
      'const n = 1\nfn main(harness: Harness) { harness.stdio.log(n) }\n',
    );
  });

  it.each([
    ['its value would become the exit code', 'var n = 1\nfn main() { return 3 }\nmain()\n'],
    ['it is called in another way', 'var n = 1\nfn main() { log(n) }\nlog(0)\nmain()\n'],
    ['it takes something', 'var n = 1\nfn main(x) { log(x) }\nmain(n)\n'],
  ])('stays when %s', async (_why, text) => {
    expect(await refused({ 'a.harn': text })).toEqual([['a.harn', 'HARN-FIX-003', 2]]);
    expect(await fixed(text)).toBe(text);
  });
});

describe('several files', () => {
  it('marks what an older module offered without a word', async () => {
    const after = textsOf(
      await migrateTexts({
        'a.harn': 'import { one } from "./lib"\nvar n = one()\nprintln(n)\n',
        'lib.harn': 'type Id = int\nfn one() -> Id { return two() }\nfn two() { return 2 }\n',
      }),
    );
    expect(after['lib.harn']).toBe(
      'pub type Id = int\npub fn one() -> Id { return two() }\npub fn two() { return 2 }\n',
    );
    expect(after['a.harn']).toContain('const n = one()');
  });

  it('of a program marks only what others import', async () => {
    const after = textsOf(
      await migrateTexts({
        'a.harn': 'import { one } from "./prog"\nvar n = one()\nlog(n)\n',
        'prog.harn': 'fn one() { return 1 }\nfn two() { return 2 }\nvar x = two()\nlog(x)\n',
      }),
    );
    expect(after['prog.harn']).toContain('pub fn one()');
    expect(after['prog.harn']).toContain('\nfn two()');
  });

  it('keeps a file that an unchangeable one reads in the older way', async () => {
    const texts = {
      // Declared twice: stays of the older edition, and reads `lib` so.
      'a.harn': 'import { count } from "./lib"\nvar v = 0\nlet n = 1\nlet n = 2\nv = count()\n',
      'lib.harn': 'fn count() { return 1 }\n',
    };
    const migration = await migrateTexts(texts);
    expect(refusals(migration)).toEqual([['a.harn', 'HARN-FIX-004', 4]]);
    expect(textsOf(migration)['lib.harn']).toBe('pub fn count() { return 1 }\n');
  });
});

describe('what cannot be converted stays, with the line', () => {
  it('when the later edition is stricter about nil', async () => {
    const text = 'fn f(x: string?) {\n  var n = 0\n  log(n)\n  return x.upper()\n}\nf("a")\n';
    expect(await refused({ 'a.harn': text })).toEqual([['a.harn', 'HARN-FIX-002', 4]]);
  });

  it('when it has errors already', async () => {
    expect(await refused({ 'a.harn': 'var a = 1\nlet = 2\n' })).toEqual([
      ['a.harn', 'HARN-FIX-001', 2],
    ]);
  });
});
