// `harn mcp serve --transport http` for tests: started at a free port, stopped as people stop it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export async function startServer(
  harn: string,
  cwd: string,
  file: string,
  env: { readonly [name: string]: string } = {},
): Promise<{ readonly url: string; stop(): Promise<number | null> }> {
  const args = [harn, 'mcp', 'serve', file, '--transport', 'http', '--bind', '127.0.0.1:0'];
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      const found = /at (http:\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(said)));
  });
  return {
    url,
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = (await gone) as [number | null];
      return code;
    },
  };
}
