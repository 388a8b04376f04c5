// Options whose value is a number: how many lines, how often, how much.
import type { Arguments } from './arguments.ts';
import { usageErrors } from './errors.ts';

/** The value of the option; undefined when it was not given. Everything else is refused. */
export function wholeOption(args: Pick<Arguments, 'value'>, name: string): number | undefined {
  const text = args.value(name);
  if (text === undefined) return undefined;
  const whole = Number(text);
  if (Number.isSafeInteger(whole) && whole > 0) return whole;
  throw usageErrors.badChoice({
    option: `--${name}`,
    value: text,
    choices: 'the whole numbers from 1',
  });
}

/** The value of an option that limits something: a number from 0; undefined when it was not given. */
export function limitOption(args: Pick<Arguments, 'value'>, name: string): number | undefined {
  const text = args.value(name);
  if (text === undefined) return undefined;
  const limit = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(limit) && limit >= 0) return limit;
  throw usageErrors.badChoice({ option: `--${name}`, value: text, choices: 'numbers from 0' });
}
