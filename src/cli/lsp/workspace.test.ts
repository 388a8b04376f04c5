// What the language server keeps between edits: however a text came about, what is wrong with it is what a fresh look says.
import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { createRegistry, EFFECT_GROUPS } from '../../builtins/index.ts';
import { Workspace } from './workspace.ts';

const builtins = createRegistry(EFFECT_GROUPS).specs();
const folder = mkdtempSync(path.join(tmpdir(), 'harn-lsp-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FILES = {
  'main.harn':
    'import { twice } from "./lib"\n\nfn main(harness: Harness) {\n  const n = twice(2)\n  harness.stdio.println("${n} 𝄞")\n}\n',
  'lib.harn': 'import "./deep"\n\npub fn twice(n: int) -> int {\n  return n * deep()\n}\n',
  'deep.harn': 'pub fn deep() -> int {\n  return 2\n}\n',
  'harn.toml': '[check]\nstrict_types = true\n',
} as const;
type Name = keyof typeof FILES;
const NAMES = Object.keys(FILES) as Name[];

const PIECES = [
  '{',
  '}',
  '(',
  ')',
  '"',
  '"""',
  '\n',
  '\r\n',
  '// x\n',
  '/*',
  '𝄞',
  '${',
  'let ',
  'pub ',
  ': string',
  'twice',
  'deep()',
  '"./lib"',
  '=',
  'nil',
  'json_parse("1").a',
  '[check]',
  'false',
];

const uriOf = (name: Name) => pathToFileURL(path.join(folder, name)).href;

/** One step of who edits: a change of an open text, opening, closing, writing or removing a file. */
type Step =
  | {
      readonly kind: 'edit';
      readonly file: Name;
      readonly at: number;
      readonly cut: number;
      readonly text: string;
    }
  | { readonly kind: 'open' | 'close' | 'remove' | 'restore' | 'ask'; readonly file: Name };

const file = fc.constantFrom(...NAMES);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      file,
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.constantFrom(0, 0, 1, 7, 60),
      text: fc.oneof(fc.constant(''), fc.constantFrom(...PIECES)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'open' as const,
        'close' as const,
        'remove' as const,
        'restore' as const,
        'ask' as const,
      ),
      file,
    }),
  },
);

/** What a workspace says of a program; what cannot be read says so. */
async function told(workspace: Workspace, name: Name): Promise<unknown> {
  try {
    const { diagnostics, latent } = await workspace.program(uriOf(name));
    return [...diagnostics, ...latent].map(({ code, message, span }) => ({ code, message, span }));
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

async function take(steps: readonly Step[]): Promise<void> {
  for (const name of NAMES) writeFileSync(path.join(folder, name), FILES[name]);
  const workspace = new Workspace(builtins, undefined);
  const open = new Map<Name, TextDocument>();
  for (const each of steps) {
    const uri = uriOf(each.file);
    const document = open.get(each.file);
    if (each.kind === 'open' && document === undefined) {
      open.set(each.file, TextDocument.create(uri, 'harn', 1, FILES[each.file]));
      workspace.set(open.get(each.file) as TextDocument);
    } else if (each.kind === 'close' && document !== undefined) {
      open.delete(each.file);
      workspace.close(uri);
    } else if (each.kind === 'edit' && document !== undefined) {
      const length = document.getText().length;
      const start = Math.floor(each.at * length);
      const range = {
        start: document.positionAt(start),
        end: document.positionAt(Math.min(length, start + each.cut)),
      };
      TextDocument.update(document, [{ range, text: each.text }], document.version + 1);
      workspace.set(document);
    } else if (each.kind === 'remove' || each.kind === 'restore') {
      const place = path.join(folder, each.file);
      if (each.kind === 'restore') writeFileSync(place, FILES[each.file]);
      else rmSync(place, { force: true });
      workspace.refresh();
    } else if (each.kind === 'ask' && each.file !== 'harn.toml') await told(workspace, each.file);
  }
  const fresh = new Workspace(builtins, undefined);
  for (const document of open.values())
    fresh.set(TextDocument.create(document.uri, 'harn', 1, document.getText()));
  for (const name of ['main.harn', 'lib.harn'] as const)
    expect(await told(workspace, name)).toEqual(await told(fresh, name));
}

describe('the workspace of the language server', () => {
  it('says of any texts what a fresh look at them says, however they came about', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 14 }), take), { numRuns: 60 });
  }, 120_000);

  it('knows an open text whose file was removed, and no longer when it is closed', async () => {
    for (const name of NAMES) writeFileSync(path.join(folder, name), FILES[name]);
    const workspace = new Workspace(builtins, undefined);
    const document = TextDocument.create(uriOf('lib.harn'), 'harn', 1, FILES['lib.harn']);
    workspace.set(document);
    expect(await told(workspace, 'main.harn')).toEqual([]);
    unlinkSync(path.join(folder, 'lib.harn'));
    workspace.refresh();
    expect(await told(workspace, 'main.harn')).toEqual([]);
    workspace.close(document.uri);
    expect(await told(workspace, 'main.harn')).toEqual([
      expect.objectContaining({ code: 'HARN-IMP-001' }),
    ]);
  });
});
