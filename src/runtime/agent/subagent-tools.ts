// What a model may do with the workers of its run: pause, resume and stop them. The loop adds these tools itself when its
// option `subagents` (or a registry with them) asks for it, so a loop that goes on in another run has them again.
import type { Json, JsonObject } from '../../base/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { agentStop, resumeAgent, suspendAgent, workerErrors, workersKey } from '../work/index.ts';
import { isParkCall, parkTool } from './loop-park.ts';
import { type Tool, toTool } from './tools.ts';

type Act = (ctx: RunContext, handle: string, args: JsonObject) => Suspending<JsonObject>;

const HANDLE = { type: 'string', description: 'The id of the worker.' };

const DECLARED: readonly (readonly [JsonObject, Act])[] = [
  [
    {
      name: 'subagent_pause',
      description:
        'Asks a worker to stop at its next turn. What it is doing ends first; it can be resumed.',
      parameters: {
        type: 'object',
        properties: { handle: HANDLE, reason: { type: 'string', description: 'Why.' } },
        required: ['handle', 'reason'],
      },
    },
    (ctx, handle, { reason = null }) => suspendAgent(ctx, handle, reason, { initiator: 'parent' }),
  ],
  [
    {
      name: 'subagent_resume',
      description: 'Lets a paused worker go on, with something to tell it when there is.',
      parameters: {
        type: 'object',
        properties: {
          handle: HANDLE,
          input: { type: 'string', description: 'What it is told.' },
          continue_transcript: {
            type: 'boolean',
            default: true,
            description: 'False: it goes on from a digest of what was said.',
          },
        },
        required: ['handle'],
      },
    },
    (ctx, handle, { input = null, continue_transcript = true }) =>
      resumeAgent(ctx, handle, { input, continue_transcript, initiator: 'parent' }),
  ],
  [
    {
      name: 'subagent_stop',
      description: 'Ends a worker; gracefully, it hands over what it has.',
      parameters: {
        type: 'object',
        properties: {
          handle: HANDLE,
          graceful: { type: 'boolean', default: true },
          reason: { type: 'string', description: 'Why.' },
        },
        required: ['handle'],
      },
    },
    (ctx, handle, { graceful = true, reason = null }) =>
      agentStop(ctx, handle, { graceful, reason }),
  ],
];

const SUBAGENT_TOOLS: readonly Tool[] = DECLARED.map(([declared, act]) =>
  toTool(declared, {
    kind: 'program',
    run: (ctx, args) => onWorker(ctx, args, act),
  }),
);

const NAMES: ReadonlySet<string> = new Set(SUBAGENT_TOOLS.map(({ name }) => name));

export function isSubagentCall({ name }: { readonly name: string }): boolean {
  return NAMES.has(name);
}

/** A model names workers of its own run only: no paths, nothing of other runs. */
function* onWorker(ctx: RunContext, args: JsonObject, act: Act): Suspending<Json> {
  const id = String(args['handle']);
  const live = ctx.get(workersKey).find(id);
  if (live === undefined) throw workerErrors.unknown({ id });
  const answer = yield* act(ctx, id, args);
  const { pre_suspend_denied: noPause, pre_resume_denied: noResume } = answer;
  const denied = noPause ?? noResume;
  const { name, state } = live.worker;
  return { handle: id, name, status: state.status, ...(denied === undefined ? {} : { denied }) };
}

/** What the history says of a call that did something to a worker. */
export function subagentAudit(args: Json, result: Json): JsonObject {
  const { handle = null, reason = null } = args as JsonObject;
  const { status = null } = result as JsonObject;
  return { handle, reason, initiator: 'parent', status };
}

/** The tools of a lifecycle as declarations, for registries. */
export function lifecycleTools({ subagents = false } = {}): readonly Tool[] {
  return subagents ? [parkTool, ...SUBAGENT_TOOLS] : [parkTool];
}

/** The tools of a loop with those of its lifecycle, each once. A loop without any tool offers none. */
export function withLifecycleTools(
  tools: readonly Tool[],
  subagents: boolean | undefined,
): readonly Tool[] {
  const isAsked = subagents ?? tools.some(isSubagentCall);
  if (tools.length === 0 && !isAsked) return tools;
  const own = tools.filter((tool) => !isParkCall(tool) && !isSubagentCall(tool));
  return [...own, ...lifecycleTools({ subagents: isAsked })];
}
