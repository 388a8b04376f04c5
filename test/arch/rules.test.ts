// Proves that each room rule fires and that its allowances hold: every case is a small tree of sources in a
// folder of its own, checked by the same function as `npm run arch`.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkArchitecture, roomTable } from '../../scripts/check-architecture.mjs';
import { RUNTIME_ORDER } from '../../scripts/rooms.mjs';

type Tree = Readonly<Record<string, string>>;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Writes the tree, each file with an opening comment, and answers with the rules broken, as "rule file". */
function check(tree: Tree): string[] {
  const root = mkdtempSync(path.join(tmpdir(), 'harn-arch-'));
  folders.push(root);
  mkdirSync(path.join(root, 'src'));
  for (const [file, code] of Object.entries(tree)) {
    const target = path.join(root, 'src', file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, code.startsWith('//') || code === '' ? code : `// A file.\n${code}`);
  }
  return checkArchitecture(root)
    .filter(({ rule, file }) => rule !== 'orphan' || tree[file.slice('src/'.length)] === ORPHAN)
    .map(({ rule, file }) => `${rule} ${file}`);
}

const ORPHAN = '// Nobody imports this.\n';
const leaf = '// A leaf.\nexport const leaf = 1;\nexport type Leaf = number;\n';
const use = (specifier: string) => `import { leaf } from '${specifier}';\nexport const x = leaf;\n`;
const useType = (specifier: string) =>
  `import type { Leaf } from '${specifier}';\nexport type X = Leaf;\n`;
const useLazily = (specifier: string) => `export const load = () => import('${specifier}');\n`;

const BROKEN: readonly [title: string, tree: Tree, violations: readonly string[]][] = [
  [
    'a room imports one above it',
    { 'base/a.ts': use('../lang/index.ts'), 'lang/index.ts': leaf },
    ['room src/base/a.ts'],
  ],
  [
    'a room imports the types of one above it',
    { 'store/a.ts': useType('../runtime/index.ts'), 'runtime/index.ts': leaf },
    ['room src/store/a.ts'],
  ],
  [
    'a room imports one above it dynamically',
    { 'values/a.ts': useLazily('../lang/index.ts'), 'lang/index.ts': leaf },
    ['room src/values/a.ts'],
  ],
  [
    'a room re-exports one above it',
    { 'values/a.ts': "export { leaf } from '../lang/index.ts';\n", 'lang/index.ts': leaf },
    ['room src/values/a.ts'],
  ],
  [
    'a room names a type of one above it inline',
    {
      'values/a.ts': "export type X = import('../lang/index.ts').Leaf;\n",
      'lang/index.ts': leaf,
    },
    ['room src/values/a.ts'],
  ],
  [
    'a room imports past a front door',
    { 'lang/a.ts': use('../base/inner.ts'), 'base/inner.ts': leaf },
    ['front-door src/lang/a.ts'],
  ],
  [
    'a sub-room of runtime imports past the front door of another',
    { 'runtime/run/a.ts': use('../host/inner.ts'), 'runtime/host/inner.ts': leaf },
    ['front-door src/runtime/run/a.ts'],
  ],
  [
    'a room imports past the front doors of runtime',
    { 'builtins/a.ts': use('../runtime/run/inner.ts'), 'runtime/run/inner.ts': leaf },
    ['front-door src/builtins/a.ts'],
  ],
  [
    'a side door for types is used for a value',
    {
      'builtins/a.ts':
        "import { type Leaf } from '../lang/builtin-spec.ts';\nexport type X = Leaf;\n",
      'lang/builtin-spec.ts': leaf,
    },
    ['room src/builtins/a.ts', 'type-only src/builtins/a.ts'],
  ],
  [
    'a file imports its own front door',
    { 'lang/index.ts': leaf, 'lang/a.ts': useType('./index.ts') },
    ['own-index src/lang/a.ts'],
  ],
  [
    'a file imports the front door of its own sub-room',
    { 'runtime/run/index.ts': leaf, 'runtime/run/a.ts': useType('./index.ts') },
    ['own-index src/runtime/run/a.ts'],
  ],
  [
    'a sub-room imports the file that composes runtime',
    { 'runtime/run/a.ts': use('../runtime.ts'), 'runtime/runtime.ts': leaf },
    ['runtime-order src/runtime/run/a.ts'],
  ],
  [
    'a backend is imported at once',
    { 'store/index.ts': use('./sqlite/open.ts'), 'store/sqlite/open.ts': leaf },
    ['backend src/store/index.ts'],
  ],
  [
    'a backend is loaded by a file that does not open stores',
    { 'store/topic.ts': useLazily('./sqlite/open.ts'), 'store/sqlite/open.ts': leaf },
    ['backend src/store/topic.ts'],
  ],
  [
    'a backend imports another',
    { 'store/sqlite/a.ts': use('../memory/log.ts'), 'store/memory/log.ts': leaf },
    ['backend src/store/sqlite/a.ts'],
  ],
  [
    'another room imports a backend',
    { 'runtime/run/a.ts': useLazily('../../store/sqlite/open.ts'), 'store/sqlite/open.ts': leaf },
    ['front-door src/runtime/run/a.ts', 'backend src/runtime/run/a.ts'],
  ],
  ['a room imports a package', { 'lang/a.ts': use('commander') }, ['npm src/lang/a.ts']],
  ['a room imports the types of a package', { 'lang/a.ts': useType('ai') }, ['npm src/lang/a.ts']],
  [
    'a package is imported outside its place',
    { 'runtime/agent/a.ts': useLazily('ai') },
    ['npm src/runtime/agent/a.ts'],
  ],
  [
    'a heavy package is imported at once',
    { 'runtime/llm/providers/a.ts': use('@ai-sdk/openai-compatible') },
    ['npm-lazy src/runtime/llm/providers/a.ts'],
  ],
  ['a room imports a Node module', { 'values/a.ts': use('node:fs') }, ['node src/values/a.ts']],
  [
    'a Node module is imported without its prefix',
    { 'values/a.ts': use('fs') },
    ['node src/values/a.ts'],
  ],
  [
    'a Node module is imported outside its place',
    { 'base/a.ts': use('node:crypto'), 'runtime/run/a.ts': useLazily('node:fs') },
    ['node src/base/a.ts', 'node src/runtime/run/a.ts'],
  ],
  [
    'values import each other',
    { 'lang/a.ts': use('./b.ts'), 'lang/b.ts': useLazily('./c.ts'), 'lang/c.ts': use('./a.ts') },
    ['cycle src/lang/a.ts'],
  ],
  ['nobody imports a file', { 'lang/a.ts': ORPHAN }, ['orphan src/lang/a.ts']],
  [
    'only a test imports a file',
    { 'lang/a.ts': ORPHAN, 'lang/a.test.ts': use('./a.ts') },
    ['orphan src/lang/a.ts'],
  ],
  ['an import leads nowhere', { 'lang/a.ts': use('./gone.ts') }, ['unresolved src/lang/a.ts']],
  ['a folder is no room', { 'utils/a.ts': leaf }, ['unknown-room src/utils/a.ts']],
  [
    'a sub-room has no place in the order',
    { 'runtime/misc/a.ts': leaf },
    ['unknown-room src/runtime/misc/a.ts'],
  ],
  [
    "the package's door names a room that is not for it",
    { 'index.ts': use('./engine/index.ts'), 'engine/index.ts': leaf },
    ['room src/index.ts', 'entry-reach src/index.ts'],
  ],
  [
    "the package's door reaches the language by a detour",
    {
      'index.ts': use('./runtime/index.ts'),
      'runtime/index.ts': use('../values/index.ts'),
      'values/index.ts': leaf,
    },
    ['room src/runtime/index.ts', 'entry-reach src/runtime/index.ts'],
  ],
  [
    'a test imports a room that its own may not',
    { 'lang/a.test.ts': use('../engine/index.ts'), 'engine/index.ts': leaf },
    ['room src/lang/a.test.ts'],
  ],
  ['a file does not say what it owns', { 'lang/a.ts': '' }, ['header src/lang/a.ts']],
  ['a file name is not kebab-case', { 'lang/aB.ts': leaf }, ['file-name src/lang/aB.ts']],
  [
    'unfinished work names no issue',
    { 'lang/a.ts': `// ${'TO'}DO later\n` },
    ['todo src/lang/a.ts'],
  ],
];

const FINE: readonly [title: string, tree: Tree][] = [
  ['front doors below', { 'lang/a.ts': use('../base/index.ts'), 'base/index.ts': leaf }],
  [
    'the side doors for types',
    {
      'builtins/group/a.ts': useType('../../lang/builtin-spec.ts'),
      'lang/builtin-spec.ts': leaf,
      'lang/3-emit/support.ts': useType('../../values/support.ts'),
      'values/support.ts': leaf,
    },
  ],
  [
    'backends loaded on demand, and by harn/testing',
    {
      'store/index.ts': useLazily('./sqlite/open.ts'),
      'store/sqlite/open.ts': `${use('../topic.ts')}${useType('node:fs')}`,
      'store/topic.ts': leaf,
      'store/memory/open.ts': leaf,
      'testing/index.ts': use('../store/memory/open.ts'),
    },
  ],
  [
    'packages and Node modules in their places',
    {
      'runtime/llm/providers/a.ts': `${useLazily('@ai-sdk/openai-compatible')}${useType('@ai-sdk/provider')}`,
      'runtime/host/node.ts': use('node:fs/promises'),
      'base/hash.ts': use('node:crypto'),
      'text/dates.ts': use('luxon'),
      'cli/main.ts': use('node:os'),
    },
  ],
  [
    'tests that use their room, its neighbours and the test tools',
    {
      'lang/a.test.ts': [
        "import { leaf } from './index.ts';",
        "import { it } from 'vitest';",
        "import fc from 'fast-check';",
        "import { readFileSync } from 'node:fs';",
        "import { mock } from '../testing/index.ts';",
        'it(String([leaf, fc, readFileSync, mock]), () => {});',
      ].join('\n'),
      'lang/index.ts': leaf,
      'testing/index.ts': leaf,
    },
  ],
  [
    'types that refer to each other',
    { 'lang/a.ts': use('./b.ts'), 'lang/b.ts': useType('./a.ts') },
  ],
  ['a test that opens with its first import', { 'lang/a.test.ts': '' }],
  ['unfinished work with an issue', { 'lang/a.ts': `// ${'TO'}DO(#12): later\n` }],
];

describe('a room rule is broken when', () => {
  it.each(BROKEN)('%s', (_title, tree, violations) => {
    expect(check(tree).sort()).toEqual([...violations].sort());
  });

  const pairs = RUNTIME_ORDER.slice(1).map((right, i) => [RUNTIME_ORDER[i] ?? '', right] as const);
  it.each(pairs)('runtime/%s imports runtime/%s, which is to its right', (left, right) => {
    const tree = {
      [`runtime/${left}/a.ts`]: use(`../${right}/index.ts`),
      [`runtime/${right}/index.ts`]: leaf,
    };
    expect(check(tree)).toEqual([`runtime-order src/runtime/${left}/a.ts`]);
  });
});

describe('no room rule is broken by', () => {
  it.each(FINE)('%s', (_title, tree) => {
    expect(check(tree)).toEqual([]);
  });

  it.each(RUNTIME_ORDER.slice(1).map((right, i) => [right, RUNTIME_ORDER[i] ?? ''] as const))(
    'runtime/%s, which imports runtime/%s to its left',
    (right, left) => {
      const tree = {
        [`runtime/${right}/a.ts`]: use(`../${left}/index.ts`),
        [`runtime/${left}/index.ts`]: leaf,
      };
      expect(check(tree)).toEqual([]);
    },
  );
});

it('the table in ARCHITECTURE.md is the one the rules are made of', () => {
  const text = readFileSync(path.resolve(import.meta.dirname, '../../ARCHITECTURE.md'), 'utf8');
  expect(text).toContain(roomTable());
});
