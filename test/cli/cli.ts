// For the tests of the command line: runs it as its users do, from a folder of its own, in projects
// made for one test each. Nothing here waits for time; it waits for output and for processes to end.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sharedBuild } from './shared-build.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** What a command did. */
export interface Done {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A built command line with room for projects. */
export class Cli {
  readonly folder: string;
  #projects = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async build(): Promise<Cli> {
    const folder = mkdtempSync(path.join(tmpdir(), 'harn-cli-'));
    cpSync(path.join(root, 'bin'), path.join(folder, 'bin'), { recursive: true });
    cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    symlinkSync(await sharedBuild(), path.join(folder, 'dist'));
    return new Cli(folder);
  }

  /** An empty folder, with these files in it. */
  project(files: Readonly<Record<string, string>> = {}): Project {
    this.#projects += 1;
    const cwd = path.join(this.folder, `project-${this.#projects}`);
    mkdirSync(cwd);
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(cwd, name), text);
    return new Project(this, cwd);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A folder that commands run in. */
export class Project {
  readonly cwd: string;
  readonly #cli: Cli;
  readonly #extra: Readonly<Record<string, string>>;

  constructor(cli: Cli, cwd: string, extra: Readonly<Record<string, string>> = {}) {
    this.#cli = cli;
    this.cwd = cwd;
    this.#extra = extra;
  }

  /** The same folder with more in the environment. */
  with(env: Readonly<Record<string, string>>): Project {
    return new Project(this.#cli, this.cwd, env);
  }

  /** Runs a command to its end. */
  harn(...args: readonly string[]): Done {
    const options = { cwd: this.cwd, encoding: 'utf8', env: this.#env(), input: '' } as const;
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      this.#argv(args),
      options,
    );
    return { status, signal, stdout, stderr };
  }

  /** Runs a command through a shell script of the project, which gets it as its arguments. */
  shell(script: string, ...args: readonly string[]): Done {
    const argv = [script, process.execPath, ...this.#argv(args)];
    const options = { cwd: this.cwd, encoding: 'utf8', env: this.#env() } as const;
    const { status, signal, stdout, stderr } = spawnSync('sh', argv, options);
    return { status, signal, stdout, stderr };
  }

  /** Runs a reading command and gives the data of its envelope. */
  data<T>(...args: readonly string[]): T {
    const { stdout } = this.harn(...args, '--json');
    return (JSON.parse(stdout) as { data: T }).data;
  }

  /** Starts a command and goes on. */
  start(...args: readonly string[]): Live {
    const child = spawn(process.execPath, this.#argv(args), { cwd: this.cwd, env: this.#env() });
    return new Live(child);
  }

  read(name: string): string {
    return readFileSync(path.join(this.cwd, name), 'utf8');
  }

  has(name: string): boolean {
    return existsSync(path.join(this.cwd, name));
  }

  path(name: string): string {
    return path.join(this.cwd, name);
  }

  #argv(args: readonly string[]): string[] {
    return [path.join(this.#cli.folder, 'bin/harn.cjs'), ...args];
  }

  #env(): Record<string, string | undefined> {
    const cache = path.join(this.#cli.folder, 'cache');
    return {
      PATH: process.env['PATH'],
      HOME: this.#cli.folder,
      XDG_CACHE_HOME: cache,
      ...this.#extra,
    };
  }
}

/** A command at work. */
export class Live {
  readonly pid: number;
  readonly done: Promise<Done>;
  readonly #child: ChildProcessWithoutNullStreams;
  #stdout = '';
  #stderr = '';
  #ended = false;
  #changed: () => void = () => undefined;

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    child.stdout.on('data', (bytes: Buffer) => {
      this.#stdout += bytes.toString();
      this.#changed();
    });
    child.stderr.on('data', (bytes: Buffer) => {
      this.#stderr += bytes.toString();
      this.#changed();
    });
    this.done = new Promise((resolve) => {
      child.on('close', (status, signal) => {
        this.#ended = true;
        this.#changed();
        resolve({ status, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  /** Resolves when the text has appeared on stdout or stderr; fails when the command ends without saying it. */
  async says(text: string): Promise<void> {
    while (!this.#stdout.includes(text) && !this.#stderr.includes(text)) {
      if (this.#ended) throw new Error(`it never said "${text}": ${this.#stdout}${this.#stderr}`);
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  /** What it has said on stderr so far. */
  get stderr(): string {
    return this.#stderr;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Ends its input. */
  endInput(): void {
    this.#child.stdin.end();
  }
}

/** The events of a `--json` stream, each checked to stand in a proper envelope. */
export function eventsOf(stdout: string): readonly StreamEvent[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const envelope = JSON.parse(line) as Record<string, unknown>;
      const keys = Object.keys(envelope).join();
      if (keys !== 'schemaVersion,ok,data,error,warnings' || envelope['ok'] !== true) {
        throw new Error(`not an envelope of a stream: ${line}`);
      }
      return envelope['data'] as StreamEvent;
    });
}

export interface StreamEvent {
  readonly event_type: string;
  readonly seq: number;
  readonly [field: string]: unknown;
}
