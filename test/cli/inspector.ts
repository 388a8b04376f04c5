// A debugger for tests: the protocol of Node's inspector over its WebSocket, and what debuggers do with the source maps
// of the scripts they hear of.

import { WebSocket } from 'ws';
import { decodeMappings, lookUp, type Mapping, type SourceMapJson } from '../../src/lang/index.ts';

interface Script {
  readonly id: string;
  readonly map: SourceMapJson & { readonly sourcesContent: readonly string[] };
  readonly mappings: readonly Mapping[];
}

interface Place {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

interface RawFrame {
  readonly functionName: string;
  readonly location: Place;
  readonly scopeChain: readonly { readonly type: string; readonly object: { objectId: string } }[];
}

/** A place where the program stands; lines count from 1. */
export interface Stop {
  readonly reason: string;
  readonly url: string | undefined;
  readonly line: number | undefined;
  /** The source line itself, as the map carries it. */
  readonly text: string | undefined;
  /** Variables of the function by the names that the map gives them. */
  readonly locals: Readonly<Record<string, unknown>>;
}

export class Debugger {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (result: unknown) => void>();
  readonly #scripts: Script[] = [];
  readonly #stops: { reason: string; callFrames: readonly RawFrame[] }[] = [];
  readonly #wanted: { url: string; line: number }[] = [];
  #wake: () => void = () => undefined;
  #count = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#hear(JSON.parse(String(data)) as Message));
  }

  /** Connects to the process that has said where it listens. */
  static async connect(stderr: string): Promise<Debugger> {
    const url = /ws:\/\/\S+/.exec(stderr)?.[0] ?? '';
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('error', reject);
    });
    const debug = new Debugger(socket);
    await debug.send('Runtime.enable');
    await debug.send('Debugger.enable');
    // What editors do so that their breakpoints are there before a script runs.
    await debug.send('Debugger.setInstrumentationBreakpoint', {
      instrumentation: 'beforeScriptWithSourceMapExecution',
    });
    return debug;
  }

  /** Sets a breakpoint on a line of a source, in the scripts that are there and those to come. */
  breakAt(url: string, line: number): void {
    this.#wanted.push({ url, line });
  }

  /** Lets a process begin that waits for its debugger. */
  async begin(): Promise<void> {
    await this.send('Runtime.runIfWaitingForDebugger');
  }

  /** The next stop of the program itself. */
  async stop(): Promise<Stop> {
    for (;;) {
      while (this.#stops.length === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      const { reason, callFrames } = this.#stops.shift() ?? { reason: '', callFrames: [] };
      const [frame] = callFrames;
      if (reason !== 'instrumentation' && frame !== undefined) return this.#describe(reason, frame);
      await this.#setBreakpoints();
      await this.resume();
    }
  }

  async resume(): Promise<void> {
    await this.send('Debugger.resume');
  }

  close(): void {
    this.#socket.close();
  }

  send(method: string, params: object = {}): Promise<unknown> {
    this.#count += 1;
    const id = this.#count;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
    });
  }

  #hear({ id, result, error, method, params }: Message): void {
    if (id !== undefined) this.#answers.get(id)?.(result ?? error);
    else if (method === 'Debugger.scriptParsed') this.#addScript(params as unknown as ParsedScript);
    else if (method === 'Debugger.paused') {
      this.#stops.push(params as never);
      this.#wake();
    }
  }

  #addScript({ scriptId, sourceMapURL }: ParsedScript): void {
    const [head, data] = sourceMapURL.split('base64,');
    if (head?.startsWith('data:') !== true || data === undefined) return;
    const map = JSON.parse(Buffer.from(data, 'base64').toString()) as Script['map'];
    this.#scripts.push({ id: scriptId, map, mappings: decodeMappings(map.mappings) });
  }

  async #setBreakpoints(): Promise<void> {
    for (const { url, line } of this.#wanted.splice(0)) {
      const script = this.#scripts.find(({ map }) => map.sources.includes(url));
      const at = script?.mappings.find((each) => each.sourceLine === line - 1);
      if (script === undefined || at === undefined) {
        this.#wanted.push({ url, line });
        continue;
      }
      const location = { scriptId: script.id, lineNumber: at.line, columnNumber: at.column };
      await this.send('Debugger.setBreakpoint', { location });
    }
  }

  async #describe(reason: string, { location, scopeChain }: RawFrame): Promise<Stop> {
    const script = this.#scripts.find(({ id }) => id === location.scriptId);
    const at = script && lookUp(script.mappings, location.lineNumber, location.columnNumber);
    const locals: Record<string, unknown> = {};
    for (const { type, object } of scopeChain) {
      if (script === undefined || (type !== 'local' && type !== 'block')) continue;
      const { objectId } = object;
      const known = (await this.send('Runtime.getProperties', { objectId })) as Properties;
      for (const { name, value } of known.result) {
        const own = namesOf(script).get(name);
        if (own !== undefined) locals[own] ??= value?.value;
      }
    }
    return {
      reason,
      url: script?.map.sources[0],
      line: at === undefined ? undefined : at.line + 1,
      text: at && script?.map.sourcesContent[0]?.split('\n')[at.line],
      locals,
    };
  }
}

/** What the source calls the variables of a script, by their names in the script: told by the named segments. */
function namesOf({ map, mappings }: Script): ReadonlyMap<string, string> {
  const named = mappings.flatMap(({ name }) => (name === undefined ? [] : [map.names[name] ?? '']));
  return new Map(named.map((name) => [`${name}$`, name]));
}

interface Message {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: unknown;
  readonly method?: string;
  readonly params?: object;
}

interface ParsedScript {
  readonly scriptId: string;
  readonly sourceMapURL: string;
}

interface Properties {
  readonly result: readonly {
    readonly name: string;
    readonly value?: { readonly value?: unknown };
  }[];
}
