// The commands that help to write programs, as data: tests and suites, new projects, the
// reference, editors.
import type { OptionSpec } from './arguments.ts';
import {
  EDITION,
  HELP,
  INSPECT,
  INSPECT_BRK,
  JSON_OPTION,
  SCENARIO,
  SKILL_DIR,
} from './catalog-options.ts';
import type { CommandSpec } from './command.ts';

const TEST_FILTER: OptionSpec = {
  name: 'filter',
  value: 'PATTERN',
  help: 'only names with this in them; * and ?, a|b, re:EXPRESSION',
};
const TEST_TIMEOUT: OptionSpec = {
  name: 'timeout',
  value: 'TIME',
  help: 'how long one may take, such as 5s or 5000 (default 30s)',
};
const TEST_TIMING: OptionSpec = {
  name: 'timing',
  help: 'also show the slowest tests, and the times that half and nearly all of them stayed below',
};
const TEST_JUNIT: OptionSpec = { name: 'junit', value: 'FILE', help: 'write JUnit XML there' };

export const TOOL_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'test conformance',
    summary: 'run a suite of programs with their expected output beside them',
    positionals: [{ name: 'DIR|FILE', optional: true }],
    options: [
      TEST_FILTER,
      { name: 'jobs', short: 'j', value: 'N', help: 'so many cases at a time (default 1)' },
      TEST_TIMEOUT,
      TEST_TIMING,
      TEST_JUNIT,
      SKILL_DIR,
      EDITION,
      JSON_OPTION,
      HELP,
    ],
    details: [
      'A case is a .harn file with .expected (all that it prints) or .error (a line that its failure contains, or re: and a',
      'regular expression) beside it. Every case has a run and a store of its own. Without DIR: ./conformance.',
    ],
    examples: [
      ['harn test conformance', 'the whole suite'],
      ['harn test conformance --filter closures', 'cases with this in their path'],
    ],
    load: async () => (await import('./commands/test-conformance.ts')).testConformance,
  },
  {
    name: 'test',
    summary: 'run the tests of this project',
    positionals: [{ name: 'PATH…', optional: true, rest: true }],
    options: [
      TEST_FILTER,
      {
        name: 'parallel',
        value: 'N',
        mayLackValue: true,
        ownWord: /^\d+$/,
        help: 'so many tests at a time (4 without N; else 1)',
      },
      TEST_TIMEOUT,
      TEST_TIMING,
      SCENARIO,
      { name: 'allow-net', help: 'let tests use the network and ask real models' },
      { name: 'coverage', help: 'show which lines the tests ran' },
      { name: 'lcov', value: 'FILE', help: 'write the coverage in the format of lcov' },
      TEST_JUNIT,
      { name: 'verbose', short: 'v', help: 'also show what tests printed that passed' },
      { name: 'watch', help: 'run them again when a program changes' },
      { name: 'record', help: 'ask real models and keep their answers in .harn-fixtures' },
      { name: 'replay', help: 'answer for models from what --record kept' },
      { name: 'determinism', help: 'run each test twice; it fails when the second run differs' },
      SKILL_DIR,
      INSPECT,
      INSPECT_BRK,
      EDITION,
      JSON_OPTION,
      HELP,
    ],
    details: [
      'A test is a pipeline whose name begins with test_, or one with @test before it; it passes when it ends without an error.',
      'Each runs by itself, with a store in memory. Models are mocks, prepared answers may lie beside the file in',
      'NAME.llm-mock.jsonl, and there is no network. NAME.harness.json beside a file scripts all of its outside. Without PATH:',
      './tests, else every file below.',
      '',
      'Exits 1 when a test failed or there is none, 2 for wrong usage.',
    ],
    examples: [
      ['harn test', 'all tests'],
      ['harn test tests/auth.harn --filter "test_login*"', 'some of them'],
      ['harn test --coverage --junit out/tests.xml', 'for a build server'],
    ],
    load: async () => (await import('./commands/test.ts')).test,
  },
  {
    name: 'repl',
    summary: 'try things out, line by line',
    positionals: [],
    options: [EDITION, HELP],
    details: [
      'Values last from one input to the next. Inputs may also come through a pipe; then a mistake makes the exit code 1.',
      ':help in the loop says what else can be typed. The history is kept in ~/.harn/repl_history.',
    ],
    examples: [['harn repl', 'an interactive loop']],
    load: async () => (await import('./commands/repl.ts')).repl,
  },
  {
    name: 'new',
    summary: 'make a new project from a template',
    positionals: [{ name: 'NAME' }],
    options: [
      {
        name: 'template',
        short: 't',
        value: 'TEMPLATE',
        choices: ['basic', 'agent', 'workflow', 'library', 'skill'],
        help: 'what to begin with: basic (default), agent, workflow, library or skill',
      },
      JSON_OPTION,
      HELP,
    ],
    details: [
      'NAME is a folder that is not there yet, or empty; its last part is the name of the project. Each template passes',
      '`harn check .` and `harn test`. agent asks a model and is tested without one; workflow works side by side.',
    ],
    examples: [
      ['harn new triage', 'a program, a module and a test'],
      ['harn new triage --template agent', 'one that asks a model'],
    ],
    load: async () => (await import('./commands/new.ts')).newProject,
  },
  {
    name: 'docs',
    summary: 'what programs can call: one builtin or method, or all that fit',
    positionals: [{ name: 'NAME', optional: true }],
    options: [{ name: 'markdown', help: 'as a page of Markdown' }, JSON_OPTION, HELP],
    details: [
      'NAME is a name, an older name, its beginning, or a part of it. Without one: all.',
      'Methods of built-in values are named by the kind of value: list.map. The kind alone lists all that it has.',
    ],
    examples: [
      ['harn docs fs.read_text', 'its signature, what it does, its class'],
      ['harn docs regex_', 'all that begin so'],
      ['harn docs list', 'every method of lists'],
      ['harn docs list.map', 'one of them'],
      ['harn docs --markdown', 'the whole reference'],
    ],
    load: async () => (await import('./commands/docs.ts')).docs,
  },
  {
    name: 'completions',
    summary: 'a script that completes commands and options in your shell',
    positionals: [{ name: 'SHELL' }],
    options: [HELP],
    details: ['SHELL is bash, zsh or fish.'],
    examples: [
      ['source <(harn completions bash)', 'in ~/.bashrc'],
      ['harn completions fish | source', 'in ~/.config/fish/config.fish'],
    ],
    load: async () => (await import('./commands/completions.ts')).completions,
  },
  {
    name: 'lsp',
    summary: 'serve an editor: the language server, on stdin and stdout',
    positionals: [],
    options: [{ name: 'stdio', help: 'the only way there is; editors add it' }, EDITION, HELP],
    details: ['Started by an editor; see docs/editors.md for how to set one up.'],
    examples: [['harn lsp', 'what the setting of an editor names as its command']],
    load: async () => (await import('./commands/lsp.ts')).lsp,
  },
];
