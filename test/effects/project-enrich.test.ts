// What a model makes of a project: asked once for what has not changed, within a budget, and through kills. And what is kept of
// runs of workflows.
import { describe, expect, it } from 'vitest';
import { createMockHost } from '../../src/index.ts';
import { printed, survivesKills } from './scene.ts';

const main = (body: string) =>
  `import "std/project"\npipeline main(harness: Harness) {\n${body}\n}`;

const CI = `name: CI
on: push
jobs:
  checks:
    name: Rust (lint + test)
    steps:
      - uses: Swatinem/rust-cache@v2
  ship:
    steps:
      - run: cargo publish
`;

const FILES = {
  '/work/Cargo.toml': '[package]\nname = "api"\n',
  '/work/Cargo.lock': '# made by cargo',
  '/work/README.md': '# api\n',
  '/work/logo.png': 'not text',
  '/work/.env': 'SECRET=1',
  '/work/.gitignore': 'gone/\n',
  '/work/gone/x.rs': '',
  '/work/src/lib.rs': 'pub fn one() {}\n',
  '/work/src/long.rs': 'x'.repeat(50),
  '/work/.github/workflows/ci.yml': CI,
  '/work/.github/workflows/bad.yml': 'jobs: [',
  '/work/.github/CODEOWNERS': '# all\n* @core\nsrc/ @a @b # why\n',
  '/work/CONTRIBUTING.md': 'We squash-merge every change.\n',
  '/work/.husky/pre-commit': '#!/bin/sh\nset -e\ncargo fmt --all\n',
  '/work/.pre-commit-config.yaml':
    'repos:\n  - repo: local\n    hooks:\n      - id: clippy\n        entry: cargo clippy\n        stages: [push]\n      - id: typos\n',
  '/work/lefthook.yml': 'pre-push:\n  commands:\n    t: {run: cargo test}\n',
};

const host = (files: { readonly [path: string]: string } = FILES) =>
  createMockHost({ cwd: '/work', files });

describe('the files that tell most about a project', () => {
  it('come with operators first, cut to their bounds, without what nobody reads', async () => {
    const lines = await printed(
      main(`
  println(harness.project.context_files(".").map({ f -> f.path }))
  println(harness.project.context_files(".", {operator_first: false, max_files: 3}).map({ f -> f.path }))
  println(harness.project.context_files("src", {max_chars_per_file: 9}))
  println(harness.project.context_files(".", {recursive: false, max_chars: 6}).map({ f -> [f.path, f.content, f.truncated] }))`),
      host(),
    );
    expect(lines).toEqual([
      '[.github/CODEOWNERS, .github/workflows/bad.yml, .github/workflows/ci.yml, .husky/pre-commit, .pre-commit-config.yaml, CONTRIBUTING.md, lefthook.yml, Cargo.toml, README.md, src/lib.rs, src/long.rs]',
      '[Cargo.toml, README.md, CONTRIBUTING.md]',
      '[{content: pub fn on, path: lib.rs, truncated: true}, {content: xxxxxxxxx, path: long.rs, truncated: true}]',
      '[[Cargo.toml, [packa, true]]',
    ]);
  });
});

describe('what people who run a project know', () => {
  it('is read from workflows, hooks, manifests and rules of merging', async () => {
    const lines = await printed(
      main(`
  const ci = harness.project.operator_meta(".")
  println(ci.workflows.map({ w -> [w.path, w.name, w.jobs.map({ j -> [j.name, j.classifications] })] }))
  println(ci.hooks.stages)
  println(ci.package_manifests)
  println(ci.merge_policy)
  println(harness.project.operator_meta("src").workflows)`),
      host(),
    );
    expect(lines).toEqual([
      '[[.github/workflows/bad.yml, bad.yml, []], [.github/workflows/ci.yml, CI, [[Rust (lint + test), [lint, test]], [ship, [release]]]]]',
      '{pre-commit: [cargo fmt --all, typos], pre-push: [cargo clippy, cargo test]}',
      '[{ci_hints: [rust-cache action], ecosystem: cargo, lockfiles: [Cargo.lock], manifests: [Cargo.toml]}]',
      '{codeowners: [{owners: [@core], pattern: *}, {owners: [@a, @b], pattern: src/}], merge_methods: [squash], required_checks: nil, squash_only: true}',
      '[]',
    ]);
  });
});

describe('what the service knows that hosts a project', () => {
  const GIT = { '/work/.git/config': '[remote "origin"]\n\turl = git@github.com:tea/pot.git\n' };
  const REPO = {
    ...{ url: 'https://github.com/tea/pot', nameWithOwner: 'tea/pot' },
    ...{ defaultBranchRef: { name: 'v/1' } },
    ...{ squashMergeAllowed: true, mergeCommitAllowed: false, rebaseMergeAllowed: true },
  };
  const BRANCH = {
    protection: { enabled: true, required_status_checks: { contexts: ['Rust (lint + test)'] } },
  };
  const RULES = [
    { type: 'deletion' },
    {
      type: 'required_status_checks',
      parameters: { required_status_checks: [{ context: 'ship (linux)' }] },
    },
  ];
  /** A host where `gh` gives answers in turn, and what it was asked. */
  const withGh = (
    answers: readonly (object | undefined)[],
    files: object = { ...FILES, ...GIT },
  ) => {
    const asked: string[] = [];
    const host = createMockHost({ cwd: '/work', files: files as typeof FILES });
    host.onCommand('gh', ({ argv = [], cwd }) => {
      const answer = answers[asked.length];
      asked.push(argv.filter((each) => /^(?:repo|repos\/.*)$/.test(each)).join(' '));
      expect(cwd).toBe('/work');
      return answer === undefined
        ? { exitCode: 4, stderr: 'log in' }
        : { stdout: JSON.stringify(answer) };
    });
    return { host, asked };
  };
  const tells = main(`
  const {merge_policy, workflows} = harness.project.operator_meta(".")
  println([merge_policy.required_checks, merge_policy.merge_methods, merge_policy.squash_only])
  println(workflows[1].jobs.map({ j -> j.required_check }))`);
  const unknown = ['[nil, [squash], true]', '[nil, nil]'];

  it('is asked by the program gh: the checks that are required, of old rules and new ones, and how one merges', async () => {
    const { host, asked } = withGh([REPO, BRANCH, RULES]);
    expect(await printed(tells, host)).toEqual([
      '[[Rust (lint + test), ship (linux)], [squash, rebase], false]',
      '[true, true]',
    ]);
    expect(asked).toEqual([
      'repo',
      'repos/tea/pot/branches/v%2F1',
      'repos/tea/pot/rules/branches/v%2F1',
    ]);
    const free = withGh([REPO, { protection: { enabled: false } }, []]);
    expect(await printed(tells, free.host)).toEqual([
      '[[], [squash, rebase], false]',
      '[false, false]',
    ]);
  });

  it('is nil where nobody answers, and nobody is asked who may not be', async () => {
    expect(await printed(tells, withGh([undefined]).host)).toEqual(unknown);
    expect(await printed(tells, withGh([REPO, BRANCH, undefined]).host)).toEqual(unknown);
    expect(
      await printed(tells, withGh([{ ...REPO, nameWithOwner: '../x' }, BRANCH, RULES]).host),
    ).toEqual(unknown);
    const elsewhere = { ...REPO, url: 'https://git.test/tea/pot' };
    expect(await printed(tells, withGh([elsewhere, BRANCH, RULES]).host)).toEqual(unknown);
    for (const [program, files] of [
      [{ text: tells, deny: ['process'] }, undefined],
      [tells.replace('const {', 'egress_policy({default: "deny"})\n  const {'), undefined],
      [tells, FILES],
    ] as const) {
      const { host, asked } = withGh([REPO, BRANCH, RULES], files);
      expect(await printed(program, host)).toEqual(unknown);
      expect(asked).toEqual([]);
    }
  });
});

const ENRICH = `{prompt: "Of {{package_name}}:{{ for file in files }} {{file.path}}{{ end }} {{ci.workflows[1].name}}", schema: {purpose: "string", rules: ["string"]}, provider: "mock", cache_key: "k"}`;

describe('an enrichment', () => {
  const twice = main(`
  llm_mock({text: "{\\"purpose\\": \\"an api\\", \\"rules\\": [\\"a\\"]}"})
  const options = ${ENRICH}
  const first = project_enrich(".", options)
  const second = project_enrich(".", options)
  println([first.purpose, first.rules, first.package_name, first.ci.merge_policy.squash_only, first._provenance.cached])
  println([second.purpose, second._provenance.cached, second._provenance.cache_key == first._provenance.cache_key])
  println(len(llm_mock_calls()))
  println(llm_mock_calls()[0].messages[0].content)`);

  it('asks a model once for what has not changed, also when it is killed on the way', async () => {
    const whole = await printed(twice, host());
    expect(whole.slice(0, 3)).toEqual([
      '[an api, [a], api, true, false]',
      '[an api, true, true]',
      '1',
    ]);
    expect(whole[3]).toContain('Of api: .github/CODEOWNERS');
    const kills = await survivesKills(
      { text: twice },
      () => host(),
      async (at) => (await at.fs.listDir('/work/.harn/cache/enrichment')).length,
    );
    expect(kills).toBeGreaterThan(3);
  });

  it('is made anew when a file changes, and shows evidence to a prompt that names nothing', async () => {
    const lines = await printed(
      main(`
  const options = {prompt: "Say JSON.", schema: {purpose: "string"}, provider: "mock", model: "auto"}
  llm_mock({text: "{\\"purpose\\": \\"one\\"}"})
  println(project_enrich(".", options).purpose)
  write_file("src/lib.rs", "pub fn two() {}")
  llm_mock({text: "{\\"purpose\\": \\"two\\"}"})
  println(project_enrich(".", options).purpose)
  const asked = llm_mock_calls()[1].messages[0].content
  println([contains(asked, "FILE src/lib.rs\\npub fn two"), contains(asked, "\\"package_name\\":\\"api\\"")])`),
      host(),
    );
    expect(lines).toEqual(['one', 'two', '[true, true]']);
  });

  it('above its budget asks nobody, and one whose answers never fit gives the evidence', async () => {
    const lines = await printed(
      main(`
  const small = project_enrich(".", ${ENRICH} + {budget_tokens: 1})
  println([small.budget_exceeded, small.package_name, len(llm_mock_calls())])
  llm_mock({text: "no"})
  llm_mock({text: "{\\"purpose\\": 3}"})
  const never = project_enrich(".", ${ENRICH} + {schema_retries: 1})
  println([contains(never.validation_error, "schema"), never.base_evidence.package_name, never._provenance.cached, len(llm_mock_calls())])
  llm_mock({error: {category: "auth", message: "who are you"}})
  println(error_category(unwrap_err(try { project_enrich(".", ${ENRICH}) })))
  println(is_err(try { project_enrich(".", {prompt: "x"}) }))`),
      host(),
    );
    expect(lines).toEqual(['[true, api, 0]', '[true, api, false, 2]', 'auth', 'true']);
  });
});

describe('a deep scan', () => {
  const scan = (more = '') =>
    `project_deep_scan(".", {namespace: "facts", tiers: ["ambient", "enriched"], enrichment: {prompt: "Say JSON.", schema: {purpose: "string"}, provider: "mock"}${more}})`;
  const answer = (text: string) => `llm_mock({text: "{\\"purpose\\": \\"${text}\\"}"})`;
  const status = `const s = project_deep_scan_status("facts")
  println([s.total_dirs, s.enriched_dirs, s.cache_hits, s.stale_dirs])`;

  it('looks again only at folders that changed, and says so', async () => {
    const lines = await printed(
      main(`
  ${answer('top')}
  ${answer('src')}
  const tree = ${scan()}
  println(entries(tree).map({ each -> [each.key, each.value.enriched.purpose, each.value?.config == nil] }))
  println([tree["."].ambient.languages, tree["gone"]])
  write_file("src/lib.rs", "pub fn two() {}")
  ${answer('changed')}
  println(values(${scan()}).map({ each -> each.enriched.purpose }))
  ${status}
  ${answer('again')}
  ${answer('src again')}
  println(values(${scan(', incremental: false')}).map({ each -> each.enriched.purpose }))
  println([len(llm_mock_calls()), project_deep_scan_status("other")])
  println(is_err(try { project_deep_scan(".", {tiers: ["ambient"]}) }))`),
      host(),
    );
    expect(lines).toEqual([
      '[[., top, true], [src, src, true]]',
      '[[rust], nil]',
      '[top, changed]',
      '[2, 2, 1, 1]',
      '[again, src again]',
      '[5, nil]',
      'true',
    ]);
  });

  it('that is killed goes on, and leaves the facts of every folder', async () => {
    const kills = await survivesKills(
      { text: main(`${answer('top')}\n  ${answer('src')}\n  ${scan()}\n  ${status}`) },
      () => host(),
      async (at) => {
        const text = await at.fs.readText('/work/.harn/metadata/facts/entries.json');
        return Object.keys(JSON.parse(text));
      },
    );
    expect(kills).toBeGreaterThan(3);
  });

  it('of names only asks no model, and facts that are too old count no more', async () => {
    const lines = await printed(
      main(`
  mock_time(0)
  const options = {namespace: "names", max_staleness_seconds: 60}
  project_deep_scan(".", options)
  println(keys(project_deep_scan(".", options)["."]))
  println(project_deep_scan_status("names").cache_hits)
  advance_time(7200000)
  project_deep_scan("src", options + {depth: 0})
  println([project_deep_scan_status("names", "src"), len(llm_mock_calls())])
  project_deep_scan("src", options + {depth: 0})
  println(project_deep_scan_status("names", "src").cache_hits)`),
      host(),
    );
    expect(lines).toEqual([
      '[ambient]',
      '2',
      expect.stringMatching(/cache_hits: 0.*stale_dirs: 1.*, 0\]$/),
      '1',
    ]);
  });
});

describe('the metadata of a run', () => {
  const program = `import "std/runtime"
pipeline main(harness: Harness) {
  const kept = record_run_metadata({id: "run 1", status: "completed", stages: [{}, {}], task: "t"}, "ship")
  println([kept.workflow_name, kept.status, kept.stage_count, kept.path])
  println(is_err(try { record_run_metadata({}, "ship") }))
}`;

  it('is kept in the state folder, once, or handed to whoever embeds the program', async () => {
    expect(await printed(program, host())).toEqual([
      '[ship, completed, 2, /work/.harn/run-metadata/run_1.json]',
      'true',
    ]);
    const kills = await survivesKills(
      { text: program },
      () => host(),
      (at) => at.fs.readText('/work/.harn/run-metadata/run_1.json'),
    );
    expect(kills).toBeGreaterThan(0);
    const mocked = `import "std/runtime"
pipeline main(harness: Harness) {
  host_mock("runtime", "record_run", "mine")
  println(record_run_metadata({id: "r"}, "ship"))
}`;
    expect(await printed(mocked, host())).toEqual(['mine']);
  });
});
