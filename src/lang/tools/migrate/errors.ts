// Codes of `harn fix`: why a file keeps its older spelling. Every reason names a place in the file.
import { defineErrors, row } from '../../../base/index.ts';

type Why = { readonly file: string; readonly code: string; readonly reason: string };

export const fixErrors = defineErrors('FIX', {
  hasErrors: row<Why>({
    number: 1,
    message: ({ file, code, reason }) =>
      `${file} is left as it is: it has errors, such as ${code}: ${reason}`,
    hint: 'Mend them first; `harn check` shows them all.',
  }),
  wouldBreak: row<Why>({
    number: 2,
    message: ({ file, code, reason }) =>
      `${file} is left as it is: in the later spelling this would be ${code}: ${reason}`,
    hint: 'The later edition is stricter. Change this place by hand, then run `harn fix` again.',
  }),
  startsByItself: row<{ file: string }>({
    number: 3,
    message: ({ file }) =>
      `${file} is left as it is: in the later edition \`main\` starts by itself`,
    hint: 'Give this function another name, or let the last statement of the file be `main()` and all others declarations.',
  }),
  declaredAgain: row<{ file: string; name: string }>({
    number: 4,
    message: ({ file, name }) =>
      `${file} is left as it is: \`${name}\` is declared twice in one scope, which stops the program here`,
    hint: 'Give one of them another name, or declare the first with `var`.',
  }),
  manifestHolds: row<{ file: string; manifest: string; other: string }>({
    number: 5,
    message: ({ file, manifest, other }) =>
      `${file} is left as it is: ${manifest} declares the older edition for all its files, and ${other} stays`,
    hint: 'Give `harn fix` the whole project, and mend what it says about the other file.',
  }),
  manifestUnclear: row<{ file: string; manifest: string }>({
    number: 6,
    message: ({ file, manifest }) =>
      `${file} is left as it is: ${manifest} declares the older edition in a way that is not changed automatically`,
    hint: 'Write `edition = "2026"` below `[package]` by hand, then run `harn fix --edition 0.7`.',
  }),
  wouldMeanOther: row<{ file: string; what: string }>({
    number: 501,
    message: ({ file, what }) =>
      `${file} is left as it is: its later spelling would not mean the same (${what})`,
    hint: 'This is a defect of `harn fix`. Please report it with the file.',
  }),
});
