// The options of agent_loop, read once. Options of model calls go through to every turn; names that nobody knows are
// refused there, documented ones that this version does not have are refused here.
import { isJsonObject, type Json, type JsonObject, nearestName } from '../../base/index.ts';
import {
  callBudget,
  type LlmOptions,
  llmOptionNames,
  parseToolSearch,
  splitTools,
  type ToolSearch,
} from '../llm/index.ts';
import type { Handler } from '../run/index.ts';
import type { Skill } from '../skills/index.ts';
import { parseApprovalPolicy } from './approvals.ts';
import type { StreakLimits } from './call-streak.ts';
import type { CompactPlan } from './compact-options.ts';
import { DAEMON_OPTIONS, type DaemonPlan, parseDaemon } from './daemon-options.ts';
import { loopErrors } from './errors.ts';
import { type IterationBudget, parseIterationBudget } from './iteration-budget.ts';
import { COMPACTION_OPTIONS, loopCompaction } from './loop-compaction.ts';
import { type DoneJudge, parseDoneJudge } from './loop-done.ts';
import type { LoopGate } from './loop-gate.ts';
import {
  flagOption,
  intOption,
  limitOption,
  namesOption,
  numberOption,
  oneOf,
  textOption,
} from './option-readers.ts';
import { type Permissions, parsePermissions } from './permissions.ts';
import { parseProgressTool } from './progress-tool.ts';
import { parseScratchpad, scratchpadTool } from './scratchpad.ts';
import { parseSkills, SKILL_OPTIONS, type SkillPlan } from './skill-options.ts';
import { withSkillTool } from './skill-tool.ts';
import { withLifecycleTools } from './subagent-tools.ts';
import { type Tool, toolTable } from './tools.ts';
import { isMessage, type TranscriptMessage } from './transcript.ts';
import { readTranscript } from './transcript-read.ts';
import { parseTurnPolicy, type TurnPolicy } from './turn-policy.ts';

export type ToolFormat = 'native' | 'text';

/** What is not data among the options. */
export interface LoopParts {
  readonly tools?: readonly Tool[];
  /** Skills with their code; those that are data alone may be the option `skills`. */
  readonly skills?: readonly Skill[];
  /** The code in `permissions`, in the order its places count. */
  readonly permissionCode?: readonly (Handler | undefined)[];
  /** Asked between turns whether to go on. */
  readonly gate?: LoopGate;
  /** Called after a turn with tool calls; may end the loop or say something. */
  readonly postTurn?: Handler;
  /** Called before each turn; may show the model other messages than those recorded. */
  readonly context?: Handler;
  /** Called when the work is said to be done; a text or false sends the agent back to it. */
  readonly verify?: Handler;
  /** Called with the messages that are archived when the strategy is `custom`; gives their summary. */
  readonly compact?: Handler;
  /** Called with each archived message where output is masked; gives what stands for it, or null. */
  readonly mask?: Handler;
  /** Called with a long result of a tool and the most characters it may have; gives the text in its place, or null. */
  readonly compress?: Handler;
  /** Called in place of a model call, with the request and what makes it; see callers.ts. */
  readonly llmCaller?: Handler;
  /** Called in place of a tool call, with the call and what makes it; see callers.ts. */
  readonly toolCaller?: Handler;
  /** Called with every piece of an answer, in order. */
  readonly onDelta?: Handler;
  /** Told how a daemon stands whenever it is idle, and at its end; null: it is at work again. */
  readonly onStand?: (snapshot: JsonObject | null) => void;
  /** Whether time is not to wake a daemon now: whoever started it is about to do something. */
  readonly isHeld?: () => boolean;
}

/** The options that are data. Everything else is an option of llm_call. */
export type LoopOptions = Omit<LlmOptions, 'tools' | 'messages'> & {
  readonly session_id?: string | null;
  /** Whether messages of other processes are taken up; daemons with a `session_id` do by themselves. */
  readonly host_messages?: boolean | null;
  /** Idle instead of over after a text: woken by messages, changes of files or time. */
  readonly daemon?: boolean | null;
  /** The file that says how the daemon stands, written when it is idle and at its end. */
  readonly persist_path?: string | null;
  /** Such a file to go on from. */
  readonly resume_path?: string | null;
  readonly wake_interval_ms?: number | null;
  /** Files and folders whose changes wake the daemon. */
  readonly watch_paths?: string | readonly string[] | null;
  /** Compacts the conversation whenever the daemon is idle. */
  readonly consolidate_on_idle?: boolean | null;
  /** Looks in vain, at a pace of 100 ms, 500 ms, 1 s, then 2 s, after which the daemon ends with `watchdog`. */
  readonly idle_watchdog_attempts?: number | null;
  /** What was said before the task: put at the end of the session. */
  readonly messages?: readonly Json[] | null;
  /** A conversation to go on from: its summary and messages stand before `messages`. */
  readonly transcript?: Json;
  /** The same as `persistent`. */
  readonly loop_until_done?: boolean | null;
  /** Turns, or `{mode: "adaptive", initial, max, extend_by}`: more of them while tools succeed. */
  readonly iteration_budget?: Json;
  /** The loop ends with `budget_exhausted` before the first turn that would begin later than this. */
  readonly max_duration_ms?: number | null;
  /** A tool by which the model tells how far it is: true, its name, or `{name, description}`. */
  readonly progress_tool?: Json;
  /** Notes of the model that stand in every prompt: true, or what they begin with. */
  readonly scratchpad?: Json;
  readonly profile?: string | null;
  readonly persistent?: boolean | null;
  readonly max_iterations?: number | null;
  readonly max_nudges?: number | null;
  readonly nudge?: string | null;
  readonly done_sentinel?: string | null;
  readonly tool_format?: string | null;
  readonly native_tool_fallback?: string | null;
  readonly tool_retries?: number | null;
  readonly tool_backoff_ms?: number | null;
  readonly max_concurrent_tools?: number | null;
  /** From which identical call in a row on it is hinted at (2), its result held back (3), it is not made (4); 0: never. */
  readonly loop_detect_warn?: number | null;
  readonly loop_detect_block?: number | null;
  readonly loop_detect_skip?: number | null;
  /** `{require_action_or_yield, allow_done_sentinel, max_prose_chars}`: the shape that turns are to have. */
  readonly turn_policy?: JsonObject | null;
  /** A second model is asked whether the work is done: true, words for it, or `{system, provider, model, max_refusals}`. */
  readonly done_judge?: Json;
  readonly verify_completion_judge?: Json;
  readonly stop_after_successful_tools?: readonly string[] | null;
  readonly require_successful_tools?: readonly string[] | null;
  /** Input and output tokens of all turns together. */
  readonly token_budget?: number | null;
  /** US dollars of the whole loop; `total_budget_usd` of `budget` is the same. */
  readonly max_cost_usd?: number | null;
  /** `{max_cost_usd, max_input_tokens, max_output_tokens}` of each model call, `total_budget_usd` of the loop. */
  readonly budget?: JsonObject | null;
  /**
   * `none` (also false), `truncate`, `observation_mask`, `summarize_middle`, `summarize_all` or `hybrid` (the default:
   * asks a model, and truncates when that fails or is still too long), alone or as `{strategy, keep_last_n}`.
   */
  readonly compaction?: Json;
  /** False is the same as `compaction: "none"`. */
  readonly auto_compact?: boolean | null;
  readonly compact_strategy?: string | null;
  /** Estimated tokens of a conversation that is compacted; 96,000 by default, less for models that can take less. */
  readonly compact_threshold?: number | null;
  readonly compact_keep_first?: number | null;
  readonly compact_keep_last?: number | null;
  /** Results of tools are shortened to so many characters before anything is archived. */
  readonly tool_output_max_chars?: number | null;
  /** What a compacted conversation may be at most, in estimated tokens. */
  readonly hard_limit_tokens?: number | null;
  /** How it gets there: `truncate` (the default), `llm`, `observation_mask` or `custom`. */
  readonly hard_limit_strategy?: string | null;
  /** A capability policy inside of the one in force: tools, side_effect_level, capabilities, workspace_roots, ... */
  readonly policy?: JsonObject | null;
  /** Whether the model may pause, resume and stop the workers of its run; `subagent_tools` is the same. */
  readonly subagents?: boolean | null;
  readonly subagent_tools?: boolean | null;
  /** `{auto_approve, auto_deny, require_approval, write_path_allowlist}`: see approvals.ts. It holds for all below the loop. */
  readonly approval_policy?: JsonObject | null;
  /** Skills that are data: a registry, or a list of cards. */
  readonly skills?: Json;
  /** `{strategy: "metadata" | "host" | "embedding" | "manual", top_n, sticky}`: how skills that fit come into force. */
  readonly skill_match?: JsonObject | null;
  /** Files that are worked on: skills whose `paths` match them fit. */
  readonly working_files?: string | readonly string[] | null;
  /** MCP servers whose tools the loop has as `<server>__<tool>`: declarations, or names from harn.toml. */
  readonly mcp_servers?: Json;
  /** `{allow, deny, on_escalation}`: what this agent may call, below the policy. */
  readonly permissions?: Json;
};

/** The options as the loop uses them. */
export interface LoopPlan {
  readonly sessionId: string | undefined;
  readonly daemon: DaemonPlan | undefined;
  /** Whether messages of other processes are taken up between turns. */
  readonly hears: boolean;
  /** What was said before the task. */
  readonly messages: readonly TranscriptMessage[];
  readonly persistent: boolean;
  readonly iterations: IterationBudget;
  readonly maxDurationMs: number;
  /** The name of the tool that reports progress. */
  readonly progressTool: string | undefined;
  /** What the notes of the model begin with; undefined: it has none. */
  readonly scratchpad: JsonObject | undefined;
  readonly maxNudges: number;
  readonly nudge: string | undefined;
  readonly doneSentinel: string;
  readonly toolFormat: ToolFormat;
  readonly fallback: 'allow' | 'allow_once' | 'reject';
  readonly toolRetries: number;
  readonly toolBackoffMs: number;
  readonly maxConcurrentTools: number;
  readonly loopDetect: StreakLimits;
  readonly turnPolicy: TurnPolicy;
  readonly judge: DoneJudge | undefined;
  readonly toolSearch: ToolSearch | undefined;
  readonly skills: SkillPlan | undefined;
  readonly stopAfter: readonly string[];
  readonly require: readonly string[];
  readonly tokenBudget: number | undefined;
  readonly maxCostUsd: number | undefined;
  readonly compaction: CompactPlan | undefined;
  readonly tools: ReadonlyMap<string, Tool>;
  /** What this loop asks for of the policy in force. */
  readonly policy: JsonObject | undefined;
  readonly approvals: JsonObject | undefined;
  readonly permissions: Permissions | undefined;
  readonly parts: LoopParts;
  readonly llm: LlmOptions;
}

interface Profile {
  readonly max_iterations: number;
  readonly max_nudges: number;
  readonly tool_retries: number;
  readonly llm_retries: number;
  readonly schema_retries: number;
}

const PROFILES: { readonly [name: string]: Profile } = {
  tool_using: profile(50, 8, 0),
  researcher: profile(30, 4, 0),
  verifier: profile(5, 0, 3),
  completer: profile(1, 0, 0),
};

function profile(iterations: number, nudges: number, schemaRetries: number): Profile {
  return {
    max_iterations: iterations,
    max_nudges: nudges,
    tool_retries: 0,
    llm_retries: 2,
    schema_retries: schemaRetries,
  };
}

const LLM_BACKOFF_MS = 2000;
const TOOL_BACKOFF_MS = 1000;

/** Options of the loop itself: taken out before the rest goes to the model call. */
const OWN: ReadonlySet<string> = new Set([
  ...['session_id', 'profile', 'persistent', 'max_iterations', 'max_nudges', 'nudge'],
  ...['done_sentinel', 'tool_format', 'native_tool_fallback', 'tool_retries', 'tool_backoff_ms'],
  ...['max_concurrent_tools', 'stop_after_successful_tools', 'require_successful_tools'],
  ...['token_budget', 'max_cost_usd', 'budget', 'tools', 'policy', 'permissions'],
  ...['approval_policy'],
  ...['subagents', 'subagent_tools', 'tool_search', 'turn_policy', 'mcp_servers'],
  ...['done_judge', 'verify_completion_judge'],
  ...['loop_detect_warn', 'loop_detect_block', 'loop_detect_skip'],
  ...['messages', 'transcript', 'loop_until_done', 'iteration_budget', 'max_duration_ms'],
  ...['progress_tool', 'scratchpad'],
  ...SKILL_OPTIONS,
  ...COMPACTION_OPTIONS,
  ...DAEMON_OPTIONS,
]);

/** Documented options that this version does not have. */
const UNSUPPORTED: ReadonlySet<string> = new Set(['prefetch_next_turn', 'tool_surface_narrowing']);

/** Every name that `parseLoopOptions` takes, those of model calls with them. */
export function loopOptionNames(providers?: readonly string[]): readonly string[] {
  return [...new Set([...OWN, ...llmOptionNames(providers)])];
}

/** Reads the options of a loop. */
export function parseLoopOptions(
  options: LoopOptions,
  parts: LoopParts = {},
  providers?: readonly string[],
): LoopPlan {
  const given: { [name: string]: Json } = {};
  const llm: { [name: string]: Json } = {};
  for (const [option, value] of Object.entries(options as JsonObject)) {
    if (value === null || value === undefined) continue;
    if (UNSUPPORTED.has(option)) throw loopErrors.unsupported({ option });
    if (OWN.has(option)) given[option] = value;
    else {
      assertKnown(option, llmOptionNames(providers));
      llm[option] = value;
    }
  }
  const base = profileOf(given['profile']);
  const { total, perCall } = budgetOf(given['budget']);
  const progress = parseProgressTool(given['progress_tool']);
  const scratchpad = parseScratchpad(given['scratchpad']);
  const skills = parseSkills(given, parts);
  const tools = [
    ...withSkillTool(parts.tools ?? [], skills),
    ...(progress === undefined ? [] : [progress]),
    ...(scratchpad === undefined ? [] : [scratchpadTool]),
  ];
  const { compact, mask, compress } = parts;
  const code = { compact, mask, compress };
  const daemon = parseDaemon(given, llm as LlmOptions, code);
  const subagents = flagOption(given, 'subagents') ?? flagOption(given, 'subagent_tools');
  return {
    sessionId: textOption(given, 'session_id') || undefined,
    daemon,
    hears: flagOption(given, 'host_messages') ?? daemon?.listens ?? false,
    messages: [...saidIn(given['transcript']), ...messagesOption(given['messages'])],
    persistent: flagOption(given, 'persistent') ?? flagOption(given, 'loop_until_done') ?? false,
    iterations: parseIterationBudget(
      given['iteration_budget'],
      intOption(given, 'max_iterations', 1) ?? base.max_iterations,
    ),
    maxDurationMs: intOption(given, 'max_duration_ms', 1) ?? Number.POSITIVE_INFINITY,
    progressTool: progress?.name,
    scratchpad,
    maxNudges: intOption(given, 'max_nudges', 0) ?? base.max_nudges,
    nudge: textOption(given, 'nudge'),
    doneSentinel: textOption(given, 'done_sentinel') || '##DONE##',
    toolFormat: oneOf(given, 'tool_format', ['native', 'text'] as const) ?? 'native',
    fallback:
      oneOf(given, 'native_tool_fallback', ['allow', 'allow_once', 'reject'] as const) ?? 'allow',
    toolRetries: intOption(given, 'tool_retries', 0) ?? base.tool_retries,
    toolBackoffMs: intOption(given, 'tool_backoff_ms', 0) ?? TOOL_BACKOFF_MS,
    maxConcurrentTools: intOption(given, 'max_concurrent_tools', 1) ?? Number.POSITIVE_INFINITY,
    loopDetect: {
      warn: limitOption(given, 'loop_detect_warn', 2),
      block: limitOption(given, 'loop_detect_block', 3),
      skip: limitOption(given, 'loop_detect_skip', 4),
    },
    turnPolicy: parseTurnPolicy(given['turn_policy']),
    judge: parseDoneJudge(given['done_judge'] ?? given['verify_completion_judge']),
    toolSearch: searchOption(given['tool_search'], parts.tools ?? []),
    skills,
    stopAfter: namesOption(given, 'stop_after_successful_tools'),
    require: namesOption(given, 'require_successful_tools'),
    tokenBudget: intOption(given, 'token_budget', 0),
    maxCostUsd: numberOption(given, 'max_cost_usd') ?? total,
    compaction: loopCompaction(given, llm as LlmOptions, code),
    tools: toolTable(withLifecycleTools(tools, subagents)),
    policy: policyOption(given['policy']),
    approvals: approvalOption(given['approval_policy']),
    permissions: parsePermissions(given['permissions'], parts.permissionCode),
    parts,
    llm: {
      llm_retries: base.llm_retries,
      llm_backoff_ms: LLM_BACKOFF_MS,
      ...(base.schema_retries > 0 ? { schema_retries: base.schema_retries } : {}),
      ...(perCall === undefined ? {} : { budget: perCall }),
      ...llm,
    },
  };
}

/** A name that neither the loop nor a model call knows is refused before anything happens. */
function assertKnown(option: string, known: readonly string[]): void {
  if (known.includes(option)) return;
  const suggestion = nearestName(option, [...OWN, ...known], 2);
  throw loopErrors.unknownOption(suggestion === undefined ? { option } : { option, suggestion });
}

function messagesOption(value: Json | undefined): readonly TranscriptMessage[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every(isMessage)) return value as readonly TranscriptMessage[];
  throw loopErrors.badOption({ option: 'messages', expected: 'a list of {role, content}' });
}

/** What a transcript hands on: its summary as the words of a user, and its messages. */
function saidIn(value: Json | undefined): readonly TranscriptMessage[] {
  if (value === undefined) return [];
  const { summary, messages } = readTranscript('agent_loop', value, () => '');
  const recap = summary === null ? [] : [{ role: 'user', content: summary }];
  return [...recap, ...messages.toArray()];
}

function profileOf(name: Json | undefined): Profile {
  const found =
    typeof name === 'string' && Object.hasOwn(PROFILES, name) ? PROFILES[name] : undefined;
  const base = name === undefined ? PROFILES['tool_using'] : found;
  if (base !== undefined) return base;
  throw loopErrors.badProfile({ known: Object.keys(PROFILES).join(', ') });
}

/** What the loop may cost as a whole, and what each of its calls may. */
function budgetOf(budget: Json | undefined): {
  readonly total: number | undefined;
  readonly perCall: JsonObject | undefined;
} {
  const read = callBudget(budget, (expected) =>
    loopErrors.badOption({ option: 'budget', expected }),
  );
  if (read === undefined || !isJsonObject(budget)) return { total: undefined, perCall: undefined };
  const { total_budget_usd: _total, ...perCall } = budget;
  return { total: read.totalUsd, perCall: Object.keys(perCall).length > 0 ? perCall : undefined };
}

function policyOption(given: Json | undefined): JsonObject | undefined {
  if (given === undefined || isJsonObject(given)) return given;
  throw loopErrors.badOption({ option: 'policy', expected: 'a dict' });
}

function approvalOption(given: Json | undefined): JsonObject | undefined {
  if (given === undefined) return undefined;
  parseApprovalPolicy(given);
  return given as JsonObject;
}

function searchOption(given: Json | undefined, tools: readonly Tool[]): ToolSearch | undefined {
  const search = parseToolSearch(given);
  if (search !== undefined) splitTools(tools, search);
  return search;
}
