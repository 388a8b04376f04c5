// What the files of a project say about it: names, scripts, commands. Files that do not parse say nothing.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { EffectEnv } from '../run/index.ts';
import { type Folder, textIn } from './project-files.ts';

/** The content of `package.json`; empty when there is none. */
export async function packageJson(env: EffectEnv, folder: Folder): Promise<JsonObject> {
  if (!folder.files.includes('package.json')) return {};
  return parsed(await textIn(env, folder, 'package.json'), JSON.parse);
}

/** The content of a TOML file; empty when there is none. */
export async function tomlIn(env: EffectEnv, folder: Folder, name: string): Promise<JsonObject> {
  if (!folder.files.includes(name)) return {};
  const { parse } = await import('smol-toml');
  return parsed(await textIn(env, folder, name), (text) => parse(text) as Json);
}

function parsed(text: string | undefined, parse: (text: string) => Json): JsonObject {
  try {
    const data = text === undefined ? {} : parse(text);
    return isJsonObject(data) ? data : {};
  } catch {
    return {};
  }
}

/** `project.name` of nested data. */
export function at(data: Json | undefined, ...path: readonly string[]): Json {
  let here: Json = data ?? null;
  for (const name of path) here = isJsonObject(here) ? (here[name] ?? null) : null;
  return here;
}

/** The name of what a folder publishes; null when it has none. */
export async function packageName(env: EffectEnv, folder: Folder): Promise<string | null> {
  const asked: readonly (() => Promise<Json | undefined>)[] = [
    async () => at(await packageJson(env, folder), 'name'),
    async () => at(await tomlIn(env, folder, 'Cargo.toml'), 'package', 'name'),
    async () => at(await tomlIn(env, folder, 'pyproject.toml'), 'project', 'name'),
    async () => at(await tomlIn(env, folder, 'pyproject.toml'), 'tool', 'poetry', 'name'),
    async () => /^module\s+(\S+)/m.exec((await fileText(env, folder, 'go.mod')) ?? '')?.[1],
    async () =>
      /Package\s*\(\s*name:\s*"([^"]+)"/.exec(
        (await fileText(env, folder, 'Package.swift')) ?? '',
      )?.[1],
    async () => at(await tomlIn(env, folder, 'harn.toml'), 'package', 'name'),
  ];
  for (const ask of asked) {
    const name = await ask();
    if (typeof name === 'string' && name !== '') return name;
  }
  return null;
}

async function fileText(env: EffectEnv, folder: Folder, name: string) {
  return folder.files.includes(name) ? textIn(env, folder, name) : undefined;
}

/** What the tier `config` adds. */
export async function configOf(
  env: EffectEnv,
  folder: Folder,
  defaults: readonly string[],
): Promise<JsonObject> {
  const scripts = at(await packageJson(env, folder), 'scripts');
  const readme = folder.files.find((name) => /^readme(\.\w+)?$/i.test(name));
  const makefile = folder.files.find((name) => /^(gnu)?makefile$/i.test(name));
  const targets = matches(
    await optional(env, folder, makefile),
    /^([A-Za-z0-9][\w.-]*)\s*:(?!=)/gm,
  );
  const docker = await optional(
    env,
    folder,
    folder.files.find((name) => name === 'Dockerfile'),
  );
  return {
    package_name: await packageName(env, folder),
    build_commands: [...defaults],
    declared_scripts: isJsonObject(scripts) ? scripts : {},
    makefile_targets: targets,
    dockerfile_commands: matches(docker, /^\s*((?:RUN|CMD|ENTRYPOINT)\s.*)$/gm),
    readme_code_fences: matches(await optional(env, folder, readme), /^```+\s*([\w+-]+)/gm),
  };
}

async function optional(env: EffectEnv, folder: Folder, name: string | undefined): Promise<string> {
  return name === undefined ? '' : ((await textIn(env, folder, name)) ?? '');
}

function matches(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map((found) => (found[1] ?? '').trim()))];
}
