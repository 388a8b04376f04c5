// What kind of project a folder is, how the facts about directories stand, and secrets by their ids.
import { describe, expect, it } from 'vitest';
import { createMockHost, createRuntime, pipeline } from '../../src/index.ts';
import { journalTopic } from '../../src/runtime/run/index.ts';
import { openStore } from '../../src/store/index.ts';
import { printed, survivesKills } from './scene.ts';

const main = (body: string) =>
  `import "std/project"\npipeline main(harness: Harness) {\n${body}\n}`;

const FILES = {
  '/work/.git/HEAD': 'ref: refs/heads/main',
  '/work/.gitignore': 'ignored/\n*.tmp\n!keep.tmp\n',
  '/work/.github/workflows/ci.yml': 'name: ci',
  '/work/api/Cargo.toml': '[package]\nname = "api"\n[dependencies]\naxum = "0.8"\n',
  '/work/api/Cargo.lock': '',
  '/work/api/src/main.rs': 'fn main() {}',
  '/work/api/tests/all.rs': '',
  '/work/api/target/x/Cargo.toml': '[package]\nname = "x"\n',
  '/work/ignored/go.mod': 'module ignored',
  '/work/web/package.json':
    '{"name": "web", "packageManager": "pnpm@9", "scripts": {"build": "vite build"}, "devDependencies": {"vitest": "1", "vite": "5", "react": "19"}}',
  '/work/web/tsconfig.json': '{}',
  '/work/web/Makefile': 'all: build\nbuild:\n\techo\nX := 1\n',
  '/work/web/README.md': '```sh\nls\n```\n```ts\n```\n',
  '/work/web/Dockerfile': 'FROM node\nRUN npm ci\nCMD ["node"]\n',
  '/work/broken/pyproject.toml': '[project\nname = ',
};

const host = () => createMockHost({ cwd: '/work', files: FILES });

describe('a scan of a project', () => {
  it('tells a folder by its files, and with `config` what they say', async () => {
    const lines = await printed(
      main(`
  const api = project_scan("api", {tiers: ["ambient", "config"]})
  println([api.path, api.languages, api.build_systems, api.vcs, api.anchors, api.lockfiles, api.package_name, api.build_commands])
  println([api.confidence.rust, api.frameworks])
  const web = harness.project.scan("web", {tiers: ["config"]})
  println([web.languages, web.declared_scripts, web.makefile_targets, web.dockerfile_commands, web.readme_code_fences])
  const broken = project_scan("broken", {tiers: ["config"]})
  println([broken.languages, broken.package_name])
  println([project_scan(".").languages, project_scan("none").languages])`),
      host(),
    );
    expect(lines).toEqual([
      '[/work/api, [rust], [cargo], git, [Cargo.toml], [Cargo.lock], api, [cargo build, cargo test]]',
      '[1, []]',
      '[[typescript], {build: vite build}, [all, build], [RUN npm ci, CMD ["node"]], [sh, ts]]',
      '[[python], nil]',
      '[[], []]',
    ]);
  });

  it('of a tree leaves out what git ignores and what tools put there, unless told otherwise', async () => {
    const lines = await printed(
      main(`
  println(project_scan_paths("."))
  println(keys(project_scan_tree(".", {respect_gitignore: false, include_vendor: true})))
  println(keys(project_scan_tree(".", {depth: 0})))`),
      host(),
    );
    expect(lines).toEqual([
      '[., api, broken, web]',
      '[., api, api/target/x, broken, ignored, web]',
      '[.]',
    ]);
  });

  it('in one line says what is dominant, and is the same in TypeScript', async () => {
    const lines = await printed(
      main(`
  const f = project_fingerprint(".")
  println([f.primary_language, f.frameworks, f.package_managers, f.test_runner, f.build_tool, f.ci, f.has_tests, f.lockfile_paths])
  println([project_fingerprint("web").primary_language, project_fingerprint("web").test_runner])`),
      host(),
    );
    expect(lines).toEqual([
      '[mixed, [axum, react], [cargo, pnpm, pip], cargo-test, cargo, [github-actions], true, [api/Cargo.lock]]',
      '[typescript, vitest]',
    ]);
    const seen = pipeline('seen', async ({ project }) => {
      const { primary_language } = await project.fingerprint('web');
      const found = await project.scanDirectory('web', { pattern: '*.json', max_depth: 0 });
      return [primary_language, ...found.map(({ path }) => path)] as string[];
    });
    await using store = await openStore('memory:');
    const runtime = createRuntime({ store, host: host(), pipelines: [seen] });
    expect(await runtime.start(seen, null).done).toMatchObject({
      final: ['typescript', 'web/package.json', 'web/tsconfig.json'],
    });
  });

  it('has what it found then, when its run is killed and the project has changed', async () => {
    const text = main(`
  const before = project_scan_paths(".")
  mkdir("/work/new")
  write_file("/work/new/go.mod", "module new")
  println([before, len(project_scan_paths("."))])`);
    const kills = await survivesKills({ text }, host, (made) =>
      made.fs.readText('/work/new/go.mod'),
    );
    expect(kills).toBeGreaterThan(1);
    expect(await printed(text, host())).toEqual(['[[., api, broken, web], 5]']);
  });

  it('lists what is below a folder by name, depth and kind', async () => {
    const lines = await printed(
      main(`
  println(scan_directory("api", ".rs").map({ e -> e.path }))
  println(scan_directory("api", {max_depth: 0, include_files: false}).map({ e -> e.name }))
  println(scan_directory(".", "*.yml", {include_hidden: true}).map({ e -> e.path }))
  println(scan_directory(".", "*.yml"))`),
      host(),
    );
    expect(lines).toEqual([
      '[api/src/main.rs, api/tests/all.rs]',
      '[src, target, tests]',
      '[.github/workflows/ci.yml]',
      '[]',
    ]);
  });
});

describe('the facts about directories', () => {
  it('say how they stand', async () => {
    const lines = await printed(
      main(`
  metadata_set("api", "owners", {who: "ann"})
  println(metadata_status("owners"))
  println(project_requires_refresh("owners"))
  metadata_refresh_hashes()
  println([project_requires_refresh("owners"), project_stale_dirs("owners")])
  write_file("/work/api/new.rs", "")
  println([project_requires_refresh(), project_stale_dirs(), metadata_status("none").directory_count])
  println([metadata_local_namespace("api", "owners"), metadata_namespace("web", "owners"), len(project_inventory().entries)])
  println(project_root_package())`),
      host(),
    );
    expect(lines).toEqual([
      '{directory_count: 1, missing_content_hash: [api], missing_structure_hash: [api], namespace_count: 1, namespaces: [owners], stale: {any_stale: false, tier1: [], tier2: []}}',
      'true',
      '[false, []]',
      '[true, [api], 0]',
      '[{who: ann}, {}, 1]',
      'nil',
    ]);
  });

  it('are joined by marks of freshness in the store', async () => {
    const lines = await printed(
      `import "std/collections"
pipeline main(harness: Harness) {
  println(store_stale("k", 60))
  store_refresh("k")
  println([store_stale("k", 60), store_stale("k", -1)])
}`,
    );
    expect(lines).toEqual(['true', '[false, true]']);
  });
});

describe('a secret by its id', () => {
  const withSecrets = () =>
    createMockHost({
      env: { HARN_SECRET_GITHUB_WEBHOOK_SECRET: 'from-env-1', HARN_SECRETS_DIR: '/run/secrets' },
      files: {
        '/run/secrets/linear/token': 'from-file-2\n',
        '/run/secrets/github/webhook-secret': 'no',
      },
    });

  it('comes from the environment, then from files, or says where to put it', async () => {
    const lines = await printed(
      main(`
  println([secret_get("github/webhook-secret"), harness.env.secret_get("linear/token")])
  println(unwrap_err(try { secret_get("none/x.y") }))
  println(unwrap_err(try { secret_get("../etc/passwd") }))`),
      withSecrets(),
    );
    expect(lines).toEqual([
      '[from-env-1, from-file-2]',
      'there is no secret none/x.y',
      '"../etc/passwd" is no id of a secret',
    ]);
  });

  it('is not written down, and is read again by a resumed run', async () => {
    let written = '';
    const reads = pipeline('reads', async ({ env, fs }) => {
      const token = await env.secretGet('linear/token');
      await fs.writeText('/work/length.txt', String(token.length));
    });
    await using store = await openStore('memory:');
    const runtime = createRuntime({ store, host: withSecrets(), pipelines: [reads] });
    const run = runtime.start(reads, null);
    await run.done;
    for (const { payload } of await store.read(journalTopic(run.id))) {
      written += typeof payload === 'string' ? payload : JSON.stringify(payload);
    }
    expect(written).toContain('secret_get');
    expect(written).not.toContain('from-file-2');
    const text = main(`
  const token = secret_get("linear/token")
  write_file("/work/a.txt", "a")
  write_file("/work/b.txt", "\${len(token)}")
  println(len(token))`);
    const kills = await survivesKills({ text }, withSecrets, (host) =>
      host.fs.readText('/work/b.txt'),
    );
    expect(kills).toBeGreaterThan(1);
  });
});
