// Random histories of workers against the model, and the same histories killed at a random commit and resumed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDeferred, HarnError, type Json, type JsonObject } from '../../base/index.ts';
import type { RunBody, RunContext, Suspending } from '../run/index.ts';
import {
  agentStop,
  closeAgent,
  listAgents,
  resumeAgent,
  sendInput,
  spawnAgent,
  suspendAgent,
  workerCheckpoint,
  workersKey,
  workerTrigger,
} from './index.ts';
import { type Step, WorkerModel } from './worker-model.fixture.ts';
import {
  body,
  live,
  newStore,
  newWorld,
  returned,
  turnConfig,
  turnKind,
} from './worker-run.fixture.ts';
import { isAtWork } from './worker-state.ts';

const TURNS = 2;

/** Waits until a worker has come to rest; the same over all lives. */
function* atRest(ctx: RunContext, id: string): Suspending<void> {
  const known = ctx.get(workersKey).find(id);
  if (known === undefined || !isAtWork(known.worker)) return;
  yield* ctx.block('rest', (resume) =>
    known.onChange(() => {
      if (!isAtWork(known.worker)) resume({ ok: true, value: null });
    }),
  );
}

const functionBody = body(function* (inner, [task]) {
  yield* workerCheckpoint(inner);
  return { summary: `${String(task)} done` };
});

function* spawn(ctx: RunContext, step: Step & { readonly do: 'spawn' }, text: string) {
  const carry = { retriggerable: step.retriggerable };
  const handle =
    step.body === 'turns'
      ? yield* spawnAgent(ctx, turnConfig(text, TURNS, { carry }))
      : yield* spawnAgent(ctx, { task: text, carry }, { body: functionBody });
  return String(handle['id']);
}

function* act(ctx: RunContext, what: Step['do'], id: string, text: string): Suspending<unknown> {
  switch (what) {
    case 'suspend':
      return yield* suspendAgent(ctx, id, text);
    case 'resume':
      return yield* resumeAgent(ctx, id);
    case 'tell':
      return yield* resumeAgent(ctx, id, text);
    case 'send':
      return yield* sendInput(ctx, id, text);
    case 'trigger':
      return yield* workerTrigger(ctx, id, text);
    case 'close':
      return yield* closeAgent(ctx, id);
    case 'stop':
      return yield* agentStop(ctx, id, { graceful: true });
    default:
      return yield* atRest(ctx, id);
  }
}

/** The real thing, step by step: after each, all come to rest but the one that the step began. */
const program = (steps: readonly Step[]): RunBody =>
  function* (ctx) {
    const ids: string[] = [];
    const answers: string[] = [];
    for (const [index, step] of steps.entries()) {
      const text = `t${index}`;
      const target = step.do === 'spawn' ? '' : (ids[step.worker] ?? 'worker_nobody');
      for (const id of ids) if (id !== target) yield* atRest(ctx, id);
      try {
        if (step.do === 'spawn') ids.push(yield* spawn(ctx, step, text));
        else yield* act(ctx, step.do, target, text);
        answers.push('ok');
      } catch (error) {
        answers.push(HarnError.is(error) ? error.code : String(error));
      }
      const isRunning = ctx.get(workersKey).find(target)?.worker.state.status === 'running';
      if (!isRunning) yield* atRest(ctx, target);
    }
    for (const id of ids) yield* atRest(ctx, id);
    return [answers, listAgents(ctx).map(shown)] as Json;
  };

function shown(summary: JsonObject): Json {
  const result = summary['result'] as JsonObject | null;
  const text =
    result?.['_type'] === 'agent_stop_result' ? 'stopped' : (result?.['summary'] ?? null);
  return [summary['status'] as Json, summary['task'] as Json, summary['history'] as Json, text];
}

function expected(steps: readonly Step[]): Json {
  const model = new WorkerModel();
  const answers = steps.map((step, index) => model.step(step, `t${index}`));
  return [answers, model.end()] as Json;
}

const worker = fc.nat(3);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('spawn' as const),
      body: fc.constantFrom('turns' as const, 'function' as const),
      retriggerable: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('suspend' as const, 'resume' as const, 'tell' as const),
      worker,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'wait' as const,
        'send' as const,
        'trigger' as const,
        'close' as const,
        'stop' as const,
      ),
      worker,
    }),
  },
);
const first: Step = { do: 'spawn', body: 'turns', retriggerable: false };
/** Asked to stop where nothing stops it any more: seldom drawn, and once taken for a fault of the machine. */
const behindItsCheckpoint: readonly Step[] = [
  first,
  { do: 'spawn', body: 'function', retriggerable: false },
  { do: 'suspend', worker: 1 },
  { do: 'tell', worker: 1 },
  { do: 'suspend', worker: 1 },
];
const histories = fc.array(anyStep, { maxLength: 14 }).map((steps) => [first, ...steps]);

async function whole(steps: readonly Step[]): Promise<Json> {
  const { result } = await live(program(steps), { kinds: [turnKind(newWorld())] });
  return returned(await result);
}

/** Killed after a commit, then resumed (or begun again when nothing was durable). */
async function killed(steps: readonly Step[], killAfter: number): Promise<Json> {
  const store = await newStore();
  const world = newWorld();
  const death = createDeferred<void>();
  const onKill = () => {
    world.alive = false;
    death.resolve();
  };
  const kinds = [turnKind(world)];
  const life = await live(program(steps), { store, kinds, killAfter, onKill });
  // Whichever comes first, however many turns of the event loop that takes: a loaded machine takes more of them.
  const ended = await Promise.race([life.result, death.promise]);
  if (world.alive && ended !== undefined) return returned(ended);
  const known = (await store.latest(`runs.${life.run.id}`)) !== undefined;
  const again = await live(program(steps), {
    store,
    kinds: [turnKind(newWorld())],
    ...(known ? { resume: life.run.id } : {}),
  });
  return returned(await again.result);
}

describe('any history of workers', () => {
  it('goes as the model says', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (steps) => {
        expect(await whole(steps)).toEqual(expected(steps));
      }),
      { numRuns: 120, examples: [[[...behindItsCheckpoint]]] },
    );
  });

  it('goes as the model says when it is killed at any commit', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.nat(40), async (steps, killAfter) => {
        expect(await killed(steps, killAfter)).toEqual(expected(steps));
      }),
      { numRuns: 120, examples: [[[...behindItsCheckpoint], 5]] },
    );
  });
});
