// The terminal. Output is counted, not recorded; what is read is recorded and never asked for twice.
import { defineEffect, defineSyncEffect } from '../run/index.ts';

const output = { class: 'output', access: 'write' } as const;
const input = { class: 'read', access: 'read' } as const;
const reading = { class: 'ambient', access: 'read' } as const;

export const stdioEffects = {
  print: defineSyncEffect({ name: 'stdio.print', ...output }, (env, text: string) =>
    env.write('stdout', text),
  ),
  println: defineSyncEffect({ name: 'stdio.println', ...output }, (env, text: string) =>
    env.write('stdout', `${text}\n`),
  ),
  eprint: defineSyncEffect({ name: 'stdio.eprint', ...output }, (env, text: string) =>
    env.write('stderr', text),
  ),
  eprintln: defineSyncEffect({ name: 'stdio.eprintln', ...output }, (env, text: string) =>
    env.write('stderr', `${text}\n`),
  ),
  /** A line marked as the program's own remark. */
  log: defineSyncEffect({ name: 'stdio.log', ...output }, (env, text: string) =>
    env.write('stdout', `[harn] ${text}\n`),
  ),
  /** The next line of stdin without its break; null at the end. */
  read_line: defineEffect({ name: 'stdio.read_line', ...input }, async (env) => {
    await env.host.stdio.flush();
    return (await env.host.stdio.readLine({ signal: env.signal })) ?? null;
  }),
  /** Shows a question and reads one line. */
  prompt: defineEffect({ name: 'stdio.prompt', ...input }, async (env, message: string) => {
    env.write('stdout', message);
    await env.host.stdio.flush();
    return (await env.host.stdio.readLine({ signal: env.signal })) ?? null;
  }),
  /** All of stdin that is left. */
  read_stdin: defineEffect({ name: 'stdio.read_stdin', ...input }, (env) =>
    env.host.stdio.readAll({ signal: env.signal }),
  ),
  is_stdin_tty: defineSyncEffect({ name: 'stdio.is_stdin_tty', ...reading }, (env) =>
    env.host.stdio.isTty('stdin'),
  ),
  is_stdout_tty: defineSyncEffect({ name: 'stdio.is_stdout_tty', ...reading }, (env) =>
    env.host.stdio.isTty('stdout'),
  ),
  is_stderr_tty: defineSyncEffect({ name: 'stdio.is_stderr_tty', ...reading }, (env) =>
    env.host.stdio.isTty('stderr'),
  ),
};
