// Options that many commands have.
import type { OptionSpec } from './arguments.ts';

export const JSON_OPTION: OptionSpec = { name: 'json', help: 'answer with one JSON document' };
export const HELP: OptionSpec = { name: 'help', short: 'h', help: 'show this text' };

export const EDITION: OptionSpec = {
  name: 'edition',
  value: 'EDITION',
  help: 'read the programs as this edition: 0.7 or 2026 (or HARN_EDITION)',
};

export const SCENARIO: OptionSpec = {
  name: 'scenario',
  value: 'FILE',
  help: 'script the outside of the program: clock, files, network, models (NAME.harness.json)',
};

export const DURABILITY: OptionSpec = {
  name: 'durability',
  value: 'LEVEL',
  choices: ['power', 'process'],
  help: 'what survives what: power (default) or process, which is faster',
};

export const SKILL_DIR: OptionSpec = {
  name: 'skill-dir',
  value: 'DIR',
  repeat: true,
  help: 'look for skills here before all other places (repeatable)',
};

/** Answers instead of models. */
export const LLM_MOCK: readonly OptionSpec[] = [
  {
    name: 'llm-mock',
    value: 'FILE',
    help: 'answer for models from this JSONL file; a call that none fits is refused',
  },
  {
    name: 'llm-mock-record',
    value: 'FILE',
    help: 'write what models answer to this file, for --llm-mock',
  },
];

/** Spans of a run, for people. */
export const TRACE: OptionSpec = {
  name: 'trace',
  help: 'say on stderr what took how long, one line for each span when it ends',
};

export const INSPECT: OptionSpec = {
  name: 'inspect',
  value: 'PORT',
  mayLackValue: true,
  help: "open Node's inspector, for breakpoints; also =HOST:PORT (127.0.0.1:9229)",
};
export const INSPECT_BRK: OptionSpec = {
  name: 'inspect-brk',
  value: 'PORT',
  mayLackValue: true,
  help: 'the same; wait for a debugger and pause where the program begins',
};
