// Memories: kept once whatever becomes of the process, found by their words, forgotten without being lost.
import { describe, expect, it } from 'vitest';
import { createMockHost, createRuntime, type Harness, pipeline } from '../../src/index.ts';
import { openStore } from '../../src/store/index.ts';
import { printed, survivesKills } from './scene.ts';

const main = (body: string) => `import "std/memory"\npipeline main(harness: Harness) {\n${body}\n}`;
const FILE = '/work/.harn/memory/team/ada/events.jsonl';
const linesOf = async (host: ReturnType<typeof createMockHost>, path = FILE) =>
  (await host.fs.readText(path)).trimEnd().split('\n');

const THREE = `
  memory_store("team/ada", "tea", {text: "Ada drinks green tea"}, ["food"])
  memory_store("team/ada", "desk", "Ada sits by the window, tea in hand", ["place"])
  memory_store("team/ada", "dog", "The dog is called Bob", ["place"])`;

describe('memories of a namespace', () => {
  it('are found again in another run, what fits best first', async () => {
    const host = createMockHost({ files: { '/work/harn.toml': '' } });
    await printed(main(THREE), host);
    const lines = await printed(
      main(`
  println(memory_recall("team/ada", "green tea").map({ r -> r.key }))
  println(memory_recall("team/ada", "tea", 1).map({ r -> r.key }))
  println(memory_recall("team/ada", "place").map({ r -> r.key }))
  println(memory_recall("team/ada", "cat"))
  println(memory_recall("team/ada", "", 2).map({ r -> r.key }))
  println(memory_recall("team/other", "tea"))
  println(memory_summarize("team/ada", {tag: "place"}).text)`),
      host,
    );
    expect(lines).toEqual([
      '[tea, desk]',
      '[tea]',
      '[dog, desk]',
      '[]',
      '[dog, desk]',
      '[]',
      '- dog: The dog is called Bob',
      '- desk: Ada sits by the window, tea in hand',
    ]);
  });

  it('are forgotten by a line more, not by one less', async () => {
    const host = createMockHost({ files: { '/work/harn.toml': '' } });
    const lines = await printed(
      main(`${THREE}
  println(memory_forget("team/ada", {tags: ["place"], query: "dog bob"}).forgotten)
  println(memory_forget("team/ada", "GREEN").forgotten)
  println(memory_forget("team/ada", "GREEN").forgotten)
  println(memory_recall("team/ada", "ada dog").map({ r -> r.key }))`),
      host,
    );
    expect(lines).toEqual(['1', '1', '0', '[desk]']);
    expect(await linesOf(host)).toHaveLength(5);
  });

  it('go on after a line that a kill cut off', async () => {
    const host = createMockHost({
      files: {
        '/work/harn.toml': '',
        '/work/.harn/memory/team/ada/events.jsonl': '{"v":1,"kind":"stored","reco',
      },
    });
    const lines = await printed(
      main('memory_store("team/ada", "k", "v")\nprintln(len(memory_recall("team/ada", "v")))'),
      host,
    );
    expect(lines).toEqual(['1']);
    expect(await linesOf(host)).toHaveLength(2);
  });

  it.each([
    ['memory_store("../x", "k", 1)', 'relative path'],
    ['memory_store("/x", "k", 1)', 'relative path'],
    ['memory_store("x", "k", 1, ["t"], {rot: "a"})', 'has no "rot"'],
    ['memory_store("x", "k", 1, nil, {now: "soon"})', 'RFC 3339'],
    ['memory_forget("x", {})', 'must say what'],
    ['memory_forget("x", " ")', 'must say what'],
    ['memory_recall("x", "q", 0)', 'above 0'],
  ])('refuse %s and write nothing', async (call, reason) => {
    const host = createMockHost({ files: { '/work/harn.toml': '' } });
    const lines = await printed(
      main(`try { ${call} } catch (e) { println(e?.message ?? e) }`),
      host,
    );
    expect(lines[0]).toContain(reason);
    expect(await host.fs.exists('/work/.harn/memory')).toBe(false);
  });

  it('are kept and forgotten once, whichever commit their process dies at', async () => {
    const text = main(`${THREE}
  println(memory_forget("team/ada", {key: "desk"}).forgotten)
  println(memory_recall("team/ada", "ada dog").map({ r -> r.key }))`);
    const kills = await survivesKills(
      { text },
      () => createMockHost({ files: { '/work/harn.toml': '' } }),
      async (host) =>
        (await linesOf(host)).map((line) => {
          const { kind, record } = JSON.parse(line) as { kind: string; record?: { key: string } };
          return [kind, record?.key];
        }),
    );
    expect(kills).toBeGreaterThan(4);
  });

  it('are the same from TypeScript', async () => {
    const host = createMockHost({ files: { '/work/harn.toml': '' } });
    await printed(main(THREE), host);
    await using store = await openStore('memory:');
    const remembers = pipeline('remembers', async (harness: Harness) => {
      const kept = await harness.memory.store('team/ada', 'cup', { text: 'a blue cup' }, ['place']);
      const found = await harness.memory.recall('team/ada', 'blue dog', 5);
      const { count } = await harness.memory.summarize('team/ada', { tags: ['place'] });
      const { forgotten } = await harness.memory.forget('team/ada', { id: kept.id });
      return { found: found.map(({ key }) => key).sort(), count, forgotten };
    });
    const runtime = createRuntime({ store, pipelines: [remembers], host });
    const result = await runtime.start(remembers, null).done;
    expect(result).toMatchObject({
      returned: { found: ['cup', 'dog'], count: 3, forgotten: 1 },
    });
  });
});
