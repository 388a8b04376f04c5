// The package as its users get it: packed, installed in an empty folder, run, imported and compiled against.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asModule, docBlocks, SURROUNDINGS } from './doc-blocks.ts';

const root = path.resolve(import.meta.dirname, '../..');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string | { types: string; default: string }>>;
}
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;

/** Import specifiers of the package's code: `harn`, `harn/store`, ... */
const subpaths = Object.keys(manifest.exports).filter((subpath) => subpath !== './package.json');
const specifiers = subpaths.map((subpath) => path.posix.join(manifest.name, subpath));

/** The front doors that are public, each with the subpath under which it is exported. */
const PUBLIC_DOORS = [
  ['src/index.ts', '.'],
  ['src/store/index.ts', './store'],
  ['src/lang/index.ts', './lang'],
  ['src/engine/index.ts', './engine'],
  ['src/serve/index.ts', './serve'],
  ['src/testing/index.ts', './testing'],
] as const;

/** What `import 'harn'` must not load: the language and all that comes with it. */
const LANGUAGE = /\/harn\/dist\/(?:lang|values|builtins|engine|cli)\//;

const hello = path.join(root, 'examples', 'hello.harn');

let folder = '';
let installed = '';

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const options = { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr } = spawnSync(command, args, options);
  return { status, stdout, stderr };
}

/** Runs and answers with the standard output; anything but success fails the test with what was said. */
function succeed(command: string, args: readonly string[], env?: Readonly<Record<string, string>>) {
  const { status, stdout, stderr } = run(command, args, env);
  expect(status, `${command} ${args.join(' ')}\n${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'harn-pack-'));
  succeed(process.execPath, [path.join(root, 'scripts', 'build.mjs'), '--if-changed']);
  succeed('npm', ['pack', root, '--ignore-scripts', '--pack-destination', folder]);
  const tarball = `./harn-${manifest.version}.tgz`;
  writeFileSync(path.join(folder, 'package.json'), '{"private": true, "type": "module"}');
  succeed('npm', [
    'install',
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    tarball,
  ]);
  installed = path.join(folder, 'node_modules', 'harn');
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the tarball', () => {
  it('holds what runs and what explains it, and no sources or tests', () => {
    const files = readdirSync(installed, { recursive: true }).map(String);
    for (const needed of ['bin/harn.cjs', 'dist/cli/harn.cjs', 'README.md', 'LICENSE']) {
      expect(files).toContain(needed);
    }
    expect(files.filter((file) => /\.test\.|\.fixture\.|^src\/|^test\//.test(file))).toEqual([]);
  });

  it('holds every std module', () => {
    const packed = harnFiles(path.join(installed, 'dist', 'std'));
    expect(packed).toEqual(harnFiles(path.join(root, 'src', 'std')));
  });
});

function harnFiles(base: string): string[] {
  if (!existsSync(base)) return [];
  const files = readdirSync(base, { recursive: true }).map(String);
  return files.filter((file) => file.endsWith('.harn')).sort();
}

describe('the command line', () => {
  it('tells its version', () => {
    expect(succeed('npx', ['harn', '--version'])).toBe(`${manifest.version}\n`);
  });

  it.skipIf(!existsSync(hello))('runs a program', () => {
    cpSync(hello, path.join(folder, 'hello.harn'));
    const stdout = succeed('npx', ['harn', 'run', 'hello.harn']);
    expect(stdout).not.toBe('');
  });
});

/** What a strict project complains about in these files and in our declarations. */
function compiled(files: readonly string[]): readonly string[] {
  const compilerOptions = {
    target: 'ES2023',
    lib: ['ES2023', 'ESNext.Disposable'],
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [path.join(root, 'node_modules', '@types')],
    paths: { ai: [path.join(root, 'node_modules/ai/dist/index.d.ts')] },
  };
  const project = path.join(folder, 'tsconfig.json');
  writeFileSync(project, JSON.stringify({ compilerOptions, files }));
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = run(process.execPath, [tsc, '-p', project]);
  // Errors inside the declarations of other packages are not ours to fix.
  const ours = /^(?:consumer|hello|doc_|error|node_modules\/harn)/;
  return stdout.split('\n').filter((line) => ours.test(line));
}

describe('the pages', () => {
  it('have no program in Harn that does not pass its check', () => {
    const blocks = docBlocks(root, 'harn');
    expect(blocks.length).toBeGreaterThan(10);
    // A page about tests has a program that imports what it tests from the folder above.
    const pages = path.join(folder, 'pages');
    mkdirSync(path.join(pages, 'programs'), { recursive: true });
    writeFileSync(
      path.join(pages, 'lib.harn'),
      'pub fn sign(n: int) -> string { return "plus" }\n',
    );
    for (const { name, text } of blocks)
      writeFileSync(path.join(pages, 'programs', `${name.toLowerCase()}.harn`), text);
    succeed('npx', ['harn', 'check', 'pages']);
  });
});

describe('the exports', () => {
  it('name every public front door, and nothing else', () => {
    const present = PUBLIC_DOORS.filter(([door]) => existsSync(path.join(root, door)));
    expect([...subpaths].sort()).toEqual(present.map(([, subpath]) => subpath).sort());
  });

  it('can all be imported', () => {
    const code = specifiers
      .map((name) => `if (Object.keys(await import('${name}')).length === 0) throw '${name}';`)
      .join('\n');
    succeed(process.execPath, ['--input-type=module', '-e', code]);
  });

  it('have types that a strict project compiles against', () => {
    const code = specifiers.map((name, i) => `import * as m${i} from '${name}';\nvoid m${i};\n`);
    writeFileSync(path.join(folder, 'consumer.ts'), `${code.join('')}export {};\n`);
    cpSync(path.join(root, 'examples', 'typescript', 'hello.ts'), path.join(folder, 'hello.ts'));
    expect(compiled(['consumer.ts', 'hello.ts'])).toEqual([]);
  });

  it('are what every TypeScript program of the pages compiles against', () => {
    const blocks = docBlocks(root, 'ts');
    expect(blocks.length).toBeGreaterThan(10);
    writeFileSync(path.join(folder, 'doc_surroundings.d.ts'), SURROUNDINGS);
    for (const { name, text } of blocks)
      writeFileSync(path.join(folder, `doc_${name}.ts`), asModule(text));
    const files = blocks.map(({ name }) => `doc_${name}.ts`);
    expect(compiled(['doc_surroundings.d.ts', ...files])).toEqual([]);
  });

  it('carry the TypeScript example, compiled against them', async () => {
    await build({
      entryPoints: [path.join(root, 'examples', 'typescript', 'hello.ts')],
      outfile: path.join(folder, 'hello.mjs'),
      format: 'esm',
      platform: 'node',
      target: 'node20',
    });
    expect(succeed(process.execPath, [path.join(folder, 'hello.mjs'), 'Ada'])).toBe(
      'Hello, Ada, from Harn.\n',
    );
  });

  it.skipIf(!subpaths.includes('.'))("import 'harn' loads nothing of the language", () => {
    // V8's coverage names every script that was loaded, however it was loaded.
    const coverage = path.join(folder, 'coverage');
    mkdirSync(coverage, { recursive: true });
    succeed(process.execPath, ['--input-type=module', '-e', "await import('harn')"], {
      NODE_V8_COVERAGE: coverage,
    });
    const loaded = readdirSync(coverage).flatMap((file) => {
      const report = readFileSync(path.join(coverage, file), 'utf8');
      return (JSON.parse(report) as { result: { url: string }[] }).result.map(({ url }) => url);
    });
    expect(loaded.some((url) => url.endsWith('/harn/dist/index.js'))).toBe(true);
    expect(loaded.filter((url) => LANGUAGE.test(url))).toEqual([]);
  });
});
