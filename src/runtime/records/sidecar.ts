// What lies beside a run record, and what its transcripts tell: daemon events from the model-call sidecar, compactions
// from transcript events.
import type { Json } from '../../base/index.ts';
import { dirName, type HostFs, isHostError, joinPath } from '../host/index.ts';
import {
  type CompactionRecord,
  compactionShape,
  type DaemonEvent,
  daemonEventShape,
} from './observability-shape.ts';
import type { RunDocument } from './run-document.ts';
import { emptyOf, fieldAt, listAt, numberAt, textAt, tryRead } from './shape.ts';

const SUMMARY_BYTES = 160;

/** Where the model calls of the run in `<dir>/<stem>.json` are kept. */
export function transcriptSidecarPath(recordPath: string): string {
  const name = recordPath.slice(recordPath.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  return joinPath(dirName(recordPath), `${name}-llm`, 'llm_transcript.jsonl');
}

/** The lines of a sidecar; undefined when there is none. */
export async function readSidecar(fs: HostFs, path: string): Promise<readonly Json[] | undefined> {
  const rows: Json[] = [];
  try {
    for await (const line of fs.readLines(path)) {
      const row = parseLine(line);
      if (row !== undefined) rows.push(row);
    }
  } catch (error) {
    if (isHostError(error, 'notFound')) return undefined;
    throw error;
  }
  return rows;
}

function parseLine(line: string): Json | undefined {
  if (line.trim() === '') return undefined;
  try {
    return JSON.parse(line) as Json;
  } catch {
    // A line that was being written when its process died.
    return undefined;
  }
}

/** The daemon events among the rows of a sidecar. */
export function daemonEventsOf(rows: readonly Json[]): readonly DaemonEvent[] {
  return rows
    .filter((row) => textAt(row, 'type') === 'daemon_event')
    .flatMap((row) => tryRead(daemonEventShape, row) ?? [])
    .map((event) => ({
      ...event,
      payload_summary: event.payload_summary === null ? null : daemonSummary(event.payload_summary),
    }));
}

/** What a daemon was told, as records have it: one line of at most 160 bytes. */
export function daemonSummary(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  const bytes = new TextEncoder().encode(flat);
  if (bytes.length <= SUMMARY_BYTES || flat.endsWith('...')) return flat;
  // `stream` leaves out a character that the cut went through.
  const cut = new TextDecoder().decode(bytes.subarray(0, SUMMARY_BYTES), { stream: true });
  return `${cut}...`;
}

/** Compactions of the run's transcript and of each stage's. */
export function compactionsOf(run: RunDocument): readonly CompactionRecord[] {
  return [
    ...inTranscript(run.transcript, 'run.transcript', run, null, null),
    ...run.stages.flatMap((stage) =>
      inTranscript(
        stage.transcript,
        `run.stages[${stage.node_id}].transcript`,
        run,
        stage.id,
        stage.node_id,
      ),
    ),
  ];
}

function inTranscript(
  transcript: Json,
  prefix: string,
  run: RunDocument,
  stageId: string | null,
  nodeId: string | null,
): readonly CompactionRecord[] {
  const assets = new Set(listAt(transcript, 'assets').map((asset) => textAt(asset, 'id')));
  return listAt(transcript, 'events')
    .filter((event) => textAt(event, 'kind') === 'compaction')
    .map((event) => {
      const metadata = fieldAt(event, 'metadata');
      // Receipts of later writers say the same in one place.
      const source = fieldAt(metadata, 'receipt') ?? metadata;
      const asset = textAt(source, 'snapshot_asset_id') || textAt(metadata, 'snapshot_asset_id');
      return {
        ...emptyOf(compactionShape),
        id: textAt(event, 'id'),
        transcript_id: textAt(transcript, 'id') || null,
        stage_id: stageId,
        node_id: nodeId,
        mode: textAt(source, 'mode'),
        strategy: textAt(source, 'strategy'),
        archived_messages: numberAt(source, 'archived_messages'),
        estimated_tokens_before: numberAt(source, 'estimated_tokens_before'),
        estimated_tokens_after: numberAt(source, 'estimated_tokens_after'),
        snapshot_asset_id: asset || null,
        snapshot_location: asset === '' ? prefix : `${prefix}.assets[${asset}]`,
        snapshot_path: run.persisted_path,
        available: asset !== '' && assets.has(asset),
        instruction_mode: textAt(source, 'instruction_mode'),
        instruction_source: textAt(source, 'instruction_source') || null,
        compaction_policy: fieldAt(source, 'compaction_policy') ?? null,
      };
    });
}
