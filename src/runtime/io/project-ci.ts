// What people who run a project know of it: workflows, hooks, manifests, rules of merging. From its files, and from the service
// that hosts it where that can be asked; what only that knows, such as which checks are required, is null elsewhere.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { EffectEnv } from '../run/index.ts';
import { operatorFolders } from './project-context.ts';
import { type Folder, folderAt, textIn } from './project-files.ts';
import { type ForgeFacts, forgeFacts, isRequired } from './project-forge.ts';

interface Workflow {
  readonly text: string;
  readonly record: JsonObject;
}

/** `{workflows, hooks, package_manifests, merge_policy}` of the project at `top`. */
export async function operatorMeta(env: EffectEnv, top: string): Promise<JsonObject> {
  const root = await folderAt(env, top);
  const hidden = await operatorFolders(env, top);
  const inside = (path: string) => hidden.find((folder) => folder.path === path) as Folder;
  const facts = await forgeFacts(env, top);
  const workflows = await workflowsIn(env, inside('.github/workflows'), facts);
  return {
    workflows: workflows.map(({ record }) => record),
    hooks: await hooksOf(env, root, [inside('.githooks'), inside('.husky')]),
    package_manifests: manifestsOf(root, workflows.map(({ text }) => text).join('\n')),
    merge_policy: await mergePolicy(env, root, inside('.github'), facts),
  };
}

/** The data of a YAML file; null when there is none, or when it does not parse. */
async function yamlIn(env: EffectEnv, folder: Folder, name: string): Promise<Json> {
  const text = folder.files.includes(name) ? await textIn(env, folder, name) : undefined;
  return text === undefined ? null : yamlOf(text);
}

async function yamlOf(text: string): Promise<Json> {
  const { parseDocument } = await import('yaml');
  try {
    const document = parseDocument(text);
    return document.errors.length > 0 ? null : (document.toJS({ maxAliasCount: 100 }) as Json);
  } catch {
    return null;
  }
}

const objectOf = (value: Json | undefined): JsonObject =>
  value !== undefined && isJsonObject(value) ? value : {};
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

async function workflowsIn(
  env: EffectEnv,
  folder: Folder,
  facts: ForgeFacts | undefined,
): Promise<readonly Workflow[]> {
  const out: Workflow[] = [];
  for (const name of folder.files) {
    if (!/\.ya?ml$/.test(name)) continue;
    const text = await textIn(env, folder, name);
    if (text === undefined) continue;
    const data = objectOf(await yamlOf(text));
    const jobs = Object.entries(objectOf(data['jobs'])).map(([id, job]) =>
      jobRecord(id, objectOf(job), facts),
    );
    const path = `${folder.path}/${name}`;
    out.push({ text, record: { path, name: textOf(data['name']) || name, jobs } });
  }
  return out;
}

const KINDS_OF_JOBS: readonly (readonly [string, RegExp])[] = [
  ['lint', /\b(?:lint\w*|fmt|format\w*|clippy|eslint|biome|prettier|ruff|typecheck)\b/i],
  ['test', /\b(?:tests?|testing|vitest|jest|pytest|nextest|conformance|e2e)\b/i],
  ['build', /\b(?:build\w*|compile|tsc|bundle|package)\b/i],
  ['release', /\b(?:releases?|publish\w*|deploy\w*)\b/i],
];

function jobRecord(id: string, job: JsonObject, facts: ForgeFacts | undefined): JsonObject {
  const name = textOf(job['name']) || id;
  const steps = listOf(job['steps']).map((step) => {
    const { run, uses, name: title } = objectOf(step);
    return [run, uses, title].map(textOf).join(' ');
  });
  // What a job calls itself counts more than what its steps mention.
  const byName = kindsIn(`${id} ${name}`.replace(/[_-]/g, ' '));
  return {
    id,
    name,
    classifications: byName.length > 0 ? byName : kindsIn(steps.join('\n')),
    required_check: facts === undefined ? null : isRequired(name, facts),
  };
}

function kindsIn(text: string): string[] {
  return KINDS_OF_JOBS.flatMap(([kind, pattern]) => (pattern.test(text) ? [kind] : []));
}

const MAX_HOOK_COMMANDS = 20;

async function hooksOf(
  env: EffectEnv,
  root: Folder,
  folders: readonly Folder[],
): Promise<JsonObject> {
  const stages = new Map<string, string[]>();
  const sources: string[] = [];
  const add = (stage: string, commands: readonly string[]) => {
    const all = [...(stages.get(stage) ?? []), ...commands.filter((each) => each !== '')];
    stages.set(stage, [...new Set(all)].slice(0, MAX_HOOK_COMMANDS));
  };
  for (const folder of folders) {
    for (const name of folder.files.filter((each) => /^[a-z]+(?:-[a-z]+)+$/.test(each))) {
      sources.push(`${folder.path}/${name}`);
      add(name, scriptLines((await textIn(env, folder, name)) ?? ''));
    }
  }
  for (const name of root.files) {
    if (/^\.pre-commit-config\.ya?ml$/.test(name)) {
      sources.push(name);
      for (const [stage, command] of preCommit(objectOf(await yamlIn(env, root, name))))
        add(stage, [command]);
    } else if (/^\.?lefthook\.ya?ml$/.test(name)) {
      sources.push(name);
      for (const [stage, commands] of lefthook(objectOf(await yamlIn(env, root, name))))
        add(stage, commands);
    }
  }
  return { stages: Object.fromEntries(stages), sources };
}

/** The lines of a shell script that do something. */
function scriptLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:#|set [-+]|\. |exit\b)/.test(line));
}

function preCommit(data: JsonObject): readonly (readonly [string, string])[] {
  const usual = stageNames(data['default_stages'], ['pre-commit']);
  return listOf(data['repos']).flatMap((repo) =>
    listOf(objectOf(repo)['hooks']).flatMap((given) => {
      const hook = objectOf(given);
      const command = textOf(hook['entry']) || textOf(hook['id']);
      return stageNames(hook['stages'], usual).map((stage) => [stage, command] as const);
    }),
  );
}

function stageNames(given: Json | undefined, usual: readonly string[]): readonly string[] {
  const named = listOf(given).map(textOf);
  // Older files write `commit` for `pre-commit`.
  return named.length === 0
    ? usual
    : named.map((each) => (/^(?:commit|push)$/.test(each) ? `pre-${each}` : each));
}

function lefthook(data: JsonObject): readonly (readonly [string, readonly string[]])[] {
  return Object.entries(data).flatMap(([stage, given]) => {
    const { commands, jobs, scripts } = objectOf(given);
    const all = [...Object.values(objectOf(commands)), ...listOf(jobs)];
    const lines = [
      ...all.map((each) => textOf(objectOf(each)['run'])),
      ...Object.keys(objectOf(scripts)),
    ];
    return lines.length === 0 ? [] : [[stage, lines] as const];
  });
}

interface Ecosystem {
  readonly id: string;
  readonly manifests: readonly string[];
  readonly lockfiles: readonly string[];
  /** What workflows mention, and what it means. */
  readonly hints: readonly (readonly [RegExp, string])[];
}

const ECOSYSTEMS: readonly Ecosystem[] = [
  {
    id: 'cargo',
    manifests: ['Cargo.toml'],
    lockfiles: ['Cargo.lock'],
    hints: [
      [/rust-cache/, 'rust-cache action'],
      [/nextest/, 'cargo-nextest installed'],
      [/sccache/, 'sccache'],
    ],
  },
  {
    id: 'npm',
    manifests: ['package.json'],
    lockfiles: ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'],
    hints: [
      [/setup-node[\s\S]{0,200}?\bcache:/, 'setup-node cache'],
      [/pnpm\/action-setup/, 'pnpm action'],
      [/setup-bun/, 'setup-bun action'],
      [/\bnpm ci\b/, 'npm ci'],
    ],
  },
  {
    id: 'python',
    manifests: ['pyproject.toml', 'requirements.txt', 'setup.py'],
    lockfiles: ['uv.lock', 'poetry.lock', 'Pipfile.lock'],
    hints: [
      [/setup-uv/, 'setup-uv action'],
      [/setup-python[\s\S]{0,200}?\bcache:/, 'setup-python cache'],
    ],
  },
  {
    id: 'go',
    manifests: ['go.mod'],
    lockfiles: ['go.sum'],
    hints: [[/actions\/setup-go/, 'setup-go action']],
  },
  {
    id: 'swift',
    manifests: ['Package.swift'],
    lockfiles: ['Package.resolved'],
    hints: [[/setup-swift/, 'setup-swift action']],
  },
  {
    id: 'ruby',
    manifests: ['Gemfile'],
    lockfiles: ['Gemfile.lock'],
    hints: [[/setup-ruby/, 'setup-ruby action']],
  },
];

function manifestsOf(root: Folder, workflows: string): JsonObject[] {
  const here = (names: readonly string[]) => names.filter((name) => root.files.includes(name));
  return ECOSYSTEMS.flatMap(({ id, manifests, lockfiles, hints }) => {
    const found = here(manifests);
    if (found.length === 0) return [];
    const told = hints.flatMap(([pattern, hint]) => (pattern.test(workflows) ? [hint] : []));
    return [{ ecosystem: id, manifests: found, lockfiles: here(lockfiles), ci_hints: told }];
  });
}

async function mergePolicy(
  env: EffectEnv,
  root: Folder,
  github: Folder,
  facts: ForgeFacts | undefined,
): Promise<JsonObject> {
  const either = async (pattern: RegExp): Promise<string> => {
    for (const folder of [github, root]) {
      const name = folder.files.find((each) => pattern.test(each));
      if (name !== undefined) return (await textIn(env, folder, name)) ?? '';
    }
    return '';
  };
  const owners = await either(/^CODEOWNERS$/);
  const advice = await either(/^CONTRIBUTING(?:\.\w+)?$/i);
  const methods =
    facts?.mergeMethods ??
    MERGE_METHODS.flatMap(([id, pattern]) => (pattern.test(advice) ? [id] : []));
  return {
    codeowners: owners.split(/\r?\n/).flatMap(ownerLine),
    merge_methods: methods,
    squash_only: methods.length === 1 && methods[0] === 'squash',
    required_checks: facts?.checks ?? null,
  };
}

const MERGE_METHODS: readonly (readonly [string, RegExp])[] = [
  ['squash', /\bsquash/i],
  ['rebase', /\brebase[- ](?:and[- ])?merge/i],
  ['merge', /\bmerge commits?\b/i],
];

function ownerLine(line: string): JsonObject[] {
  const [pattern = '', ...owners] = line.replace(/#.*/, '').trim().split(/\s+/);
  return pattern === '' || owners.length === 0 ? [] : [{ pattern, owners }];
}
