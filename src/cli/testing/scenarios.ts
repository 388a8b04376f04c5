// Scenarios beside programs: `NAME.TEST.harness.json`, else `NAME.harness.json`, beside `NAME.harn`. Each test gets one of its
// own; an answer counts as unused when no test that had the file wanted it.
import type { Json } from '../../base/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { Scenario, scenarioErrors } from '../../testing/index.ts';
import { testErrors } from './errors.ts';

/** An answer that no test wanted. */
export interface UnusedAnswer {
  readonly scenario: string;
  readonly answer: string;
}

/** Reads the scenario in a file. */
export async function loadScenario(host: Host, path: string): Promise<Scenario> {
  if (!(await host.fs.exists(path))) throw testErrors.noScenario({ path });
  return new Scenario(jsonOf(path, await host.fs.readText(path)), path, host.clock);
}

function jsonOf(path: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw scenarioErrors.notJson({ path, reason });
  }
}

/** The scenarios of a suite. */
export class ScenarioShelf {
  readonly #host: Host;
  readonly #everywhere: string | undefined;
  readonly #unused = new Map<string, readonly string[]>();

  /** `everywhere` is the scenario of every test. */
  constructor(host: Host, everywhere: string | undefined) {
    this.#host = host;
    this.#everywhere = everywhere;
  }

  /** The scenario of a test; undefined when nothing scripts its outside. */
  async scenarioFor(
    file: string,
    test: string,
  ): Promise<{ readonly path: string; readonly scenario: Scenario } | undefined> {
    const path = this.#everywhere ?? (await this.#beside(file, test));
    return path === undefined
      ? undefined
      : { path, scenario: await loadScenario(this.#host, path) };
  }

  async #beside(file: string, test: string): Promise<string | undefined> {
    const stem = file.replace(/\.harn$/, '');
    const names = test === '' ? [stem] : [`${stem}.${test}`, stem];
    for (const name of names) {
      const path = `${name}.harness.json`;
      if (await this.#host.fs.exists(path)) return path;
    }
    return undefined;
  }

  /** Says what one test left over. */
  note(path: string, unused: readonly string[]): void {
    const before = this.#unused.get(path);
    this.#unused.set(
      path,
      before === undefined ? unused : before.filter((each) => unused.includes(each)),
    );
  }

  unused(): readonly UnusedAnswer[] {
    return [...this.#unused].flatMap(([scenario, answers]) =>
      answers.map((answer) => ({ scenario, answer })),
    );
  }
}
