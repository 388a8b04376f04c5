// All examples. They are read by `harn docs` and by the test that runs every one of them, and load only there.
import { AGENT_ARTIFACT_EXAMPLES } from './agent-artifacts.ts';
import { AGENT_RUN_EXAMPLES } from './agent-runs.ts';
import { AGENT_SESSION_EXAMPLES } from './agent-sessions.ts';
import { AGENT_WORKER_EXAMPLES } from './agent-workers.ts';
import { AROUND_RUN_EXAMPLES } from './around-runs.ts';
import { ATOMICS_AND_CIRCUITS_EXAMPLES } from './atomics-and-circuits.ts';
import { BYTES_EXAMPLES } from './bytes-and-digests.ts';
import { CHANNELS_AND_MAILBOXES_EXAMPLES } from './channels-and-mailboxes.ts';
import { CHECKPOINTS_AND_TASK_VALUES_EXAMPLES } from './checkpoints-and-task-values.ts';
import { CLOCK_EXAMPLES } from './clock-and-environment.ts';
import { DATE_EXAMPLES } from './dates-and-durations.ts';
import { DIGESTS_IDS_SCHEMAS_EXAMPLES } from './digests-ids-schemas.ts';
import { ERROR_EXAMPLES } from './errors-and-asserts.ts';
import { EVENT_STREAMS_EXAMPLES } from './event-streams.ts';
import type { Examples } from './example.ts';
import { FILE_AND_EVENT_LOG_EXAMPLES } from './files-and-event-logs.ts';
import { FORMAT_EXAMPLES } from './formats-and-keys.ts';
import { HTTP_EXAMPLES } from './http-and-cookies.ts';
import { HTTP_REQUESTS_EXAMPLES } from './http-requests.ts';
import { JSON_EXAMPLES } from './json-and-responses.ts';
import { LIST_EXAMPLES } from './lists-and-pairs.ts';
import { LONG_RUNNING_EXAMPLES } from './long-running.ts';
import { MCP_SERVER_EXAMPLES } from './mcp-servers.ts';
import { MODEL_EXAMPLES } from './models-and-providers.ts';
import { NUMBER_EXAMPLES } from './numbers-and-angles.ts';
import { NUMBERS_SETS_VALUES_EXAMPLES } from './numbers-sets-values.ts';
import { OPEN_WORK_EXAMPLES } from './open-work-and-people.ts';
import { PATHS_URLS_TEXT_EXAMPLES } from './paths-urls-text.ts';
import { PROCESSES_EXAMPLES } from './processes.ts';
import { PROJECT_FACTS_EXAMPLES } from './project-facts.ts';
import { RANDOM_VALUES_EXAMPLES } from './random-values.ts';
import { RECORDS_WORKERS_WORKFLOWS_EXAMPLES } from './records-workers-workflows.ts';
import { REQUEST_EXAMPLES } from './requests-and-routes.ts';
import { SKILLS_TOOLS_TRANSCRIPTS_EXAMPLES } from './skills-tools-transcripts.ts';
import { SPELLING_EXAMPLES } from './spelling-and-paths.ts';
import { TASKS_SHARED_EXAMPLES } from './tasks-shared.ts';
import { TRACING_AND_LOGS_EXAMPLES } from './tracing-and-logs.ts';
import { AGENT_EXAMPLES } from './transcripts-and-agents.ts';
import { VERDICT_EXAMPLES } from './verdicts-and-manifests.ts';
import { WEBSOCKETS_EXAMPLES } from './websockets.ts';
import { WORKFLOW_TERMINAL_TOOL_EXAMPLES } from './workflow-terminal-tools.ts';

/** Every example, by the name of its row. */
export const EXAMPLES: Examples = {
  ...AGENT_ARTIFACT_EXAMPLES,
  ...AGENT_RUN_EXAMPLES,
  ...AGENT_SESSION_EXAMPLES,
  ...AGENT_WORKER_EXAMPLES,
  ...AROUND_RUN_EXAMPLES,
  ...ATOMICS_AND_CIRCUITS_EXAMPLES,
  ...BYTES_EXAMPLES,
  ...CHANNELS_AND_MAILBOXES_EXAMPLES,
  ...CHECKPOINTS_AND_TASK_VALUES_EXAMPLES,
  ...CLOCK_EXAMPLES,
  ...DATE_EXAMPLES,
  ...DIGESTS_IDS_SCHEMAS_EXAMPLES,
  ...ERROR_EXAMPLES,
  ...EVENT_STREAMS_EXAMPLES,
  ...FILE_AND_EVENT_LOG_EXAMPLES,
  ...FORMAT_EXAMPLES,
  ...HTTP_EXAMPLES,
  ...HTTP_REQUESTS_EXAMPLES,
  ...JSON_EXAMPLES,
  ...LIST_EXAMPLES,
  ...MCP_SERVER_EXAMPLES,
  ...LONG_RUNNING_EXAMPLES,
  ...MODEL_EXAMPLES,
  ...NUMBER_EXAMPLES,
  ...NUMBERS_SETS_VALUES_EXAMPLES,
  ...OPEN_WORK_EXAMPLES,
  ...PATHS_URLS_TEXT_EXAMPLES,
  ...PROCESSES_EXAMPLES,
  ...PROJECT_FACTS_EXAMPLES,
  ...RANDOM_VALUES_EXAMPLES,
  ...RECORDS_WORKERS_WORKFLOWS_EXAMPLES,
  ...REQUEST_EXAMPLES,
  ...SKILLS_TOOLS_TRANSCRIPTS_EXAMPLES,
  ...SPELLING_EXAMPLES,
  ...TASKS_SHARED_EXAMPLES,
  ...TRACING_AND_LOGS_EXAMPLES,
  ...AGENT_EXAMPLES,
  ...VERDICT_EXAMPLES,
  ...WEBSOCKETS_EXAMPLES,
  ...WORKFLOW_TERMINAL_TOOL_EXAMPLES,
};
