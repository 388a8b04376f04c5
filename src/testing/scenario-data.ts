// The text of a scenario, read: every key is known or refused, so that a misspelt one does not silently script nothing.
import { isJsonObject, type Json, type JsonObject } from '../base/index.ts';
import { scenarioErrors } from './errors.ts';

/** An answer of the network: given to requests of `method` (any) and `url` (`*` at the end for any rest). */
export interface ScenarioHttp {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly repeat: boolean;
}

/** What a command comes to: `command` is the whole line, or `argv` joined with spaces; `*` at the end for any rest. */
export interface ScenarioProcess {
  readonly command: string;
  readonly exit_code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly repeat: boolean;
}

export interface ScenarioHost {
  readonly capability: string;
  readonly operation: string;
  readonly params: JsonObject;
  readonly result: Json;
  readonly error: string | null;
  readonly repeat: boolean;
}

/** A call that has to be made: of `sub_handle.method`, with these first arguments. */
export interface ExpectedCall {
  readonly sub_handle: string;
  readonly method: string;
  readonly args: readonly Json[];
}

export interface ScenarioData {
  /** `null`: everything is denied, and what was asked is recorded. */
  readonly mode: 'mock' | 'null';
  readonly clock_at_unix_ms: number | undefined;
  readonly random_seed: number;
  readonly random_u64: readonly number[];
  readonly stdin_lines: readonly string[];
  readonly tty: readonly string[];
  readonly env: { readonly [name: string]: string };
  readonly cwd: string;
  readonly files: { readonly [path: string]: string };
  readonly http: readonly ScenarioHttp[];
  readonly processes: readonly ScenarioProcess[];
  readonly llm: readonly JsonObject[] | undefined;
  readonly host: readonly ScenarioHost[];
  readonly deny: readonly string[];
  readonly expect_calls: readonly ExpectedCall[];
  readonly expect_deny_events: readonly ExpectedCall[] | undefined;
  readonly expect_stdio: string | undefined;
  readonly expect_stderr: string | undefined;
}

const KEYS = [
  ...['mode', 'clock_at_unix_ms', 'random_seed', 'random_u64', 'stdin_lines', 'tty', 'env', 'cwd'],
  ...['files', 'fs_reads', 'http', 'net_gets', 'processes', 'llm', 'host', 'deny'],
  ...['expect_calls', 'expect_deny_events', 'expect_stdio', 'expect_stderr'],
];

/** Reads a scenario. `name` is what errors call it. */
export function readScenario(given: Json, name: string): ScenarioData {
  const at = objectAt(given, name, KEYS);
  const mode = at.value('mode') ?? 'mock';
  if (mode !== 'mock' && mode !== 'null') throw bad(`${name}.mode`, '"mock" or "null"');
  return {
    mode,
    clock_at_unix_ms: at.number('clock_at_unix_ms'),
    random_seed: at.number('random_seed') ?? 1,
    random_u64: at.list('random_u64').map((each, i) => numberAt(each, `${name}.random_u64[${i}]`)),
    stdin_lines: at.texts('stdin_lines'),
    tty: at.texts('tty'),
    env: at.textDict('env'),
    cwd: at.text('cwd') ?? '/work',
    files: { ...at.textDict('fs_reads'), ...at.textDict('files') },
    http: [
      ...getsOf(at.textDict('net_gets')),
      ...at.list('http').map((each, i) => httpAt(each, `${name}.http[${i}]`)),
    ],
    processes: at.list('processes').map((each, i) => processAt(each, `${name}.processes[${i}]`)),
    llm:
      at.value('llm') === undefined
        ? undefined
        : at.list('llm').map((each, i) => dictAt(each, `${name}.llm[${i}]`)),
    host: at.list('host').map((each, i) => hostAt(each, `${name}.host[${i}]`)),
    deny: at.texts('deny'),
    expect_calls: at
      .list('expect_calls')
      .map((each, i) => callAt(each, `${name}.expect_calls[${i}]`)),
    expect_deny_events:
      at.value('expect_deny_events') === undefined
        ? undefined
        : at
            .list('expect_deny_events')
            .map((each, i) => callAt(each, `${name}.expect_deny_events[${i}]`)),
    expect_stdio: at.text('expect_stdio'),
    expect_stderr: at.text('expect_stderr'),
  };
}

function getsOf(gets: { readonly [url: string]: string }): readonly ScenarioHttp[] {
  return Object.entries(gets).map(([url, body]) => ({
    method: 'GET',
    url,
    status: 200,
    headers: {},
    body,
    repeat: true,
  }));
}

function httpAt(given: Json, where: string): ScenarioHttp {
  const at = objectAt(given, where, [
    'method',
    'url',
    'status',
    'headers',
    'body',
    'json',
    'repeat',
  ]);
  const json = at.value('json');
  return {
    method: (at.text('method') ?? '*').toUpperCase(),
    url: at.needed('url'),
    status: at.number('status') ?? 200,
    headers: {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...at.textDict('headers'),
    },
    body: json === undefined ? (at.text('body') ?? '') : JSON.stringify(json),
    repeat: at.flag('repeat'),
  };
}

function processAt(given: Json, where: string): ScenarioProcess {
  const at = objectAt(given, where, ['command', 'argv', 'exit_code', 'stdout', 'stderr', 'repeat']);
  const argv = at.texts('argv');
  return {
    command: argv.length > 0 ? argv.join(' ') : at.needed('command'),
    exit_code: at.number('exit_code') ?? 0,
    stdout: at.text('stdout') ?? '',
    stderr: at.text('stderr') ?? '',
    repeat: at.flag('repeat'),
  };
}

function hostAt(given: Json, where: string): ScenarioHost {
  const at = objectAt(given, where, [
    'capability',
    'operation',
    'params',
    'result',
    'error',
    'repeat',
  ]);
  return {
    capability: at.needed('capability'),
    operation: at.needed('operation'),
    params: dictAt(at.value('params') ?? {}, `${where}.params`),
    result: at.value('result') ?? null,
    error: at.text('error') ?? null,
    repeat: at.flag('repeat'),
  };
}

function callAt(given: Json, where: string): ExpectedCall {
  const at = objectAt(given, where, ['sub_handle', 'method', 'args']);
  return {
    sub_handle: at.needed('sub_handle'),
    method: at.needed('method'),
    args: at.list('args'),
  };
}

/** Typed looks into a dict whose keys are known. */
function objectAt(given: Json, where: string, known: readonly string[]) {
  const dict = dictAt(given, where);
  for (const key of Object.keys(dict)) {
    if (!known.includes(key))
      throw scenarioErrors.unknownKey({ where, key, known: known.join(', ') });
  }
  const at = (key: string) => `${where}.${key}`;
  const value = (key: string) => dict[key];
  const typed = <T>(key: string, type: string, expected: string): T | undefined => {
    const found = dict[key];
    if (found === undefined) return undefined;
    if (typeof found !== type) throw bad(at(key), expected);
    return found as T;
  };
  const list = (key: string): readonly Json[] => {
    const found = dict[key] ?? [];
    if (!Array.isArray(found)) throw bad(at(key), 'a list');
    return found as readonly Json[];
  };
  const text = (key: string) => typed<string>(key, 'string', 'a text');
  return {
    value,
    list,
    text,
    number: (key: string) => typed<number>(key, 'number', 'a number'),
    flag: (key: string) => typed<boolean>(key, 'boolean', 'true or false') ?? false,
    needed: (key: string): string => {
      const found = text(key);
      if (found === undefined) throw bad(at(key), 'there, and a text');
      return found;
    },
    texts: (key: string) =>
      list(key).map((each, i) => {
        if (typeof each !== 'string') throw bad(`${at(key)}[${i}]`, 'a text');
        return each;
      }),
    textDict: (key: string): { readonly [name: string]: string } => {
      const found = dictAt(dict[key] ?? {}, at(key));
      for (const [name, each] of Object.entries(found)) {
        if (typeof each !== 'string') throw bad(`${at(key)}.${name}`, 'a text');
      }
      return found as { readonly [name: string]: string };
    },
  };
}

function dictAt(given: Json, where: string): JsonObject {
  if (isJsonObject(given)) return given;
  throw bad(where, 'a dict');
}

function numberAt(given: Json, where: string): number {
  if (typeof given === 'number') return given;
  throw bad(where, 'a number');
}

function bad(where: string, expected: string): Error {
  return scenarioErrors.badValue({ where, expected });
}
