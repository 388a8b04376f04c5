// Node's inspector: whether somebody debugs this process, and how `--inspect` opens it. Loads nothing until there is a
// sign of a debugger.
import { loadDebugCode } from '../engine/index.ts';
import type { Arguments } from './arguments.ts';
import { usageErrors } from './errors.ts';
import type { Output } from './output.ts';

const SIGN_OF_DEBUGGER =
  /(?:^|[\s"'])(?:--inspect|--require|-r\b|--import|--(?:experimental-)?loader)/;

/** What gives code its source map, when a debugger is there or was asked for. */
export async function debugging(args: Arguments, output: Output) {
  const pauses = args.has('inspect-brk');
  const asked = pauses || args.has('inspect');
  if (!asked && !isHinted()) return undefined;
  const inspector = await import('node:inspector');
  if (asked && inspector.url() === undefined) {
    const at = placeOf(args.value('inspect-brk') ?? args.value('inspect') ?? '');
    inspector.open(at.port, at.host);
  }
  if (inspector.url() === undefined) return undefined;
  if (pauses) {
    output.remark('harn: waiting for a debugger');
    inspector.waitForDebugger();
  }
  const { instrumentFor } = await loadDebugCode();
  return instrumentFor({ root: process.cwd(), pauses });
}

/** Editors open the inspector from a module that an option names. Most options have nothing to do with it. */
function isHinted(): boolean {
  const { execArgv, env } = process;
  return SIGN_OF_DEBUGGER.test([...execArgv, env['NODE_OPTIONS'] ?? ''].join(' '));
}

/** `[host:]port`; Node's own defaults for what is left out. */
function placeOf(text: string): { port: number | undefined; host: string | undefined } {
  if (text === '') return { port: undefined, host: undefined };
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw usageErrors.badAmount({ option: '--inspect', value: text, wanted: '[HOST:]PORT' });
  }
  return { port, host: colon === -1 ? undefined : text.slice(0, colon) };
}
