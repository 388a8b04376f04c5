// What only shows from outside: a host whose process is killed, and output to real pipes.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { bundleHost } from './bundled-host.fixture.ts';
import { createNodeHost } from './node.ts';

let bundle: ReturnType<typeof bundleHost>;
beforeAll(() => {
  bundle = bundleHost();
});
afterAll(() => bundle.remove());

let root: string;
beforeEach(() => {
  root = mkdtempSync(`${tmpdir()}/harn-other-process-`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const script = (body: string) => `
  import { createNodeHost } from ${JSON.stringify(bundle.file)};
  import { writeFileSync, renameSync } from 'node:fs';
  const host = createNodeHost({ cwd: ${JSON.stringify(root)} });
  ${body}`;

const nodeArgs = (body: string) => ['--input-type=module', '-e', script(body)];

describe('a killed host', () => {
  it('leaves no command behind that it had not been told to begin', async () => {
    const child = spawn(
      process.execPath,
      nodeArgs(`
        await host.process.run({
          shell: 'touch began',
          onStarted: (identity) => {
            writeFileSync('${root}/identity.tmp', JSON.stringify(identity));
            renameSync('${root}/identity.tmp', '${root}/identity');
            return new Promise(() => setInterval(() => undefined, 1000));
          },
        });`),
      { stdio: 'ignore' },
    );
    await vi.waitUntil(() => existsSync(`${root}/identity`), { timeout: 20_000 });
    const identity = JSON.parse(readFileSync(`${root}/identity`, 'utf8'));
    const { process: port } = createNodeHost();
    expect(await port.isAlive(identity)).toBe(true);
    child.kill('SIGKILL');
    await vi.waitUntil(async () => !(await port.isAlive(identity)), { timeout: 20_000 });
    expect(existsSync(`${root}/began`)).toBe(false);
  });

  it('leaves a begun command that its identity ends', async () => {
    const child = spawn(
      process.execPath,
      nodeArgs(`
        await host.process.run({
          shell: 'touch began; sleep 60',
          onStarted: (identity) => {
            writeFileSync('${root}/identity', JSON.stringify(identity));
          },
        });`),
      { stdio: 'ignore' },
    );
    await vi.waitUntil(() => existsSync(`${root}/began`), { timeout: 20_000 });
    child.kill('SIGKILL');
    const identity = JSON.parse(readFileSync(`${root}/identity`, 'utf8'));
    const { process: port } = createNodeHost();
    expect(await port.isAlive(identity)).toBe(true);
    expect(await port.endGroup(identity)).toBe('ended');
    expect(await port.isAlive(identity)).toBe(false);
  });
});

describe('output to a pipe', () => {
  it('arrives whole and in order when the process leaves after flush', () => {
    const result = spawnSync(
      process.execPath,
      nodeArgs(`
        for (let i = 0; i < 20000; i += 1) host.stdio.writeOut('line ' + i + '\\n');
        await host.stdio.flush();
        process.exit(0);`),
      { encoding: 'utf8', maxBuffer: 10_000_000 },
    );
    const lines = result.stdout.split('\n');
    expect(lines).toHaveLength(20_001);
    expect(lines[19_999]).toBe('line 19999');
  });

  it('does not break a program whose reader leaves', () => {
    const command = `"$0" --input-type=module -e "$1" | head -n 1`;
    const body = script(`
      for (let i = 0; i < 50000; i += 1) host.stdio.writeOut('line ' + i + '\\n');
      host.stdio.writeErr('closed: ' + host.stdio.isClosed('stdout'));`);
    const result = spawnSync('sh', ['-c', command, process.execPath, body], { encoding: 'utf8' });
    expect(result.stdout).toBe('line 0\n');
    expect(result.stderr).toBe('closed: true');
  });

  it('reads lines of a real stdin and lets the process end', () => {
    const body = `
      const lines = [];
      for (let line = await host.stdio.readLine(); line !== undefined; line = await host.stdio.readLine())
        lines.push(line);
      host.stdio.writeOut(JSON.stringify(lines));`;
    const input = 'one\ntwo';
    const result = spawnSync(process.execPath, nodeArgs(body), { encoding: 'utf8', input });
    expect(result.stdout).toBe('["one","two"]');
  });
});
