// Errors of the io room: calls that make no sense before the outside is touched.
import { defineErrors, row } from '../../base/index.ts';

export const ioErrors = defineErrors('IOE', {
  emptyRange: row<{ min: number; max: number }>({
    number: 1,
    message: ({ min, max }) => `there is no number between ${min} and ${max}`,
    hint: 'give the smaller bound first',
  }),
  noCommand: row<Record<string, never>>({
    number: 2,
    message: () => 'the command is empty',
    hint: 'give `argv` with at least the program, or `shell` with a line',
  }),
  badUrl: row<{ url: string }>({
    number: 3,
    message: ({ url }) => `${JSON.stringify(url)} is not a URL`,
    hint: 'an absolute address is needed, such as https://example.com/path',
  }),
});
