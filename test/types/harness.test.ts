// The TypeScript API is typed end to end: these cases are checked by the compiler (`npm run typecheck`), and run so
// that nobody forgets them. Lines marked by @ts-expect-error must not compile.
import { describe, expectTypeOf, it } from 'vitest';
import {
  type HarnError,
  type Harness,
  type Json,
  onFinishDrain,
  pipeline,
  type Result,
  type RunHandle,
  type Runtime,
} from '../../src/index.ts';

interface Order {
  readonly id: string;
  readonly amount: number;
}

const bill = pipeline('bill', async (harness, order: Order) => {
  const text = await harness.fs.readText('prices.txt');
  const doubled = await harness.parallel([1, 2], async (_lane, n) => n * 2, { maxConcurrent: 1 });
  const key = await harness.step('key', () => `${order.id}!`);
  harness.agent.pipelineOnFinish(onFinishDrain);
  return { lines: text.length, doubled, key };
});

type Billed = { lines: number; doubled: number[]; key: string };

describe('types of the TypeScript API', () => {
  it('a pipeline infers its input and its result', () => {
    expectTypeOf(bill.fn).parameter(1).toEqualTypeOf<Order>();
    expectTypeOf(bill.fn).returns.resolves.toEqualTypeOf<Billed>();
    type Start = (runtime: Runtime) => RunHandle<Billed>;
    const start: Start = (runtime) => runtime.start(bill, { id: 'a', amount: 1 });
    expectTypeOf(start).returns.toEqualTypeOf<RunHandle<Billed>>();
  });

  it('a run cannot be started with another input', () => {
    const wrong = (runtime: Runtime) =>
      // @ts-expect-error the amount is a number
      runtime.start(bill, { id: 'a', amount: 'much' });
    expectTypeOf(wrong).toBeFunction();
  });

  it('a result narrows by its status', () => {
    const read = (result: Result<Billed>): string | number => {
      if (result.status === 'settled') return result.returned.lines;
      if (result.status === 'failed') return result.error.code;
      return result.waits.length;
    };
    expectTypeOf(read).returns.toEqualTypeOf<string | number>();
    expectTypeOf<
      Extract<Result<Billed>, { status: 'failed' }>['error']
    >().toEqualTypeOf<HarnError>();
  });

  it('effects are sync or async as they are in the language', () => {
    expectTypeOf<Harness['clock']['nowMs']>().returns.toEqualTypeOf<number>();
    expectTypeOf<Harness['fs']['readText']>().returns.resolves.toEqualTypeOf<string>();
    expectTypeOf<Harness['fs']['writeText']>().parameters.toEqualTypeOf<
      [path: string, text: string]
    >();
    expectTypeOf<Harness['env']['get']>().returns.toEqualTypeOf<string | null>();
    expectTypeOf<Harness['net']['get']>().returns.resolves.toHaveProperty('status');
    expectTypeOf<Harness['handoffTo']>().parameter(0).toEqualTypeOf<string>();
    expectTypeOf<Harness['emitAudit']>().parameter(1).toEqualTypeOf<Json | undefined>();
  });

  it('the tree has nothing that was not declared', () => {
    // @ts-expect-error there is no such capability
    type Missing = Harness['teleport'];
    // @ts-expect-error snake_case is the language's spelling
    type Snake = Harness['fs']['read_text'];
    expectTypeOf<Missing>().toBeAny();
    expectTypeOf<Snake>().toBeAny();
  });
});
