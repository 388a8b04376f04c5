// The record files of a folder, for deciding which may go. What cannot be read as a record is not among them.
import { HarnError } from '../../base/index.ts';
import { type HostFs, isHostError, joinPath } from '../host/index.ts';
import { isRunRecord, parseJson, parseRecord, readRecordText } from './record-file.ts';
import { parseTimestampMs } from './timestamps.ts';

/** A file in the run root that is a run record. */
export interface RecordFile {
  readonly path: string;
  readonly runId: string;
  readonly status: string;
  readonly endedMs: number;
  readonly sizeBytes: number;
}

const OVER: ReadonlySet<string> = new Set([
  'completed',
  'complete',
  'success',
  'verified',
  'failed',
  'error',
  'cancelled',
]);

/** The run records directly in a folder, newest first; other files are passed over. */
export async function listRecordFiles(fs: HostFs, folder: string): Promise<readonly RecordFile[]> {
  const files: RecordFile[] = [];
  for (const { name, kind } of await entriesOf(fs, folder)) {
    if (kind !== 'file' || !name.endsWith('.json')) continue;
    const file = await readRecordFile(fs, joinPath(folder, name));
    if (file !== undefined) files.push(file);
  }
  return files.sort((a, b) => b.endedMs - a.endedMs || (a.path < b.path ? -1 : 1));
}

/** Whether the run is over, by its record's own word. */
export function recordIsOver({ status }: Pick<RecordFile, 'status'>): boolean {
  return OVER.has(status);
}

async function entriesOf(fs: HostFs, folder: string) {
  try {
    return await fs.listDir(folder);
  } catch (error) {
    if (isHostError(error, 'notFound')) return [];
    throw error;
  }
}

async function readRecordFile(fs: HostFs, path: string): Promise<RecordFile | undefined> {
  try {
    const content = await readRecordText(fs, path);
    if (!isRunRecord(parseJson(content, path))) return undefined;
    const run = parseRecord(content, path);
    const { sizeBytes, modifiedMs } = await fs.stat(path);
    const endedMs = parseTimestampMs(run.finished_at) ?? modifiedMs;
    return { path, runId: run.id, status: run.status, endedMs, sizeBytes };
  } catch (error) {
    // Somebody's file, or one that is gone by now: not ours to judge.
    if (HarnError.is(error)) return undefined;
    throw error;
  }
}
