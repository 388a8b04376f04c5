// The language server as editors meet it: a process that is asked over the protocol.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CodeAction, Location, WorkspaceEdit } from 'vscode-languageserver/node.js';
import { Cli } from './cli.ts';
import { Editor } from './lsp-client.ts';

const LIB = `/** Twice as much. */
pub fn double(n: int) -> int {
  return n * 2
}

pub struct Point {
  x: int
  y: int
}

impl Point {
  /** Farther from the origin. */
  fn scale(self, by: int) -> Point {
    return Point { x: self.x * by, y: self.y * by }
  }
}

pub enum Color {
  Red
  Green
}
`;

const MAIN = `import { double, Point, Color as Paint } from "./lib"

const clef = "𝄞𝄞" + to_string(double(4))

fn area(p: Point, factor: int) -> int {
  const { x, y: height } = p
  return double(x * height) + factor
}

fn main(harness: Harness) {
  const point = Point { x: 1, y: 2 }
  harness.stdio.println("\${clef} \${area(point.scale(3), 4)}")
  const paint = Paint.Red
  log(paint)
}
`;

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 240_000);
afterAll(() => cli.remove());

/** An editor on a project of these files, with the first one open. */
async function edit(files: Readonly<Record<string, string>>): Promise<Editor> {
  const project = cli.project(files);
  const editor = new Editor(path.join(cli.folder, 'bin/harn.cjs'), project.cwd);
  await editor.initialize();
  const [name, text] = Object.entries(files)[0] as [string, string];
  await editor.open(name, text);
  return editor;
}

test('harn lsp follows strict_types of the manifest', async () => {
  const editor = await edit({
    'main.harn': 'const d = json_parse("{}")\nlog(d.name)\n',
    'harn.toml': '[check]\nstrict_types = true\n',
  });
  const found = await editor.diagnostics('main.harn', (all) => all.length > 0);
  expect(found.map(({ code }) => code)).toEqual(['HARN-OWN-004']);
  editor.kill();
}, 60_000);

describe('harn lsp, asked about a program of two files', () => {
  let editor: Editor;
  beforeAll(async () => {
    editor = await edit({ 'main.harn': MAIN, 'lib.harn': LIB });
    // So that places in it can be named; the server has read it from the disk.
    await editor.open('lib.harn', LIB);
  }, 60_000);
  afterAll(() => editor.kill());

  test('finds nothing wrong with it', async () => {
    expect(await editor.diagnostics('main.harn', () => true)).toEqual([]);
  });

  test('hovers show declarations, docs and types', async () => {
    const double = await editor.hoverText('main.harn', editor.at('main.harn', 'double(x'));
    expect(double).toContain('pub fn double(n: int) -> int');
    expect(double).toContain('Twice as much.');
    const log = await editor.hoverText('main.harn', editor.at('main.harn', 'log('));
    expect(log).toMatch(/```harn\nstdio\.log\(.*\n```\n\nWrites /s);
    const print = await editor.hoverText('main.harn', editor.at('main.harn', 'println'));
    expect(print).toContain('println(');
    const point = await editor.hoverText('main.harn', editor.at('main.harn', 'point ='));
    expect(point).toContain('const point: Point');
    const scale = await editor.hoverText('main.harn', editor.at('main.harn', 'scale'));
    expect(scale).toContain('fn scale(self, by: int) -> Point');
    expect(scale).toContain('Farther from the origin.');
  });

  test('positions count UTF-16 units: behind two clefs the columns are four further', async () => {
    const at = editor.at('main.harn', 'double(4)');
    expect(at).toEqual({ line: 2, character: 32 });
    const found = await editor.hover('main.harn', at);
    expect(found?.range && editor.slice('main.harn', found.range)).toBe('double');
    const uses = await editor.references('main.harn', at);
    const here = uses.filter(({ uri }) => uri.endsWith('main.harn'));
    expect(here.map(({ range }) => editor.slice('main.harn', range))).toEqual(
      here.map(() => 'double'),
    );
  });

  test('definitions are found in other files, of members and of modules too', async () => {
    const goTo = async (piece: string, plus = 0) => {
      const found = await editor.definition('main.harn', editor.at('main.harn', piece, { plus }));
      return found && [path.basename(found.uri), editor.slice('lib.harn', found.range)];
    };
    expect(await goTo('double(x')).toEqual(['lib.harn', 'double']);
    expect(await goTo('Point, factor')).toEqual(['lib.harn', 'Point']);
    expect(await goTo('scale')).toEqual(['lib.harn', 'scale']);
    expect(await goTo('Red')).toEqual(['lib.harn', 'Red']);
    expect(await goTo('./lib')).toEqual(['lib.harn', '']);
    expect(await goTo('log(')).toBeNull();
  });

  test('references are found across files, in both directions', async () => {
    const found = await editor.references('lib.harn', editor.at('lib.harn', 'double'));
    expect(byFile(found)).toEqual({ 'lib.harn': 1, 'main.harn': 3 });
    const uses = await editor.references('main.harn', editor.at('main.harn', 'double(x'), false);
    expect(byFile(uses)).toEqual({ 'main.harn': 3 });
    const points = await editor.references('main.harn', editor.at('main.harn', 'Point {'));
    expect(byFile(points)).toEqual({ 'lib.harn': 4, 'main.harn': 3 });
  });

  test('renaming changes every file, leaves aliases alone and keeps keys of patterns', async () => {
    const everywhere = await editor.rename('lib.harn', editor.at('lib.harn', 'double'), 'twice');
    expect(editsOf(everywhere)).toEqual({
      'lib.harn': ['twice'],
      'main.harn': Array(3).fill('twice'),
    });
    const enumeration = await editor.rename('lib.harn', editor.at('lib.harn', 'Color'), 'Hue');
    expect(editsOf(enumeration)).toEqual({ 'lib.harn': ['Hue'], 'main.harn': ['Hue'] });
    const alias = await editor.rename('main.harn', editor.at('main.harn', 'Paint.'), 'Ink');
    expect(editsOf(alias)).toEqual({ 'main.harn': ['Ink', 'Ink'] });
    const variable = await editor.rename('main.harn', editor.at('main.harn', 'x * height'), 'w');
    expect(editsOf(variable)).toEqual({ 'main.harn': ['x: w', 'w'] });
  });

  test('what cannot be renamed is refused, and so are names that are none', async () => {
    const log = editor.at('main.harn', 'log(');
    expect(await editor.prepareRename('main.harn', log)).toBeNull();
    await expect(editor.rename('main.harn', log, 'print')).rejects.toThrow('can be renamed');
    const area = editor.at('main.harn', 'area');
    await expect(editor.rename('main.harn', area, 'for')).rejects.toThrow('cannot be the name');
    expect(await editor.prepareRename('main.harn', area)).toMatchObject({ placeholder: 'area' });
  });

  test('the outline has declarations with their parts', async () => {
    const symbols = await editor.symbols('lib.harn');
    expect(symbols.map(({ name }) => name)).toEqual(['double', 'Point', 'impl Point', 'Color']);
    expect(symbols[1]?.children?.map(({ name }) => name)).toEqual(['x', 'y']);
    expect(symbols[2]?.children?.map(({ name }) => name)).toEqual(['scale']);
    expect(symbols[3]?.children?.map(({ name }) => name)).toEqual(['Red', 'Green']);
  });

  test('semantic tokens stand on names, in order', async () => {
    const { data } = await editor.semanticTokens('main.harn');
    const lines = editor.text('main.harn').split('\n');
    const names: string[] = [];
    let [line, character] = [0, 0];
    for (let i = 0; i < data.length; i += 5) {
      const [down = 0, right = 0, length = 0] = data.slice(i, i + 3);
      character = down === 0 ? character + right : right;
      line += down;
      names.push(lines[line]?.slice(character, character + length) ?? '');
    }
    expect(names.slice(0, 7)).toEqual([
      'double',
      'Point',
      'Color',
      'Paint',
      'clef',
      'to_string',
      'double',
    ]);
    expect(names.every((name) => /^\w+$/.test(name))).toBe(true);
  });

  test('signatures of calls say which argument is being written', async () => {
    const area = editor.at('main.harn', '4)}');
    const help = await editor.signatureHelp('main.harn', area);
    expect(help?.signatures[0]?.label).toBe('fn area(p: Point, factor: int) -> int');
    expect(help?.activeParameter).toBe(1);
    const scale = await editor.signatureHelp('main.harn', editor.at('main.harn', '3), 4'));
    expect(scale?.signatures[0]?.label).toContain('scale(self, by: int)');
  });
});

describe('harn lsp, while somebody types', () => {
  let editor: Editor;
  beforeAll(async () => {
    editor = await edit({ 'main.harn': MAIN, 'lib.harn': LIB });
  }, 60_000);
  afterAll(() => editor.kill());

  test('mistakes are told and go when they are mended', async () => {
    await editor.edit('main.harn', 'double(x * height)', 'duble(x * height)');
    const [found] = await editor.diagnostics('main.harn', (all) => all.length > 0);
    expect(found).toMatchObject({ severity: 1, code: 'HARN-NAM-002', source: 'harn' });
    expect(found && editor.slice('main.harn', found.range)).toBe('duble');
    const range = found?.range ?? {
      start: editor.at('main.harn', 'a'),
      end: editor.at('main.harn', 'a'),
    };
    const actions = await editor.codeActions('main.harn', range);
    const best = actions.find(({ isPreferred }) => isPreferred === true);
    expect(best?.title).toBe('Change to `double`');
    expect(newTexts(best)).toEqual(['double']);
    await editor.edit('main.harn', 'duble', 'double');
    await editor.diagnostics('main.harn', (all) => all.length === 0);
  });

  test('unsaved changes of one file count in the others', async () => {
    await editor.open('lib.harn', LIB);
    await editor.edit('lib.harn', 'pub fn double(n: int)', 'pub fn double(n: int, m: int)');
    const found = await editor.diagnostics('main.harn', (all) => all.length > 0);
    expect(found.map(({ range }) => range.start.line)).toEqual([2, 6]);
    await editor.edit('lib.harn', ', m: int', '');
    await editor.diagnostics('main.harn', (all) => all.length === 0);
  });

  test('mistakes in a file that is not open are told where they are', async () => {
    await editor.edit('lib.harn', 'return n * 2', 'return missing * 2');
    await editor.diagnostics('lib.harn', (all) => all.length === 1);
    // The disk has the text without the mistake.
    await editor.close('lib.harn');
    await editor.diagnostics('lib.harn', (all) => all.length === 0);
  });

  test('completion knows members, scopes, builtins, keywords and harness methods', async () => {
    const complete = async (text: string) => {
      await editor.edit('main.harn', '  log(paint)\n', `  ${text}\n`);
      const at = editor.at('main.harn', text, { plus: text.length });
      const labels = await editor.labels('main.harn', at);
      await editor.edit('main.harn', `  ${text}\n`, '  log(paint)\n');
      return labels;
    };
    expect(await complete('point.')).toEqual(expect.arrayContaining(['x', 'y', 'scale']));
    expect(await complete('Paint.')).toEqual(['Red', 'Green']);
    expect(await complete('harness.')).toEqual(expect.arrayContaining(['fs', 'stdio', 'clock']));
    expect(await complete('harness.fs.re')).toEqual(expect.arrayContaining(['read_text']));
    expect(await complete('clef.')).toEqual(expect.arrayContaining(['split', 'trim']));
    const names = await complete('const z = ');
    expect(names).toEqual(
      expect.arrayContaining(['point', 'paint', 'area', 'double', 'Point', 'len', 'match']),
    );
    expect(names).not.toContain('height');
    expect(await complete('// p')).toEqual([]);
    expect(await complete('log("p')).toEqual([]);
  });

  test('completion of imports knows modules and what they export', async () => {
    await editor.edit(
      'main.harn',
      'Color as Paint } from "./lib"',
      'Color as Paint, } from "./lib"',
    );
    const names = await editor.labels('main.harn', editor.at('main.harn', ' } from'));
    expect(names.toSorted()).toEqual(['Color', 'Point', 'double']);
    await editor.edit('main.harn', 'Paint, }', 'Paint }');
    await editor.edit('main.harn', '"./lib"', '"./l"');
    const files = await editor.completion('main.harn', editor.at('main.harn', './l', { plus: 3 }));
    expect(files.map(({ label }) => label)).toEqual(['./lib']);
    await editor.edit('main.harn', '"./l"', '"std/a"');
    const std = await editor.labels('main.harn', editor.at('main.harn', 'std/a', { plus: 5 }));
    expect(std).toContain('std/agents');
    await editor.edit('main.harn', '"std/a"', '"./lib"');
  });

  test('types are offered where a type stands', async () => {
    await editor.edit('main.harn', 'factor: int', 'factor: in');
    const at = editor.at('main.harn', 'factor: in', { plus: 10 });
    const labels = await editor.labels('main.harn', at);
    expect(labels).toEqual(expect.arrayContaining(['int', 'Point', 'list']));
    expect(labels).not.toContain('len');
    await editor.edit('main.harn', 'factor: in', 'factor: int');
  });

  test('signatures are known before the call is closed', async () => {
    await editor.edit('main.harn', '  log(paint)\n', '  area(point, \n');
    const at = editor.at('main.harn', 'area(point, ', { plus: 12 });
    const help = await editor.signatureHelp('main.harn', at);
    expect(help?.signatures[0]?.label).toContain('area(p: Point, factor: int)');
    expect(help?.activeParameter).toBe(1);
    await editor.edit('main.harn', '  area(point, \n', '  log(paint)\n');
  });

  test('a constant that is assigned to can be made mutable; a missing name can be imported', async () => {
    const name = 'more.harn';
    await editor.open(name, 'fn f() -> int {\n  const n = double(1)\n  n = 2\n  return n\n}\n');
    const assigned = editor.at(name, 'n = 2');
    const mutable = await editor.codeActions(name, { start: assigned, end: assigned });
    expect(mutable.map(({ title }) => title)).toEqual(['Declare `n` with `let`']);
    const missing = editor.at(name, 'double');
    const actions = await editor.codeActions(name, { start: missing, end: missing });
    const fix = actions.find(({ title }) => title === 'Import `double` from "./lib"');
    expect(newTexts(fix)).toEqual(['import { double } from "./lib"\n']);
  });
});

describe('harn lsp, as a linter', () => {
  const HABITS = 'const used = 1\nlet same = used\nlet spare = "x"!\nharness.stdio.log(same)\n';
  const isHabit = (code: string) => code.startsWith('HARN-LNT-');

  test('tells habits beside mistakes, mends one, or all at once', async () => {
    const editor = await edit({
      'habits.harn': HABITS,
      'harn.toml': '[lint]\ndisabled = ["needless-non-null"]\n',
    });
    const told = await editor.diagnostics('habits.harn', (all) => all.length > 0, isHabit);
    expect(told.map(({ code, severity }) => [code, severity])).toEqual([
      ['HARN-LNT-018', 3],
      ['HARN-LNT-014', 3],
      ['HARN-LNT-018', 3],
    ]);
    const at = editor.at('habits.harn', 'same');
    const fixes = await editor.codeActions('habits.harn', { start: at, end: at });
    expect(fixes.filter(({ kind }) => kind === 'quickfix').map(newTexts)).toEqual([['const']]);
    const all = await editor.codeActions('habits.harn', { start: at, end: at }, ['source.fixAll']);
    expect(all.map(({ kind }) => kind)).toEqual(['source.fixAll.harn']);
    expect(newTexts(all[0])).toEqual([HABITS.replaceAll('let', 'const')]);
    expect(await editor.shutdown()).toBe(0);
  });

  test('is silent where there are mistakes', async () => {
    const editor = await edit({ 'broken.harn': 'let x = 1\nlet = 2\n' });
    const told = await editor.diagnostics(
      'broken.harn',
      (all) => all.length > 0,
      () => true,
    );
    expect(told.map(({ code }) => code)).toEqual(['HARN-PAR-001']);
    expect(await editor.shutdown()).toBe(0);
  });
});

describe('harn lsp, asked where a member is used', () => {
  const LIB_TEXT = `pub struct Point { x: int, y: int }
impl Point {
  fn sum(self) -> int { return self.x + self.y }
}
pub enum Shape { Dot, Circle(r: int) }
`;
  const MAIN_TEXT = `import { Point, Shape } from "./lib"
fn f(p: Point, s: Shape, other: any) -> int {
  const q = Point { x: p.x, y: other.x }
  const all = match s {
    Shape.Circle(r) -> { r + q.sum() }
    Shape.Dot -> { p.sum() }
  }
  return all + q.x
}
log(f(Point { x: 1, y: 2 }, Shape.Circle(1), nil))
`;

  test('finds fields, methods and variants across files, and not what goes through any', async () => {
    const editor = await edit({ 'lib.harn': LIB_TEXT, 'main.harn': MAIN_TEXT });
    await editor.open('main.harn', MAIN_TEXT);
    const count = async (name: string, piece: string, plus = 0, declaration = true) =>
      byFile(await editor.references(name, editor.at(name, piece, { plus }), declaration));
    const fields = { 'lib.harn': 2, 'main.harn': 4 };
    expect(await count('main.harn', 'q.x', 2)).toEqual(fields);
    expect(await count('lib.harn', 'x: int')).toEqual(fields);
    expect(await count('lib.harn', 'x: int', 0, false)).toEqual({ 'lib.harn': 1, 'main.harn': 4 });
    expect(await count('main.harn', 'sum()')).toEqual({ 'lib.harn': 1, 'main.harn': 2 });
    expect(await count('lib.harn', 'Circle')).toEqual({ 'lib.harn': 1, 'main.harn': 2 });
    expect(
      await editor.references('main.harn', editor.at('main.harn', 'other.x', { plus: 6 })),
    ).toEqual([]);
    expect(await editor.shutdown()).toBe(0);
  });
});

describe('harn lsp, asked to format', () => {
  test('gives the canonical text in the width of the project, and nothing for what does not parse', async () => {
    const editor = await edit({
      'wide.harn': 'fn f(first, second) { return first+second }\n',
      'harn.toml': '[fmt]\nline_width = 30\n',
    });
    const [change] = await editor.formatting('wide.harn');
    expect(change?.newText).toContain('first + second');
    expect(
      Math.max(...(change?.newText ?? '').split('\n').map(({ length }) => length)),
    ).toBeLessThan(31);
    await editor.open('tidy.harn', 'log(1)\n');
    expect(await editor.formatting('tidy.harn')).toEqual([]);
    await editor.open('broken.harn', 'log(1\n');
    expect(await editor.formatting('broken.harn')).toEqual([]);
    expect(await editor.shutdown()).toBe(0);
  });
});

describe('harn lsp, treated badly', () => {
  test('answers after messages that are no messages, and ends when it is told to', async () => {
    const editor = await edit({ 'main.harn': MAIN, 'lib.harn': LIB });
    const { stdin } = editor.child;
    stdin.write('Content-Length: 9\r\n\r\n{"jsonrpc');
    stdin.write('Content-Length: 4\r\n\r\nnull');
    stdin.write('Content-Length: 2\r\n\r\n[]');
    for (const params of [null, {}, { textDocument: 7 }, { textDocument: { uri: 'file:///%' } }]) {
      await editor.connection.sendNotification('textDocument/didOpen', params);
      await editor.connection.sendNotification('textDocument/didChange', params);
      const asked = editor.connection.sendRequest('textDocument/hover', params);
      await asked.catch((error: unknown) => expect(error).toBeInstanceOf(Error));
    }
    await editor.connection.sendRequest('no/such').catch(() => undefined);
    const text = await editor.hoverText('main.harn', editor.at('main.harn', 'double(x'));
    expect(text).toContain('Twice as much.');
    expect(await editor.shutdown()).toBe(0);
  });

  test('a file that is no text, or nothing but brackets, is only wrong', async () => {
    const editor = await edit({ 'main.harn': 'const a = 1\n' });
    await editor.open('nul.harn', 'const a = \0');
    await editor.diagnostics('nul.harn', (all) => all.length > 0);
    await editor.open('deep.harn', `${'('.repeat(5000)}`);
    await editor.diagnostics('deep.harn', (all) => all.length > 0);
    expect(await editor.symbols('deep.harn')).toEqual([]);
    expect(await editor.semanticTokens('nul.harn')).toHaveProperty('data');
    expect(await editor.shutdown()).toBe(0);
  });

  test('goes when its editor is gone', async () => {
    const project = cli.project({});
    const bin = path.join(cli.folder, 'bin/harn.cjs');
    const child = spawn(process.execPath, [bin, 'lsp'], { cwd: project.cwd });
    child.stdin.end();
    const code = await new Promise((resolve) => {
      child.once('exit', resolve);
    });
    expect(code).toBe(1);
  });
});

function byFile(locations: readonly Location[]): Record<string, number> {
  const count: Record<string, number> = {};
  for (const { uri } of locations) count[path.basename(uri)] = (count[path.basename(uri)] ?? 0) + 1;
  return count;
}

function editsOf({ changes = {} }: WorkspaceEdit): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(changes).map(([uri, edits]) => [
      path.basename(uri),
      edits.map(({ newText }) => newText),
    ]),
  );
}

function newTexts(action: CodeAction | undefined): string[] {
  return Object.values(action?.edit?.changes ?? {}).flatMap((edits) => edits.map((e) => e.newText));
}
