// Errors of the agent room: sessions (SES), transcripts (TRS), tools (TOL), loops (AGL), handles (HDL), plans (PLN). Texts name the function as
// programs call it.
import { defineErrors, row } from '../../base/index.ts';

/** Family SES: sessions. */
export const sessionErrors = defineErrors('SES', {
  unknown: row<{ verb: string; id: string }>({
    number: 1,
    message: ({ verb, id }) => `agent_session_${verb}: unknown session id '${id}'`,
    hint: 'open it first with agent_session_open(id)',
  }),
  badArgument: row<{ verb: string; name: string; expected: string }>({
    number: 2,
    message: ({ verb, name, expected }) => `agent_session_${verb}: \`${name}\` must be ${expected}`,
  }),
  taken: row<{ id: string }>({
    number: 3,
    message: ({ id }) => `agent_session_fork: session '${id}' exists already`,
    hint: 'fork into a new id, or leave it out',
  }),
  badRole: row<{ verb: string }>({
    number: 4,
    message: ({ verb }) =>
      `agent_session_${verb}: message must have a string \`role\` (user|assistant|tool_result|system)`,
  }),
  busy: row<{ id: string }>({
    number: 5,
    message: ({ id }) => `session '${id}' is in the middle of a turn`,
    hint: 'one loop at a time drives a session; fork it to work beside it',
  }),
  badFact: row<{ topic: string; id: number; what: string }>({
    number: 6,
    message: ({ topic, id, what }) => `event ${id} of ${topic} cannot be read: ${what}`,
    hint: 'it was written by a newer version, or the store was damaged',
  }),
  notStored: row<{ id: string }>({
    number: 7,
    message: ({ id }) => `no session '${id}' has been kept`,
    hint: 'sessions are kept by the turns of their agents; see them with `harn sessions ls`',
  }),
  badForkPoint: row<{ id: string; at: number; messages: number }>({
    number: 8,
    message: ({ id, at, messages }) =>
      `session '${id}' cannot be forked after message ${at}: it has ${messages}`,
    hint: ({ messages }) => `give a whole number from 0 to ${messages}`,
  }),
  splitsCalls: row<{ id: string; at: number; before: number; after: number }>({
    number: 9,
    message: ({ id, at }) =>
      `message ${at} of session '${id}' is in the middle of tool calls, which no model goes on from`,
    hint: ({ before, after }) => `fork after message ${before} or ${after}`,
  }),
  keptAlready: row<{ id: string }>({
    number: 10,
    message: ({ id }) => `a session '${id}' is kept already`,
    hint: 'give the fork another id, or none',
  }),
});

/** Family TRS: transcripts as values. */
export const transcriptErrors = defineErrors('TRS', {
  none: row<{ fn: string; type: string }>({
    number: 1,
    message: ({ fn, type }) =>
      `${fn}: a transcript, a list of messages or nil was expected, got ${type}`,
  }),
  badMessages: row<{ fn: string }>({
    number: 2,
    message: ({ fn }) => `${fn}: messages must be a list`,
  }),
  badMessage: row<{ fn: string; index: number }>({
    number: 3,
    message: ({ fn, index }) => `${fn}: message ${index} has no string \`role\``,
  }),
  badOption: row<{ fn: string; option: string; expected: string }>({
    number: 4,
    message: ({ fn, option, expected }) => `${fn}: \`${option}\` must be ${expected}`,
  }),
  unknownOption: row<{ fn: string; option: string; suggestion?: string }>({
    number: 5,
    message: ({ fn, option }) => `${fn}: unknown option '${option}'`,
    hint: ({ suggestion }) =>
      suggestion === undefined
        ? 'the options are listed in the documentation of agents, under Compaction'
        : `did you mean "${suggestion}"?`,
  }),
  badImport: row<{ detail: string }>({
    number: 6,
    message: ({ detail }) => `transcript_import: ${detail}`,
  }),
  emptySummary: row<{ fn: string }>({
    number: 7,
    message: ({ fn }) => `${fn}: the callback gave no summary`,
    hint: 'return a text or a dict with `summary`',
  }),
  badAnswer: row<{ fn: string; expected: string }>({
    number: 8,
    message: ({ fn, expected }) => `${fn}: the callback must give ${expected}`,
  }),
});

/** What a field that is missing is for. */
const MISSING: { readonly [field: string]: string | undefined } = {
  host_capability:
    ' Set it to the canonical bridge identifier (e.g. "interaction.ask") so `harn check` can validate the binding against the host capability manifest.',
  mcp_server: ' Set it to the name of the configured server.',
};

/** Who runs the tools that have no handler. */
const ELSEWHERE: { readonly [executor: string]: string | undefined } = {
  host_bridge: 'host-bridge tools are dispatched by the host shell, not the VM.',
  mcp_server: 'the server runs its tools.',
  provider_native: 'the provider runs its own tools.',
};

/** Family TOL: declaring and calling tools. */
export const toolErrors = defineErrors('TOL', {
  badConfig: row<Record<never, never>>({
    number: 1,
    message: () => 'tool_define: config must be a dict with parameters and handler',
  }),
  notRegistry: row<{ fn: string }>({
    number: 2,
    message: ({ fn }) => `${fn}: the first argument must be a tool registry`,
    hint: 'make one with tool_registry() or declare a tool',
  }),
  unknownExecutor: row<{ tool: string; executor: string }>({
    number: 3,
    message: ({ tool, executor }) =>
      `tool_define: unknown executor "${executor}" for tool "${tool}". Expected one of: "harn", "host_bridge", "mcp_server", "provider_native"`,
  }),
  noBackend: row<{ tool: string }>({
    number: 4,
    message: ({ tool }) =>
      `tool_define: tool "${tool}" has no \`handler\` and no \`executor\`. Either attach a \`handler\` fn (executor: "harn") or declare an alternate backend, e.g. executor: "host_bridge" + host_capability: "cap.op", executor: "mcp_server" + mcp_server: "server-name", executor: "provider_native". Defining a handlerless tool would surface as \`[builtin_call] unhandled: ${tool}\` at the first model call.`,
  }),
  missingField: row<{ tool: string; executor: string; field: string }>({
    number: 5,
    message: ({ tool, executor, field }) =>
      `tool_define: tool "${tool}" declares executor: "${executor}" but is missing \`${field}\`.${MISSING[field] ?? ''}`,
  }),
  needlessHandler: row<{ tool: string; executor: string }>({
    number: 6,
    message: ({ tool, executor }) =>
      `tool_define: tool "${tool}" declares executor: "${executor}" but also has a \`handler\`. Drop the handler — ${ELSEWHERE[executor] ?? 'this tool runs elsewhere.'}`,
  }),
  badName: row<{ fn: string }>({
    number: 7,
    message: ({ fn }) => `${fn}: a tool needs a name that is not empty`,
  }),
  badOption: row<{ tool: string; option: string; expected: string }>({
    number: 8,
    message: ({ tool, option, expected }) => `tool "${tool}": ${option} must be ${expected}`,
  }),
  noExecutor: row<{ tool: string; executor: string }>({
    number: 9,
    message: ({ tool, executor }) =>
      `tool "${tool}" is declared with executor "${executor}", and nothing here can run it`,
    hint: 'give it a handler, or name its MCP server with mcp_server',
  }),
  noHost: row<{ tool: string; capability: string }>({
    number: 24,
    message: ({ tool, capability }) =>
      `tool "${tool}" is run by the host as ${capability}, which this host does not offer`,
    hint: 'offer it with `hostCapabilities`, or prepare it with host_mock',
  }),
  twice: row<{ tool: string }>({
    number: 10,
    message: ({ tool }) => `two tools are called "${tool}"`,
  }),
  notBound: row<{ fn: string }>({
    number: 20,
    message: ({ fn }) => `${fn}: no tool registry bound`,
    hint: 'bind one first: tool_bind(registry)',
  }),
  unknownTool: row<{ fn: string; tool: string; known: string }>({
    number: 21,
    message: ({ fn, tool, known }) =>
      `${fn}: the bound registry has no tool "${tool}"; it has: ${known}`,
  }),
  noJsonSchema: row<{ tool: string; vendor: string }>({
    number: 22,
    message: ({ tool, vendor }) =>
      `tool "${tool}": its schema (${vendor}) does not say what it is as JSON Schema, which models are told`,
    hint: 'give the JSON Schema as `jsonSchema` beside it, or use a version of the library that makes it',
  }),
  badArguments: row<{ tool: string; problems: string }>({
    number: 23,
    message: ({ problems }) => `the arguments do not fit: ${problems}`,
  }),
  badHook: row<{ expected: string }>({
    number: 11,
    message: ({ expected }) => `register_tool_hook: the config must be ${expected}`,
  }),
});

/** Family TSY: tools made from a description. */
export const synthesisErrors = defineErrors('TSY', {
  badConfig: row<{ option: string; expected: string }>({
    number: 1,
    message: ({ option, expected }) => `tool_synthesize: ${option} must be ${expected}`,
  }),
  hasHandler: row<Record<never, never>>({
    number: 2,
    message: () => 'tool_synthesize: a synthesized tool has no `handler`',
    hint: 'declare a tool with known code by tool_define',
  }),
  missingArgument: row<{ tool: string; argument: string }>({
    number: 3,
    message: ({ tool, argument }) => `${tool}: missing required argument \`${argument}\``,
  }),
  badArguments: row<{ tool: string; problems: string }>({
    number: 4,
    message: ({ tool, problems }) => `${tool}: the arguments do not fit: ${problems}`,
  }),
  notConnected: row<{ tool: string; executor: string }>({
    number: 5,
    message: ({ tool, executor }) => `${tool}: its executor "${executor}" is not connected`,
  }),
});

/** Family AGL: agent loops. */
export const loopErrors = defineErrors('AGL', {
  badOption: row<{ option: string; expected: string }>({
    number: 1,
    message: ({ option, expected }) => `agent_loop: \`${option}\` must be ${expected}`,
  }),
  unsupported: row<{ option: string }>({
    number: 2,
    message: ({ option }) => `agent_loop: the option "${option}" does not exist in this version`,
    hint: 'leave it out; what is there is listed in the documentation of agent_loop',
  }),
  badProfile: row<{ known: string }>({
    number: 4,
    message: ({ known }) => `agent_loop: profile must be one of ${known}`,
  }),
  surface: row<{ problems: string }>({
    number: 5,
    message: ({ problems }) =>
      `agent_loop: the tools cannot work as they are declared: ${problems}`,
    hint: 'tool_surface_validate(...) shows everything that was found',
  }),
  unknownOption: row<{ option: string; suggestion?: string }>({
    number: 6,
    message: ({ option }) => `agent_loop: there is no option "${option}"`,
    hint: ({ suggestion }) =>
      suggestion === undefined
        ? 'the options are listed in the documentation of agent_loop and llm_call'
        : `did you mean "${suggestion}"?`,
  }),
  scratchpadFull: row<{ chars: number; most: number }>({
    number: 7,
    message: ({ chars, most }) =>
      `the scratchpad would have ${chars} characters; ${most} are the most`,
    hint: 'it stands in every prompt: keep what is long in files',
  }),
  noTask: row<Record<never, never>>({
    number: 3,
    message: () => 'agent_loop: the task is empty and the session has no message to go on from',
  }),
});

/** Family MSG: what is said to a session from outside, and daemons. */
export const messageErrors = defineErrors('MSG', {
  badContent: row<Record<never, never>>({
    number: 1,
    message: () => 'a message to a session must be a text that is not empty',
  }),
  badMode: row<{ mode: string; known: string }>({
    number: 2,
    message: ({ mode, known }) => `there is no mode "${mode}"; a message is one of ${known}`,
  }),
  queueFull: row<{ capacity: number }>({
    number: 3,
    message: ({ capacity }) => `DaemonQueueFull: ${capacity} events wait already`,
    hint: 'wait until the daemon has dealt with some, or raise event_queue_capacity',
  }),
  badDaemon: row<{ fn: string; detail: string }>({
    number: 4,
    message: ({ fn, detail }) => `${fn}: ${detail}`,
  }),
  unknownDaemon: row<{ fn: string; id: string }>({
    number: 5,
    message: ({ fn, id }) => `${fn}: this run has no daemon "${id}"`,
    hint: 'daemon_resume(path) goes on with one of another run',
  }),
  notRunning: row<{ fn: string; id: string; status: string }>({
    number: 6,
    message: ({ fn, id, status }) => `${fn}: the daemon ${id} is ${status}`,
  }),
  badState: row<{ path: string; reason: string }>({
    number: 7,
    message: ({ path, reason }) => `${path} is no state of a daemon: ${reason}`,
  }),
  missingCode: row<{ path: string; missing: string }>({
    number: 8,
    message: ({ path, missing }) =>
      `the daemon of ${path} needs ${missing}, which is not found here`,
    hint: 'use top-level functions and tool declarations, or resume it in the run that began it',
  }),
  driven: row<{ id: string; run: string; status: string }>({
    number: 9,
    message: ({ id, run, status }) => `the daemon ${id} is driven by the run ${run} (${status})`,
    hint: 'stop it there, go on with that run (harn resume), or cancel that run first',
  }),
});

/** Family HDL: handles of long-running tools. */
export const handleErrors = defineErrors('HDL', {
  unknown: row<{ fn: string; id: string }>({
    number: 1,
    message: ({ fn, id }) => `${fn}: this run has no handle "${id}"`,
    hint: 'give the `handle_id` that a long-running call of the same run has answered',
  }),
  badArgument: row<{ fn: string; name: string; expected: string }>({
    number: 2,
    message: ({ fn, name, expected }) => `${fn}: \`${name}\` must be ${expected}`,
  }),
  noDefault: row<{ operation: string; cwd: string }>({
    number: 3,
    message: ({ operation, cwd }) =>
      `${operation}: no usual command is known for what is in ${cwd}`,
    hint: 'give `argv` or `command`',
  }),
});

/** Family PLN: plans and action graphs. */
export const planErrors = defineErrors('PLN', {
  noSteps: row<Record<never, never>>({
    number: 1,
    message: () => 'action_graph: the plan has no list of actions',
    hint: 'give `actions`, `steps`, `tasks` or `items`, or a list',
  }),
  noTitle: row<{ index: number }>({
    number: 2,
    message: ({ index }) => `step ${index} of the plan says nothing`,
    hint: 'give it a `title` or `content`',
  }),
  circle: row<{ ids: string }>({
    number: 3,
    message: ({ ids }) => `action_graph: these actions wait for each other: ${ids}`,
  }),
  empty: row<Record<never, never>>({
    number: 4,
    message: () => 'action_graph_flow: there is nothing to do',
    hint: 'a plan needs an action, or the config a `verify` or `evaluate`',
  }),
  notPlan: row<{ type: string }>({
    number: 5,
    message: ({ type }) =>
      `plan_from: a dict with steps or a list of steps was expected, got ${type}`,
  }),
});
