// What is written can be read again, and what is broken or too large is refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COMPRESSION_LEVELS,
  type Compression,
  compress,
  createTar,
  createZip,
  decompress,
  type ExactData,
  encodeUtf8,
  extractTar,
  extractZip,
  FormatError,
  formatExactToml,
  formatForm,
  formatYaml,
  parseExactToml,
  parseForm,
  parseJq,
  parseXml,
  parseYaml,
} from './index.ts';
import { storeZstd, zstdContentSize } from './zstd-frame.ts';

const key = fc.string({ maxLength: 8 }).filter((text) => text !== '__proto__');
const float = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Object.is(x, -0));
const { data } = fc.letrec<{ data: ExactData; leaf: ExactData }>((tie) => ({
  leaf: fc.oneof(
    fc.boolean(),
    fc.string({ unit: 'grapheme' }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    float,
  ),
  data: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc.array(tie('data'), { maxLength: 4 }),
    fc.dictionary(key, tie('data'), { maxKeys: 4 }),
  ),
}));

/** Dictionaries of fast-check have no prototype; what is read has one. */
const plain = (value: ExactData): ExactData => {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
};

describe('YAML', () => {
  it('reads what it wrote, ints as ints and floats as floats', () => {
    fc.assert(
      fc.property(data, (value) => {
        expect(parseYaml(formatYaml(value))).toEqual(plain(value));
      }),
      { numRuns: 200 },
    );
  });

  it('says where a text is broken', () => {
    expect(() => parseYaml('a: [1, 2')).toThrow(FormatError);
    expect(() => parseYaml('a: [1, 2')).toThrow(/line 1/);
  });

  it('refuses aliases that explode', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg'].map((pair) => [...pair])) {
      lines.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(', ')}]`);
    }
    expect(() => parseYaml(lines.join('\n'))).toThrow(FormatError);
  });
});

describe('TOML', () => {
  it('reads what it wrote', () => {
    const table = fc.dictionary(key, data, { maxKeys: 4 });
    fc.assert(
      fc.property(table, (value) => {
        expect(parseExactToml(formatExactToml(value))).toEqual(plain(value));
      }),
      { numRuns: 200 },
    );
  });

  it('gives dates as texts and says where a text is broken', () => {
    expect(parseExactToml('at = 2026-01-02')).toEqual({ at: '2026-01-02' });
    expect(() => parseExactToml('a = 1\nb =')).toThrow(/line 2/);
  });
});

describe.each(Object.keys(COMPRESSION_LEVELS) as Compression[])('%s', (format) => {
  const { least, most } = COMPRESSION_LEVELS[format];

  it('unpacks what it packed at every level', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 500 }),
        fc.integer({ min: least, max: most }),
        (bytes, level) => {
          expect(decompress(format, compress(format, bytes, level))).toEqual(bytes);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('refuses what is none and what grows beyond the bound', () => {
    expect(() => decompress(format, encodeUtf8('no such thing'))).toThrow(FormatError);
    const packed = compress(format, new Uint8Array(100_000));
    expect(() => decompress(format, packed, 1000)).toThrow(FormatError);
  });
});

describe('a stored zstd frame', () => {
  it('says its size and is read by whoever reads zstd', () => {
    for (const length of [0, 1, 131_072, 300_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
      const frame = storeZstd(bytes);
      expect(zstdContentSize(frame)).toBe(length);
      expect(decompress('zstd', frame)).toEqual(bytes);
    }
  });
});

const path = fc
  .array(fc.stringMatching(/^[\wäß-]{1,40}$/), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join('/'));
const files = fc.uniqueArray(fc.record({ path, content: fc.uint8Array({ maxLength: 1200 }) }), {
  selector: (file) => file.path,
  maxLength: 4,
});

describe('archives', () => {
  it('give back the files of a tar, however long their names', () => {
    fc.assert(
      fc.property(files, fc.integer({ min: 0, max: 0o777 }), (list, mode) => {
        const entries = list.map((file) => ({ ...file, mode, mtime: 1_700_000_000 }));
        expect(extractTar(createTar(entries))).toEqual(entries);
      }),
      { numRuns: 60 },
    );
  });

  it('give back the files of a zip', () => {
    fc.assert(
      fc.property(files, (list) => {
        const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
        expect(extractZip(createZip(list)).sort(byPath)).toEqual([...list].sort(byPath));
      }),
      { numRuns: 60 },
    );
  });

  it('refuse what is none, is cut off, or grows beyond the bound', () => {
    const tar = createTar([{ path: 'a', content: new Uint8Array(2000), mode: 0, mtime: 0 }]);
    expect(() => extractTar(encodeUtf8('x'.repeat(600)))).toThrow('not a tar');
    expect(() => extractTar(tar.slice(0, 1500))).toThrow('ends inside');
    expect(() => extractZip(encodeUtf8('nothing'))).toThrow(FormatError);
    const zip = createZip([{ path: 'a', content: new Uint8Array(5000) }]);
    expect(() => extractZip(zip, 1000)).toThrow('larger than 1000');
    const twice = [0, 1].map(() => ({ path: 'a', content: new Uint8Array(1) }));
    expect(() => createZip(twice)).toThrow('two entries');
  });
});

describe('forms', () => {
  const limits = { maxTotalBytes: 1e6, maxFieldBytes: 1e5, maxFields: 10 };
  const part = fc.record({
    name: fc.stringMatching(/^[\w "äß]{1,20}$/),
    filename: fc.option(fc.stringMatching(/^[\w ".]{1,20}$/), { nil: undefined }),
    content: fc.uint8Array({ maxLength: 200 }),
  });

  it('give back their parts, whatever bytes are in them', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        const given = parts.map((each) => ({ ...each, headers: new Map([['x-mark', 'yes']]) }));
        const read = parseForm(formatForm(given, 'edge'), 'edge', limits);
        expect(read.map(({ name, filename, content }) => ({ name, filename, content }))).toEqual(
          parts,
        );
        for (const { headers } of read) expect(headers.get('x-mark')).toBe('yes');
      }),
      { numRuns: 80 },
    );
  });

  it('refuse a body without its end', () => {
    const body = encodeUtf8('--edge\r\ncontent-disposition: form-data; name="a"\r\n\r\nx');
    expect(() => parseForm(body, 'edge', limits)).toThrow('last boundary');
  });
});

describe('XML', () => {
  it('is elements, attributes and text with entities and CDATA', () => {
    const root = parseXml('<!-- c --><a k="1 &lt; 2"><b/>x &amp; <![CDATA[<y>]]></a>');
    expect(root?.attributes.get('k')).toBe('1 < 2');
    expect(root?.text).toBe('x & <y>');
    expect(root?.children.map((child) => child.name)).toEqual(['b']);
  });

  it.each(['', 'text', '<a>', '<a></b>', '</a>', '<a', '<'.repeat(50)])('is not %j', (text) => {
    expect(parseXml(text)).toBeUndefined();
  });

  it('takes no time that a hostile text chooses', () => {
    const started = performance.now();
    parseXml(`<a ${'b="'.repeat(30_000)}`);
    parseXml('<!--'.repeat(20_000));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('a query', () => {
  it.each(['', '.a |', '.[', '{a: }', 'map(.x', '.a.b.', '"open'])('%j is refused', (text) => {
    expect(() => parseJq(text)).toThrow(FormatError);
  });
});
