// The program of the tutorial, as it stands in the page, served and spoken to by the official client.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, it } from 'vitest';
import { sharedHarn } from '../cli/shared-build.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('the notes of the tutorial are kept, found, read and summarised', async () => {
  const page = readFileSync(path.join(root, 'docs/tutorial-mcp.md'), 'utf8');
  const [, program = ''] = /```harn\n([\s\S]*?)```/.exec(page) ?? [];
  expect(program.trim().split('\n').length).toBeLessThanOrEqual(22);
  const dir = mkdtempSync(path.join(tmpdir(), 'harn-tutorial-'));
  writeFileSync(path.join(dir, 'notes.harn'), program);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [await sharedHarn(), 'mcp', 'serve', 'notes.harn'],
      cwd: dir,
      env: { ...(process.env as Record<string, string>) },
      stderr: 'ignore',
    }),
  );
  try {
    const call = async (name: string, text: string) =>
      (await client.callTool({ name, arguments: { text } })).content;
    expect(await call('add_note', 'buy milk')).toEqual([{ type: 'text', text: 'note 1' }]);
    expect(await call('add_note', 'call Ann')).toEqual([{ type: 'text', text: 'note 2' }]);
    expect(await call('search_notes', 'milk')).toEqual([{ type: 'text', text: 'buy milk' }]);
    const { contents } = await client.readResource({ uri: 'note://2' });
    expect(contents).toMatchObject([{ text: 'call Ann' }]);
    const { messages } = await client.getPrompt({ name: 'summary' });
    expect(JSON.stringify(messages)).toContain('buy milk\\ncall Ann');
    expect(readFileSync(path.join(dir, 'notes.txt'), 'utf8')).toBe('buy milk\ncall Ann\n');
  } finally {
    await client.close();
    rmSync(dir, { recursive: true, force: true });
  }
}, 120_000);
