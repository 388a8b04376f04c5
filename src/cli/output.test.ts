import { describe, expect, it } from 'vitest';
import { HarnError } from '../base/index.ts';
import { Output, oneLine, relativeTime, roughDuration, type Terminal } from './output.ts';

function capture(isTty: boolean) {
  const texts = { out: '', err: '' };
  const terminal: Terminal = {
    out: (text) => {
      texts.out += text;
    },
    err: (text) => {
      texts.err += text;
    },
    outIsTty: isTty,
    errIsTty: isTty,
    columns: undefined,
    flush: async () => undefined,
  };
  return { texts, terminal };
}

it('colours only a terminal, and not one whose user said no', () => {
  const { terminal } = capture(true);
  expect(new Output(terminal, { noColor: false }).style('red', 'x')).toBe('\u001b[31mx\u001b[0m');
  expect(new Output(terminal, { noColor: true }).style('red', 'x')).toBe('x');
  expect(new Output(capture(false).terminal, { noColor: false }).style('red', 'x')).toBe('x');
});

it('draws columns as wide as their widest cell, colours not counted', () => {
  const { texts, terminal } = capture(true);
  const output = new Output(terminal, { noColor: false });
  output.table(
    ['A', 'B'],
    [
      [output.style('red', 'wide'), 'x'],
      ['y', 'z'],
    ],
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is the colours that are taken out
  const plain = texts.out.replaceAll(/\u001b\[\d+m/g, '');
  expect(plain).toBe('A     B\nwide  x\ny     z\n');
});

it('prints an envelope with all five keys, for answers and for errors', () => {
  const { texts, terminal } = capture(false);
  const output = new Output(terminal, { noColor: false });
  output.json({ a: 1 });
  expect(JSON.parse(texts.out)).toEqual({
    schemaVersion: 1,
    ok: true,
    data: { a: 1 },
    error: null,
    warnings: [],
  });
  texts.out = '';
  output.jsonError(
    new HarnError({ code: 'HARN-X-001', message: 'no', hint: 'try', data: { n: 1 } }),
  );
  expect(JSON.parse(texts.out)).toEqual({
    schemaVersion: 1,
    ok: false,
    data: null,
    error: { code: 'HARN-X-001', message: 'no', details: { hint: 'try', data: { n: 1 } } },
    warnings: [],
  });
});

describe('times for people', () => {
  it.each([
    [0, 'now'],
    [-4_000, '4 s ago'],
    [-119_000, '1 min ago'],
    [-7_300_000, '2 h ago'],
    [-200_000_000, '2 d ago'],
    [90_000, 'in 1 min'],
  ])('%i ms from now is `%s`', (distance, text) => {
    expect(relativeTime(1_000_000_000, 1_000_000_000 + distance)).toBe(text);
  });

  it('short spans are told in milliseconds', () => {
    expect(roughDuration(740)).toBe('740 ms');
  });
});

it('cuts long text between characters, not inside one', () => {
  expect(oneLine('a\n b', 10)).toBe('a b');
  expect(oneLine('😀😀😀😀', 3)).toBe('😀😀…');
});
