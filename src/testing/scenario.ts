// A scenario: the whole outside of a program as data. A host in memory, answers of models and of the host boundary, time that
// stands still, what is taken away, and what has to have been asked. It says afterwards which answers nobody wanted.
import { type Clock, canonicalJson, type Json, type Random, systemClock } from '../base/index.ts';
import { type HostMock, hostMocksKey } from '../runtime/boundary/mock.ts';
import type { Host } from '../runtime/host/index.ts';
import { createMockHost } from '../runtime/host/mock.ts';
import type { LlmConfig } from '../runtime/llm/index.ts';
import { llmMocksKey } from '../runtime/llm/mock.ts';
import type { RunCore } from '../runtime/run/index.ts';
import { scenarioErrors } from './errors.ts';
import { type ExpectedCall, readScenario, type ScenarioData } from './scenario-data.ts';

type HttpRequest = Parameters<Host['http']['request']>[0];
type ProcessRequest = Parameters<Host['process']['run']>[0];

/** What was printed. */
export interface ScenarioOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** An answer that is given once, or again and again. */
class Answers<T extends { readonly repeat: boolean }> {
  readonly #all: readonly T[];
  readonly #used = new Set<T>();

  constructor(all: readonly T[]) {
    this.#all = all;
  }

  /** The first that fits and is left. */
  take(fits: (answer: T) => boolean, asked: string): T {
    const found = this.#all.find((each) => fits(each) && (each.repeat || !this.#used.has(each)));
    if (found === undefined) throw scenarioErrors.noAnswer({ asked });
    this.#used.add(found);
    return found;
  }

  unused(label: (answer: T, place: number) => string): readonly string[] {
    return this.#all.flatMap((each, i) => (this.#used.has(each) ? [] : [label(each, i)]));
  }
}

/** One scenario, for one run and its children. */
export class Scenario {
  readonly #data: ScenarioData;
  readonly #http: Answers<ScenarioData['http'][number]>;
  readonly #processes: Answers<ScenarioData['processes'][number]>;
  readonly #mocks: readonly HostMock[];
  readonly #runs: RunCore[] = [];
  readonly #calls: { readonly name: string; readonly args: readonly unknown[] }[] = [];
  readonly #draws: { left: readonly number[] };
  #linesRead = 0;
  /** The outside that the scenario describes. Time goes on underneath, for limits; the program sees what is scripted. */
  readonly host: Host;

  /** `given` is the JSON of a scenario, `name` what errors call it. */
  constructor(given: Json, name = 'scenario', clock: Clock = systemClock) {
    this.#data = readScenario(given, name);
    this.#http = new Answers(this.#data.http);
    this.#processes = new Answers(this.#data.processes);
    this.#mocks = this.#data.host.map(({ repeat, ...mock }) => ({ ...mock, once: !repeat }));
    this.#draws = { left: this.#data.random_u64 };
    this.host = this.#createHost(clock);
  }

  /** Where model calls go. */
  get llm(): LlmConfig {
    const { llm } = this.#data;
    return { defaultProvider: 'mock', ...(llm === undefined ? {} : { mocks: llm }) };
  }

  /** What is taken away from the run. */
  get deny(): readonly string[] {
    return this.#data.mode === 'null' ? ['*'] : this.#data.deny;
  }

  /** Puts a run into the scenario, before its body begins. */
  equip(run: RunCore): void {
    this.#runs.push(run);
    const { clock_at_unix_ms: now } = this.#data;
    if (now !== undefined) run.clock.mock(now);
    const mocks = run.service(hostMocksKey);
    // The latest is asked first, and the first of the file is meant.
    for (const mock of [...this.#mocks].reverse()) mocks.add(mock);
    run.seen = (name, args) => this.#calls.push({ name, args });
  }

  /** Answers that nobody asked for, each with its place in the file. */
  unused(): readonly string[] {
    const { stdin_lines, random_u64, llm = [] } = this.#data;
    const models = this.#runs
      .filter((run) => run.has(llmMocksKey.name))
      .map((run) => run.service(llmMocksKey));
    const lines = stdin_lines
      .slice(this.#linesRead)
      .map((_, i) => `stdin_lines[${this.#linesRead + i}]`);
    const drawn = random_u64.length - this.#draws.left.length;
    return [
      ...this.#http.unused(({ method, url }, i) => `http[${i}] (${method} ${url})`),
      ...this.#processes.unused(({ command }, i) => `processes[${i}] (${command})`),
      ...llm.flatMap((_, i) =>
        models.some((each) => !each.unused.includes(i)) ? [] : [`llm[${i}]`],
      ),
      ...this.#mocks.flatMap((mock, i) =>
        this.#runs.some((run) => run.service(hostMocksKey).wasUsed(mock))
          ? []
          : [`host[${i}] (${mock.capability}.${mock.operation})`],
      ),
      ...lines,
      ...this.#draws.left.map((_, i) => `random_u64[${drawn + i}]`),
    ];
  }

  /** What was to happen and did not, as sentences. */
  problems({ stdout, stderr }: ScenarioOutput): readonly string[] {
    const { expect_stdio, expect_stderr, expect_calls, expect_deny_events } = this.#data;
    return [
      ...differs('stdout', expect_stdio, stdout),
      ...differs('stderr', expect_stderr, stderr),
      ...this.#missingCall(expect_calls),
      ...this.#otherDenials(expect_deny_events),
    ];
  }

  /** Calls have to be made in this order; others may stand between them. */
  #missingCall(expected: readonly ExpectedCall[]): readonly string[] {
    let at = 0;
    for (const call of expected) {
      const found = this.#calls.findIndex((made, i) => i >= at && isCall(made, call));
      if (found === -1)
        return [`the call ${shown(call)} was not made${at === 0 ? '' : ' after those before it'}`];
      at = found + 1;
    }
    return [];
  }

  #otherDenials(expected: readonly ExpectedCall[] | undefined): readonly string[] {
    if (expected === undefined) return [];
    const denied = this.#runs.flatMap(({ authority }) =>
      authority.denials.map(({ method }) => method),
    );
    const wanted = expected.map(({ sub_handle, method }) => `${sub_handle}.${method}`);
    if (denied.join() === wanted.join()) return [];
    return [`denied were [${denied.join(', ')}], not [${wanted.join(', ')}]`];
  }

  #createHost(clock: Clock): Host {
    const { cwd, env, files, random_seed, stdin_lines, tty } = this.#data;
    const placed = Object.entries(files).map(([path, text]) => [
      path.startsWith('/') ? path : `${cwd}/${path}`,
      text,
    ]);
    const mock = createMockHost({
      cwd,
      env,
      seed: random_seed,
      files: Object.fromEntries(placed),
      stdin: stdin_lines.map((line) => `${line}\n`).join(''),
      tty: tty as never,
    });
    mock.onCommand(
      () => true,
      (request) => this.#run(request),
    );
    const request = async (asked: HttpRequest) => {
      const { body, ...head } = this.#request(asked);
      return { ...head, body: new TextEncoder().encode(body) };
    };
    const { fs, process, env: variables, system } = mock;
    return {
      clock,
      random: this.#random(mock.random),
      fs,
      process,
      env: variables,
      system,
      http: {
        request,
        open: async (asked) => {
          const { body, ...head } = await request(asked);
          return { ...head, chunks: once(body) };
        },
      },
      stdio: {
        ...mock.stdio,
        readLine: async (options) => {
          this.#linesRead += 1;
          return mock.stdio.readLine(options);
        },
        readAll: async (options) => {
          this.#linesRead = stdin_lines.length;
          return mock.stdio.readAll(options);
        },
      },
    };
  }

  #random(plain: Random): Random {
    const draws = this.#draws;
    return {
      bytes: (count) => plain.bytes(count),
      next: () => {
        const [first, ...rest] = draws.left;
        if (first === undefined) return plain.next();
        draws.left = rest;
        return first / 2 ** 53;
      },
    };
  }

  #run(request: ProcessRequest) {
    const line = request.shell ?? (request.argv ?? []).join(' ');
    const { exit_code, stdout, stderr } = this.#processes.take(
      ({ command }) => fits(command, line),
      `the command ${line}`,
    );
    return { exitCode: exit_code, stdout, stderr };
  }

  #request({ method, url }: HttpRequest) {
    const asked = `${method.toUpperCase()} ${url}`;
    const answer = this.#http.take(
      (each) =>
        (each.method === '*' || each.method === method.toUpperCase()) && fits(each.url, url),
      asked,
    );
    const named = Object.entries(answer.headers).map(([name, value]) => [
      name.toLowerCase(),
      value,
    ]);
    const headers = Object.fromEntries(named) as { readonly [name: string]: string };
    return { status: answer.status, statusText: '', headers, url, body: answer.body };
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function fits(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}

function isCall(
  made: { readonly name: string; readonly args: readonly unknown[] },
  call: ExpectedCall,
): boolean {
  if (made.name !== `${call.sub_handle}.${call.method}`) return false;
  return call.args.every(
    (arg, i) => canonicalJson((made.args[i] ?? null) as Json) === canonicalJson(arg),
  );
}

function shown({ sub_handle, method, args }: ExpectedCall): string {
  return `${sub_handle}.${method}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`;
}

function differs(stream: string, expected: string | undefined, text: string): readonly string[] {
  if (expected === undefined || expected === text) return [];
  return [`${stream} was ${JSON.stringify(text)}, not ${JSON.stringify(expected)}`];
}
