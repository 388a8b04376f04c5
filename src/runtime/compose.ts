// Composition: what every run of a process is made of. The one place that knows all sub-rooms at once.
import { isJsonObject } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import {
  currentSessionId,
  daemonEventsSection,
  handleUnsettledSource,
  loopAttachmentKeeper,
  ownTools,
  sessionKeeper,
  subAgentKind,
  topLevelKind,
  withApprovals,
} from './agent/index.ts';
import { furtherCapabilitiesKey, type HostOffer, hostOfferKey } from './boundary/index.ts';
import {
  defaultHost,
  programCode,
  type RecordsOptions,
  Runtime,
  type RuntimeOptions,
  terminalSink,
} from './harness/index.ts';
import type { Host } from './host/index.ts';
import {
  equipHuman,
  hostInteraction,
  humanQuestionsSection,
  questionIndex,
  questionKeeper,
} from './human/index.ts';
import {
  createFinisher,
  equipLifecycle,
  handoffIndex,
  handoffKeeper,
  programTargets,
  settingsFrom,
  sourceWithService,
} from './lifecycle/index.ts';
import {
  Catalog,
  catalogKey,
  type LlmConfig,
  llmConfigKey,
  llmUnsettledSource,
  llmUsageSection,
  modelDecider,
} from './llm/index.ts';
import {
  createRecordSaver,
  createRedactor,
  metricsSection,
  type PruneOptions,
  type PruneReport,
  prune,
  type Redactor,
  redactorKey,
  runRoot,
} from './records/index.ts';
import {
  type OutputSink,
  type RecordSection,
  type RunCore,
  type RunDeps,
  type RunKeeper,
  type RunRecord,
  runIndex,
  type ThrownCodec,
} from './run/index.ts';
import type { SpanExporter } from './trace/index.ts';
import { inboxResumeSource, triggerUnsettledSource } from './trigger/index.ts';
import { waitpointIndex } from './waitpoint/index.ts';
import {
  approvalLayersKey,
  attachmentKeeperKey,
  codeSourceKey,
  currentSessionKey,
  poolUnsettledSource,
  receiptsSection,
  recordDrainDecisionReceipt,
  resumeSourceKey,
  spansSection,
  workerIndex,
  workerKeeper,
  workerKindsKey,
  workerStoreKey,
  workerUnsettledSource,
} from './work/index.ts';
import { WORKFLOW_KINDS } from './workflow/index.ts';

/** What a program that hosts runs provides. */
export interface ComposeOptions {
  readonly host: Host;
  /** Opens the store (with `RUNTIME_PROJECTIONS`) when a run first needs it; the caller owns it. */
  readonly openStore: () => Promise<Store>;
  readonly sink: OutputSink;
  readonly codec?: ThrownCodec;
  readonly llm?: LlmConfig | undefined;
  /** What the embedding program offers to its runs besides the outside. */
  readonly offer?: HostOffer | undefined;
  /** Gets every span that ends in this process. */
  readonly tracer?: SpanExporter | undefined;
  /** The pipelines that handoffs of a run can be delivered to: those of its program. */
  readonly pipelines?: readonly string[];
  readonly saveRecord?: (record: RunRecord) => Promise<void>;
  /** What keeps secrets out of what programs write about runs; that of the environment when left out. */
  readonly redactor?: (() => Promise<Redactor>) | undefined;
  /** Puts further services in place before a body starts. */
  readonly equip?: (run: RunCore) => void;
}

/** A list whose items are looked up when they are read: a run that opens no store loads nothing for one. */
function lateList<T>(...items: readonly (() => T)[]): readonly T[] {
  const list: T[] = [];
  for (const [i, get] of items.entries()) Object.defineProperty(list, i, { get, enumerable: true });
  return list;
}

/** Declare these when opening a store for runs. */
export const RUNTIME_PROJECTIONS = lateList<
  | typeof runIndex
  | typeof handoffIndex
  | typeof questionIndex
  | typeof waitpointIndex
  | typeof workerIndex
>(
  () => runIndex,
  () => handoffIndex,
  () => questionIndex,
  () => waitpointIndex,
  () => workerIndex,
);

/** What the owners of facts add to every record. */
export const RECORD_SECTIONS: readonly RecordSection[] = [
  llmUsageSection,
  humanQuestionsSection,
  receiptsSection,
  metricsSection,
  daemonEventsSection,
  spansSection,
];

/** Looked at when a worker needs them: a run without workers loads nothing for them. */
const LAZY_RESUME_SOURCE = {
  get source() {
    return inboxResumeSource;
  },
};
const LAZY_KEEPER = {
  get keeper() {
    return loopAttachmentKeeper;
  },
};
/** What keeps runs from being deleted, and what goes with them. */
export const RUN_KEEPERS = lateList<RunKeeper>(
  () => handoffKeeper,
  () => questionKeeper,
  () => workerKeeper,
  () => sessionKeeper,
);

/** The owners of open work, each behind the service that its items live in. */
const UNSETTLED_SOURCES = [
  sourceWithService('work.workers', 'suspended_subagents', () => workerUnsettledSource, 'tell'),
  sourceWithService('llm.calls', 'in_flight_llm_calls', () => llmUnsettledSource, 'tell'),
  sourceWithService('work.pools', 'pool_pending_tasks', () => poolUnsettledSource, 'tell'),
  sourceWithService('agent.handles', 'pool_pending_tasks', () => handleUnsettledSource, 'tell'),
  sourceWithService('work.queued', 'queued_triggers', () => triggerUnsettledSource, 'move'),
];

/** The services of workers, for runs that have some. */
function equipWorkers(run: RunCore, openStore: () => Promise<Store>): void {
  run.provideLater('work.worker_store', () => [workerStoreKey, openStore]);
  run.provideLater('work.resume_source', () => [resumeSourceKey, LAZY_RESUME_SOURCE]);
  run.provideLater('work.current_session', () => [
    currentSessionKey,
    { sessionOf: currentSessionId },
  ]);
  run.provideLater('work.approval_layers', () => [
    approvalLayersKey,
    { layer: (ctx, approvals) => withApprovals(ctx, undefined, approvals) },
  ]);
  run.provideLater('work.attachment_keeper', () => [attachmentKeeperKey, LAZY_KEEPER]);
  run.provideLater('work.worker_kinds', () => {
    const kinds = workerKindsKey.create(run);
    for (const kind of [subAgentKind, topLevelKind, ...WORKFLOW_KINDS]) kinds.add(kind);
    return [workerKindsKey, kinds];
  });
}

/** What and where to prune. */
export interface PruneRuns extends PruneOptions {
  /** An open store; the caller closes it. Without one only record files are looked at. */
  readonly store?: Store | undefined;
  readonly host?: Host;
}

/**
 * Deletes runs that are over: their journals, their record files, and what only they have left in the store; then gives
 * the space back. Runs that go on, wait, or are needed by something open stay, and the report says why.
 *
 * @example
 * const { runs, freedBytes } = await pruneRuns({ store, keep: 1000, folder: '.harn-runs' });
 */
export async function pruneRuns({ store, host, ...options }: PruneRuns): Promise<PruneReport> {
  return prune(host ?? defaultHost(), store, RUN_KEEPERS, options);
}

/** The parts of a run, wired. */
export function composeRuns(options: ComposeOptions): RunDeps {
  const { host, openStore, sink, codec, saveRecord, pipelines = [] } = options;
  return {
    host,
    openStore,
    sink,
    codec,
    exporter: options.tracer,
    ...(saveRecord === undefined ? {} : { saveRecord }),
    finish: createFinisher(),
    sections: RECORD_SECTIONS,
    equip: (run) => {
      if (options.llm !== undefined) run.provide(llmConfigKey, options.llm);
      const tables = run.start.options['llm'] ?? options.llm?.tables;
      if (isJsonObject(tables)) {
        run.provideLater('llm.catalog', () => [catalogKey, new Catalog(tables)]);
      }
      if (options.offer !== undefined) run.provide(hostOfferKey, options.offer);
      run.provideLater('boundary.further', () => [
        furtherCapabilitiesKey,
        { ...hostInteraction, ...ownTools },
      ]);
      const { redactor } = options;
      if (redactor !== undefined) {
        run.provideLater('records.redactor', () => [redactorKey, redactor]);
      }
      equipWorkers(run, openStore);
      equipHuman(run);
      equipLifecycle(run, {
        sources: UNSETTLED_SOURCES,
        targets: () => programTargets(run.start, run.id, pipelines),
        settings: settingsFrom(run.start.options),
        signer: () => recordDrainDecisionReceipt,
        decider: () => modelDecider,
      });
      options.equip?.(run);
    },
  };
}

/**
 * Makes a runtime for TypeScript pipelines.
 *
 * @example
 * const store = await openStore('.harn/harn.sqlite');
 * const runtime = createRuntime({ store, pipelines: [triage] });
 * const result = await runtime.start(triage, { file: 'access.log' }).done;
 */
export function createRuntime(given: RuntimeOptions): Runtime {
  const options = inScenario(given);
  const host = options.host ?? defaultHost();
  let ready: Promise<Store> | undefined;
  const openStore = () => {
    ready ??= options.store.declare(...RUNTIME_PROJECTIONS).then(() => options.store);
    return ready;
  };
  const sink = options.sink ?? terminalSink(host);
  const pipelines = options.pipelines.map(({ name }) => name);
  const redactor = async () => createRedactor(host.env, options.redaction);
  const saving = recordsOf(options.records);
  const saveRecord =
    saving === undefined
      ? undefined
      : createRecordSaver({
          host,
          openStore,
          folder: async () => saving.folder ?? runRoot(host),
          redactor,
          onError: saving.onError ?? ((error, runId) => tellLost(host, error, runId)),
        });
  const { llm, tracer, hostCapabilities, hostTools } = options;
  const code = { source: programCode(options) };
  const equip = (run: RunCore) => {
    run.provide(codeSourceKey, code);
    options.scenario?.equip(run);
  };
  const offer: HostOffer = {
    ...(hostCapabilities === undefined ? {} : { capabilities: hostCapabilities }),
    ...(hostTools === undefined ? {} : { tools: hostTools }),
  };
  const composed = { host, openStore, sink, pipelines, redactor, llm, offer, tracer, equip };
  return new Runtime(
    options,
    composeRuns(saveRecord === undefined ? composed : { ...composed, saveRecord }),
  );
}

/** A scenario is the outside of its runs. */
function inScenario(options: RuntimeOptions): RuntimeOptions {
  const { scenario, deny = [] } = options;
  if (scenario === undefined) return options;
  const { host, llm } = scenario;
  return { ...options, host, llm, deny: [...deny, ...scenario.deny] };
}

function recordsOf(asked: RuntimeOptions['records']): RecordsOptions | undefined {
  if (asked === undefined || asked === false) return undefined;
  return asked === true ? {} : asked;
}

/** A lost copy must be said, and must not hurt the run. */
function tellLost(host: Host, error: unknown, runId: string): void {
  const reason = error instanceof Error ? error.message : String(error);
  host.stdio.writeErr(`harn: the record of run ${runId} could not be written: ${reason}\n`);
}
