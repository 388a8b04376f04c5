// Looks of the terminal: its size, and whether text may carry colours. What was asked for is memory of the run; what the
// terminal is was recorded, so a replay writes the same bytes.
import type { StdStream } from '../host/index.ts';
import { defineSyncEffect, type RunContext, type ServiceKey } from '../run/index.ts';
import { ioErrors } from './errors.ts';
import { isTerminal } from './stdio.ts';

/** `auto` colours a terminal, unless `NO_COLOR` is set. */
export type ColorMode = 'auto' | 'always' | 'never';

const modeKey: ServiceKey<{ mode: ColorMode }> = {
  name: 'io.color_mode',
  create: () => ({ mode: 'auto' }),
};

const MODES = ['auto', 'always', 'never'];
const DEFAULT_WIDTH = 80;
const DEFAULT_HEIGHT = 24;
const reading = { class: 'ambient', access: 'read' } as const;

export const termEffects = {
  set_color_mode: defineSyncEffect(
    { name: 'term.set_color_mode', class: 'local', access: 'write' },
    (env, mode: string) => {
      if (!MODES.includes(mode)) throw ioErrors.colorMode({ mode });
      env.get(modeKey).mode = mode as ColorMode;
      return null;
    },
  ),
  color_mode: defineSyncEffect(
    { name: 'term.color_mode', class: 'local', access: 'read' },
    (env) => env.get(modeKey).mode,
  ),
  /** Whether stdout takes colours by itself. */
  has_color: defineSyncEffect(
    { name: 'term.has_color', ...reading },
    (env) => (env.host.env.get('NO_COLOR') ?? '') === '' && isTerminal(env, 'stdout'),
  ),
  /** Columns of the terminal; 80 when there is none. */
  width: defineSyncEffect(
    { name: 'term.width', ...reading },
    (env) => env.host.stdio.columns() ?? DEFAULT_WIDTH,
  ),
  /** Lines of the terminal; 24 when there is none. */
  height: defineSyncEffect(
    { name: 'term.height', ...reading },
    (env) => env.host.stdio.rows?.() ?? DEFAULT_HEIGHT,
  ),
  /** Whether `stdin`, `stdout` or `stderr` is a terminal. */
  is_tty: defineSyncEffect({ name: 'term.is_tty', ...reading }, (env, stream: string) => {
    if (!isStream(stream)) throw ioErrors.noStream({ stream });
    return isTerminal(env, stream);
  }),
  /** Empties the screen, where stdout is one. */
  clear: defineSyncEffect({ name: 'term.clear', class: 'output', access: 'write' }, (env) => {
    if (isTerminal(env, 'stdout')) env.write('stdout', '\u001b[2J\u001b[3J\u001b[H');
    return null;
  }),
};

function isStream(name: string): name is StdStream {
  return name === 'stdin' || name === 'stdout' || name === 'stderr';
}

const COLORS: { readonly [name: string]: number } = {
  black: 30,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
  white: 37,
  gray: 90,
  grey: 90,
  bright_red: 91,
  bright_green: 92,
  bright_yellow: 93,
  bright_blue: 94,
  bright_magenta: 95,
  bright_cyan: 96,
  bright_white: 97,
  bold: 1,
  dim: 2,
};

/** Text in a colour, `bold` or `dim`, where the mode in force allows it; as it is for a name that is none. */
export function styled(ctx: RunContext, text: string, style: string): string {
  const code = Object.hasOwn(COLORS, style) ? COLORS[style] : undefined;
  if (code === undefined) return text;
  const mode = ctx.sync(termEffects.color_mode, []);
  const isOn = mode === 'always' || (mode === 'auto' && ctx.sync(termEffects.has_color, []));
  return isOn ? `\u001b[${code}m${text}\u001b[0m` : text;
}
