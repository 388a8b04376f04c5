// Builds an example written in TypeScript against the sources of this package and runs it in a folder.
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { build } from 'esbuild';
import type { Done } from '../cli/cli.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** A built example. */
export class TypeScriptExample {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  static async build(example: string): Promise<TypeScriptExample> {
    // Below node_modules, so that what stays an import is found there.
    const folder = path.join(root, 'node_modules/.cache/harn/test-examples');
    const file = path.join(folder, `${path.basename(example, '.ts')}-${process.pid}.mjs`);
    await build({
      entryPoints: [path.join(root, 'examples', example)],
      outfile: file,
      bundle: true,
      alias: { harn: path.join(root, 'src/index.ts') },
      external: ['@photostructure/sqlite', 'ai', '@ai-sdk/*'],
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'error',
    });
    return new TypeScriptExample(file);
  }

  /** Runs it to its end, without anything of our environment that could name a model. */
  run(cwd: string, ...args: readonly string[]): Done {
    const env = { PATH: process.env['PATH'], HOME: cwd };
    const options = { cwd, env, encoding: 'utf8' } as const;
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      [this.#file, ...args],
      options,
    );
    return { status, signal, stdout, stderr };
  }

  /** Runs it until it has said this, and kills it there. Gives what it had said. */
  async killedWhenItSays(cwd: string, text: string): Promise<string> {
    const env = { PATH: process.env['PATH'], HOME: cwd };
    const child = spawn(process.execPath, [this.#file], { cwd, env, stdio: 'pipe' });
    let said = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk: string) => {
      said += chunk;
      if (said.includes(text)) child.kill('SIGKILL');
    });
    const signal = await new Promise((ok) => child.on('close', (_code, how) => ok(how)));
    if (signal !== 'SIGKILL') throw new Error(`it ended before it said ${text}: ${said}`);
    return said;
  }
}
