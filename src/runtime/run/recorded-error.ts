// Errors on their way into and out of the journal. A program's own throw keeps its value; a coded error keeps its code,
// hint and data. What comes back behaves as what was thrown the first time.
import { HarnError, type Json } from '../../base/index.ts';
import { runErrors } from './errors.ts';
import type { RecordedError } from './journal-entry.ts';

/** How a room above turns its own thrown values into JSON and back (Harn's `throw` of a value). */
export interface ThrownCodec {
  toJson(error: unknown): Json | undefined;
  fromJson(value: Json): unknown;
}

/** The journal's form of anything thrown. */
export function toRecordedError(error: unknown, codec?: ThrownCodec): RecordedError {
  const thrown = codec?.toJson(error);
  if (thrown !== undefined) return { code: 'HARN-RUN-015', message: textOf(error), thrown };
  if (HarnError.is(error)) {
    return {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(Object.keys(error.data).length === 0 ? {} : { data: error.data }),
    };
  }
  return { code: 'HARN-RUN-015', message: textOf(error) };
}

/** The error a recorded one stands for. */
export function fromRecordedError(recorded: RecordedError, codec?: ThrownCodec): unknown {
  if (recorded.thrown !== undefined && codec !== undefined) return codec.fromJson(recorded.thrown);
  return new HarnError({
    code: recorded.code,
    message: recorded.message,
    hint: recorded.hint,
    data: recorded.data,
  });
}

/** Any thrown value as a HarnError for people. */
export function coerceError(error: unknown): HarnError {
  if (HarnError.is(error)) return error;
  return runErrors.foreignThrow({ text: textOf(error) }, { cause: error });
}

function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : String(error);
}
