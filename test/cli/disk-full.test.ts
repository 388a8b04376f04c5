// A disk that is really full: a run on a file system of two megabytes says so, loses nothing, and goes on when there
// is room again. Needs the right to mount; where that is missing the test reports itself skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli } from './cli.ts';

const FILL = `
pipeline default(harness: Harness) {
  for i in 0 to 300 {
    harness.fs.append("lines.txt", "\${i}\\n")
    harness.emit_audit("filler", {text: "y".repeat(9000)})
  }
  return 0
}
`;

const mount = (...args: readonly string[]) => spawnSync('mount', args).status === 0;
const unmount = (at: string) => spawnSync('umount', [at]).status === 0;

function canMount(): boolean {
  const at = '/tmp/harn-mount-probe';
  mkdirSync(at, { recursive: true });
  return mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', at) && unmount(at);
}

describe.skipIf(process.platform !== 'linux' || !canMount())('a full disk', () => {
  let cli: Cli;
  let state = '';

  beforeAll(async () => {
    cli = await Cli.build();
  }, 60_000);
  afterAll(() => {
    if (state !== '') unmount(state);
    cli.remove();
  });

  it('stops a run with a coded error, keeps what was durable, and lets it go on later', () => {
    const project = cli.project({ 'fill.harn': FILL });
    state = project.path('state');
    mkdirSync(state);
    expect(mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', state)).toBe(true);
    const there = project.with({ HARN_STATE_DIR: state });

    const full = there.harn('run', 'fill.harn');
    expect(full.status).toBe(1);
    expect(full.stderr).toContain('HARN-STO-020');
    expect(full.stderr).not.toContain('    at ');
    const [run] = there.data<{ runs: { run_id: string; status: string }[] }>('runs', 'ls').runs;
    expect(run?.status).toBe('interrupted');
    const before = readFileSync(project.path('lines.txt'), 'utf8').split('\n').length;

    expect(mount('-o', 'remount,size=64m', state)).toBe(true);
    const resumed = there.harn('resume', run?.run_id ?? '');
    expect(resumed.stderr).toBe('');
    expect(resumed.status).toBe(0);
    const lines = readFileSync(project.path('lines.txt'), 'utf8').trimEnd().split('\n');
    expect(lines).toEqual(Array.from({ length: 301 }, (_, i) => String(i)));
    expect(before).toBeGreaterThan(1);
    expect(existsSync(project.path('state/harn.sqlite'))).toBe(true);
  });
});
