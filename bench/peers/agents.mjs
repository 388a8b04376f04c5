// What every subject of the agent-loops bench shares: a thousand agents at a time that each call a tool TURNS times and then
// answer. In the middle all wait for each other, so that what a loop in progress takes can be weighed.
export const LOOPS = Number(process.env['BENCH_LOOPS'] ?? 1000);
export const TURNS = 4;
export const TASK = 'Add one to the number until you are told to stop.';

/** Heap and resident bytes after garbage collection; needs --expose-gc. */
function weigh() {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { held: heapUsed + external, rss };
}

/** Where all loops meet in their second turn. */
export function meeting() {
  let arrived = 0;
  let open = () => {};
  const gate = new Promise((ok) => {
    open = () => ok(undefined);
  });
  const before = weigh();
  let at = before;
  return {
    /** @param {number} turn */
    async come(turn) {
      if (turn !== 1) return;
      arrived += 1;
      if (arrived === LOOPS) {
        // What loops still have under way belongs to them: weighed when nothing moves any more.
        await new Promise((ok) => setTimeout(ok, 200));
        at = weigh();
        open();
      }
      await gate;
    },
    perLoop: () => ({
      heldKb: (at.held - before.held) / LOOPS / 1024,
      rssKb: (at.rss - before.rss) / LOOPS / 1024,
    }),
  };
}

/**
 * Runs all loops and tells turns per second (a model call with its tool is a turn; the pause of the meeting is not counted).
 * @param {(n: number) => Promise<string>} loop
 * @param {ReturnType<typeof meeting>} all
 */
export async function measure(loop, all) {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const said = await Promise.all(Array.from({ length: LOOPS }, (_, n) => loop(n)));
  if (said.some((text) => text !== 'done'))
    throw new Error(`a loop said ${said.find((t) => t !== 'done')}`);
  const seconds = (performance.now() - start - 200) / 1e3;
  const used = process.cpuUsage(cpu);
  const turns = LOOPS * (TURNS + 1);
  const result = {
    turnsPerSecond: turns / seconds,
    cpuUsPerTurn: (used.user + used.system) / turns,
    ...all.perLoop(),
  };
  process.stdout.write(`\n@result ${JSON.stringify(result)}\n`);
}
