// The terminal of a program: prepared stdin, colours, log lines, spans and timers; in both languages, and when resumed.
import { describe, expect, it } from 'vitest';
import { createMockHost, createRuntime, type Harness, pipeline } from '../../src/index.ts';
import { openStore } from '../../src/store/index.ts';
import { printed, survivesKills } from './scene.ts';

const main = (body: string) => `pipeline main(harness: Harness) {\n${body}\n}`;
const AT = Date.UTC(2026, 0, 1);
const stamp = '"timestamp":"2026-01-01T00:00:00.000Z"';

it('prepared stdin is read line by line, as a whole, and given back', async () => {
  const host = createMockHost({ stdin: 'real\n' });
  const lines = await printed(
    main(`
  mock_stdin("a\\nb\\r\\nrest\\nmore")
  println([read_line(), read_line(), read_stdin(), read_line()])
  harness.testing.stdin_reset()
  println(prompt_user("? "))`),
    host,
  );
  expect(lines).toEqual(['[a, b, rest', 'more, nil]', '? real']);
});

it('a resumed run goes on in the prepared stdin where it was', async () => {
  const text = main(`
  mock_stdin("one\\ntwo\\nthree")
  let first = read_line()
  write_file("/work/1", first)
  let second = read_line()
  write_file("/work/2", second)
  println([first, second, read_line()])`);
  const kills = await survivesKills(
    { text },
    () => createMockHost(),
    async (host) => [await host.fs.readText('/work/1'), await host.fs.readText('/work/2')],
  );
  expect(kills).toBeGreaterThan(3);
});

it('colours follow the mode, a terminal, and NO_COLOR', async () => {
  const body = main(`
  println(json_stringify([color("x", "red"), bold("x"), dim("x"), color("x", "no colour")]))
  harness.term.set_color_mode("always")
  println(json_stringify([color("x", "red"), bold("x")]))`);
  const coloured = '["\\u001b[31mx\\u001b[0m","\\u001b[1mx\\u001b[0m"';
  expect(await printed(body)).toEqual(['["x","x","x","x"]', `${coloured}]`]);
  const tty = await printed(body, createMockHost({ tty: ['stdout'] }));
  expect(tty[0]).toBe(`${coloured},"\\u001b[2mx\\u001b[0m","x"]`);
  const plain = await printed(body, createMockHost({ tty: ['stdout'], env: { NO_COLOR: '1' } }));
  expect(plain[0]).toBe('["x","x","x","x"]');
  const mocked = await printed(main('mock_tty("stdout", true)\nprintln(len(bold("x")) > 1)'));
  expect(mocked).toEqual(['true']);
});

it('an unknown colour mode, level or stream is refused and changes nothing', async () => {
  const lines = await printed(
    main(`
  for f in [{ -> set_color_mode("pink") }, { -> log_set_level("loud") }, { -> mock_tty("tape", true) }] {
    try { f() } catch (e) { println(e?.message ?? e) }
  }
  log_debug("still here")`),
    createMockHost({ nowMs: AT }),
  );
  expect(lines).toEqual([
    'there is no colour mode "pink"',
    'there is no log level "loud"',
    'mock_tty: there is no stream "tape"; use "stdin", "stdout" or "stderr"',
    `{${stamp},"level":"debug","message":"still here"}`,
  ]);
});

describe('log lines', () => {
  it('are JSON with their level, fields and span, from the least level on', async () => {
    const lines = await printed(
      main(`
  log_set_level("warn")
  log_info("hidden")
  log_warn("w", {n: 1})
  let span = trace_start("op")
  harness.obs.log("e", "error")
  println(trace_id() == span.trace_id)
  trace_end(span)
  log_json("k", [1.5, nil])`),
      createMockHost({ nowMs: AT }),
    );
    expect(lines[0]).toBe(`{${stamp},"level":"warn","message":"w","fields":{"n":1}}`);
    expect(lines[1]).toMatch(/"message":"e","trace_id":"[0-9a-f]{32}","span_id":"[0-9a-f]{16}"\}$/);
    expect(lines.slice(2)).toEqual(['true', `{${stamp},"key":"k","value":[1.5,null]}`]);
  });
});

it('spans nest, are listed while tracing is on, and timers use the virtual clock', async () => {
  const lines = await printed(
    main(`
  log_set_level("error")
  mock_time(1000)
  enable_tracing()
  let outer = trace_start("outer")
  let inner = trace_start("inner")
  advance_time(5)
  trace_end(inner)
  advance_time(7)
  trace_end(outer)
  trace_end(outer)
  let spans = trace_spans()
  println([spans[0].name, spans[0].duration_ms, spans[1].duration_ms, spans[0].parent_id == outer.span_id])
  println(trace_summary())
  enable_tracing(false)
  trace_end(trace_start("unseen"))
  println([len(trace_spans()), trace_id()])
  let t = timer_start("work")
  advance_time(30)
  println(timer_end(t))`),
  );
  expect(lines).toEqual([
    '[inner, 5, 12, true]',
    '2 spans, 17ms',
    '  inner: 5ms',
    '  outer: 12ms',
    '[2, nil]',
    '[timer] work: 30ms',
    '30',
  ]);
});

it('TypeScript has the same on its harness', async () => {
  const out: string[] = [];
  const program = pipeline('main', async ({ obs, term, testing, stdio }: Harness) => {
    testing.stdinSet('line\n');
    testing.captureStderrStart();
    stdio.eprint('kept');
    term.setColorMode('always');
    const span = obs.traceStart('op');
    obs.logInfo('hello', { n: 1 });
    return [
      await stdio.readLine(),
      testing.captureStderrTake(),
      term.color('x', 'bold'),
      obs.traceEnd(span)?.name ?? null,
    ];
  });
  const store = await openStore('memory:');
  const runtime = createRuntime({
    store,
    host: createMockHost({ nowMs: AT }),
    pipelines: [program],
    sink: { write: (_stream, text) => out.push(text) },
  });
  const result = await runtime.start(program, null as never).done;
  expect(result).toMatchObject({ returned: ['line', 'kept', '\u001b[1mx\u001b[0m', 'op'] });
  expect(out.join('')).toContain('"level":"info","message":"hello","fields":{"n":1},"trace_id"');
});
