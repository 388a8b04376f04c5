// Reading an access log in the Combined Log Format: text in, entries out. The twin of access_log.harn.

export type Outcome = 'fine' | 'failed' | 'denied' | 'not found' | 'throttled';

export interface Entry {
  readonly line: number;
  /** Seconds since the epoch. */
  readonly at: number;
  readonly client: string;
  readonly user: string;
  readonly agent: string;
  readonly method: string;
  readonly path: string;
  readonly prefix: string;
  readonly status: number;
  readonly outcome: Outcome;
  readonly text: string;
}

export interface AccessLog {
  readonly entries: readonly Entry[];
  readonly malformed: number;
}

const ENTRY =
  /^(?<client>\S+) \S+ (?<user>\S+) \[(?<day>\d\d)\/(?<month>\w{3})\/(?<year>\d{4}):(?<time>\d\d:\d\d:\d\d) (?<hours>[+-]\d\d)(?<minutes>\d\d)\] "(?<method>\S+) (?<path>\S+) \S+" (?<code>\d{3}) (?:\d+|-) "[^"]*" "(?<agent>[^"]*)"$/;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * The part of a path that names a place of the site: the first segment, or all that names a resource of an API.
 * Without it every product page would be a place of its own.
 */
function prefixOf(path: string): string {
  const segments = (path.split('?')[0] ?? '').split('/');
  return segments[1] === 'api' ? segments.slice(0, 4).join('/') : `/${segments[1] ?? ''}`;
}

/** `CatalogBot/2.1` for a program that gives its name, otherwise what stands before the details of a browser. */
function programOf(agent: string): string {
  return /^\S+ \(compatible; ([^;)]+)/.exec(agent)?.[1] ?? agent.replace(/\).*/, ')');
}

/** What an answer says about its request. */
function outcomeOf(status: number): Outcome {
  if (status >= 500) return 'failed';
  if (status === 401 || status === 403) return 'denied';
  if (status === 404) return 'not found';
  return status === 429 ? 'throttled' : 'fine';
}

function parseLine(text: string, line: number): Entry | undefined {
  const found = ENTRY.exec(text)?.groups;
  if (found === undefined) return undefined;
  const { client = '', user = '', agent = '', method = '', path = '', month = '' } = found;
  const monthNumber = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  const time = `${found['year']}-${monthNumber}-${found['day']}T${found['time']}${found['hours']}:${found['minutes']}`;
  const status = Number(found['code']);
  return {
    line,
    at: Date.parse(time) / 1000,
    client,
    user,
    agent: programOf(agent),
    method,
    path,
    prefix: prefixOf(path),
    status,
    outcome: outcomeOf(status),
    text,
  };
}

/** The entries of a log, in its order, and the number of lines that are no entries. */
export function parseLog(lines: readonly string[]): AccessLog {
  const entries = lines
    .map((text, index) => parseLine(text, index + 1))
    .filter((entry) => entry !== undefined);
  return { entries, malformed: lines.length - entries.length };
}
