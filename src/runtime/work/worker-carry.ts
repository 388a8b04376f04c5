// What a worker takes from one piece of work into the next: artifacts and transcript by its carry policy, session ids,
// and the kind's own config. All of it pure; ids come from the caller.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import { objectOf, type WorkerConfig } from './worker-config.ts';
import type { Worker } from './worker-state.ts';

/** How many messages a compacted transcript keeps. */
const COMPACT_KEEP = 2;

/** What replay starts from. */
export interface Carried {
  readonly transcript: Json;
  readonly config: WorkerConfig;
}

/**
 * The next cycle's transcript and config. `uuid` names what is new: a forked transcript, a fresh session.
 * An empty list of carried artifacts leaves those of the config as they were.
 */
export function carryOver(worker: Worker, task: string, uuid: string): Carried {
  const transcript = carriedTranscript(worker, uuid);
  const artifacts = carriedArtifacts(worker);
  const config = ensureSessions(worker.config, worker.id);
  switch (config.mode) {
    case 'workflow':
      return { transcript, config: nextWorkflow(worker, config, artifacts, transcript) };
    case 'stage': {
      const kept = artifacts.length > 0 ? { ...config, artifacts } : config;
      const fresh = startsAfresh(worker) ? freshStage(kept, uuid) : kept;
      return { transcript, config: { ...fresh, transcript } };
    }
    case 'sub_agent':
      return { transcript, config: nextSubAgent(worker, config, task, uuid) };
    default:
      return { transcript, config };
  }
}

function carriedTranscript({ transcript, carry }: Worker, uuid: string): Json {
  if (carry.transcript_mode === 'reset') return null;
  if (carry.transcript_mode !== 'fork' || !isJsonObject(transcript)) return transcript;
  const metadata = objectOf(transcript['metadata']);
  const parent = transcript['id'] ?? null;
  return { ...transcript, id: uuid, metadata: { ...metadata, parent_transcript_id: parent } };
}

function carriedArtifacts({ artifacts, carry }: Worker): readonly Json[] {
  if (carry.artifact_mode === 'none') return [];
  const policy = objectOf(carry.context_policy);
  const include = namesOf(policy['include_kinds']);
  const exclude = namesOf(policy['exclude_kinds']);
  const pinned = namesOf(policy['pinned_ids']);
  const kept = artifacts.filter((artifact) => {
    const { id = null, kind = null } = objectOf(artifact);
    if (pinned.includes(id)) return true;
    if (exclude.includes(kind)) return false;
    return include.length === 0 || include.includes(kind);
  });
  const most = policy['max_artifacts'];
  return typeof most === 'number' ? kept.slice(-Math.max(0, most)) : kept;
}

function namesOf(given: Json | undefined): readonly Json[] {
  return Array.isArray(given) ? (given as readonly Json[]) : [];
}

function startsAfresh({ carry }: Worker): boolean {
  return carry.transcript_mode === 'fork' || carry.transcript_mode === 'reset';
}

/** The previous cycle is the parent of the next one. */
function nextWorkflow(
  worker: Worker,
  config: WorkerConfig,
  artifacts: readonly Json[],
  transcript: Json,
): WorkerConfig {
  const options: { [key: string]: Json } = { ...objectOf(config['options']) };
  options['parent_worker_id'] = worker.id;
  if (transcript === null) delete options['transcript'];
  else options['transcript'] = transcript;
  if (!worker.carry.resume_workflow) delete options['resume_path'];
  else if (worker.childRunPath !== null) options['resume_path'] = worker.childRunPath;
  return { ...config, options, ...(artifacts.length > 0 ? { artifacts } : {}) };
}

/** A stage that starts afresh gets a session of its own, so that old messages cannot be seen. */
function freshStage(config: WorkerConfig, uuid: string): WorkerConfig {
  const node = objectOf(config['node']);
  const session = `worker_session_${uuid}`;
  const metadata = { ...objectOf(node['metadata']), worker_session_id: session };
  const policy = { ...objectOf(node['model_policy']), session_id: session };
  return { ...config, node: { ...node, metadata, model_policy: policy } };
}

function nextSubAgent(
  worker: Worker,
  config: WorkerConfig,
  task: string,
  uuid: string,
): WorkerConfig {
  const spec: JsonObject = { ...objectOf(config['spec']), task };
  if (!startsAfresh(worker)) return { ...config, spec };
  const session = `sub_agent_session_${uuid}`;
  const options = { ...objectOf(spec['options']), session_id: session };
  return { ...config, spec: { ...spec, session_id: session, options } };
}

/** Gives stages and the nodes of workflows a session id each, unless one was configured. */
export function ensureSessions(config: WorkerConfig, workerId: string): WorkerConfig {
  if (config.mode === 'stage') {
    return { ...config, node: withSession(objectOf(config['node']), workerId, 'stage') };
  }
  if (config.mode !== 'workflow') return config;
  const graph = objectOf(config['graph']);
  const nodes = Object.entries(objectOf(graph['nodes'])).map(([id, node]) => [
    id,
    withSession(objectOf(node), workerId, id),
  ]);
  return nodes.length === 0
    ? config
    : { ...config, graph: { ...graph, nodes: Object.fromEntries(nodes) as JsonObject } };
}

function withSession(node: JsonObject, workerId: string, fallback: string): JsonObject {
  const id = typeof node['id'] === 'string' && node['id'] !== '' ? node['id'] : fallback;
  const metadata = objectOf(node['metadata']);
  const policy = objectOf(node['model_policy']);
  const session =
    policy['session_id'] ?? metadata['worker_session_id'] ?? `worker_session_${workerId}_${id}`;
  return {
    ...node,
    metadata: { ...metadata, worker_session_id: session },
    model_policy: { ...policy, session_id: session },
  };
}

/** A transcript at the end of a cycle: compacted when the policy says so. Other events stay. */
export function endTranscript(transcript: Json, { carry }: Worker): Json {
  if (carry.transcript_mode !== 'compact' || !isJsonObject(transcript)) return transcript;
  const messages = namesOf(transcript['messages']);
  if (messages.length <= COMPACT_KEEP) return transcript;
  const summary = digestOf({ ...transcript, messages: messages.slice(0, -COMPACT_KEEP) });
  return { ...transcript, messages: messages.slice(-COMPACT_KEEP), summary };
}

/** A transcript in a few words: its summary, else its messages, shortened. Null when there is nothing to say. */
export function digestOf(transcript: Json): string | null {
  if (!isJsonObject(transcript)) return null;
  const summary = transcript['summary'];
  if (typeof summary === 'string' && summary.trim() !== '') return summary;
  const lines = namesOf(transcript['messages']).map((message) => {
    const { role = 'user', content = '' } = objectOf(message);
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    return `${String(role)}: ${text.length > 200 ? `${text.slice(0, 200)}...` : text}`;
  });
  return lines.length === 0 ? null : lines.join('\n');
}

/** The transcript of a resume that does not continue the old one: one message with the digest, or none. */
export function digestTranscript(transcript: Json, digest: string | null): Json {
  if (digest === null) return null;
  const id = objectOf(transcript)['id'] ?? null;
  return { id, messages: [{ role: 'user', content: digest }], events: [], metadata: {} };
}
