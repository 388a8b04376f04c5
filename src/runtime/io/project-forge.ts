// What the service that hosts a project knows of it, asked by the program `gh` (GitHub): which checks its main branch requires and
// how one merges. Nobody is asked where the run may not start programs or reach the service.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { EffectEnv } from '../run/index.ts';
import { egressKey } from './egress.ts';
import { processEffects } from './process.ts';
import { folderAt, textIn } from './project-files.ts';

/** What GitHub says. `checks` are the names of those that are required; none when the branch is free. */
export interface ForgeFacts {
  readonly checks: readonly string[];
  readonly mergeMethods: readonly string[];
}

const SITE = 'https://github.com/';
const API = 'https://api.github.com/';
const CALL = ['api', '--hostname', 'github.com'];
const LIMIT_MS = 10_000;
const METHODS = [
  ['squash', 'squashMergeAllowed'],
  ['rebase', 'rebaseMergeAllowed'],
  ['merge', 'mergeCommitAllowed'],
] as const;

/** The facts; undefined where nobody can be asked, or does not answer. */
export async function forgeFacts(env: EffectEnv, top: string): Promise<ForgeFacts | undefined> {
  const config = await textIn(env, await folderAt(env, `${top}/.git`), 'config');
  if (config === undefined || !/github\.com/i.test(config) || !mayAsk(env)) return undefined;
  const fields = ['url', 'nameWithOwner', 'defaultBranchRef', ...METHODS.map(([, field]) => field)];
  const repository = await asked(env, top, ['repo', 'view', '--json', fields.join(',')]);
  // `gh` may take another remote for the project's; its API would then be asked about a stranger of the same name.
  if (!isJsonObject(repository) || !String(repository['url']).startsWith(SITE)) return undefined;
  const name = repository['nameWithOwner'];
  const branch = at(repository, 'defaultBranchRef', 'name');
  if (typeof name !== 'string' || !/^[\w-]+\/(?!\.+$)[\w.-]+$/.test(name)) return undefined;
  if (typeof branch !== 'string') return undefined;
  const ref = encodeURIComponent(branch);
  const protectedBy = await asked(env, top, [...CALL, `repos/${name}/branches/${ref}`]);
  const rules = await asked(env, top, [...CALL, `repos/${name}/rules/branches/${ref}`]);
  if (!isJsonObject(protectedBy) || !Array.isArray(rules)) return undefined;
  const checks = [
    ...listOf(at(protectedBy, 'protection', 'required_status_checks', 'contexts')),
    ...rules
      .flatMap((rule) => listOf(at(rule, 'parameters', 'required_status_checks')))
      .map((check) => at(check, 'context')),
  ];
  return {
    checks: [...new Set(checks.filter((check) => typeof check === 'string'))],
    mergeMethods: METHODS.flatMap(([id, field]) => (repository[field] === true ? [id] : [])),
  };
}

/** Whether a job is one of the checks; those of a matrix have its values behind their name. */
export function isRequired(job: string, { checks }: ForgeFacts): boolean {
  return checks.some((check) => check === job || check.startsWith(`${job} (`));
}

function mayAsk(env: EffectEnv): boolean {
  try {
    env.authority.check(processEffects.run.spec);
    env.get(egressKey).permit(API);
    return true;
  } catch {
    return false;
  }
}

/** What `gh` answers, as data; undefined when it is not there, has no login, or fails. */
async function asked(
  env: EffectEnv,
  cwd: string,
  args: readonly string[],
): Promise<Json | undefined> {
  try {
    const { exitCode, timedOut, stdout } = await env.host.process.run({
      argv: ['gh', ...args],
      cwd,
      env: { GH_PROMPT_DISABLED: '1' },
      timeoutMs: LIMIT_MS,
      signal: env.signal,
    });
    return exitCode === 0 && !timedOut ? (JSON.parse(stdout) as Json) : undefined;
  } catch {
    env.signal.throwIfAborted();
    return undefined;
  }
}

function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (inner, name) =>
      inner !== undefined && isJsonObject(inner) ? (inner as JsonObject)[name] : undefined,
    value,
  );
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
