// The comparison behind "crash = pause": a run that was killed and resumed against what a run promises. What the
// outside answered may differ from run to run, so the expectation is made from the recorded answers, and everything
// else (text, events, files, what was asked how often, the record and the receipt) must follow from them.
import { expect } from 'vitest';
import type { Json, JsonObject } from '../../src/base/index.ts';
import type { JournalEntry, RunRecord } from '../../src/runtime/run/index.ts';
import type { Life, Scene } from './lives.ts';
import type { Asked } from './outside.ts';
import { fileOf, type RunPast } from './past.ts';

/** A life and the journals it left behind, by run. */
export interface Chapter {
  readonly life: Life;
  readonly left: readonly RunPast[];
}

export type Outcome = Extract<JournalEntry, { kind: 'outcome' }>;
type Event = JsonObject & { readonly seq: number; readonly event_type: string };

export const outcomesOf = (entries: readonly JournalEntry[]): readonly Outcome[] =>
  entries.filter((entry): entry is Outcome => entry.kind === 'outcome');

/** Entries follow each other without a gap, each thing is decided once, and nothing was begun and forgotten. */
export function checkJournal({ entries, row }: RunPast): void {
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1));
  for (const field of ['epoch', 'at', 'mono'] as const) expectRising(entries.map((e) => e[field]));
  expectRising(entries.flatMap(({ ev }) => ev ?? []));
  expectRising(entries.flatMap(({ out }) => out?.[0] ?? []));
  for (const kind of ['intent', 'outcome', 'wait_opened', 'child_started'] as const) {
    const places = entries.flatMap((e) =>
      e.kind === kind ? [`${kind} ${e.task}#${e.ordinal}`] : [],
    );
    expect(places).toEqual([...new Set(places)]);
  }
  for (const kind of ['run_started', 'main_returned', 'settled'] as const) {
    expect(entries.filter((entry) => entry.kind === kind)).toHaveLength(1);
  }
  const decided = new Set(outcomesOf(entries).map(({ task, ordinal }) => `${task}#${ordinal}`));
  const open = entries.filter((e) => e.kind === 'intent' && !decided.has(`${e.task}#${e.ordinal}`));
  expect(open).toEqual([]);
  expect(row.status).toBe('completed');
}

function expectRising(numbers: readonly number[]): void {
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
}

/** What one life wrote down, no later one changes. */
export function checkPrefixes(chapters: readonly Chapter[], end: readonly RunPast[]): void {
  for (const { left } of chapters) {
    for (const { id, entries } of left) {
      const final = end.find((run) => run.id === id)?.entries ?? [];
      expect(final.slice(0, entries.length)).toEqual(entries);
    }
  }
}

/**
 * The events of one run over its lives, each life's cut where the journal says it was when the life ended: what comes
 * after the last entry may come again. Numbers rise by one, and no life starts anywhere but behind the last entry.
 */
export function eventsOf(runId: string, chapters: readonly Chapter[]): readonly Event[] {
  let all: Event[] = [];
  let durable = 0;
  for (const { life, left } of chapters) {
    const past = left.find(({ id }) => id === runId);
    const seen = life.reports.flatMap((report) =>
      report.kind === 'event' && report.run === runId ? [report.event as Event] : [],
    );
    if (seen.length > 0) all = [...all.slice(0, durable), ...seen];
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, i) => i + 1));
    durable = past?.entries.reduce((last, { ev }) => ev ?? last, 0) ?? 0;
    // What counts as emitted was emitted.
    expect(durable).toBeLessThanOrEqual(all.length);
  }
  return all;
}

/** The texts of a stream, from its events. */
export function textOf(events: readonly Event[], stream: 'stdout' | 'stderr'): string {
  return events
    .filter(({ event_type }) => event_type === stream)
    .map(({ payload }) => payload as string)
    .join('');
}

/** What a life printed is what its events say it printed. */
export function checkPrinted({ stdout, stderr, reports }: Life): void {
  const events = reports.flatMap((r) => (r.kind === 'event' ? [r.event as Event] : []));
  expect(stdout).toBe(textOf(events, 'stdout'));
  expect(stderr).toBe(textOf(events, 'stderr'));
}

/**
 * Every answer of the outside names its question and how often that was asked. A recorded answer must be the last one
 * there was: had it been asked again after it was recorded, the outside would have counted further.
 */
export function checkAsked(asked: Asked, runs: readonly RunPast[]): void {
  const recorded = new Map<string, number>();
  for (const { entries } of runs) {
    for (const { value } of outcomesOf(entries)) {
      const found = /(\/[a-z/]+|model: [a-z ]+) (\d+)/.exec(JSON.stringify(value ?? null));
      if (found?.[1] !== undefined) recorded.set(found[1], Number(found[2]));
    }
  }
  expect(Object.fromEntries(recorded)).toEqual(Object.fromEntries(asked.counts));
}

/** Intents of a life's end that have no outcome, by effect and site: these may follow their policy. */
export function cutShort(chapters: readonly Chapter[]): readonly { effect: string; at: string }[] {
  return chapters.flatMap(({ left }) =>
    left.flatMap(({ id, entries }) => {
      const decided = new Set(outcomesOf(entries).map(({ task, ordinal }) => `${task}#${ordinal}`));
      return entries.flatMap((e) =>
        e.kind === 'intent' && !decided.has(`${e.task}#${e.ordinal}`)
          ? [{ effect: e.effect, at: `${id} ${e.task}#${e.ordinal}` }]
          : [],
      );
    }),
  );
}

/** Files, the order and the process, from the value of the run; the same for both languages. */
export function checkWorld(scene: Scene, asked: Asked, value: JsonObject): void {
  const { chance, id, early, slow, order, posted, ran, pooled } = value;
  const [a, b, c] = slow as readonly string[];
  expect(early).toMatch(/^\/early \d+$/);
  expect([...(order as readonly string[])].sort()).toEqual(['a', 'b', 'c']);
  expect(fileOf(scene, 'out.txt')).toBe(`the input ${chance}`);
  expect(fileOf(scene, 'log-a.txt')).toBe(`${a} ${chance}\n`);
  expect(fileOf(scene, 'log-b.txt')).toBe(`${b} ${chance}\n`);
  expect(fileOf(scene, 'log-c.txt')).toBe(`${c} ${chance}\n`);
  expect(fileOf(scene, 'log.txt')).toBe(`one ${chance}\ntwo ${id}\nfinished ${chance}\n`);
  expect(pooled).toMatch(/^\/pool\/first \d+$/);
  expect(fileOf(scene, 'pool.txt')).toMatch(RegExp(`^/held \\d+ ${chance}\nqueued ${id}\n$`));
  expect(fileOf(scene, 'followed.txt')).toBe(`followed ${chance}\n`);
  // One order, however often it had to be sent: always the same key and the same words.
  expect([...asked.posts.values()].map((bodies) => [...new Set(bodies)])).toEqual([
    [`${chance} ${id}`],
  ]);
  expect(posted).toBe(`/orders ${[...asked.posts.values()][0]?.length}`);
  const runs = fileOf(scene, 'runs.txt') ?? '';
  if (ran === 0) expect(runs).toBe('ran\n');
  else expect(['', 'ran\n']).toContain(runs);
}

/** The text of a run that returned this value. */
export function expectedText(value: JsonObject): {
  readonly stdout: string;
  readonly stderr: string;
} {
  const { chance, early, order, bought } = value;
  const stdout = [
    `began ${chance}`,
    `written ${early}`,
    `order ${(order as readonly string[]).join(' ')}`,
    `bought ${bought}`,
    'end true',
    'waited unsettled',
  ];
  return { stdout: `${stdout.join('\n')}\n`, stderr: 'processes done\n' };
}

/** How often a wait looked around: once more each time something outside moved, which is the outside's business. */
const LOOKS: ReadonlySet<string> = new Set(['lifecycle.now_ms', 'lifecycle.run_ms']);

/** A record without what legitimately differs: ids, times, and how many lives and entries it took. */
export function comparable(record: RunRecord): Json {
  const { receipt, effects, usage, ...rest } = record;
  const { items, status, counts } = receipt as JsonObject;
  const { total_duration_ms: _, ...tokens } = usage as JsonObject;
  const kept = ['workflow_name', 'status', 'error', 'durability', 'version'] as const;
  return {
    ...Object.fromEntries(kept.map((key) => [key, rest[key] as Json])),
    execution: { adapter: record.execution.adapter },
    children: record.child_runs.map(({ pipeline }) => pipeline),
    receipt: {
      status: status ?? null,
      counts: counts ?? null,
      // Which of two ended first is the outside's business.
      items: (items as readonly JsonObject[])
        .map(({ bucket, disposition, decided_by, reason }) =>
          [bucket, disposition, decided_by, reason].join(': '),
        )
        .sort(),
    },
    effects: Object.fromEntries(
      Object.entries(effects)
        .filter(([name]) => !LOOKS.has(name))
        .map(([name, { reissued: _again, ...count }]) => [name, count]),
    ),
    tokens,
  };
}
