// The functions of a worker beyond the life of their run. A closure cannot be kept; where the program finds it again
// (a top-level function, a `tool` declaration, a registered function) can. What has no such place is kept by name,
// so that going on without it is refused by name.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';
import type { Handler, RunContext, RunServices, ServiceKey } from '../run/index.ts';
import type { Attachments } from './worker-registry.ts';

/** Where a program finds a function again; its keys are the program's business. */
export type CodeRef = JsonObject;

/** The functions that a program finds again; whoever runs the program provides it. */
export interface CodeSource {
  /** Undefined for a function that is made anew each time. */
  refOf(fn: object): CodeRef | undefined;
  /** The function of a ref as the body of a worker; undefined when the program has none there. */
  body(ref: CodeRef): Handler | undefined;
  /** As a callback of a loop. */
  callback(ref: CodeRef): Handler | undefined;
  /** As the handler of a tool with these parameters, a JSON Schema; what that is, the room of agents says. */
  tool(ref: CodeRef, parameters: JsonObject): object | undefined;
  /** Whether a thrown value ends the program rather than a piece of work. */
  readonly isAbort?: ((error: unknown) => boolean) | undefined;
}

const nothing = () => undefined;
const NO_SOURCE: CodeSource = { refOf: nothing, body: nothing, callback: nothing, tool: nothing };

/** The functions of the run's program. */
export const codeSourceKey: ServiceKey<{ readonly source: CodeSource }> = {
  name: 'work.code_source',
  create: () => ({ source: NO_SOURCE }),
};

/** One attachment as it is kept: as data, with the refs of its functions; `missing` names those without. */
export interface SavedAttachments {
  readonly data: JsonObject;
  readonly missing: readonly string[];
}

/** How attachments are kept and made again; the room of agents provides it. */
export interface AttachmentKeeper {
  save(attachments: Attachments, source: CodeSource): SavedAttachments;
  load(
    data: JsonObject,
    source: CodeSource,
  ): { readonly attachments: Attachments; readonly missing: readonly string[] };
}

/** By default attachments live and die with their run. */
export const attachmentKeeperKey: ServiceKey<{ readonly keeper: AttachmentKeeper }> = {
  name: 'work.attachment_keeper',
  create: () => ({
    keeper: {
      save: (attachments) => ({ data: {}, missing: Object.keys(attachments) }),
      load: () => ({ attachments: {}, missing: [] }),
    },
  }),
};

/** What a snapshot knows about the functions of its worker. */
export type WorkerCode = {
  /** The run whose program has them. */
  readonly run_id: string | null;
  /** Null: it has no function as its body, or one that cannot be found again. */
  readonly body: Json;
  readonly attachments: JsonObject;
  /** What cannot be made again, in words. */
  readonly missing: readonly string[];
};

export const NO_CODE: WorkerCode = { run_id: null, body: null, attachments: {}, missing: [] };

interface Parts {
  readonly body?: Handler | undefined;
  readonly attachments?: Attachments | undefined;
}

/** Where the functions of a new worker are found again. */
export function codeOf(ctx: RunContext, { body, attachments = {} }: Parts): WorkerCode {
  const { source } = ctx.get(codeSourceKey);
  const { data, missing } = ctx.get(attachmentKeeperKey).keeper.save(attachments, source);
  const ref = body?.fn === undefined ? undefined : source.refOf(body.fn);
  const isLost = body !== undefined && ref === undefined;
  return {
    run_id: ctx.runId,
    body: ref ?? null,
    attachments: data,
    missing: isLost ? [`its body ${nameOf(body)}`, ...missing] : missing,
  };
}

function nameOf({ name }: Handler): string {
  return name === '' ? '(a closure)' : `"${name}"`;
}

/** The functions of a worker from elsewhere, made again from the program at hand. */
export function remakeCode(
  run: Pick<RunServices, 'get'>,
  code: WorkerCode,
): Parts & { readonly missing: readonly string[] } {
  const { source } = run.get(codeSourceKey);
  const made = run.get(attachmentKeeperKey).keeper.load(code.attachments, source);
  const body = isJsonObject(code.body) ? source.body(code.body) : undefined;
  const lost = isJsonObject(code.body) && body === undefined ? ['its body'] : [];
  return {
    body,
    attachments: made.attachments,
    missing: [...code.missing, ...lost, ...made.missing],
  };
}

/** From a snapshot. */
export function codeFrom(given: Json | undefined): WorkerCode {
  if (!isJsonObject(given)) return NO_CODE;
  const { run_id: run, body, attachments, missing } = given;
  return {
    run_id: typeof run === 'string' ? run : null,
    body: body ?? null,
    attachments: isJsonObject(attachments) ? attachments : {},
    missing: Array.isArray(missing) ? missing.map((name: Json) => String(name)) : [],
  };
}
