// `harn mcp serve FILE`: the functions, pipelines and tools of a program for clients of the Model Context Protocol. On
// stdio, stdout belongs to the protocol: what programs print goes to stderr.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { isLoopback, type McpProvider, serveMcpHttp, serveMcpStdio } from '../../serve/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { resolveDenied } from '../deny.ts';
import { cliErrors, usageErrors } from '../errors.ts';
import { limitOption } from '../number-option.ts';
import { servedProgram } from '../served-program.ts';
import { type Session, withSession } from '../session.ts';
import { editionOf } from '../source-files.ts';
import { onStopSignal } from '../stop-signals.ts';
import { loadForRun } from './run.ts';

/** The variable with the keys of clients, separated by commas. */
const KEYS = 'HARN_MCP_API_KEYS';

/** On stdio the input is the client's: a program that read from it would take messages away. */
const INPUT = ['stdio.read_line', 'stdio.prompt', 'stdio.read_stdin'];

export const mcpServe: Command = {
  run: (args, ctx) =>
    withSession(
      args,
      ctx,
      async (session) => {
        const provider = await providerOf(session, args, ctx);
        if (provider === undefined) return 1;
        return args.value('transport') === 'http'
          ? overHttp(session, provider, args)
          : overStdio(provider);
      },
      { isQuietOut: true },
    ),
};

async function providerOf(
  session: Session,
  args: Arguments,
  ctx: CommandContext,
): Promise<McpProvider | undefined> {
  const file = args.at(0);
  const { host, engine } = session;
  const program = await loadForRun(session, { path: file }, args.value('edition'));
  if (program === undefined) return undefined;
  const denied = args.list('deny');
  const isStdio = args.value('transport') !== 'http';
  return servedProgram({
    engine,
    program,
    file,
    cwd: host.system.cwd(),
    edition: editionOf(host, args.value('edition')),
    about: {
      name: args.value('name') ?? file.replace(/^.*\//, '').replace(/\.harn$/, ''),
      version: ctx.version,
      card: await cardOf(host, args.value('card')),
    },
    start: {
      durability: args.value('durability') === 'process' ? 'process' : 'power',
      deny: [...(denied.length === 0 ? [] : resolveDenied(denied)), ...(isStdio ? INPUT : [])],
      tokenBudget: limitOption(args, 'token-budget'),
      costBudgetUsd: limitOption(args, 'cost-budget'),
    },
  });
}

/** A file, or the JSON itself. */
async function cardOf(host: Host, given: string | undefined): Promise<JsonObject | undefined> {
  if (given === undefined) return undefined;
  const text = given.trimStart().startsWith('{')
    ? given
    : await host.fs.readText(given).catch((error: Error) => {
        throw usageErrors.badJson({ option: '--card', reason: error.message }, { cause: error });
      });
  try {
    const card = JSON.parse(text) as Json;
    if (isJsonObject(card)) return card;
  } catch (error) {
    throw usageErrors.badJson({ option: '--card', reason: (error as Error).message });
  }
  throw usageErrors.badJson({ option: '--card', reason: 'it is not an object' });
}

async function overStdio(provider: McpProvider): Promise<number> {
  const { stdin: input, stdout: output } = process;
  const server = await serveMcpStdio(provider, { input, output });
  const stopListening = onStopSignal(() => void server.close().then(() => input.destroy()));
  try {
    await server.done;
    return 0;
  } finally {
    stopListening();
  }
}

async function overHttp(session: Session, provider: McpProvider, args: Arguments): Promise<number> {
  const { host, port } = bindOf(args.value('bind') ?? '127.0.0.1:8765');
  const keys = (session.host.env.get(KEYS) ?? '')
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');
  if (keys.length === 0 && !isLoopback(host)) throw usageErrors.openServer({ variable: KEYS });
  const path = args.value('path') ?? '/mcp';
  const server = await serveMcpHttp(provider, { host, port, path, keys }).catch((error: Error) => {
    throw cliErrors.cannotListen(
      { address: `${host}:${port}`, reason: error.message },
      { cause: error },
    );
  });
  session.output.remark(`serving ${provider.name} at ${server.url}`);
  return new Promise((resolve) => {
    const stopListening = onStopSignal(() => {
      void server.close().then(() => {
        stopListening();
        resolve(0);
      });
    });
  });
}

/** `127.0.0.1:8765`, `[::1]:8765`, or a port alone. */
function bindOf(text: string): { readonly host: string; readonly port: number } {
  const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?(\d+)$/.exec(text) ?? [];
  const number = Number(port);
  if (port === '' || number > 65_535) {
    throw usageErrors.badChoice({ option: '--bind', value: text, choices: 'HOST:PORT' });
  }
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: number };
}
