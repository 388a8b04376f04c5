// Proves that each lint rule the project relies on fires, with the project's own configuration: every case is a
// small file in a folder of its own, and a rule that stops firing (renamed, moved, switched off) fails here.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

interface Case {
  readonly title: string;
  readonly file: string;
  readonly code: string;
  /** The rule's category, or the text of a plugin's diagnostic. */
  readonly rule: string;
}

const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

const TIME_AND_CHANCE = 'Time and chance come from';

const CASES: readonly Case[] = [
  {
    title: 'a floating promise',
    file: 'src/runtime/run/floating.ts',
    code: 'async function save(): Promise<void> {}\nexport function start(): void {\n  save();\n}\n',
    rule: 'lint/nursery/noFloatingPromises',
  },
  {
    title: 'a default export',
    file: 'src/text/default-export.ts',
    code: 'export default 1;\n',
    rule: 'lint/style/noDefaultExport',
  },
  {
    title: 'an export of everything',
    file: 'src/text/export-all.ts',
    code: "export * from './other.ts';\n",
    rule: 'lint/performance/noReExportAll',
  },
  {
    title: 'an unused import',
    file: 'src/text/unused-import.ts',
    code: "import { other } from './other.ts';\nexport const x = 1;\n",
    rule: 'lint/correctness/noUnusedImports',
  },
  {
    title: 'an unused variable',
    file: 'src/text/unused-variable.ts',
    code: 'export function f(): number {\n  const unused = 1;\n  return 2;\n}\n',
    rule: 'lint/correctness/noUnusedVariables',
  },
  {
    title: 'a switch that forgets a kind',
    file: 'src/text/switch.ts',
    code: "type Kind = 'a' | 'b';\nexport function f(kind: Kind): number {\n  switch (kind) {\n    case 'a':\n      return 1;\n  }\n  return 0;\n}\n",
    rule: 'lint/nursery/useExhaustiveSwitchCases',
  },
  {
    title: 'a type imported as a value',
    file: 'src/text/import-type.ts',
    code: "import { Other } from './other.ts';\nexport const x: Other = 1;\n",
    rule: 'lint/style/useImportType',
  },
  {
    title: 'any',
    file: 'src/text/any.ts',
    code: 'export const x: any = 1;\n',
    rule: 'lint/suspicious/noExplicitAny',
  },
  {
    title: 'a non-null assertion',
    file: 'src/text/non-null.ts',
    code: 'export const f = (x: string | undefined): string => x!;\n',
    rule: 'lint/style/noNonNullAssertion',
  },
  {
    title: 'an enum',
    file: 'src/text/enum.ts',
    code: 'export enum Colour {\n  Red = 1,\n}\n',
    rule: 'lint/style/noEnum',
  },
  {
    title: 'a parameter property',
    file: 'src/text/parameter-property.ts',
    code: 'export class A {\n  constructor(readonly x: number) {}\n}\n',
    rule: 'lint/style/noParameterProperties',
  },
  {
    title: '@ts-ignore',
    file: 'src/text/ts-ignore.ts',
    // Put together, so that this file does not carry the mark itself.
    code: `// ${'@ts'}-ignore\nexport const x = 1;\n`,
    rule: 'lint/suspicious/noTsIgnore',
  },
  {
    title: 'a console call',
    file: 'src/text/console.ts',
    code: "console.log('x');\n",
    rule: 'lint/suspicious/noConsole',
  },
  {
    title: 'a function of more than 100 lines',
    file: 'src/text/long-function.ts',
    code: `export function f(): void {\n${lines(101, (i) => `  g(${i});`)}\n}\nfunction g(_x: number): void {}\n`,
    rule: 'lint/complexity/noExcessiveLinesPerFunction',
  },
  {
    title: 'a file of more than 600 lines',
    file: 'src/text/long-file.ts',
    code: `${lines(601, (i) => `export const x${i} = ${i};`)}\n`,
    rule: 'lint/style/noExcessiveLinesPerFile',
  },
  {
    title: 'a focused test',
    file: 'src/text/focused.test.ts',
    code: "import { it } from 'vitest';\nit.only('is alone', () => {});\n",
    rule: 'lint/suspicious/noFocusedTests',
  },
  {
    title: 'a skipped test',
    file: 'src/text/skipped.test.ts',
    code: "import { it } from 'vitest';\nit.skip('is out', () => {});\n",
    rule: 'lint/suspicious/noSkippedTests',
  },
  {
    title: 'two tests of one title',
    file: 'src/text/titles.test.ts',
    code: "import { it } from 'vitest';\nit('is so', () => {});\nit('is so', () => {});\n",
    rule: 'lint/suspicious/noIdenticalTestTitle',
  },
  {
    title: 'a sleeping test',
    file: 'src/text/sleeping.test.ts',
    code: 'export const sleep = () => new Promise((done) => setTimeout(done, 10));\n',
    rule: 'lint/style/noRestrictedGlobals',
  },
  ...[
    ['setTimeout', 'setTimeout(() => {}, 1)'],
    ['setInterval', 'setInterval(() => {}, 1)'],
    ['process.env', 'process.env'],
    ['fetch', "fetch('http://example.com')"],
    ['performance.now', 'performance.now()'],
    ['crypto', 'crypto.randomUUID()'],
  ].map(([name, use]) => ({
    title: `${name} in a room that has ports for it`,
    file: `src/runtime/run/global-${name}.ts`,
    code: `export const x = () => ${use};\n`,
    rule: 'lint/style/noRestrictedGlobals',
  })),
  ...[
    ['Date.now', 'Date.now()'],
    ['new Date()', 'new Date()'],
    ['Math.random', 'Math.random()'],
  ].map(([name, use], i) => ({
    title: `${name} in a room that has ports for it`,
    file: `src/store/sqlite/chance-${i}.ts`,
    code: `export const x = () => ${use};\n`,
    rule: TIME_AND_CHANCE,
  })),
];

const ALLOWED: readonly { readonly title: string; readonly file: string; readonly code: string }[] =
  [
    {
      title: 'a date made of a given time',
      file: 'src/text/given-date.ts',
      code: 'export const iso = (ms: number) => new Date(ms).toISOString();\n',
    },
    {
      title: 'the real time in the clock',
      file: 'src/base/clock.ts',
      code: 'export const now = () => Date.now();\nexport const wait = () => setTimeout(() => {}, 1);\n',
    },
    {
      title: 'the process in the Node host',
      file: 'src/runtime/host/node.ts',
      code: 'export const env = () => process.env;\nexport const now = () => new Date();\n',
    },
    {
      title: 'the process in a part of the Node host',
      file: 'src/runtime/host/node-process.ts',
      code: 'export const kill = (pid: number) => process.kill(pid);\n',
    },
    {
      title: 'the process and the console in the command line',
      file: 'src/cli/output.ts',
      code: 'export const print = (text: string) => console.log(text, process.argv, Date.now());\n',
    },
    {
      title: 'a long generated file',
      file: 'src/text/table.gen.ts',
      code: `${lines(601, (i) => `export const x${i} = ${i};`)}\n`,
    },
    {
      title: 'the default export of a tool configuration',
      file: 'vitest.config.ts',
      code: 'export default {};\n',
    },
    {
      title: 'a switch that answers every kind',
      file: 'src/text/full-switch.ts',
      code: "type Kind = 'a' | 'b';\nexport function f(kind: Kind): number {\n  switch (kind) {\n    case 'a':\n      return 1;\n    case 'b':\n      return 2;\n  }\n}\n",
    },
  ];

interface Found {
  readonly file: string;
  readonly rule: string;
  readonly message: string;
}

/** What `biome lint --reporter=json` prints about one place. */
interface Reported {
  readonly severity: string;
  readonly category: string;
  readonly message: string;
  readonly location: { readonly path: string };
}

let folder = '';
let found: readonly Found[] = [];

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'harn-lint-'));
  cpSync(path.join(root, 'biome.json'), path.join(folder, 'biome.json'));
  cpSync(path.join(root, 'scripts/lint'), path.join(folder, 'scripts/lint'), { recursive: true });
  write('.gitignore', 'dist/\n');
  write('package.json', '{}');
  write('src/text/other.ts', 'export const other = 1;\nexport type Other = number;\n');
  for (const { file, code } of [...CASES, ...ALLOWED]) write(file, code);
  found = lint();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a lint rule fires on', () => {
  it.each(CASES)('$title', ({ file, rule }) => {
    const here = found.filter((diagnostic) => diagnostic.file === file);
    expect(here.map((diagnostic) => diagnostic.rule + diagnostic.message).join('\n')).toContain(
      rule,
    );
  });
});

describe('no lint rule fires on', () => {
  it.each(ALLOWED)('$title', ({ file }) => {
    expect(found.filter((diagnostic) => diagnostic.file === file)).toEqual([]);
  });
});

function write(file: string, code: string): void {
  const target = path.join(folder, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, code);
}

function lint(): Found[] {
  const biome = path.join(root, 'node_modules/@biomejs/biome/bin/biome');
  const args = [
    biome,
    'lint',
    '--reporter=json',
    '--max-diagnostics=none',
    'src',
    'vitest.config.ts',
  ];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  const report = JSON.parse(stdout) as { readonly diagnostics: readonly Reported[] };
  return report.diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ category, message, location }) => ({ file: location.path, rule: category, message }));
}
