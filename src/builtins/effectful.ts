// The groups of builtins that need a run: effects, tasks, control. One line per group.
import { agentLoopRows, agentSessionRows, daemonRows } from './agent-loop.ts';
import { agentToolRows } from './agent-tools.ts';
import { artifactRows } from './artifact.ts';
import { randomRows } from './chance.ts';
import { channelRows } from './channels.ts';
import { clockRows } from './clock.ts';
import { commandPolicyRows } from './command-policy.ts';
import { controlRows } from './control.ts';
import { eventLogRows } from './event-log.ts';
import { frictionRows } from './friction.ts';
import { fsRows } from './fs.ts';
import { envRows, processRows } from './host.ts';
import { hostCallRows } from './host-calls.ts';
import { httpServerRows } from './http-server.ts';
import { humanRows } from './human.ts';
import { checkpointRows, metadataRows, storeRows } from './kept.ts';
import { lifecycleRows } from './lifecycle.ts';
import { llmRows } from './llm.ts';
import { lockRows } from './locks.ts';
import { longRunningRows } from './long-running.ts';
import { mcpRows } from './mcp.ts';
import { mcpServeRows } from './mcp-serve.ts';
import { memoryRows } from './memory.ts';
import { monitorRows } from './monitors.ts';
import { netRows } from './net.ts';
import { obsRows, termRows } from './observe.ts';
import { placeRows } from './places.ts';
import { planRows } from './plan.ts';
import { poolRows } from './pool.ts';
import { projectRows } from './project.ts';
import { recordRows } from './records.ts';
import type { BuiltinGroup } from './registry.ts';
import { serverStreamRows } from './server-streams.ts';
import { serverTlsRows } from './server-tls.ts';
import { sharedRows } from './shared.ts';
import { skillRows } from './skills.ts';
import { stdioRows } from './stdio.ts';
import { streamRows } from './stream-operators.ts';
import { supervisorRows } from './supervisors.ts';
import { taskRows } from './tasks.ts';
import { promptRows } from './template.ts';
import { toolHookRows } from './tool-hooks.ts';
import { toolSurfaceRows } from './tool-surface.ts';
import { transcriptRows } from './transcript.ts';
import { transportRows } from './transports.ts';
import { triggerRows } from './triggers.ts';
import { waitpointRows } from './waitpoints.ts';
import { workerRows } from './worker.ts';
import { workflowRows } from './workflow.ts';

// As calls, so that a build can load each group when a name of it is first asked for.
export const EFFECT_GROUPS: readonly BuiltinGroup[] = [
  () => stdioRows(),
  () => clockRows(),
  () => termRows(),
  () => obsRows(),
  () => randomRows(),
  () => envRows(),
  () => fsRows(),
  () => placeRows(),
  () => storeRows(),
  () => checkpointRows(),
  () => metadataRows(),
  () => projectRows(),
  () => memoryRows(),
  () => promptRows(),
  () => processRows(),
  () => netRows(),
  () => transportRows(),
  () => httpServerRows(),
  () => serverStreamRows(),
  () => serverTlsRows(),
  () => taskRows(),
  () => channelRows(),
  () => lockRows(),
  () => sharedRows(),
  () => supervisorRows(),
  () => streamRows(),
  () => eventLogRows(),
  () => controlRows(),
  () => lifecycleRows(),
  () => llmRows(),
  () => humanRows(),
  () => hostCallRows(),
  () => waitpointRows(),
  () => commandPolicyRows(),
  () => triggerRows(),
  () => monitorRows(),
  () => poolRows(),
  () => recordRows(),
  () => frictionRows(),
  () => workerRows(),
  () => agentToolRows(),
  () => toolHookRows(),
  () => toolSurfaceRows(),
  () => longRunningRows(),
  () => mcpRows(),
  () => mcpServeRows(),
  () => skillRows(),
  () => agentSessionRows(),
  () => agentLoopRows(),
  () => daemonRows(),
  () => transcriptRows(),
  () => planRows(),
  () => artifactRows(),
  () => workflowRows(),
];
