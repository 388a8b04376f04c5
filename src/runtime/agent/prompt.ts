// What a turn sends: the system prompt with what the loop adds to it, the messages of the session in the form model calls
// take, the tools. The words that the loop itself says to a model stand here.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { type LlmOptions, type LlmTool, lasting, searchTool } from '../llm/index.ts';
import { callHandler, type RunContext, type Suspending } from '../run/index.ts';
import { loopErrors } from './errors.ts';
import type { LoopPlan } from './loop-options.ts';
import { isParkCall } from './loop-park.ts';
import { scratchpadPrompt } from './scratchpad.ts';
import type { Session } from './session.ts';
import { READER_TOOL, readerTool } from './tool-overflow.ts';
import { clientSearch, searchPrompt, visibleTools } from './tool-search.ts';
import { toolPrompt } from './tool-text.ts';
import type { Tool } from './tools.ts';
import { isMessage, type TranscriptMessage, textOfContent } from './transcript.ts';
import type { TurnInput } from './turn.ts';

/** How many messages at the end a context callback gets apart. */
const RECENT = 8;

/** The system prompt and the options of the model call of a turn. */
export function* requestOf(
  ctx: RunContext,
  input: TurnInput,
): Suspending<{ readonly system: string | null; readonly options: LlmOptions }> {
  const { plan, session } = input;
  const offered = visibleTools(plan, offeredTools(plan), input.promoted);
  const base = effectiveSystem(input, offered);
  const shown = visibleMessages(session.transcript.summary, session.transcript.messages.toArray());
  const { system, messages } = yield* asShown(ctx, input, base, shown);
  const native = plan.toolFormat === 'native' && offered.length > 0;
  const tools = toolFaces(plan, session, offered);
  return {
    system,
    options: {
      ...plan.llm,
      messages: messages.map(plan.parts.context === undefined ? kept : forModel),
      ...(native ? { tools } : {}),
      ...(native && plan.toolSearch?.mode === 'native' ? { tool_search: plan.toolSearch } : {}),
    },
  };
}

/** The tools that a loop told its model of last, by the first of them. */
const told = new WeakMap<
  Tool,
  { readonly of: readonly unknown[]; readonly faces: readonly LlmTool[] }
>();

/** The tools as a model is told of them, with the one to search with: the same list while they are the same. */
function toolFaces(plan: LoopPlan, session: Session, offered: readonly Tool[]): readonly LlmTool[] {
  const [first] = offered;
  if (first === undefined) return facesOf(plan, session, offered);
  const reader = readerTool(session) !== undefined && !plan.tools.has(READER_TOOL);
  const of = [...offered, plan.toolSearch, clientSearch(plan)?.name, reader];
  const last = told.get(first);
  if (last?.of.length === of.length && of.every((one, at) => one === last.of[at])) {
    return last.faces;
  }
  const faces = lasting(facesOf(plan, session, offered));
  told.set(first, { of, faces });
  return faces;
}

function facesOf(plan: LoopPlan, session: Session, offered: readonly Tool[]): readonly LlmTool[] {
  const search = clientSearch(plan);
  const isNative = plan.toolSearch?.mode === 'native';
  const faces = offered.map(({ name, description, parameters, deferLoading, namespace }) => ({
    name,
    description,
    parameters,
    ...(isNative && deferLoading ? { defer_loading: true as const } : {}),
    ...(isNative && namespace !== undefined ? { namespace } : {}),
  }));
  const reader = readerTool(session);
  return [
    ...faces,
    ...(search === undefined ? [] : [searchTool(search)]),
    ...(reader === undefined || plan.tools.has(reader.name) ? [] : [reader]),
  ];
}

/** The end mark of a persistent loop as the model is asked to write it. */
export function doneMark({ doneSentinel, toolFormat, tools }: LoopPlan): string {
  return toolFormat === 'text' && tools.size > 0 ? `<done>${doneSentinel}</done>` : doneSentinel;
}

/** Whether an answer says that the work is done. */
export function saysDone(text: string, { doneSentinel }: LoopPlan): boolean {
  return text.includes(doneSentinel);
}

/** What an agent is told that stops without being done. */
export function nudgeText(plan: LoopPlan): string {
  if (plan.nudge !== undefined) return plan.nudge;
  const how = plan.tools.size > 0 ? 'Use a tool or take the next step' : 'Take the next step';
  if (!plan.turnPolicy.allowDone) return `The task is not finished. ${how} now.`;
  return `The task is not finished. ${how} now. Only when everything is done, write ${doneMark(plan)}.`;
}

/**
 * The tools of the loop, whatever the policy in force says: a registry is what a model is told, a policy is what it may.
 * A call beyond the policy is denied with its reason, which a model can work with; a tool that is merely absent it makes up.
 */
function offeredTools(plan: LoopPlan): readonly Tool[] {
  const all = [...plan.tools.values()];
  const own = all.filter((tool) => !isParkCall(tool));
  return own.length === 0 ? [] : [...own, ...all.filter(isParkCall)];
}

function effectiveSystem(
  { system, plan, session, skills }: TurnInput,
  offered: readonly Tool[],
): string | null {
  const parts = system === null || system === '' ? [] : [system];
  if (plan.toolFormat === 'text' && offered.length > 0) {
    const faces = toolFaces(plan, session, offered);
    parts.push(toolPrompt(faces.map((face) => ({ description: '', ...face }))));
  }
  if (skills !== undefined) parts.push(skills);
  const found = searchPrompt(plan, offered);
  if (found !== undefined) parts.push(found);
  if (plan.scratchpad !== undefined) parts.push(scratchpadPrompt(session.scratchpad ?? {}));
  if (plan.persistent) {
    parts.push(
      plan.turnPolicy.allowDone
        ? `Keep working until the task is complete; nobody answers in between. When everything is done, end with ${doneMark(plan)}.`
        : 'Keep working until the task is complete; nobody answers in between.',
    );
  }
  return parts.length === 0 ? null : parts.join('\n\n');
}

function visibleMessages(
  summary: string | null,
  messages: readonly TranscriptMessage[],
): readonly TranscriptMessage[] {
  if (summary === null || messages[0]?.content === summary) return messages;
  return [{ role: 'user', content: summary }, ...messages];
}

/** The messages and system prompt after the program's own callback, where there is one. */
function* asShown(
  ctx: RunContext,
  { plan, session, iteration }: TurnInput,
  system: string | null,
  messages: readonly TranscriptMessage[],
): Suspending<{ readonly system: string | null; readonly messages: readonly TranscriptMessage[] }> {
  const { context } = plan.parts;
  if (context === undefined) return { system, messages };
  const recorded = session.transcript.messages.toArray();
  const latestOf = (role: string, of: readonly TranscriptMessage[]) => {
    const found = of.findLast((message) => message.role === role);
    return found === undefined ? null : textOfContent(found.content);
  };
  const latest = (role: string) => latestOf(role, messages);
  const latestRecorded = (role: string) => latestOf(role, recorded);
  const given = (yield* callHandler(ctx, context, [
    {
      iteration,
      system,
      messages,
      visible_messages: messages,
      recorded_messages: recorded,
      recent_visible_messages: messages.slice(-RECENT),
      recent_recorded_messages: recorded.slice(-RECENT),
      latest_visible_user_message: latest('user'),
      latest_visible_assistant_message: latest('assistant'),
      latest_recorded_user_message: latestRecorded('user'),
      latest_recorded_assistant_message: latestRecorded('assistant'),
      latest_tool_result: latest('tool'),
      latest_recorded_tool_result: latestRecorded('tool'),
    },
  ])) as Json | undefined;
  if (given === null || given === undefined) return { system, messages };
  const answer: JsonObject = Array.isArray(given) ? { messages: given } : (given as JsonObject);
  const chosen = isJsonObject(answer) ? (answer['messages'] ?? messages) : undefined;
  if (!Array.isArray(chosen) || !chosen.every(isMessage)) {
    const expected = 'a closure that returns nil, messages or {messages, system}';
    throw loopErrors.badOption({ option: 'context_callback', expected });
  }
  const other = answer['system'];
  return {
    system: typeof other === 'string' ? other : system,
    messages: chosen as readonly TranscriptMessage[],
  };
}

const forModels = new WeakMap<TranscriptMessage, JsonObject>();

/** The same object for the same message of a transcript, which nobody changes: what a call makes of it is made once. */
function kept(message: TranscriptMessage): JsonObject {
  const known = forModels.get(message);
  if (known !== undefined) return known;
  const made = lasting(forModel(message));
  forModels.set(message, made);
  return made;
}

/** A message in the form of a model call: only the fields and roles that exist there. */
function forModel(message: TranscriptMessage): JsonObject {
  const { role, content, tool_calls: calls, tool_call_id: id, name } = message;
  const known = role === 'tool_result' ? (typeof id === 'string' ? 'tool' : 'user') : role;
  return {
    role: known,
    content: contentOf(content),
    ...(calls === undefined ? {} : { tool_calls: calls }),
    ...(id === undefined ? {} : { tool_call_id: id }),
    ...(name === undefined ? {} : { name }),
  };
}

function contentOf(content: Json): Json {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return textOfContent(content);
  return content.map((block: Json) => {
    if (!isJsonObject(block)) return { type: 'text', text: String(block) };
    const { visibility: _visibility, ...rest } = block;
    return rest;
  });
}
