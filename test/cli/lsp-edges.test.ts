// The language server where editors are unkind: manifests, edits of any kind, odd texts, questions that nobody waits for.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CancellationTokenSource, type CodeAction } from 'vscode-languageserver/node.js';
import { seededRandom } from '../../src/base/index.ts';
import { createChecker } from '../../src/engine/index.ts';
import { Cli } from './cli.ts';
import { Editor } from './lsp-client.ts';

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 240_000);
afterAll(() => cli.remove());

/** An editor on a project of these files, with the first one open. */
async function edit(files: Readonly<Record<string, string>>) {
  const project = cli.project(files);
  const editor = new Editor(path.join(cli.folder, 'bin/harn.cjs'), project.cwd);
  await editor.initialize();
  const [name, text] = Object.entries(files)[0] as [string, string];
  await editor.open(name, text);
  return { editor, cwd: project.cwd };
}

describe('harn lsp on a harn.toml', () => {
  let editor: Editor;
  beforeAll(async () => {
    ({ editor } = await edit({
      'harn.toml': '[chek]\nstrict_types = true\n[lint]\n\n',
      'main.harn': 'const d = json_parse("{}")\nlog(d.name)\n',
    }));
  }, 60_000);
  afterAll(() => editor.kill());

  test('tells what nobody looks at, mends it, and reads programs by what is typed', async () => {
    const [found] = await editor.diagnostics('harn.toml', (all) => all.length === 1);
    expect(found).toMatchObject({ code: 'HARN-SRC-006', severity: 2 });
    expect(found && editor.slice('harn.toml', found.range)).toBe('chek');
    await editor.open('main.harn', 'const d = json_parse("{}")\nlog(d.name)\n');
    expect(await editor.diagnostics('main.harn', () => true)).toEqual([]);
    const range = found?.range ?? {
      start: editor.at('harn.toml', 'c'),
      end: editor.at('harn.toml', 'k'),
    };
    const [mend] = (await editor.codeActions('harn.toml', range)) as CodeAction[];
    expect(mend?.title).toBe('Write check');
    expect(Object.values(mend?.edit?.changes ?? {})).toEqual([[{ range, newText: 'check' }]]);
    await editor.edit('harn.toml', 'chek', 'check');
    expect(await editor.diagnostics('harn.toml', (all) => all.length === 0)).toEqual([]);
    const strict = await editor.diagnostics('main.harn', (all) => all.length > 0);
    expect(strict.map(({ code }) => code)).toEqual(['HARN-OWN-004']);
    await editor.edit('harn.toml', 'true', '"yes"');
    const [wrong] = await editor.diagnostics('harn.toml', (all) => all.length > 0);
    expect(wrong).toMatchObject({ code: 'HARN-SRC-008', severity: 1 });
    await editor.edit('harn.toml', '"yes"', 'true');
  }, 60_000);

  test('completes keys and explains them; asks of programs have no answer', async () => {
    const end = { line: 3, character: 0 };
    expect(await editor.labels('harn.toml', end)).toContain('disabled');
    const hover = await editor.hoverText('harn.toml', editor.at('harn.toml', 'strict_types'));
    expect(hover).toContain('strict_types = true or false');
    expect(await editor.formatting('harn.toml')).toBeNull();
    expect(await editor.symbols('harn.toml')).toBeNull();
    expect(await editor.definition('harn.toml', end)).toBeNull();
  }, 60_000);
});

const START = `fn area(side: int) -> int {
  return side * side
}

fn main(harness: Harness) {
  harness.stdio.println("\${area(3)} 𝄞")
}
`;
const PIECES = ['{', '}', '"', '\n', '\r\n', '𝄞', 'area(', 'side', ': string', '/*', '${'];

test('after any edits the mistakes are those of a fresh check of the text', async () => {
  const { editor, cwd } = await edit({ 'main.harn': START });
  const random = seededRandom(7);
  const pick = (n: number) => Math.floor(random.next() * n);
  for (let round = 0; round < 6; round += 1) {
    for (let i = 0; i < 5; i += 1) {
      const text = editor.text('main.harn');
      const start = pick(text.length);
      const old = text.slice(start, start + pick(12));
      // The client counts lines by \n alone; a pair of units is not cut in two.
      const at = old === '' || /[\r\ud800-\udfff]/.test(old) ? 'side' : old;
      if (text.includes(at)) await editor.edit('main.harn', at, PIECES[pick(PIECES.length)] ?? '');
      else await editor.edit('main.harn', text, START);
    }
    const text = editor.text('main.harn');
    const checker = await createChecker({
      cwd,
      fs: {
        kind: (file) => (file.endsWith('main.harn') ? 'file' : undefined),
        read: () => new TextEncoder().encode(text),
        realPath: (file) => file,
      },
    });
    const { diagnostics, latent } = await checker.check('main.harn');
    const wanted = [...diagnostics, ...latent].map(({ code }) => code).sort();
    const found = await editor.diagnostics('main.harn', (all) => {
      return String(all.map(({ code }) => code).sort()) === String(wanted);
    });
    expect(found).toHaveLength(wanted.length);
  }
  editor.kill();
}, 120_000);

test('positions are right with CRLF, in lines of any length, behind pairs of units', async () => {
  const long = `const long = [${'"𝄞", '.repeat(20_000)}missing]`;
  const text = `const a = "𝄞"\r\n${long}\r\nlog(a, gone)\r\n`;
  const { editor } = await edit({ 'main.harn': text });
  const found = await editor.diagnostics('main.harn', (all) => all.length === 2);
  const places = found.map(({ range: { start, end } }) => {
    const line = text.split('\r\n')[start.line] ?? '';
    return [start.line, end.line, line.slice(start.character, end.character)];
  });
  expect(places).toEqual([
    [1, 1, 'missing'],
    [2, 2, 'gone'],
  ]);
  const changes = await editor.rename('main.harn', { line: 2, character: 4 }, 'clef');
  expect(Object.values(changes.changes ?? {})).toEqual([
    [
      {
        range: { start: { line: 0, character: 6 }, end: { line: 0, character: 7 } },
        newText: 'clef',
      },
      {
        range: { start: { line: 2, character: 4 }, end: { line: 2, character: 5 } },
        newText: 'clef',
      },
    ],
  ]);
  editor.kill();
}, 60_000);

test('questions that are taken back do not keep others from being answered', async () => {
  const { editor } = await edit({ 'main.harn': START });
  const textDocument = { uri: editor.uri('main.harn') };
  const position = editor.at('main.harn', 'area(3');
  const taken = Array.from({ length: 30 }, () => {
    const source = new CancellationTokenSource();
    const params = { textDocument, position };
    const answer = editor.connection.sendRequest('textDocument/completion', params, source.token);
    source.cancel();
    return answer.then(
      () => 'answered',
      (error: { code?: number }) => error.code,
    );
  });
  expect(await editor.hoverText('main.harn', position)).toContain('fn area(side: int) -> int');
  // -32800 is a request that was cancelled.
  for (const end of await Promise.all(taken)) expect(['answered', -32_800]).toContain(end);
  editor.kill();
}, 60_000);

test('a file that is gone from the disk is told where it is imported, and no question ends the server', async () => {
  const main = 'import { one } from "./lib"\nlog(one())\n';
  const { editor, cwd } = await edit({
    'main.harn': main,
    'lib.harn': 'pub fn one() -> int { return 1 }\n',
  });
  expect(await editor.diagnostics('main.harn', () => true)).toEqual([]);
  rmSync(path.join(cwd, 'lib.harn'));
  const changes = [{ uri: editor.uri('lib.harn'), type: 3 }];
  await editor.connection.sendNotification('workspace/didChangeWatchedFiles', { changes });
  const found = await editor.diagnostics('main.harn', (all) => all.length > 0);
  expect(found.map(({ code }) => code)).toContain('HARN-IMP-001');
  await expect(editor.hover('lib.harn', { line: 0, character: 8 })).rejects.toThrow();
  await editor.close('main.harn');
  expect(await editor.hoverText('main.harn', { line: 1, character: 1 })).toContain('log(');
  editor.kill();
}, 60_000);
