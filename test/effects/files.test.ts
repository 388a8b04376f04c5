// Files, commands and chance as programs use them: walks, the words of failures, generators of one's own.
import { describe, expect, it } from 'vitest';
import { createMockHost } from '../../src/index.ts';
import { printed, survivesKills } from './scene.ts';

const main = (body: string) => `pipeline main(harness: Harness) {\n${body}\n}`;
const FILES = { '/work/d/a.txt': 'a', '/work/d/.hidden': '', '/work/d/sub/deep/b.md': 'b' };
const shown = 'map({ e -> "${e.depth} ${e.path} ${if e.is_dir { "dir" } else { "file" }}" })';

describe('a walk', () => {
  it('gives the directory and all below it, each before what it holds', async () => {
    const lines = await printed(
      main(`println(walk_dir("d").${shown}.join("\\n"))`),
      createMockHost({ files: FILES }),
    );
    expect(lines).toEqual([
      '0 d dir',
      '1 d/.hidden file',
      '1 d/a.txt file',
      '1 d/sub dir',
      '2 d/sub/deep dir',
      '3 d/sub/deep/b.md file',
    ]);
  });

  it('goes as deep as it is told, and past hidden names', async () => {
    const lines = await printed(
      main(`println(harness.fs.walk("d", {max_depth: 1, include_hidden: false}).${shown})`),
      createMockHost({ files: FILES }),
    );
    expect(lines).toEqual(['[0 d dir, 1 d/a.txt file, 1 d/sub dir]']);
  });

  it('of a file is that file', async () => {
    const host = createMockHost({ files: FILES });
    expect(await printed(main(`println(walk_dir("d/a.txt").${shown})`), host)).toEqual([
      '[0 d/a.txt file]',
    ]);
  });
});

it.each([
  ['delete_file("gone")', 'Failed to delete file gone: there is nothing at this path'],
  ['read_file("gone")', 'Failed to read file gone: there is nothing at this path'],
  ['write_file("d", "x")', 'Failed to write file d: it is a directory'],
  ['list_dir("gone")', 'Failed to list directory gone: there is nothing at this path'],
  ['exec()', 'exec: command is required'],
  ['random_int(2, 1)', 'there is no number between 2 and 1'],
])('%s fails with what was attempted', async (call, message) => {
  const host = createMockHost({ files: FILES });
  const body = main(`try { ${call} } catch (e) { println(e?.message ?? e) }`);
  expect(await printed(body, host)).toEqual([message]);
});

it('a read as a result says why it failed', async () => {
  const host = createMockHost({ files: FILES });
  const lines = await printed(
    main('println(read_file_result("d/a.txt"))\nprintln(read_file_result("gone"))'),
    host,
  );
  expect(lines).toEqual([
    'Result.Ok(a)',
    'Result.Err(Failed to read file gone: there is nothing at this path)',
  ]);
});

it('equal seeds draw the same from generators of their own, whatever the run draws', async () => {
  const lines = await printed(
    main(`
  let a = rng_seed(7)
  let b = rng_seed(7)
  random()
  println([random(a) == random(b), random_int(a, 1, 9) == random_int(b, 1, 9)])
  println(random_shuffle(a, [1, 2, 3, 4]) == random_shuffle(b, [1, 2, 3, 4]))
  println(random_choice(a, ["x", "y", "z"]) == random_choice(b, ["x", "y", "z"]))
  println([random_choice(a, []), random_choice(["only"]), type_of(a)])
  harness.random.seed(3)
  let first = random()
  harness.random.seed(3)
  println(first == random())`),
  );
  expect(lines).toEqual(['[true, true]', 'true', 'true', '[nil, only, rng]', 'true']);
});

it('the present is told in parts', async () => {
  const body = main('let now = date_now()\nprintln([now.year, now.month, now.day, now.iso8601])');
  const lines = await printed(body, createMockHost({ nowMs: Date.UTC(2026, 4, 3) }));
  expect(lines[0]).toMatch(/^\[2026, 5, 3, 2026-05-03T00:00:00/);
});

describe('bytes of a file', () => {
  const COPY = main(`
  const all = [0, 1, 2].map({ n -> bytes_from_hex("00ff0\${n}") })
  for piece in all {
    write_file_bytes("/work/x.bin", piece)
    harness.fs.write_bytes("/work/y.bin", bytes_concat(read_file_bytes("/work/x.bin"), piece))
  }
  println(bytes_to_hex(harness.fs.read_bytes("/work/y.bin")))`);

  it('are written and read as they are, once, wherever the run is killed', async () => {
    const kills = await survivesKills({ text: COPY }, createMockHost, async (host) =>
      Array.from(await host.fs.readBytes('/work/y.bin')),
    );
    expect(kills).toBeGreaterThan(4);
    expect(await printed(COPY)).toEqual(['00ff0200ff02']);
  });
});
