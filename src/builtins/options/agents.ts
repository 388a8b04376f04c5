// Options of agents: loops, sub-agents, daemons.
import type { LoopOptions } from '../../runtime/agent/index.ts';
import { MODEL_TEXTS, modelBag } from './models.ts';
import { type OptionTexts, type RowOptions, rows, type TextsOf } from './option.ts';

const MS = 'int | float | duration';

const LOOP: TextsOf<Omit<LoopOptions, keyof typeof MODEL_TEXTS>> = {
  session_id: ['string', 'The session whose conversation goes on; a new one by default.'],
  transcript: ['any', 'A conversation to go on from; it stands before `messages`.'],
  profile: [
    'string',
    'Defaults for a kind of work: `tool_using`, `researcher`, `verifier`, `completer`.',
  ],
  persistent: ['bool', 'Goes on until the agent says that it is done.'],
  loop_until_done: ['bool', 'The same as `persistent`.'],
  max_iterations: ['int', 'The most turns.'],
  iteration_budget: ['any', 'Turns, or `{mode: "adaptive", initial, max, extend_by}`.'],
  max_duration_ms: [MS, 'No turn begins later than this.'],
  max_nudges: ['int', 'How often an agent that stops early is sent back to work.'],
  nudge: ['string', 'The words it is sent back with.'],
  done_sentinel: ['string', 'What the agent says when it is done; `##DONE##` by default.'],
  done_judge: ['any', 'A second model is asked whether the work is done.'],
  verify_completion_judge: ['any', 'The same as `done_judge`.'],
  tool_format: ['string', 'How tools are called: `native` or `text`.'],
  native_tool_fallback: ['string', 'Calls in text: `allow`, `allow_once` or `reject`.'],
  tool_retries: ['int', 'Further attempts of a tool that fails.'],
  tool_backoff_ms: [MS, 'The pause before the second attempt.'],
  max_concurrent_tools: ['int', 'How many calls of one turn run at a time.'],
  loop_detect_warn: ['int', 'From this identical call in a row on the model is told; 0: never.'],
  loop_detect_block: ['int', 'From this one on its result is held back; 0: never.'],
  loop_detect_skip: ['int', 'From this one on it is not made; 0: never.'],
  turn_policy: ['dict', '`{require_action_or_yield, allow_done_sentinel, max_prose_chars}`.'],
  stop_after_successful_tools: ['list', 'Tools after which the loop is done.'],
  require_successful_tools: ['list', 'Tools of which one must have succeeded.'],
  token_budget: ['int', 'Tokens of all turns together.'],
  max_cost_usd: ['int | float', 'US dollars of the whole loop.'],
  progress_tool: ['any', 'A tool that tells how far it is: true, a name, `{name, description}`.'],
  scratchpad: ['any', 'Notes that stand in every prompt: true, or what they begin with.'],
  skills: ['any', 'Skills: a registry, or a list of cards.'],
  skill_match: ['dict', '`{strategy, top_n, sticky}`: how skills that fit come into force.'],
  working_files: ['string | list', 'Files that are worked on, for the `paths` of skills.'],
  mcp_servers: ['any', 'Servers whose tools the loop has: declarations, or names of harn.toml.'],
  policy: ['dict', 'A capability policy inside of the one in force.'],
  permissions: ['any', '`{allow, deny, on_escalation}`: what this agent may call.'],
  approval_policy: ['dict', '`{auto_approve, auto_deny, require_approval, write_path_allowlist}`.'],
  subagents: ['bool', 'Whether the model may pause, resume and stop its workers.'],
  subagent_tools: ['bool', 'The same as `subagents`.'],
  compaction: ['any', 'A strategy, or `{strategy, keep_last_n, ...}`; `none` or false: never.'],
  auto_compact: ['bool', 'False is the same as `compaction: "none"`.'],
  compact_strategy: ['string', 'The strategy of `compaction`.'],
  compact_threshold: ['int', 'Estimated tokens of a conversation that is compacted.'],
  compact_keep_first: ['int', 'Messages at the beginning that stay.'],
  compact_keep_last: ['int', 'Messages at the end that stay.'],
  tool_output_max_chars: ['int', 'Results of tools are shortened to so many characters first.'],
  hard_limit_tokens: ['int', 'What a compacted conversation may be at most.'],
  hard_limit_strategy: ['string', '`truncate`, `llm`, `observation_mask` or `custom`.'],
  host_messages: ['bool', 'Whether messages of other processes are taken up.'],
  daemon: ['bool', 'Idle instead of over after a text.'],
  persist_path: ['string', 'The file that says how the daemon stands.'],
  resume_path: ['string', 'Such a file to go on from.'],
  wake_interval_ms: [MS, 'Time after which an idle daemon wakes.'],
  watch_paths: ['string | list', 'Files and folders whose changes wake the daemon.'],
  consolidate_on_idle: ['bool', 'Compacts the conversation whenever the daemon is idle.'],
  idle_watchdog_attempts: ['int', 'Looks in vain after which the daemon ends.'],
};

/** What is code, or has code in it. */
const CODE: OptionTexts = {
  post_turn_callback: ['closure', 'Called after a turn with tool calls; may end the loop.'],
  context_callback: ['closure', 'Called before each turn; may show other messages.'],
  context_filter: ['closure', 'The same as `context_callback`.'],
  compact_callback: ['closure', 'Sums up archived messages where the strategy is `custom`.'],
  custom_compactor: ['closure', 'The same as `compact_callback`.'],
  mask_callback: ['closure', 'Gives what stands for an archived message.'],
  compress_callback: ['closure', 'Gives a shorter text for a long result of a tool.'],
  verify_completion: ['closure', 'Called when the work is said to be done; may refuse that.'],
  llm_caller: ['closure', 'Called in place of a model call.'],
  tool_caller: ['closure', 'Called in place of a tool call.'],
  on_delta: ['closure', 'Called with every piece of an answer, in order.'],
};

/** Of the loop alone. */
const COMMANDS: OptionTexts = {
  command_policy: ['any', 'A policy for the commands of this agent.'],
};

export const LOOP_TEXTS: OptionTexts = { ...MODEL_TEXTS, ...LOOP, ...CODE };

export const AGENT_OPTIONS: RowOptions = {
  ...rows(['agent.loop'], modelBag({ ...LOOP_TEXTS, ...COMMANDS })),
};
