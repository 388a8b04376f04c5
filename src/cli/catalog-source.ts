// The commands over sources that run nothing, as data: see catalog.ts.

import { EDITION, HELP, JSON_OPTION } from './catalog-options.ts';
import type { CommandSpec } from './command.ts';

export const SOURCE_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'check',
    summary: 'look for mistakes without running anything',
    positionals: [{ name: 'FILE…', rest: true }],
    options: [
      EDITION,
      {
        name: 'strict-types',
        help: 'report what is read from parsed text or answers of the host before it was checked',
      },
      { name: 'watch', help: 'look again when a program changes' },
      JSON_OPTION,
      HELP,
    ],
    details: ['Exits 1 when there are errors. Directories are searched for .harn files.'],
    examples: [
      ['harn check triage.harn', 'one file and what it imports'],
      ['harn check .', 'every .harn file below'],
    ],
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'fmt',
    summary: 'format programs',
    positionals: [{ name: 'FILE…', optional: true, rest: true }],
    options: [
      {
        name: 'check',
        help: 'change nothing; show what would change and exit 1 if anything would',
      },
      { name: 'stdin', help: 'read a program from stdin and print it formatted' },
      { name: 'line-width', value: 'N', help: 'break lines before they get longer (100)' },
      JSON_OPTION,
      HELP,
    ],
    details: [
      'Directories are searched for .harn files. Comments stay where they are. A file that does not parse is left as it',
      'is, and the exit code is 1. The width can also be set for a project: `line_width` of `[fmt]` in harn.toml.',
    ],
    examples: [
      ['harn fmt .', 'every .harn file below'],
      ['harn fmt --check src', 'for continuous integration'],
      ['harn fmt --stdin < triage.harn', 'for editors'],
    ],
    load: async () => (await import('./commands/fmt.ts')).fmt,
  },
  {
    name: 'lint',
    summary: 'look for habits worth changing',
    positionals: [{ name: 'FILE…', rest: true }],
    options: [
      { name: 'fix', help: 'change what can be changed without changing what the program does' },
      { name: 'strict', help: 'exit 1 also for warnings' },
      EDITION,
      JSON_OPTION,
      HELP,
    ],
    details: [
      'Directories are searched for .harn files. `harn explain HARN-LNT-014` says more about a rule. A rule is switched off',
      'for a project with `disabled = ["unused-variable"]` of `[lint]` in harn.toml, for a line with a comment on it or',
      'above it: `// lint:allow unused-variable`. Names that begin with `_` may be unused.',
    ],
    examples: [
      ['harn lint .', 'every .harn file below'],
      ['harn lint --fix triage.harn', 'with the safe fixes'],
    ],
    load: async () => (await import('./commands/lint.ts')).lint,
  },
  {
    name: 'fix',
    summary: 'rewrite the older spelling of programs to the later one',
    positionals: [{ name: 'PATH…', rest: true }],
    options: [
      { name: 'dry-run', help: 'change nothing; show what would change' },
      { name: 'diff', help: 'the same as --dry-run' },
      { name: 'check', help: 'like --dry-run, and exit 1 if anything would change' },
      EDITION,
      JSON_OPTION,
      HELP,
    ],
    details: [
      'Bindings become const and let, older global builtins methods of a harness that is handed in, and what other files use',
      'becomes pub. What a program does stays the same: the result is checked, and a file that cannot be rewritten safely is',
      'left as it is with the reason and the line; then the exit code is 1.',
    ],
    examples: [
      ['harn fix --dry-run .', 'what would change'],
      ['harn fix .', 'every .harn file below, and harn.toml if it declares the older edition'],
    ],
    load: async () => (await import('./commands/fix.ts')).fix,
  },
];
