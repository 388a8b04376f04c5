// Options whose value is a whole number from 1: how many lines, how often.
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
