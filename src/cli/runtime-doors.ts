// The front doors of the runtime's sub-rooms, for what looks at all of them: tables of errors, names of effects.
import * as agent from '../runtime/agent/index.ts';
import * as boundary from '../runtime/boundary/index.ts';
import * as harness from '../runtime/harness/index.ts';
import * as host from '../runtime/host/index.ts';
import * as human from '../runtime/human/index.ts';
import * as io from '../runtime/io/index.ts';
import * as lifecycle from '../runtime/lifecycle/index.ts';
import * as llm from '../runtime/llm/index.ts';
import * as mcp from '../runtime/mcp/index.ts';
import * as records from '../runtime/records/index.ts';
import * as run from '../runtime/run/index.ts';
import * as trace from '../runtime/trace/index.ts';
import * as trigger from '../runtime/trigger/index.ts';
import * as waitpoint from '../runtime/waitpoint/index.ts';
import * as work from '../runtime/work/index.ts';
import * as workflow from '../runtime/workflow/index.ts';

/** Everything the runtime publishes, door by door. */
const DOORS: readonly object[] = [
  agent,
  boundary,
  harness,
  host,
  human,
  io,
  lifecycle,
  llm,
  mcp,
  records,
  run,
  trace,
  trigger,
  waitpoint,
  work,
  workflow,
];

/** Every value that the runtime publishes. */
export function runtimeValues(): readonly unknown[] {
  return DOORS.flatMap((door) => Object.values(door) as readonly unknown[]);
}
