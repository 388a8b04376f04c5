// Whatever a program hands to a builtin that touches the world, it gets a value or an error it can catch, in a time that it
// can bound with `deadline`. The world is a host in memory, or one that refuses everything but time and chance.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/base/index.ts';
import { EFFECT_GROUPS } from '../../src/builtins/effectful.ts';
import { EXAMPLES } from '../../src/builtins/examples/all.ts';
import { createRegistry } from '../../src/builtins/index.ts';
import { Engine, loadProgram } from '../../src/engine/index.ts';
import { createNullHost, type Host } from '../../src/runtime/host/index.ts';
import { RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { openStore } from '../../src/store/index.ts';
import { uncaughtText } from '../../src/values/index.ts';
import { hostWithDemo } from '../mcp/demo-server.ts';

const SEED = Number(process.env['HOSTILE_SEED'] ?? 20_261_121);
const CALLS = Number(process.env['HOSTILE_CALLS'] ?? 8);
const MUTANTS = Number(process.env['HOSTILE_MUTANTS'] ?? 2);

/** What a program cannot name is called by the code that is made of it, with what that code gives. */
const rows = createRegistry(EFFECT_GROUPS)
  .rows()
  .filter(({ effect, impl }) => effect !== 'pure' && effect !== 'ambient' && impl !== undefined)
  .filter(({ name }) => !name.startsWith('@'));
type Row = (typeof rows)[number];

const PLAIN = [
  ...['nil', 'true', '0', '-1', '1', '3.7', '9007199254740993', 'pow(10.0, 308)', '(0.0 / 0.0)'],
  ...[
    '5ms',
    '1 to 3',
    'atomic(1)',
    'pair(1, 2)',
    'set(1, "a")',
    'Ok(1)',
    '{ x -> x }',
    '{ -> nil }',
  ],
  ...['""', '"abc"', '"é😀"', '"\\u{0}\\n"', '"/"', '"../.."', '"http://["', '"https://a.test/x"'],
  ...[
    '"ws://a.test"',
    '"mock"',
    '"{{ if x }}"',
    '"*"',
    '"ab".repeat(50000)',
    'bytes_from_hex("00ff")',
  ],
  ...['[]', '[1, "a", nil]', '[[[]], {}]', '[nil, nil]', '["a", "b"]', '{}', '{a: 1, b: nil}'],
  ...['{["__proto__"]: 1, ["constructor"]: nil}', '{a: {b: [{}]}}', '{ a, b -> throw "no" }'],
];
/** What only functions of the library make. */
const HANDLES = [
  ...[
    'channel("c", 1)',
    'spawn { 1 }',
    'tool_registry()',
    'agent_session_open("s")',
    'http_server()',
  ],
  ...['harness', 'harness.fs', 'llm_budget()', 'transcript()', 'artifact({kind: "x", text: "y"})'],
  ...['workflow_graph({name: "w", nodes: {a: {kind: "stage"}}, edges: [], entry: "a"})'],
  ...['shared_cell(1)', 'http_session({})', 'trace_start("t")', 'circuit_breaker("b")'],
];

/** How JavaScript speaks of what went wrong, and where our own code stands. */
const JAVASCRIPT =
  /Cannot (?:read|set|convert|destructure|mix|access)|is not a (?:function|constructor)|\bundefined\b|\[object |(?:object|\) ) ?is not iterable|Invalid (?:count|array|time|string|regular|code point)|out of range|bug in Harn|\n\s+at |\.ts:\d/;

/** A clock on which a second is a millisecond. */
function quickClock(): Clock {
  const start = systemClock.monotonicMs();
  const passed = () => (systemClock.monotonicMs() - start) * 1000;
  return {
    nowMs: () => Math.floor(Date.UTC(2026, 0, 1) + passed()),
    monotonicMs: passed,
    after: (delay, fn) => systemClock.after(delay / 1000, fn),
  };
}

function openHost(): Host {
  return Object.assign(hostWithDemo(), { clock: quickClock() });
}

function closedHost(): Host {
  const host = hostWithDemo();
  return Object.assign(createNullHost(), {
    clock: quickClock(),
    // What the runtime asks for itself is there.
    env: host.env,
    random: host.random,
    stdio: host.stdio,
    system: host.system,
  });
}

/** Words that the doc and the example of a row use as names of fields. */
function fieldsOf(row: Row): string[] {
  const text = [row.doc, row.signature, EXAMPLES[row.name]?.source ?? ''].join(' ');
  const named = [...text.matchAll(/\b([a-z_]{2,})\??:/g)].map(([, name = '']) => name);
  const listed = [...row.doc.matchAll(/\{([^{}]*)\}/g)].flatMap(
    ([, list = '']) => list.match(/\b[a-z_]{2,}\b/g) ?? [],
  );
  return [...new Set([...named, ...listed, 'id', 'options'])];
}

function argumentOf(row: Row): fc.Arbitrary<string> {
  const leaf = fc.constantFrom(...PLAIN);
  const dict = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...fieldsOf(row)), leaf), {
      minLength: 1,
      maxLength: 4,
      selector: ([name]) => name,
    })
    .map((fields) => `{${fields.map(([name, value]) => `["${name}"]: ${value}`).join(', ')}}`);
  return fc.oneof(
    { arbitrary: leaf, weight: 4 },
    { arbitrary: dict, weight: 3 },
    { arbitrary: dict.map((each) => `[${each}]`), weight: 1 },
    { arbitrary: fc.constantFrom(...HANDLES), weight: 1 },
  );
}

function callsOf(row: Row): string[] {
  const { name, aliases } = row;
  const called =
    name.includes('.') && !name.startsWith('harness.') ? (aliases?.[0] ?? `harness.${name}`) : name;
  const lists = fc.array(argumentOf(row), { maxLength: 4, size: 'max' });
  return fc
    .sample(lists, { numRuns: CALLS, seed: SEED })
    .map((list) => `${called}(${list.map((text) => `any(${text})`).join(', ')})`);
}

interface Told {
  readonly lines: readonly string[];
  readonly end: string;
}

/** What a program printed and how it ended. */
async function told(text: string, host: Host): Promise<Told> {
  const loaded = await loadProgram({ code: text, name: 'hostile.harn' }, { cwd: '/work' });
  if (loaded.program === undefined) {
    return {
      lines: [],
      end: `unloaded: ${loaded.diagnostics.map((each) => each.message).join('\n')}`,
    };
  }
  const out: string[] = [];
  await using store = await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
  const engine = new Engine({
    host,
    openStore: async () => store,
    sink: { write: (_stream, line) => void out.push(line) },
  });
  const result = await engine.start(loaded.program).done;
  const end =
    result.status === 'broken'
      ? `broken: ${uncaughtText(result.error)}`
      : result.status === 'parked' || result.main.ok
        ? result.status
        : uncaughtText(result.main.error);
  return { lines: out.join('').trimEnd().split('\n'), end };
}

function programOf(calls: readonly string[]): string {
  const lines = calls.map(
    (call, at) =>
      `println("")\nprintln(">${at}|")\ntry { deadline 60s { ${call} } } catch (e) { println("${at}|\${e}") }`,
  );
  return `fn any(x: any) -> any { return x }\npipeline main(harness: Harness) {\n${lines.join('\n')}\nprintln("")\nprintln(">end|")\n}`;
}

/** The calls with what they told that no program should see, or with how they ended it. */
async function strangeOf(row: Row, hostOf: () => Host): Promise<unknown[]> {
  const strange: unknown[] = [];
  for (let calls = callsOf(row); calls.length > 0; ) {
    const { lines, end } = await told(programOf(calls), hostOf());
    const at = (line: string) => calls[Number(line.split('|')[0])];
    strange.push(...lines.filter((line) => JAVASCRIPT.test(line)).map((line) => [line, at(line)]));
    if (end === 'settled' && lines.at(-1) === '>end|') break;
    const last = Number(lines.findLast((line) => /^>\d+\|$/.test(line))?.slice(1, -1) ?? -1);
    strange.push([end, calls[last]]);
    calls = last === -1 ? [] : calls.slice(last + 1);
  }
  return strange;
}

describe('a builtin with an effect, given anything', () => {
  test.each(rows.map((row) => [row.name, row] as const))(
    'answers or refuses: %s',
    async (_, row) => {
      expect(await strangeOf(row, openHost)).toEqual([]);
      expect(await strangeOf(row, closedHost)).toEqual([]);
    },
    20_000,
  );
});

/** Literals that stand alone: texts, numbers, nil, true, false, empty lists and dicts. */
const LITERAL =
  /"(?:[^"\\\n]|\\.)*"(?!:)|\b\d+(?:\.\d+)?\b(?!ms|s|m|h|d|w)|\b(?:nil|true|false)\b|\[\]|\{\}/g;

/** An example with one literal replaced, so that what comes first is right and something later is not. */
function mutantsOf(source: string): string[] {
  const places = [...source.matchAll(LITERAL)].filter(({ 0: text, index }) => {
    const before = source.slice(0, index);
    // Names of fields, and texts with a part that is code, stay.
    return !/\$\{/.test(text) && !/import[^\n]*$|from\s*$/.test(before);
  });
  if (places.length === 0) return [];
  const mutant = fc.tuple(fc.constantFrom(...places), fc.constantFrom(...PLAIN, ...HANDLES));
  return fc.sample(mutant, { numRuns: MUTANTS, seed: SEED }).map(([{ 0: text, index }, value]) => {
    return `${source.slice(0, index)}any(${value})${source.slice(index + text.length)}`;
  });
}

describe('an example of a builtin with an effect, one value of which is another', () => {
  test.each(rows.map((row) => [row.name, EXAMPLES[row.name]?.source ?? ''] as const))(
    'answers or refuses: %s',
    async (_, source) => {
      const strange: string[][] = [];
      for (const mutant of mutantsOf(source)) {
        const [head, body] = [
          /^(?:import .*\n)*/.exec(mutant)?.[0] ?? '',
          mutant.replace(/^(?:import .*\n)*/, ''),
        ];
        const program = `${head}fn any(x: any) -> any { return x }
fn say(items) { println(items.map({ i -> to_string(i) }).join(" ")) }
pipeline main(harness: Harness) {
try { deadline 600s { ${body}
} } catch (e) { println("")
println("|\${e}") }
}`;
        const { lines, end } = await told(program, openHost());
        const bad = lines.filter((line) => JAVASCRIPT.test(line));
        if (bad.length > 0 || end !== 'settled') strange.push([mutant, end, ...bad]);
      }
      expect(strange).toEqual([]);
    },
    20_000,
  );
});
