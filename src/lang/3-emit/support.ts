// The names that generated code may use: helpers of `$`, checked against the table itself by a type-only import, and
// the internal rows that the runtime provides for constructs of the language.
import type { SUPPORT_ABI, Support } from '../../values/support.ts';

/** A helper of `$`. */
export type SupportName = keyof Support;

/**
 * Rows with a name that starts with `@`. They are called like any builtin, `row(ctx, ...)`, and except where it says
 * "sync" they are generator functions driven with `yield*`. `body` is a Harn function of either colour; call it as
 * `call(body, taskCtx, args)` with the ctx of the task or block it runs in.
 *
 * - `@spawn(body)` → task handle. The body takes no arguments.
 * - `@parallel(mode, subject, body, options)` → `mode` is `"count"` (subject: how many; body gets the index), `"each"`,
 *   `"settle"` or `"stream"` (subject: a list; body gets the element). `options` is a dict, e.g. `{max_concurrent: 4}`.
 *   Gives a list of results, `{results, succeeded, failed}` for settle, a stream for stream.
 * - `@deadline(duration, body)` → the value of the body, which is called exactly once, in the same task, with a ctx that
 *   carries the deadline.
 * - `@mutex_acquire(key?)` → permit. `@mutex_release(permit)` → nil, sync, never throws.
 * - `@select(channels, mode, timeout)` → `{index, value}`; mode `"wait"`, `"timeout"` (then `timeout` is a duration) or
 *   `"default"` (do not wait); index -1 when no channel was ready in time.
 * - `@harness()` → the root handle of the run, sync. `@host_global(name)` → `task`, `argv` and their like, sync.
 * - `@tool(spec, handler)` → the registry that a `tool` declaration binds, sync. `spec` is a dict `{name, description,
 *   parameters, returns}`; `parameters` is a list of `{name, type, required, default?}`, types as JSON Schema dicts.
 * - `@skill(name, fields)` and `@eval_pack(name, id, fields)` → the value that the declaration binds, sync.
 */
export type RuntimeRow =
  | '@spawn'
  | '@parallel'
  | '@deadline'
  | '@mutex_acquire'
  | '@mutex_release'
  | '@select'
  | '@harness'
  | '@host_global'
  | '@tool'
  | '@skill'
  | '@eval_pack';

/** Version of the contract between generated code, `$` and the internal rows; equal to that of `$` by its type. */
export const EMIT_ABI: typeof SUPPORT_ABI = 1;
