// Which tests are meant: the patterns of --filter, and the numbers the test commands take.
import { parseDuration } from '../../base/index.ts';
import { usageErrors } from '../errors.ts';

/** Whether a name is meant. */
export type NameFilter = (name: string) => boolean;

/**
 * Understands a filter: `re:` and a regular expression, or alternatives separated by `|`, each a pattern with `*` and
 * `?` for the whole name or a part of it.
 */
export function nameFilter(pattern: string | undefined): NameFilter {
  if (pattern === undefined || pattern === '') return () => true;
  if (pattern.startsWith('re:')) {
    const wanted = regularExpression(pattern.slice(3));
    return (name) => wanted.test(name);
  }
  const parts = pattern.split('|').filter((part) => part !== '');
  const tests = parts.map((part): NameFilter => {
    if (!/[*?]/.test(part)) return (name) => name.includes(part);
    const glob = globExpression(part);
    return (name) => glob.test(name);
  });
  return (name) => tests.some((test) => test(name));
}

function regularExpression(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usageErrors.badPattern({ pattern: source, reason });
  }
}

function globExpression(glob: string): RegExp {
  const escaped = glob.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'u');
}

/** How many at once: a whole number from 1. */
export function countOption(option: string, value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  const count = Number(value);
  if (Number.isInteger(count) && count >= 1 && count <= 1_000) return count;
  throw usageErrors.badAmount({ option, value, wanted: 'a whole number from 1 to 1000' });
}

/** How long: `30s`, or a number of milliseconds. */
export function durationOption(
  option: string,
  value: string | undefined,
  otherwiseMs: number,
): number {
  if (value === undefined) return otherwiseMs;
  const ms = /^\d+$/.test(value) ? Number(value) : parseDuration(value);
  if (ms !== undefined && ms > 0 && ms <= 86_400_000) return ms;
  throw usageErrors.badAmount({ option, value, wanted: 'a time such as 30s, or milliseconds' });
}

/** Does something with every item, so many at once; the results are in the order of the items. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  use: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await use(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return results;
}
