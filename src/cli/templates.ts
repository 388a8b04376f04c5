// What `harn new` puts into a new project: the files of each template. NAME stands for the name of the project.

/** A template: what it is for, and its files by path. */
export interface Template {
  readonly summary: string;
  readonly files: { readonly [path: string]: string };
  /** What to try in the folder, after its tests. */
  readonly run?: string;
}

const MANIFEST = `[package]
name = "NAME"
version = "0.1.0"
edition = "2026"
`;

const IGNORED = `.harn/*
!.harn/skills/
.harn-runs/
`;

const BASIC: Template = {
  summary: 'a program, a module and a test',
  run: 'harn run main.harn',
  files: {
    'harn.toml': MANIFEST,
    '.gitignore': IGNORED,
    'main.harn': `import { greeting } from "lib/greeting"

fn main(harness: Harness) {
  harness.stdio.println(greeting("NAME"))
}
`,
    'lib/greeting.harn': `/** A greeting for a name; for nobody when it is empty. */
pub fn greeting(name: string) -> string {
  if name == "" {
    return "Hello."
  }
  return "Hello from \${name}."
}
`,
    'tests/greeting.harn': `import { greeting } from "../lib/greeting"

pipeline test_greets_by_name() {
  assert_eq(greeting("Ada"), "Hello from Ada.")
}

pipeline test_greets_nobody() {
  assert_eq(greeting(""), "Hello.")
}
`,
  },
};

/** By prepared answers a project shows what it does before it is told of any model. */
const WITH_ANSWERS = 'harn run --llm-mock answers.jsonl main.harn';

const AGENT: Template = {
  summary: 'asks a model, with a test that needs none',
  run: WITH_ANSWERS,
  files: {
    'harn.toml': MANIFEST,
    '.gitignore': IGNORED,
    'main.harn': `import { summarise } from "lib/summarise"

pipeline default(harness: Harness) {
  const text = "Harn runs agents. A run that is killed goes on where it was."
  harness.stdio.println(summarise(harness.llm, text))
}
`,
    'lib/summarise.harn': `const SYSTEM = "You summarise texts in one plain sentence."

/** One sentence about a text, from the model of the environment. */
pub fn summarise(llm: HarnessLlm, text: string) -> string {
  return llm.call("Summarise:\\n\${text}", SYSTEM).text.trim()
}
`,
    'answers.jsonl':
      '{"text": "Harn runs agents whose work goes on where it was, even after a kill."}\n',
    'tests/summarise.harn': `import { summarise } from "../lib/summarise"

pipeline test_gives_the_answer_without_its_margins(harness: Harness) {
  harness.llm.mock_enqueue({text: "  A short text.\\n"})
  assert_eq(summarise(harness.llm, "anything"), "A short text.")
}
`,
  },
};

const WORKFLOW: Template = {
  summary: 'work side by side that survives being killed',
  run: 'harn run main.harn',
  files: {
    'harn.toml': MANIFEST,
    '.gitignore': IGNORED,
    'main.harn': `import { word_count } from "lib/words"

/** Counts the words of every text here, two files at a time. Kill it and go on with \`harn resume\`. */
pipeline default(harness: Harness) {
  const files = harness.fs.glob("texts/*.txt")
  const counts = parallel each files with { max_concurrent: 2 } { file ->
    {file: file, words: word_count(harness.fs.read_text(file))}
  }
  for each in counts {
    harness.stdio.println("\${each.words}  \${each.file}")
  }
}
`,
    'lib/words.harn': `/** How many words a text has. */
pub fn word_count(text: string) -> int {
  return len(text.split(" ").map({ word -> word.trim() }).filter({ word -> word != "" }))
}
`,
    'texts/first.txt': 'one two three\n',
    'texts/second.txt': 'four five\n',
    'tests/words.harn': `import { word_count } from "../lib/words"

pipeline test_counts_words() {
  assert_eq(word_count("one two  three"), 3)
}

pipeline test_finds_none_in_an_empty_text() {
  assert_eq(word_count(""), 0)
}
`,
  },
};

const LIBRARY: Template = {
  summary: 'functions for other programs, with tests',
  files: {
    'harn.toml': MANIFEST,
    '.gitignore': IGNORED,
    'lib.harn': `/** The numbers between two bounds, both included. */
pub fn between(numbers: list<int>, low: int, high: int) -> list<int> {
  return numbers.filter({ n -> n >= low && n <= high })
}
`,
    'tests/between.harn': `import { between } from "../lib"

pipeline test_includes_both_bounds() {
  assert_eq(between([1, 2, 3, 4], 2, 3), [2, 3])
}

pipeline test_may_find_nothing() {
  assert_eq(between([1, 9], 2, 3), [])
}
`,
  },
};

const SKILL: Template = {
  summary: 'an agent with a skill, which is in force when it fits the task',
  run: WITH_ANSWERS,
  files: {
    'harn.toml': MANIFEST,
    '.gitignore': IGNORED,
    '.harn/skills/changelog/SKILL.md': `---
name: changelog
short: Writes an entry of the changelog when somebody asks what has changed
when-to-use: Somebody asks for a changelog, release notes, or what is new
allowed-tools: [read_notes]
---
# Changelog

1. Read the notes with read_notes.
2. Write one line for each change that users notice, the largest first.
3. Leave out what only developers see.
`,
    'main.harn': `import { answer } from "lib/agent"

pipeline default(harness: Harness) {
  harness.stdio.println(answer(harness.agent, "Write the changelog of this week"))
}
`,
    'lib/agent.harn': `/** The notes of what has changed. */
tool read_notes(harness: Harness) -> string {
  return harness.fs.read_text("notes.txt")
}

/** What the agent answers. A skill of .harn/skills that fits the task is in force: see \`harn skills match\`. */
pub fn answer(agent: HarnessAgent, task: string) -> string {
  const result = agent.loop(task, nil, {tools: read_notes, skills: skills})
  if result.text == "" {
    return "The model gave no answer (\${result.status})."
  }
  return result.text
}
`,
    'notes.txt': 'The export no longer drops the last line.\n',
    'answers.jsonl':
      '{"tool_calls": [{"name": "read_notes", "arguments": {}}]}\n{"text": "- The export keeps its last line."}\n',
    'tests/agent.harn': `import { answer } from "../lib/agent"

pipeline test_the_skill_is_in_force(harness: Harness) {
  harness.llm.mock_enqueue({text: "- The export is whole."})
  assert_eq(answer(harness.agent, "Write the changelog"), "- The export is whole.")
  assert(harness.llm.mock_calls()[0].system.contains("that users notice"))
}

pipeline test_says_when_there_is_no_answer(harness: Harness) {
  harness.llm.mock_enqueue({text: ""})
  assert(answer(harness.agent, "Write the changelog").contains("no answer"))
}
`,
  },
};

/** All templates by name; the first is the one without `--template`. */
export const TEMPLATES: { readonly [name: string]: Template } = {
  basic: BASIC,
  agent: AGENT,
  workflow: WORKFLOW,
  library: LIBRARY,
  skill: SKILL,
};
