// Every documented option and field of loops, sessions, transcripts and memory, proved by a program each.
import { describe, expect, it } from 'vitest';
import { createMockHost } from '../../src/runtime/host/index.ts';
import { COMPACTION_ROWS } from './options/compaction-rows.ts';
import { LOOP_ROWS } from './options/loop-rows.ts';
import { HELPERS, type OptionRow } from './options/rows.ts';
import { SESSION_ROWS } from './options/session-rows.ts';
import { printed } from './program.ts';

const IMPORTS = 'import "std/memory"\nimport "std/agent_state"';

/** Time passes as soon as the program has nothing else to do. */
async function outcome({ program }: OptionRow, imports = ''): Promise<readonly string[]> {
  const host = createMockHost();
  let isOver = false;
  const pass = () => {
    if (isOver) return;
    const dueInMs = host.clock.nextDueInMs();
    if (dueInMs !== undefined) host.clock.advance(dueInMs);
    setImmediate(pass);
  };
  setImmediate(pass);
  try {
    return await printed(`${HELPERS}\npipeline main(harness: Harness) {\n${program}\n}`, {
      host,
      imports,
    });
  } finally {
    isOver = true;
  }
}

describe('a documented option', () => {
  it.each(LOOP_ROWS)('of a loop acts: $option', async (row) => {
    expect(await outcome(row)).toEqual(row.prints);
  });

  it.each(COMPACTION_ROWS)('of a compaction acts: $option', async (row) => {
    expect(await outcome(row)).toEqual(row.prints);
  });

  it.each(SESSION_ROWS)('of what is around loops acts: $option', async (row) => {
    expect(await outcome(row, IMPORTS)).toEqual(row.prints);
  });
});
