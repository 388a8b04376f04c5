// A session of the read-eval-print loop without its terminal: inputs one after another, each a run of its own over
// modules that stay linked, so that values last. What is durable lasts as long as the session: its store is in memory.
import path from 'node:path';
import type { Diagnostic, JsonObject, Source } from '../../base/index.ts';
import { createRegistry, EFFECT_GROUPS } from '../../builtins/index.ts';
import { Engine, nodeSourceFs, type ProgramRun, type SourceFs } from '../../engine/index.ts';
import { check, type Edition, parse, typeText } from '../../lang/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { RUNTIME_PROJECTIONS } from '../../runtime/index.ts';
import { openStore, type Store } from '../../store/index.ts';
import { display, type Value } from '../../values/index.ts';
import { modelTables } from '../project-settings.ts';
import { loadTarget } from '../source-files.ts';
import { type Cell, Cells } from './cells.ts';

/** What came of an input. */
export type Answer =
  | { readonly kind: 'value'; readonly text: string | undefined }
  | {
      readonly kind: 'mistakes';
      readonly diagnostics: readonly Diagnostic[];
      readonly source: Source;
    }
  | { readonly kind: 'failure'; readonly text: string }
  | { readonly kind: 'exit'; readonly code: number };

/** An input that was told to end gets so long to settle what is open. */
const GRACE_MS = 1_000;

export class ReplSession {
  readonly #host: Host;
  readonly #edition: Edition;
  readonly #cells: Cells;
  readonly #engine: Engine;
  #store: Promise<Store> | undefined;
  #running: ProgramRun | undefined;
  /** What the project says of models, read once. */
  #llm: Promise<JsonObject | undefined> | undefined;

  constructor(
    host: Host,
    edition: Edition,
    write: (stream: 'stdout' | 'stderr', text: string) => void,
  ) {
    this.#host = host;
    this.#edition = edition;
    this.#cells = new Cells(edition);
    this.#engine = new Engine({
      host,
      openStore: () => this.#openStore(),
      sink: { write },
      linked: new Map(),
    });
  }

  get edition(): Edition {
    return this.#edition;
  }

  /** Names that were declared here. */
  get names(): readonly string[] {
    return this.#cells.names;
  }

  /** Runs an input. A mistake in it leaves everything as it was. */
  async evaluate(typed: string): Promise<Answer> {
    const cell = this.#cells.next(typed);
    const { program, diagnostics } = await loadTarget(
      this.#host,
      { code: cell.text, name: cell.name },
      { edition: this.#edition, fs: this.#sources() },
    );
    if (program === undefined) return this.#mistakes(cell, diagnostics);
    this.#llm ??= modelTables(this.#host);
    const running = this.#engine.start(program, {
      origin: cell.name,
      durability: 'process',
      llm: await this.#llm,
    });
    this.#running = running;
    running.run.parkForPeople();
    try {
      const result = await running.done;
      if (result.status === 'broken') return this.#failure(running, result.error);
      if (result.status === 'parked') return { kind: 'failure', text: `stopped: ${result.reason}` };
      // What an input declared before it failed is not there: its module is not a part of the session.
      if (!result.main.ok) return this.#failure(running, result.main.error);
      this.#cells.keep(cell);
      if (!result.final.ok) return this.#failure(running, result.final.error);
      const value = running.value(result);
      const code = running.exitCode(result);
      if (value === null && code !== 0) return { kind: 'exit', code };
      return { kind: 'value', text: value === null ? undefined : shown(value as Value) };
    } finally {
      this.#running = undefined;
    }
  }

  /** Mistakes in what was typed; warnings do not keep an input from running. */
  #mistakes({ name, typed }: Cell, diagnostics: readonly Diagnostic[]): Answer {
    const source = { id: name, text: typed };
    // The messages of the parser name places, so it has to see what people see.
    const { diagnostics: syntax } = parse(source, { edition: this.#edition });
    const own = syntax.hasErrors
      ? syntax.all
      : diagnostics
          .filter(({ span }) => span.source === name)
          .map((each) => ({ ...each, span: this.#cells.spanTyped(each.span) }));
    return {
      kind: 'mistakes',
      diagnostics: own.filter(({ severity }) => severity === 'error'),
      source,
    };
  }

  #failure(running: ProgramRun, error: unknown): Answer {
    const text = running.describe(error, {
      place: (frame) => this.#cells.placeTyped(frame),
      text: (name) => this.#cells.typed(name),
    });
    return { kind: 'failure', text };
  }

  /** Stops the input at work; false when there is none. */
  cancel(): boolean {
    const running = this.#running;
    if (running === undefined) return false;
    running.run.cancel('interrupted');
    // What does not hear of it is left behind.
    this.#host.clock.after(GRACE_MS, () => void running.run.park('interrupted'));
    return true;
  }

  /** The type of an expression, as the checker sees it; undefined when it is none. */
  typeOf(expression: string): string | undefined {
    const cell = this.#cells.next(expression);
    const { modules } = check(
      { id: cell.name, text: cell.text },
      {
        builtins: createRegistry(EFFECT_GROUPS).specs(),
        loader: { load: (name) => this.#earlier(name) },
        edition: this.#edition,
        types: 'keep',
      },
    );
    const module = modules.find(({ source }) => source.id === cell.name);
    const last = module?.module.body.findLast(({ kind }) => kind === 'ReturnStatement');
    const value = last?.kind === 'ReturnStatement' ? last.value : undefined;
    const type = value === undefined ? undefined : module?.types?.get(value);
    return type === undefined ? undefined : typeText(type);
  }

  async close(): Promise<void> {
    await (await this.#store)?.close();
  }

  #openStore(): Promise<Store> {
    this.#store ??= openStore({
      url: 'memory:',
      clock: this.#host.clock,
      projections: RUNTIME_PROJECTIONS,
    });
    return this.#store;
  }

  #earlier(name: string): Source | undefined {
    const text = this.#cells.text(name);
    return text === undefined ? undefined : { id: name, text };
  }

  /** Earlier inputs as files of the working directory, before what is really there. */
  #sources(): SourceFs {
    const textOf = (file: string) =>
      path.dirname(file) === this.#host.system.cwd()
        ? this.#cells.text(path.basename(file))
        : undefined;
    return {
      kind: (file) => (textOf(file) === undefined ? nodeSourceFs.kind(file) : 'file'),
      read: (file) => {
        const text = textOf(file);
        return text === undefined ? nodeSourceFs.read(file) : new TextEncoder().encode(text);
      },
      realPath: (file) => (textOf(file) === undefined ? nodeSourceFs.realPath(file) : file),
    };
  }
}

function shown(value: Value): string {
  return typeof value === 'string' ? JSON.stringify(value) : display(value);
}
