// The run's own monotonic time as a recorded reading: deadlines count from it, also after a resume.
import { defineSyncEffect, type RunCore, type ServiceKey } from '../run/index.ts';

/** The journal's time of the run. */
const monoKey: ServiceKey<() => number> = {
  name: 'run.mono',
  create: (services) => () => (services as RunCore).journal.monoMs(),
};

/** Milliseconds of run time, standing still while nobody holds the run. */
export const monoNow = defineSyncEffect(
  { name: 'clock.run_ms', class: 'ambient', access: 'read' },
  (env) => Math.round(env.get(monoKey)()),
);
