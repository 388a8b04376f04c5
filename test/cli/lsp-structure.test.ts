// The language server about the build of files, and about what changes beside the editor: the disk, the open folders.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  DocumentHighlight,
  FoldingRange,
  RegistrationParams,
  SelectionRange,
  SymbolInformation,
} from 'vscode-languageserver/node.js';
import { Cli } from './cli.ts';
import { Editor } from './lsp-client.ts';

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.build();
}, 240_000);
afterAll(() => cli.remove());

const LIB = `pub struct Point {
  x: int
}

@deprecated(since: "1", use: "width")
pub fn breadth(p: Point) -> int {
  return p.x
}
`;

const MAIN = `import { Point, breadth } from "./lib"
import "./missing"

/*
 * Two lines.
 */
fn work(p: Point) -> int {
  const spare = 1
  return breadth(p)
}

log(work(Point { x: 1 }))
`;

async function edit(capabilities: object = {}) {
  const project = cli.project({ 'main.harn': MAIN, 'lib.harn': LIB });
  const editor = new Editor(path.join(cli.folder, 'bin/harn.cjs'), project.cwd);
  const registered: RegistrationParams[] = [];
  editor.connection.onRequest('client/registerCapability', (params: RegistrationParams) => {
    registered.push(params);
    return null;
  });
  await editor.initialize(capabilities);
  await editor.open('main.harn', MAIN);
  return { editor, cwd: project.cwd, registered };
}

describe('harn lsp about the build of a file', () => {
  let editor: Editor;
  beforeAll(async () => {
    ({ editor } = await edit());
  }, 60_000);
  afterAll(() => editor.kill());
  const ask = <T>(method: string, params: object): Promise<T> =>
    editor.connection.sendRequest<T>(method, {
      textDocument: { uri: editor.uri('main.harn') },
      ...params,
    });

  test('brackets fold to the line before they close; comments and imports fold whole', async () => {
    const folds = await ask<FoldingRange[]>('textDocument/foldingRange', {});
    expect(folds).toContainEqual({ startLine: 0, endLine: 1, kind: 'imports' });
    expect(folds).toContainEqual({ startLine: 3, endLine: 5, kind: 'comment' });
    expect(folds).toContainEqual({ startLine: 6, endLine: 8 });
    expect(folds).toHaveLength(3);
  });

  test('a selection grows from the name to the whole file, every step around the one before', async () => {
    const position = editor.at('main.harn', 'breadth(p)', { plus: 1 });
    const [found] = await ask<SelectionRange[]>('textDocument/selectionRange', {
      positions: [position],
    });
    const texts: string[] = [];
    for (let at = found; at !== undefined; at = at.parent)
      texts.push(editor.slice('main.harn', at.range));
    expect(texts.slice(0, 3)).toEqual(['breadth', 'breadth(p)', 'return breadth(p)']);
    expect(texts.at(-1)).toBe(MAIN);
    texts.reduce((inner, outer) => {
      expect(outer).toContain(inner);
      expect(outer.length).toBeGreaterThan(inner.length);
      return outer;
    });
  });

  test('the places of a name in its file are shown, its declaration apart', async () => {
    const position = editor.at('main.harn', 'work');
    const found = await ask<DocumentHighlight[]>('textDocument/documentHighlight', { position });
    expect(found.map(({ range, kind }) => [range.start.line, kind])).toEqual([
      [6, 3],
      [11, 2],
    ]);
  });

  test('declarations of all files are found by letters of their names', async () => {
    const found = await ask<SymbolInformation[]>('workspace/symbol', { query: 'brth' });
    expect(found.map(({ name, location }) => [name, path.basename(location.uri)])).toEqual([
      ['breadth', 'lib.harn'],
    ]);
  });

  test('what is deprecated is marked, and what is never used when there are no mistakes', async () => {
    const found = await editor.diagnostics('main.harn', (all) => all.length > 1);
    expect(found.find(({ code }) => code === 'HARN-NAM-502')?.tags).toEqual([2]);
    await editor.edit('main.harn', 'import "./missing"', '');
    const unused = await editor.diagnostics(
      'main.harn',
      (all) => all.length > 0,
      (code) => code === 'HARN-LNT-014',
    );
    expect(unused[0]?.tags).toEqual([1]);
  }, 60_000);
});

describe('harn lsp and what changes beside the editor', () => {
  const isMissing = (code: string) => code === 'HARN-IMP-001';

  test('asks to hear of the disk, and looks again when a file comes and goes', async () => {
    const { editor, cwd, registered } = await edit({
      workspace: { didChangeWatchedFiles: { dynamicRegistration: true } },
    });
    await editor.diagnostics('main.harn', (all) => all.length > 0, isMissing);
    const methods = registered.flatMap(({ registrations }) => registrations);
    expect(methods.map(({ method }) => method)).toEqual(['workspace/didChangeWatchedFiles']);
    const file = path.join(cwd, 'missing.harn');
    const tell = (type: number) =>
      editor.connection.sendNotification('workspace/didChangeWatchedFiles', {
        changes: [{ uri: pathToFileURL(file).href, type }],
      });
    writeFileSync(file, 'pub const here = 1\n');
    await tell(1);
    await editor.diagnostics('main.harn', (all) => all.length === 0, isMissing);
    rmSync(file);
    await tell(3);
    await editor.diagnostics('main.harn', (all) => all.length === 1, isMissing);
    editor.kill();
  }, 60_000);

  test('finds names in a folder that is opened later', async () => {
    const { editor, cwd } = await edit({ workspace: { workspaceFolders: true } });
    const folder = path.join(path.dirname(cwd), `${path.basename(cwd)}-second`);
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'far.harn'), 'pub fn far_away() -> int {\n  return 1\n}\n');
    const find = async () =>
      (
        await editor.connection.sendRequest<SymbolInformation[]>('workspace/symbol', {
          query: 'far_away',
        })
      ).length;
    expect(await find()).toBe(0);
    const second = { uri: pathToFileURL(folder).href, name: 'second' };
    const change = (added: object[], removed: object[]) =>
      editor.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
        event: { added, removed },
      });
    await change([second], []);
    expect(await find()).toBe(1);
    await change([], [second]);
    expect(await find()).toBe(0);
    rmSync(folder, { recursive: true });
    editor.kill();
  }, 60_000);
});
