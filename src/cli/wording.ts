// How figures, moments and long texts read for people: local times, plurals, lines that break between words.
import { relativeTime } from './output.ts';

/** `1 call`, `2 calls`, `1,234 calls`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** `1,234`. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** `$0.0123`, `$0.000219`: more digits where the sum is small. */
export function dollars(usd: number): string {
  return `$${Number(usd.toFixed(usd < 0.01 ? 6 : 4))}`;
}

/** `2026-11-21 00:05:41`, in the time zone of the machine. */
export function localTime(ms: number): string {
  const at = new Date(ms);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}

/** `2026-11-21 00:05:41 (3 min ago)`. */
export function momentText(nowMs: number, atMs: number): string {
  return `${localTime(atMs)} (${relativeTime(nowMs, atMs)})`;
}

/** A terminal that is narrower than this breaks lines as it likes. */
const NARROWEST = 20;
/** A second column that begins further right leaves no room to go on below it. */
const MOST_INDENT = 20;

/**
 * Lines that are too long for a terminal, broken between words; undefined columns break nothing. What stands in columns
 * (two spaces between them) goes on below its second column.
 */
export function wrapped(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < NARROWEST) return text;
  return text
    .split('\n')
    .flatMap((line) => broken(line, columns))
    .join('\n');
}

function broken(line: string, columns: number): readonly string[] {
  if ([...line].length <= columns) return [line];
  const [head = ''] = /^(?:\S.*?\S {2,}|\s*)(?=\S)/.exec(line) ?? [];
  const indent = ' '.repeat(head.length <= Math.min(MOST_INDENT, columns / 2) ? head.length : 2);
  const lines: string[] = [];
  let open = '';
  let isFresh = true;
  for (const part of line.split(/(?<=\S)(?= )/)) {
    if (!isFresh && [...open, ...part].length > columns) {
      lines.push(open);
      open = indent + part.trimStart();
    } else open += part;
    isFresh = false;
  }
  return [...lines, open];
}
