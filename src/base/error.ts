// HarnError: the one class for failures that a person can act on. Codes are permanent; text may change, so
// nobody may match on it. Rendering lives in diagnostic.ts.
import type { Json } from './json.ts';
import type { Span } from './source.ts';

const BRAND = Symbol.for('harn.error');

/** A further place or remark that helps to understand an error. */
export interface ErrorNote {
  readonly message: string;
  readonly span?: Span;
}

/** Everything about an error but its class; what goes through the log. */
export interface ErrorFields {
  readonly code: string;
  readonly message: string;
  readonly span?: Span | undefined;
  readonly hint?: string | undefined;
  readonly notes?: readonly ErrorNote[] | undefined;
  readonly data?: { readonly [key: string]: Json } | undefined;
  /** For schedulers: `false` never helps, `{afterMs}` may. */
  readonly retry?: { readonly afterMs?: number } | false | undefined;
  readonly cause?: unknown;
}

/** A coded error: `code` (`HARN-STO-004`), a message that says what happened, a hint that says what to do. */
export class HarnError extends Error {
  readonly [BRAND] = true;
  readonly code: string;
  readonly span: Span | undefined;
  readonly hint: string | undefined;
  readonly notes: readonly ErrorNote[];
  readonly data: { readonly [key: string]: Json };
  readonly retry: { readonly afterMs?: number } | false | undefined;

  constructor(fields: ErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'HarnError';
    this.code = fields.code;
    this.span = fields.span;
    this.hint = fields.hint;
    this.notes = fields.notes ?? [];
    this.data = fields.data ?? {};
    this.retry = fields.retry;
  }

  /** Recognises a HarnError of any copy of this package in the process. */
  static is(value: unknown): value is HarnError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }

  /** The durable form; `HarnError.fromJson` reads it back. */
  toJson(): Json {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.span === undefined ? {} : { span: { ...this.span } }),
      ...(Object.keys(this.data).length === 0 ? {} : { data: this.data }),
    };
  }

  /** What JSON.stringify makes of it: an error's message would be left out otherwise. */
  toJSON(): Json {
    return this.toJson();
  }

  /** Reads what `toJson` wrote; unknown fields are ignored. */
  static fromJson(json: Json): HarnError {
    const o = (typeof json === 'object' && json !== null ? json : {}) as { [key: string]: unknown };
    return new HarnError({
      code: typeof o['code'] === 'string' ? o['code'] : 'HARN-RUN-000',
      message: typeof o['message'] === 'string' ? o['message'] : String(json),
      hint: typeof o['hint'] === 'string' ? o['hint'] : undefined,
      span: o['span'] as Span | undefined,
      data: o['data'] as { [key: string]: Json } | undefined,
    });
  }
}
