// The terminal. Output is counted, not recorded; what is read is recorded and never asked for twice.
import type { StdStream } from '../host/index.ts';
import { defineEffect, defineSyncEffect, type EffectEnv } from '../run/index.ts';
import { stdioMocksKey } from './stdio-mocks.ts';

const output = { class: 'output', access: 'write' } as const;
const input = { class: 'read', access: 'read' } as const;
const reading = { class: 'ambient', access: 'read' } as const;

function writeErr(env: EffectEnv, text: string): void {
  const kept = env.get(stdioMocksKey).stderr;
  if (kept === undefined) env.write('stderr', text);
  else kept.push(text);
}

/** A replayed read takes prepared text away, as the read did. */
const takesLine = { replayed: (env: EffectEnv) => void env.get(stdioMocksKey).input?.line() };

async function readLine(env: EffectEnv): Promise<string | null> {
  const { input: prepared } = env.get(stdioMocksKey);
  if (prepared !== undefined) return prepared.line();
  await env.host.stdio.flush();
  return (await env.host.stdio.readLine({ signal: env.signal })) ?? null;
}

function isTty(stream: StdStream) {
  return defineSyncEffect({ name: `stdio.is_${stream}_tty`, ...reading }, (env) =>
    isTerminal(env, stream),
  );
}

/** Whether a stream is a terminal, or counts as one under test. */
export function isTerminal(env: EffectEnv, stream: StdStream): boolean {
  return env.get(stdioMocksKey).tty.get(stream) ?? env.host.stdio.isTty(stream);
}

export const stdioEffects = {
  print: defineSyncEffect({ name: 'stdio.print', ...output }, (env, text: string) =>
    env.write('stdout', text),
  ),
  println: defineSyncEffect({ name: 'stdio.println', ...output }, (env, text: string) =>
    env.write('stdout', `${text}\n`),
  ),
  eprint: defineSyncEffect({ name: 'stdio.eprint', ...output }, writeErr),
  eprintln: defineSyncEffect({ name: 'stdio.eprintln', ...output }, (env, text: string) =>
    writeErr(env, `${text}\n`),
  ),
  /** A line marked as the program's own remark. */
  log: defineSyncEffect({ name: 'stdio.log', ...output }, (env, text: string) =>
    env.write('stdout', `[harn] ${text}\n`),
  ),
  /** The next line of stdin without its break; null at the end. */
  read_line: defineEffect({ name: 'stdio.read_line', ...input, ...takesLine }, readLine),
  /** Shows a question and reads one line. */
  prompt: defineEffect({ name: 'stdio.prompt', ...input, ...takesLine }, (env, message: string) => {
    env.write('stdout', message);
    return readLine(env);
  }),
  /** All of stdin that is left. */
  read_stdin: defineEffect(
    {
      name: 'stdio.read_stdin',
      ...input,
      replayed: (env) => void env.get(stdioMocksKey).input?.all(),
    },
    (env) => env.get(stdioMocksKey).input?.all() ?? env.host.stdio.readAll({ signal: env.signal }),
  ),
  is_stdin_tty: isTty('stdin'),
  is_stdout_tty: isTty('stdout'),
  is_stderr_tty: isTty('stderr'),
};
