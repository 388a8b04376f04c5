// Text in images: what goes to the program that reads them, what is made of its table, and what is said when it is not there.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMockHost, createRuntime, pipeline } from '../../src/index.ts';
import { hostErrors } from '../../src/runtime/host/errors.ts';
import { createNodeHost } from '../../src/runtime/host/index.ts';
import { openStore } from '../../src/store/index.ts';
import { printed, survivesKills } from './scene.ts';

const TABLE = [
  'level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext',
  '1\t1\t0\t0\t0\t0\t0\t0\t200\t100\t-1\t',
  '5\t1\t1\t1\t1\t1\t10\t10\t30\t8\t96\tTotal',
  '5\t1\t1\t1\t1\t2\t50\t12\t20\t8\t90\t$3.50',
  '5\t1\t1\t1\t2\t1\t10\t30\t10\t8\t84\tThanks',
  '5\t1\t2\t1\t1\t1\t10\t70\t12\t8\t-1\t!',
  '5\t1\t2\t1\t1\t2\t10\t70\t12\t8\t0\t ',
].join('\n');

interface Asked {
  readonly argv: readonly string[];
  readonly stdin: string;
}

function host(asked: Asked[] = []) {
  const mock = createMockHost({ cwd: '/work', files: { '/work/bill.png': 'IMAGE' } });
  mock.onCommand('tesseract', ({ argv = [], stdin }) => {
    asked.push({ argv, stdin: Buffer.from(stdin ?? '').toString() });
    return { stdout: TABLE };
  });
  return mock;
}

const main = (body: string) => `import "std/vision"\npipeline main(harness: Harness) {\n${body}\n}`;

const RECEIPT = main(`
  const told = ocr("bill.png", {language: "deu"})
  println(json_stringify(told.text))
  println([told.tokens[0].bbox.left, told.tokens[0].confidence, len(told.tokens)])
  println(told.lines.map({ each -> [each.text, each.bbox.width, each.bbox.height, each.confidence] }))
  println(told.blocks.map({ each -> each.text }))
  println([told.source.kind, told.source.path, told.source.size_bytes, told.source.sha256 == sha256("IMAGE")])
  println([told.backend.name, told.backend.language, told.stats.line_count, told.stats.mean_confidence])
  write_file("out.txt", told.text)`);

describe('text in an image', () => {
  it('is words with their places, in lines and blocks', async () => {
    const asked: Asked[] = [];
    expect(await printed(RECEIPT, host(asked))).toEqual([
      '"Total $3.50\\nThanks\\n\\n!"',
      '[10, 0.96, 4]',
      '[[Total $3.50, 60, 10, 0.93], [Thanks, 10, 8, 0.84], [!, 12, 8, 0]]',
      '[Total $3.50',
      'Thanks, !]',
      '[path, bill.png, 5, true]',
      '[tesseract, deu, 3, 0.675]',
    ]);
    expect(asked).toEqual([
      { argv: ['tesseract', 'stdin', 'stdout', '-l', 'deu', 'tsv'], stdin: 'IMAGE' },
    ]);
  });

  it('is read once when the run is killed after it', async () => {
    const kills = await survivesKills(
      { text: RECEIPT },
      () => host(),
      (at) => at.fs.readText('/work/out.txt'),
    );
    expect(kills).toBeGreaterThan(0);
  });

  it('may come as bytes, as a data URL or by where an asset is stored, in TypeScript too', async () => {
    const asked: Asked[] = [];
    const lines = await printed(
      main(`
  println(ocr({bytes_base64: base64_encode("BYTES"), mime_type: "image/png", name: "a.png"}).source)
  println(ocr({data_url: "data:image/webp;base64," + base64_encode("URL")}).source.mime_type)
  println(ocr({storage: {path: "bill.png"}}).source.name)`),
      host(asked),
    );
    expect(lines[0]).toContain('kind: bytes, mime_type: image/png, name: a.png, path: nil');
    expect(lines.slice(1)).toEqual(['image/webp', 'bill.png']);
    expect(asked.map(({ stdin }) => stdin)).toEqual(['BYTES', 'URL', 'IMAGE']);
    const reading = pipeline('reading', async ({ process }) => {
      const { text } = await process.ocr('bill.png');
      return text as string;
    });
    await using store = await openStore('memory:');
    const runtime = createRuntime({ store, host: host(), pipelines: [reading] });
    expect(await runtime.start(reading, null).done).toMatchObject({
      final: 'Total $3.50\nThanks\n\n!',
    });
  });

  it('is refused for what is no image and no language, before anything is run', async () => {
    const asked: Asked[] = [];
    const lines = await printed(
      main(`
  for image in [{}, {bytes_base64: "?"}, {data_url: "http://x"}, "none.png"] {
    println(unwrap_err(try { ocr(image) }))
  }
  println(unwrap_err(try { ocr("bill.png", {language: "--psm"}) }))`),
      host(asked),
    );
    expect(lines).toEqual([
      expect.stringContaining('neither a path nor bytes'),
      expect.stringContaining('no base64'),
      expect.stringContaining('neither a path nor bytes'),
      expect.stringContaining('none.png'),
      expect.stringContaining('no language of Tesseract'),
    ]);
    expect(asked).toEqual([]);
  });

  it('needs the program, and says what it said', async () => {
    const without = host();
    without.onCommand('tesseract', () => {
      throw hostErrors.commandNotFound({ command: 'tesseract' });
    });
    const failing = host();
    failing.onCommand('tesseract', {
      exitCode: 1,
      stderr: 'Error opening data file\nFailed loading language',
    });
    const program = main('println(try { ocr("bill.png") })');
    expect((await printed(program, without)).join()).toContain('no program `tesseract`');
    expect((await printed(program, failing)).join()).toContain('Failed loading language');
  });

  it('on a machine without the program is the same refusal', async () => {
    const { process: real } = createNodeHost();
    const bare = host();
    const asked = { argv: ['harn-no-such-program'] };
    bare.onCommand('tesseract', () => real.run(asked));
    expect((await printed(main('println(try { ocr("bill.png") })'), bare)).join()).toContain(
      'no program `tesseract`',
    );
  });

  it('goes to a real program byte for byte', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'harn-ocr-'));
    const program = join(folder, 'tesseract');
    const row = "printf '5\\t1\\t1\\t1\\t1\\t1\\t0\\t0\\t9\\t9\\t90\\t%s %s\\n'";
    await writeFile(program, `#!/bin/sh\nn=$(wc -c | tr -d ' ')\n${row} "$*" "$n"\n`, {
      mode: 0o755,
    });
    try {
      const { process: real } = createNodeHost();
      const bare = host();
      bare.onCommand('tesseract', (request) =>
        real.run({
          ...request,
          shell: undefined,
          argv: [program, ...(request.argv ?? []).slice(1)],
        }),
      );
      const bytes = 'println(ocr({bytes_base64: "/wD+gA=="}).text)';
      expect(await printed(main(bytes), bare)).toEqual(['stdin stdout -l eng tsv 4']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
