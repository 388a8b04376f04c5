// Values that outlive a run: store, checkpoints, facts about directories. In the files they are documented to be in, never
// half, and the same when the process was killed in between.
import { describe, expect, it } from 'vitest';
import { createMockHost, createRuntime, type Harness, pipeline } from '../../src/index.ts';
import { openStore } from '../../src/store/index.ts';
import { printed, survivesKills } from './scene.ts';

const main = (body: string) => `pipeline main(harness: Harness) {\n${body}\n}`;
const read = async (host: ReturnType<typeof createMockHost>, path: string) =>
  JSON.parse(await host.fs.readText(path)) as unknown;

describe('the store of a project', () => {
  it('keeps values in one file for the runs to come', async () => {
    const host = createMockHost({ files: { '/harn.toml': '' } });
    await printed(main('store_set("a", {n: [1, 2.5]})\nstore_set("__proto__", nil)'), host);
    const lines = await printed(
      main(`
  println([store_get("a").n, store_get("gone"), store_list()])
  harness.runtime.store_delete("a")
  store_delete("a")
  println(store_list())
  store_save()`),
      host,
    );
    expect(lines).toEqual(['[[1, 2.5], nil, [__proto__, a]]', '[__proto__]']);
    expect(await host.fs.readText('/.harn/store.json')).toBe('{\n  "__proto__": null\n}\n');
  });

  it('loses no change of tasks beside each other', async () => {
    const host = createMockHost();
    const lines = await printed(
      main('parallel 8 { i -> store_set("k${i}", i) }\nprintln(len(store_list()))'),
      host,
    );
    expect(lines).toEqual(['8']);
  });

  it('is refused with its path when it is not JSON, and left as it is', async () => {
    const host = createMockHost({ files: { '/work/.harn/store.json': '{"a": ' } });
    const lines = await printed(
      main('try { store_set("a", 1) } catch (e) { println(e?.message ?? e) }'),
      host,
    );
    expect(lines).toEqual(['/work/.harn/store.json cannot be used: it is not JSON']);
    expect(await host.fs.readText('/work/.harn/store.json')).toBe('{"a": ');
  });

  it('refuses what is no data', async () => {
    const lines = await printed(
      main('try { store_set("a", harness) } catch (e) { println(e?.message ?? e) }'),
    );
    expect(lines[0]).toContain('Harness');
  });

  it('is not touched by a program without that capability', async () => {
    const text = main('try { store_clear() } catch (e) { println("refused") }');
    expect(await printed({ text, deny: ['runtime'] })).toEqual(['refused']);
  });
});

const STAGED = `import { checkpoint_stage, checkpoint_stage_retry } from "std/checkpoint"
pipeline main() {
  let a = checkpoint_stage("a", { -> append_file("/work/trace", "a"); 1 })
  var tries = 0
  let b = checkpoint_stage_retry("b", 2, { ->
    tries = tries + 1
    if tries < 3 { throw "not yet" }
    nil
  })
  println([a, b, checkpoint_list(), checkpoint_exists("b"), tries])
}`;

describe('checkpoints', () => {
  it('spare a later run the stages that were finished', async () => {
    const host = createMockHost();
    expect(await printed(STAGED, host)).toEqual(['[1, nil, [a, b], true, 3]']);
    expect(await printed(STAGED, host)).toEqual(['[1, nil, [a, b], true, 0]']);
    expect(await host.fs.readText('/work/trace')).toBe('a');
    expect(await read(host, '/work/.harn/checkpoints/main.json')).toEqual({ a: 1, b: null });
  });

  it('that a pipeline made are not those of another', async () => {
    const host = createMockHost();
    await printed(STAGED, host);
    const other = 'pipeline other() { println(checkpoint_list()) }';
    expect(await printed(other, host)).toEqual(['[]']);
  });

  it('throw the last error when the attempts are used up', async () => {
    const text = `import { checkpoint_stage_retry } from "std/checkpoint"
pipeline main() {
  try { checkpoint_stage_retry("x", 1, { -> throw "no" }) } catch (e) { println(e) }
  println(checkpoint_exists("x"))
}`;
    expect(await printed(text)).toEqual(['no', 'false']);
  });
});

it('killed anywhere, a run leaves the same in store and checkpoints', async () => {
  const text = main(`
  store_set("n", 1)
  checkpoint("step", {done: true})
  store_set("n", store_get("n") + 1)
  checkpoint_delete("nothing")
  metadata_set("app", "facts", {n: store_get("n")})
  println(store_get("n"))`);
  const kills = await survivesKills(
    { text },
    () => createMockHost(),
    async (host) => [
      await read(host, '/work/.harn/store.json'),
      await read(host, '/work/.harn/checkpoints/main.json'),
      await read(host, '/work/.harn/metadata/facts/entries.json'),
    ],
  );
  expect(kills).toBeGreaterThan(6);
});

describe('facts about directories', () => {
  it('are handed down, and told by namespace', async () => {
    const lines = await printed(
      main(`
  println(metadata_get(".", "style"))
  metadata_set(".", "style", {tabs: false, width: 80})
  metadata_set("src/ui", "style", {width: 100})
  metadata_set("src", "owner", {team: "core"})
  println(metadata_get("src/ui/button", "style"))
  println(metadata_get("src/ui"))
  println(metadata_resolve("src/ui"))
  println(metadata_entries("style").map({ e -> "\${e.dir}: \${e.local} \${e.resolved}" }))`),
    );
    expect(lines).toEqual([
      'nil',
      '{tabs: false, width: 100}',
      '{tabs: false, team: core, width: 100}',
      '{owner: {team: core}, style: {tabs: false, width: 100}}',
      '[.: {tabs: false, width: 80} {tabs: false, width: 80}, src/ui: {width: 100} {tabs: false, width: 100}]',
    ]);
  });

  it('are stale when the directory has other names or content, or when somebody says so', async () => {
    const host = createMockHost({ files: { '/work/src/a': '1', '/work/lib/b': '1' } });
    const lines = await printed(
      main(`
  metadata_set("src", "n", {x: 1})
  metadata_set("lib", "n", {x: 1})
  println(metadata_stale(".").any_stale)
  harness.project.metadata_refresh_hashes()
  let before = compute_content_hash("src")
  println([metadata_stale(".").any_stale, compute_content_hash("src") == before])
  write_file("/work/src/a", "2")
  write_file("/work/lib/c", "2")
  println(metadata_stale("."))
  metadata_refresh_hashes()
  invalidate_facts("src")
  println(metadata_stale("."))`),
      host,
    );
    expect(lines).toEqual([
      'false',
      '[false, true]',
      '{any_stale: true, tier1: [lib], tier2: [src]}',
      '{any_stale: true, tier1: [src], tier2: []}',
    ]);
  });
});

it('TypeScript has store, checkpoints and facts on its harness', async () => {
  const program = pipeline('bill', async ({ runtime, project }: Harness) => {
    await runtime.storeSet('a', { n: 1 });
    await runtime.checkpoint('step', true);
    await project.metadataSet('src', 'n', { x: 1 });
    return [
      await runtime.storeGet('a'),
      await runtime.checkpointList(),
      await project.metadataGet('src'),
    ];
  });
  const host = createMockHost();
  const runtime = createRuntime({
    store: await openStore('memory:'),
    host,
    pipelines: [program],
    sink: { write: () => undefined },
  });
  const result = await runtime.start(program, null as never).done;
  expect(result).toMatchObject({ returned: [{ n: 1 }, ['step'], { x: 1 }] });
  expect(await read(host, '/work/.harn/checkpoints/bill.json')).toEqual({ step: true });
});
