// Codes of the formatter. 001 and 002 have upstream's numbers and meanings; 5xx are ours.
import { defineErrors, row } from '../../base/index.ts';

type File = { readonly file: string };

export const formatErrors = defineErrors('FMT', {
  cannotParse: row<File & { code: string; reason: string }>({
    number: 1,
    message: ({ file, code, reason }) =>
      `${file} does not parse, so it is left as it is: ${reason} (${code})`,
    hint: 'Mend the syntax first; `harn check` shows the place.',
  }),
  wouldReformat: row<File>({
    number: 2,
    message: ({ file }) => `${file} is not formatted`,
    hint: 'Run `harn fmt` on it.',
  }),
  notTheSame: row<File>({
    number: 501,
    message: ({ file }) => `${file} is left as it is: its formatted text would not mean the same`,
    hint: 'This is a defect of the formatter. Please report it with the file.',
  }),
});
