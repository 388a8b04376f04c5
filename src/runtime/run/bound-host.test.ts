// Roots against real folders and links.
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeHost, type Host } from '../host/index.ts';
import { boundHost } from './bound-host.ts';

let top = '';
let host: Host;

beforeEach(async () => {
  top = await realpath(await mkdtemp(path.join(tmpdir(), 'harn-roots-')));
  await mkdir(`${top}/in/sub`, { recursive: true });
  await mkdir(`${top}/out`);
  await writeFile(`${top}/in/a.txt`, 'a');
  await writeFile(`${top}/out/secret.txt`, 'secret');
  await symlink(`${top}/out`, `${top}/in/door`);
  await symlink(`${top}/out/secret.txt`, `${top}/in/note.txt`);
  await symlink(`${top}/out/new.txt`, `${top}/in/nowhere.txt`);
  await symlink(`${top}/in/sub`, `${top}/in/inner`);
  host = boundHost(createNodeHost(), [[`${top}/in`]]);
});

afterEach(async () => {
  await rm(top, { recursive: true, force: true });
});

const refused = { code: 'HARN-CAP-203' };

describe('a host within roots', () => {
  it('reaches what is inside, also through links that stay inside', async () => {
    expect(await host.fs.readText(`${top}/in/a.txt`)).toBe('a');
    await host.fs.writeFile(`${top}/in/new/deep/b.txt`.replace('/new/deep', '/inner'), 'b');
    expect(await readFile(`${top}/in/sub/b.txt`, 'utf8')).toBe('b');
    await host.fs.mkdir(`${top}/in/not/there/yet`);
    expect(await host.fs.exists(`${top}/in/not/there`)).toBe(true);
    expect(await host.fs.exists(`${top}/in/none`)).toBe(false);
  });

  it.each<[string, (at: string) => Promise<unknown>]>([
    ['reading through a link to a file', (at) => host.fs.readText(`${at}/in/note.txt`)],
    ['reading through a link to a folder', (at) => host.fs.readText(`${at}/in/door/secret.txt`)],
    ['looking through a link', (at) => host.fs.exists(`${at}/in/door/secret.txt`)],
    [
      'reading lines',
      (at) => host.fs.readLines(`${at}/in/note.txt`)[Symbol.asyncIterator]().next(),
    ],
    ['listing', (at) => host.fs.listDir(`${at}/in/door`)],
    ['writing into a folder behind a link', (at) => host.fs.writeFile(`${at}/in/door/x.txt`, 'x')],
    ['making what a link leads to', (at) => host.fs.append(`${at}/in/nowhere.txt`, 'x')],
    ['deleting behind a link', (at) => host.fs.delete(`${at}/in/door/secret.txt`)],
    ['moving out', (at) => host.fs.rename(`${at}/in/a.txt`, `${at}/in/door/a.txt`)],
    ['copying in', (at) => host.fs.copy(`${at}/in/note.txt`, `${at}/in/b.txt`)],
    ['climbing', (at) => host.fs.readText(`${at}/in/sub/../../out/secret.txt`)],
    ['climbing behind a link', (at) => host.fs.readText(`${at}/in/inner/../../out/secret.txt`)],
    ['a neighbour with a longer name', (at) => host.fs.exists(`${at}/inside`)],
    ['a process elsewhere', (at) => host.process.run({ argv: ['true'], cwd: `${at}/in/door` })],
    ['a process where the caller happens to be', () => host.process.run({ argv: ['true'] })],
  ])('refuses %s', async (_name, attempt) => {
    await expect(attempt(top)).rejects.toMatchObject(refused);
    expect(await readFile(`${top}/out/secret.txt`, 'utf8')).toBe('secret');
  });

  it('takes a link away without touching where it leads', async () => {
    await host.fs.delete(`${top}/in/note.txt`);
    expect(await readFile(`${top}/out/secret.txt`, 'utf8')).toBe('secret');
  });

  it('finds nothing behind links that lead out', async () => {
    expect(await host.fs.glob(`${top}/in/*/*.txt`)).toEqual([]);
    const seen: string[] = [];
    for await (const { path: found } of host.fs.walk(`${top}/in`, { followLinks: true }))
      seen.push(found);
    expect(seen).not.toContain('door/secret.txt');
  });
});
