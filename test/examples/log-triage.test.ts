// The main example, run as its readers run it: over the log it makes, through the command line, and as its twin in
// TypeScript.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli, type Done, type Project } from '../cli/cli.ts';
import { TypeScriptExample } from './typescript-example.ts';

const example = path.resolve(import.meta.dirname, '../../examples/log-triage');
const PROGRAM = path.join(example, 'main.harn');
const ARGS = ['--log', 'access.log', '--out', 'out'];
const TAPE = ['--tape', path.join(example, 'answers.tape.jsonl')];

const NAMES = [
  '1-denied-login',
  '2-not-found-guides',
  '3-failed-api-v1-checkout',
  '4-any-catalogbot-2-1',
];

let cli: Cli;

/** A folder with the log in it. */
function folderWithLog(): Project {
  const project = cli.project();
  const made = spawnSync(process.execPath, [
    path.join(example, 'make-log.mjs'),
    project.path('access.log'),
  ]);
  expect(made.status).toBe(0);
  return project;
}

/** Everything below a folder, by path. */
function filesBelow(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.sort().map((file) => [path.relative(folder, file), readFileSync(file, 'utf8')]),
  );
}

const lineCount = (text: string | undefined) => (text ?? '').split('\n').length - 1;

beforeAll(async () => {
  cli = await Cli.build();
}, 60_000);

afterAll(() => cli.remove());

describe('the triage of the log', () => {
  let project: Project;
  let done: Done;
  let files: Record<string, string>;

  beforeAll(() => {
    project = folderWithLog();
    done = project.harn('run', '--strict', PROGRAM, '--', ...ARGS, ...TAPE);
    files = filesBelow(project.path('out'));
  });

  it('ends well, with nothing left over', () => {
    expect(done.stderr).not.toContain('error');
    expect(done.status).toBe(0);
  });

  it('finds the four planted incidents and nothing else', () => {
    expect(done.stdout.split('\n').slice(0, 6)).toEqual([
      'access.log: 24560 lines, 24553 requests, 7 lines that are no entries',
      '4 incidents:',
      '  1  2026-03-17 03:20 to 2026-03-17 03:47  /login: 519 of 520 requests denied',
      '  2  2026-03-17 11:27 to 2026-03-17 23:58  /guides: 322 of 1161 requests not found',
      '  3  2026-03-17 14:07 to 2026-03-17 14:12  /api/v1/checkout: 224 of 241 requests failed',
      '  4  2026-03-17 19:30 to 2026-03-17 19:49  CatalogBot/2.1: 2604 requests',
    ]);
  });

  it('has an answer of the tape for every question', () => {
    expect(files['report.md']).toContain('Lock u4471 and end its sessions first');
    expect(files['report.md']).not.toContain('No summary');
    expect(done.stdout).toContain('no model was asked');
  });

  it('writes the evidence of each incident as pool work, the password that fitted included', () => {
    const counts = NAMES.map((name) => lineCount(files[`evidence/${name}.log`]));
    expect(counts).toEqual([521, 322, 224, 2604]);
    expect(files['evidence/1-denied-login.log']).toContain('"POST /login HTTP/1.1" 302');
  });

  it('hands each incident over, and the receipt names every handoff', () => {
    const tickets = NAMES.map((name) => `tickets/${name}.md`);
    expect(Object.keys(files).filter((name) => name.startsWith('tickets/'))).toEqual(tickets);
    expect(done.stderr.match(/handed_off/g)).toHaveLength(4);
    expect(done.stdout.match(/^Ticket: /gm)).toHaveLength(4);
  });

  it('gives the same output and the same files in TypeScript', async () => {
    const twin = await TypeScriptExample.build('log-triage/triage.ts');
    const other = folderWithLog();
    const result = twin.run(other.cwd, ...ARGS, ...TAPE);
    expect(result.stderr).not.toContain('error');
    expect(result.status).toBe(0);
    expect(result.stdout.split('\n').sort()).toEqual(done.stdout.split('\n').sort());
    expect(filesBelow(other.path('out'))).toEqual(files);
  });
});

it('parked while it waits to ask, the triage goes on to its end and prints nothing twice', async () => {
  const project = folderWithLog();
  const live = project.start('run', PROGRAM, '--', ...ARGS, ...TAPE, '--pause', '2');
  await live.says('CatalogBot/2.1: 2604 requests');
  live.signal('SIGINT');
  const parked = await live.done;
  expect(parked.status).toBe(124);
  const [, run = ''] = /harn resume (\S+)/.exec(parked.stderr) ?? [];
  expect(project.harn('why', run).stdout).toContain('timer');
  const resumed = project.harn('resume', run);
  expect(resumed.status).toBe(0);
  expect(resumed.stdout).not.toContain('incidents:');
  expect(resumed.stdout).toContain('Report: out/report.md');
  expect(project.read('out/report.md')).toContain('Lock u4471');
  expect(project.read('out/tickets/4-any-catalogbot-2-1.md')).toContain('CatalogBot/2.1');
});

it('a question that the tape does not know is said to have no answer', () => {
  const project = folderWithLog();
  writeFileSync(project.path('empty.jsonl'), '');
  const { status } = project.harn('run', PROGRAM, '--', ...ARGS, '--tape', 'empty.jsonl');
  expect(status).toBe(0);
  expect(project.read('out/report.md').match(/No summary: /g)).toHaveLength(4);
});
