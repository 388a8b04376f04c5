// A project in one line: the dominant language, tools and checks, as tags without versions.
import { isJsonObject, type JsonObject } from '../../base/index.ts';
import { joinPath } from '../host/index.ts';
import type { EffectEnv } from '../run/index.ts';
import { at, packageJson } from './project-config.ts';
import { type Folder, folderAt, textIn } from './project-files.ts';

const MANAGERS = [
  ...['cargo', 'spm', 'pnpm', 'yarn', 'bun', 'npm', 'uv', 'poetry', 'pip', 'go-mod', 'bundler'],
];
const RUNNERS = [
  ...['nextest', 'cargo-test', 'vitest', 'jest', 'mocha', 'playwright', 'pytest', 'go-test'],
  ...['xctest', 'rspec'],
];
const TOOLS = ['cargo', 'spm', 'next', 'vite', 'webpack', 'uv', 'poetry', 'go', 'bundler'];
const NODE_LOCKS: readonly (readonly [string, string])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
];
const LOCKS = [
  ...NODE_LOCKS.map(([name]) => name),
  ...['Cargo.lock', 'go.sum', 'uv.lock', 'poetry.lock', 'Pipfile.lock', 'Gemfile.lock'],
  'Package.resolved',
];
const NODE_FRAMEWORKS = ['next', 'react', 'vue', 'svelte', 'express', 'fastify', 'hono', 'nestjs'];
const PYTHON_FRAMEWORKS = ['django', 'fastapi', 'flask'];
const RUST_FRAMEWORKS = ['axum', 'actix-web', 'rocket', 'tauri'];
const TEST_FOLDERS = /^(tests?|__tests__|specs?)$/i;
const TEST_FILES = /(\.(test|spec)\.\w+|_test\.\w+)$|^test_.*\.py$/;

class Tags {
  readonly frameworks = new Set<string>();
  readonly managers = new Set<string>();
  readonly runners = new Set<string>();
  readonly tools = new Set<string>();
  readonly languages = new Set<string>();
}

/** The fingerprint of folders, whose languages are known by path. */
export async function fingerprintOf(
  env: EffectEnv,
  folders: readonly Folder[],
  languages: ReadonlyMap<string, readonly string[]>,
  vcs: string | null,
): Promise<JsonObject> {
  const tags = new Tags();
  for (const folder of folders) {
    for (const id of languages.get(folder.path) ?? []) tags.languages.add(id);
    await readRust(env, folder, tags);
    await readNode(env, folder, tags);
    await readPython(env, folder, tags);
    await readOthers(env, folder, tags);
  }
  if (folders.some(({ files }) => files.some((name) => /(?<!\.d)\.(ts|tsx)$/.test(name)))) {
    if (tags.languages.delete('javascript')) tags.languages.add('typescript');
  }
  if (tags.languages.has('typescript')) tags.languages.delete('javascript');
  const all = [...tags.languages].sort();
  const ci = folders[0] === undefined ? [] : await ciOf(env, folders[0]);
  const managers = ranked(tags.managers, MANAGERS);
  return {
    primary_language: all.length > 1 ? 'mixed' : (all[0] ?? 'unknown'),
    languages: all,
    frameworks: [...tags.frameworks].sort(),
    package_manager: managers[0] ?? null,
    package_managers: managers,
    test_runner: ranked(tags.runners, RUNNERS)[0] ?? null,
    build_tool: ranked(tags.tools, TOOLS)[0] ?? null,
    vcs,
    ci,
    has_tests: folders.some(
      ({ files, folders: below }) =>
        below.some((name) => TEST_FOLDERS.test(name)) ||
        files.some((name) => TEST_FILES.test(name)),
    ),
    has_ci: ci.length > 0,
    lockfile_paths: folders
      .flatMap(({ path, files }) =>
        files
          .filter((name) => LOCKS.includes(name))
          .map((name) => (path === '.' ? name : `${path}/${name}`)),
      )
      .sort(),
  };
}

function ranked(found: ReadonlySet<string>, order: readonly string[]): string[] {
  return order.filter((each) => found.has(each));
}

async function readRust(env: EffectEnv, folder: Folder, tags: Tags): Promise<void> {
  if (!folder.files.includes('Cargo.toml')) return;
  tags.managers.add('cargo');
  tags.tools.add('cargo');
  tags.runners.add('cargo-test');
  if (folder.folders.includes('.config')) {
    const { files } = await folderAt(env, joinPath(folder.at, '.config'));
    if (files.includes('nextest.toml')) tags.runners.add('nextest');
  }
  const text = (await textIn(env, folder, 'Cargo.toml')) ?? '';
  for (const name of RUST_FRAMEWORKS) {
    if (new RegExp(`^${name}\\s*=`, 'm').test(text)) tags.frameworks.add(name);
  }
}

async function readNode(env: EffectEnv, folder: Folder, tags: Tags): Promise<void> {
  if (!folder.files.includes('package.json')) return;
  const manifest = await packageJson(env, folder);
  const declared = at(manifest, 'packageManager');
  const named = typeof declared === 'string' ? declared.split('@')[0] : undefined;
  const locked = NODE_LOCKS.find(([name]) => folder.files.includes(name))?.[1];
  const manager = named ?? locked ?? (folder.path === '.' ? 'npm' : undefined);
  if (manager !== undefined) tags.managers.add(manager);
  const deps = new Set(
    ['dependencies', 'devDependencies', 'peerDependencies'].flatMap((field) => {
      const given = at(manifest, field);
      return isJsonObject(given) ? Object.keys(given) : [];
    }),
  );
  for (const name of NODE_FRAMEWORKS) if (deps.has(name)) tags.frameworks.add(name);
  if (deps.has('@nestjs/core')) tags.frameworks.add('nestjs');
  for (const name of ['vitest', 'jest', 'mocha']) if (deps.has(name)) tags.runners.add(name);
  if (deps.has('@playwright/test')) tags.runners.add('playwright');
  for (const name of ['next', 'vite', 'webpack']) if (deps.has(name)) tags.tools.add(name);
  // What only TypeScript projects need.
  if (deps.has('typescript') && tags.languages.delete('javascript')) {
    tags.languages.add('typescript');
  }
}

async function readPython(env: EffectEnv, folder: Folder, tags: Tags): Promise<void> {
  const names = ['pyproject.toml', 'requirements.txt', 'Pipfile', 'setup.py'];
  const given = names.filter((name) => folder.files.includes(name));
  if (given.length === 0) return;
  const texts = await Promise.all(given.map((name) => textIn(env, folder, name)));
  const text = texts.join('\n');
  const isUv = folder.files.includes('uv.lock') || text.includes('[tool.uv]');
  const isPoetry = folder.files.includes('poetry.lock') || text.includes('[tool.poetry]');
  tags.managers.add(isUv ? 'uv' : isPoetry ? 'poetry' : 'pip');
  if (isUv) tags.tools.add('uv');
  else if (isPoetry) tags.tools.add('poetry');
  if (/\bpytest\b/.test(text) || folder.files.includes('pytest.ini')) tags.runners.add('pytest');
  for (const name of PYTHON_FRAMEWORKS) {
    if (new RegExp(`\\b${name}\\b`, 'i').test(text)) tags.frameworks.add(name);
  }
}

async function readOthers(env: EffectEnv, folder: Folder, tags: Tags): Promise<void> {
  if (folder.files.includes('Package.swift')) {
    tags.managers.add('spm');
    tags.tools.add('spm');
    tags.runners.add('xctest');
  }
  if (folder.files.includes('go.mod')) {
    tags.managers.add('go-mod');
    tags.tools.add('go');
    tags.runners.add('go-test');
  }
  if (folder.files.includes('Gemfile')) {
    tags.managers.add('bundler');
    const text = (await textIn(env, folder, 'Gemfile')) ?? '';
    if (/['"]rails['"]/.test(text)) tags.frameworks.add('rails');
    if (/['"]rspec/.test(text)) tags.runners.add('rspec');
  }
}

async function ciOf(env: EffectEnv, top: Folder): Promise<string[]> {
  const found: string[] = [];
  if (top.folders.includes('.github')) {
    const { files } = await folderAt(env, joinPath(top.at, '.github', 'workflows'));
    if (files.some((name) => /\.ya?ml$/.test(name))) found.push('github-actions');
  }
  if (top.files.includes('.gitlab-ci.yml')) found.push('gitlab-ci');
  if (top.folders.includes('.circleci')) found.push('circleci');
  if (top.folders.includes('.buildkite')) found.push('buildkite');
  if (top.files.includes('azure-pipelines.yml')) found.push('azure-pipelines');
  if (top.files.includes('bitrise.yml')) found.push('bitrise');
  return found;
}
