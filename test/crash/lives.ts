// Lives of a scenario: each is a process that is started, perhaps killed, and listened to.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Order, Report } from './child.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
/** The child in one file; inside the repository, so that it finds packages. */
const bundles = join(here, '../../node_modules/.cache/harn-test');

/** Packages written for CommonJS ask for node's modules this way. */
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

export type Kill = NonNullable<Order['kill']>;

/** What was seen of one life. */
export interface Life {
  readonly pid: number | undefined;
  readonly signal: string | null;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly reports: readonly Report[];
}

/** A life under way. */
export interface Living {
  readonly child: ChildProcess;
  readonly ended: Promise<Life>;
  /** Resolves when a report fits; rejects when the life ends without one. */
  saw(test: (report: Report) => boolean): Promise<Report>;
}

/** A place of its own for one run: files, database, part of the outside. */
export interface Scene {
  readonly name: string;
  readonly directory: string;
  readonly database: string;
}

/** The scenario as a program to start; one per test file. */
export class Stage {
  readonly #bundle: string;
  readonly #root: string;
  readonly #children = new Set<ChildProcess>();
  #scenes = 0;

  private constructor(bundle: string, root: string) {
    this.#bundle = bundle;
    this.#root = root;
  }

  static async open(name: string): Promise<Stage> {
    mkdirSync(bundles, { recursive: true });
    const bundle = join(bundles, `crash-${name}-${process.pid}.mjs`);
    await build({
      entryPoints: [join(here, 'child.ts')],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      // Bundled packages load faster than a folder of files; what has a binary part cannot be.
      external: ['@photostructure/sqlite'],
      banner: { js: REQUIRE },
      logLevel: 'error',
    });
    return new Stage(bundle, mkdtempSync(join(tmpdir(), `harn-crash-${name}-`)));
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.#root, { recursive: true, force: true });
    rmSync(this.#bundle, { force: true });
  }

  newScene(): Scene {
    this.#scenes += 1;
    const name = `s${this.#scenes}`;
    const directory = join(this.#root, name);
    mkdirSync(directory);
    writeFileSync(join(directory, 'input.txt'), 'the input');
    return { name, directory, database: join(directory, 'harn.sqlite') };
  }

  /** Starts a life. */
  begin(
    scene: Scene,
    {
      program: name = 'scenario.harn',
      ...order
    }: Pick<Order, 'form' | 'url' | 'kill' | 'force' | 'with' | 'packed'> & {
      readonly program?: string;
    },
  ): Living {
    const { directory, database } = scene;
    const program = join(here, name);
    const text = JSON.stringify({ ...order, directory, database, program } satisfies Order);
    const env = { ...process.env, HARN_LLM_BASE_URL: order.url };
    const child = spawn(process.execPath, [this.#bundle, text], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env,
    });
    this.#children.add(child);
    const reports: Report[] = [];
    const watchers = new Set<() => void>();
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    lines(child.stdio[3] as NodeJS.ReadableStream, (line) => {
      reports.push(JSON.parse(line) as Report);
      for (const watch of watchers) watch();
    });
    const ended = new Promise<Life>((resolve) => {
      child.on('close', (code, signal) => {
        this.#children.delete(child);
        resolve({ pid: child.pid, code, signal, stdout: stdout(), stderr: stderr(), reports });
      });
    });
    const saw = (test: (report: Report) => boolean) =>
      new Promise<Report>((resolve, reject) => {
        const look = () => {
          const found = reports.find(test);
          if (found !== undefined) resolve(found);
        };
        watchers.add(look);
        void ended.then((life) => reject(new Error(`ended too early: ${life.stderr}`)));
        look();
      });
    return { child, ended, saw };
  }
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

/** Calls back for each whole line; a line cut off by a kill is dropped. */
function lines(stream: NodeJS.ReadableStream, fn: (line: string) => void): void {
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    rest += chunk.toString();
    const parts = rest.split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) fn(part);
  });
}
