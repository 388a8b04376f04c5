// Ctrl-C and its like. The first one asks the run to stop where anyone can go on; the second one leaves as if killed:
// no exit handlers, nothing flushed, which is safe because whatever had to last is in the store already.

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type StopSignal = (typeof SIGNALS)[number];

/** Calls `stop` at the first signal and dies of the second. The result stops listening. */
export function onStopSignal(stop: (signal: StopSignal) => void): () => void {
  let asked = false;
  const handle = (signal: StopSignal) => {
    if (asked) {
      // Without a listener the signal does again what it does to every process.
      for (const each of SIGNALS) process.removeAllListeners(each);
      process.kill(process.pid, signal);
      return;
    }
    asked = true;
    stop(signal);
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return () => {
    for (const signal of SIGNALS) process.removeListener(signal, handle);
  };
}
