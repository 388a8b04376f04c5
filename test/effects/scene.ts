// Programs on a mock host: what they print, and what becomes of them when their process is killed at any commit and the run
// is resumed with the same outside.
import { expect } from 'vitest';
import { Engine, loadProgram, type SourceFs } from '../../src/engine/index.ts';
import { createMockHost, type MockHost } from '../../src/runtime/host/index.ts';
import { RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { stoppingStore } from '../../src/runtime/run/stopping-store.fixture.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { uncaughtText } from '../../src/values/index.ts';

const encoder = new TextEncoder();

/** Sources below `/work`, by path relative to it. */
function sourceFs(files: { readonly [path: string]: string }): SourceFs {
  const textOf = (file: string) => files[file.replace(/^\/work\//, '')];
  return {
    kind: (file) => (textOf(file) === undefined ? undefined : 'file'),
    read: (file) => encoder.encode(textOf(file)),
    realPath: (file) => file,
  };
}

export interface Program {
  readonly text: string;
  /** Further sources by path. */
  readonly modules?: { readonly [path: string]: string };
  readonly deny?: readonly string[];
}

async function compiled({ text, modules = {} }: Program) {
  const fs = sourceFs({ 'app/main.harn': text, ...modules });
  const loaded = await loadProgram({ path: 'app/main.harn' }, { cwd: '/work', fs });
  if (loaded.program === undefined) {
    throw new Error(loaded.diagnostics.map((each) => each.message).join('\n'));
  }
  return loaded.program;
}

function engineOn(host: MockHost, store: Store, out: string[]): Engine {
  return new Engine({
    host,
    openStore: async () => store,
    sink: { write: (_stream, text) => void out.push(text) },
  });
}

const memory = () => openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });

type Ending = Awaited<ReturnType<Engine['start']>['done']>;

function assertEndedWell(result: Ending): void {
  if (result.status === 'broken') throw new Error(uncaughtText(result.error));
  if (result.status === 'parked') throw new Error('parked');
  if (!result.main.ok) throw new Error(uncaughtText(result.main.error));
}

/** Runs a program to its end and gives the lines it printed; a failure is thrown with its text. */
export async function printed(
  program: Program | string,
  host: MockHost = createMockHost(),
): Promise<string[]> {
  const given = typeof program === 'string' ? { text: program } : program;
  const out: string[] = [];
  await using store = await memory();
  const engine = engineOn(host, store, out);
  assertEndedWell(await engine.start(await compiled(given), { deny: given.deny ?? [] }).done);
  return out.join('').trimEnd().split('\n');
}

/** Kills the program after each of its commits in turn, resumes it, and checks that it prints and leaves the same. */
export async function survivesKills(
  program: Program,
  newHost: () => MockHost,
  leaves: (host: MockHost) => Promise<unknown>,
): Promise<number> {
  const code = await compiled(program);
  const wholeHost = newHost();
  const whole = await printed(program, wholeHost);
  const expected = await leaves(wholeHost);
  let kills = 0;
  for (let limit = 1; limit < 60; limit += 1) {
    await using store = await memory();
    const host = newHost();
    const out: string[] = [];
    let isDead = false;
    const stopping = stoppingStore(store, limit, () => {
      isDead = true;
    });
    const first = engineOn(host, stopping.store, out).start(code);
    const ended = first.done.then(() => 'ended');
    for (;;) {
      const now = await Promise.race([ended, new Promise((ok) => setImmediate(ok, 'going'))]);
      if (now === 'ended') break;
      if (isDead) break;
    }
    if (!isDead) break;
    kills += 1;
    for (let i = 0; i < 20; i += 1) await new Promise((ok) => setImmediate(ok));
    const again = await engineOn(host, store, out).resume(first.run.id, { force: true });
    assertEndedWell(await again.done);
    expect(await leaves(host), `killed after commit ${limit}`).toEqual(expected);
    const lines = out.join('').trimEnd().split('\n');
    expect(lines.slice(-whole.length), `killed after commit ${limit}`).toEqual(whole);
  }
  return kills;
}
