import { describe, expect, it } from 'vitest';
import { complaint } from './conformance.ts';
import { lcovOf, missedLines, totals } from './coverage.ts';
import { testsIn } from './discover.ts';
import { junitXml } from './junit.ts';
import { countOption, durationOption, inParallel, nameFilter } from './select.ts';

describe('tests of a source', () => {
  it('are pipelines named test_ and pipelines with @test, with their lines', () => {
    const text = [
      'pipeline test_one() { }',
      'pipeline other() { }',
      '@test',
      'pipeline two(task) { }',
      'fn test_helper() { }',
    ].join('\n');
    const found = testsIn({ id: 'a.harn', text });
    expect(found.map(({ name, line }) => `${name}:${line}`)).toEqual(['test_one:1', 'two:4']);
  });

  it('are none in a source that only speaks of them', () => {
    expect(testsIn({ id: 'a.harn', text: '// test_one\nlet testing = 1\n' })).toEqual([]);
  });
});

describe('filters', () => {
  it.each([
    ['login', 'test_login_fails', true],
    ['logout', 'test_login_fails', false],
    ['test_*', 'test_login', true],
    ['test_log??', 'test_login', true],
    ['login*', 'test_login', false],
    ['a.c', 'abc', false],
    ['nothing|login', 'test_login', true],
    ['re:^test_.*n$', 'test_login', true],
    ['re:^login', 'test_login', false],
    [undefined, 'anything', true],
  ])('%s on %s says %s', (pattern, name, expected) => {
    expect(nameFilter(pattern)(name)).toBe(expected);
  });

  it('refuse what is no regular expression', () => {
    expect(() => nameFilter('re:(')).toThrow('not a regular expression');
  });
});

describe('numbers of the command line', () => {
  it('are durations or milliseconds, and whole counts', () => {
    expect(durationOption('--timeout', '5s', 1)).toBe(5_000);
    expect(durationOption('--timeout', '250', 1)).toBe(250);
    expect(countOption('--parallel', '4', 1)).toBe(4);
  });

  it.each(['0', 'soon', '-1', ''])('refuse %j', (value) => {
    expect(() => durationOption('--timeout', value, 1)).toThrow('--timeout');
    expect(() => countOption('--parallel', value, 1)).toThrow('--parallel');
  });

  it('bound how many things happen at once and keep the order of results', async () => {
    let open = 0;
    let most = 0;
    const results = await inParallel([5, 4, 3, 2, 1], 2, async (n) => {
      open += 1;
      most = Math.max(most, open);
      for (let i = 0; i < n; i += 1) await Promise.resolve();
      open -= 1;
      return n * 10;
    });
    expect(results).toEqual([50, 40, 30, 20, 10]);
    expect(most).toBe(2);
  });
});

describe('JUnit XML', () => {
  it('groups cases by file, counts, and escapes what XML cannot hold', () => {
    const base = { suite: 'a.harn', ms: 1_500, stdout: '', stderr: '', failure: undefined };
    const text = '1 < 2 & "x" \u0000\ud800';
    const xml = junitXml([
      { ...base, name: 'good' },
      { ...base, name: 'bad', stdout: 'out', failure: { message: text, text } },
    ]);
    expect(xml).toContain(
      '<testsuite name="a.harn" tests="2" failures="1" errors="0" time="3.000">',
    );
    expect(xml).toContain('<testcase classname="a.harn" name="good" time="1.500"/>');
    expect(xml).toContain('1 &lt; 2 &amp; &quot;x&quot; \ufffd\ufffd</failure>');
    expect(xml).toContain('<system-out>out</system-out>');
  });
});

describe('coverage', () => {
  const file = {
    file: 'lib.harn',
    lines: new Map([
      [1, 2],
      [3, 0],
      [4, 0],
      [7, 1],
      [9, 0],
    ]),
  };

  it('counts lines and names those that did not run', () => {
    expect(totals(file)).toEqual({ hit: 2, found: 5 });
    expect(missedLines(file)).toBe('3-4, 9');
  });

  it('is written as lcov', () => {
    expect(lcovOf([file])).toBe(
      'TN:\nSF:lib.harn\nDA:1,2\nDA:3,0\nDA:4,0\nDA:7,1\nDA:9,0\nLF:5\nLH:2\nend_of_record\n',
    );
  });
});

describe('a conformance case', () => {
  const good = { ok: true, output: '', error: '', timedOut: false };
  const output = (expected: string, printed: string) =>
    complaint({ kind: 'output', expected }, { ...good, output: printed });
  const failure = (expected: string, error: string) =>
    complaint({ kind: 'failure', expected }, { ...good, ok: false, error });

  it('passes when it prints what is expected, whatever ends the text', () => {
    expect(output('a\nb\n', 'a\r\nb\n\n')).toBeUndefined();
    expect(output('[timer] x: 1ms', '[timer] x: 20ms')).toBeUndefined();
  });

  it('names the first line that is different', () => {
    expect(output('a\nb', 'a\nc')).toBe('line 2 is "c", not "b"');
    expect(output('a', 'a\nb')).toBe('line 2 is "b", not nothing more');
    expect(output('a\nb', 'a')).toBe('line 2 is nothing more, not "b"');
  });

  it('passes when one line of several, or an expression, is in the failure', () => {
    expect(failure('boom', 'error: Thrown: boom')).toBeUndefined();
    expect(failure('first\nboom', 'error: boom')).toBeUndefined();
    expect(failure('re:bo+m$', 'error: boom')).toBeUndefined();
    expect(failure('Expected identifier, got )', 'error: expected identifier, found )')).toBe(
      undefined,
    );
    expect(failure('bang', 'error: boom')).toContain('in another way');
    expect(failure('re:(', 'error: boom')).toContain('in another way');
  });

  it('does not pass when it ends the other way, or not at all', () => {
    expect(complaint({ kind: 'failure', expected: 'x' }, good)).toContain('ended well');
    expect(output('', 'x')).toContain('line 1');
    expect(complaint({ kind: 'output', expected: '' }, { ...good, timedOut: true })).toContain(
      'still running',
    );
  });
});
