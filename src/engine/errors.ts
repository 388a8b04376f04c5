// What can go wrong between a compiled program and a running one.
import { defineErrors, row } from '../base/index.ts';

export const engineErrors = defineErrors('LNK', {
  abiMismatch: row<{ program: number; runtime: number }>({
    number: 1,
    message: ({ program, runtime }) =>
      `the program was compiled for support version ${program}, this runtime has ${runtime}`,
    hint: 'Compile the program again with this version of harn.',
  }),
  missingBuiltin: row<{ name: string; module: string }>({
    number: 2,
    message: ({ name, module }) =>
      `${module} needs the builtin ${name}, which this host does not provide`,
  }),
  missingModule: row<{ id: string; module: string }>({
    number: 3,
    message: ({ id, module }) => `${module} imports ${id}, which is not part of the program`,
  }),
});
