// `harn doctor`: what works on this machine and in this project, and what to do about the rest. Says of keys only
// whether they are there.
import { HarnError } from '../../base/index.ts';
import { type Host, userCacheDir } from '../../runtime/host/index.ts';
import { journalTopic } from '../../runtime/run/index.ts';
import { type Store, scanTopic } from '../../store/index.ts';
import type { Command } from '../command.ts';
import { type Output, roughDuration, type Style } from '../output.ts';
import { type Project, withProject } from '../project.ts';
import { type Check, skillChecks } from '../skill-checks.ts';

type Status = Check['status'];

export const doctor: Command = {
  async run(args, { host: getHost, output, version }) {
    const host = await getHost();
    const checks = await withProject(host, (project) => look(host, project, version));
    const failed = checks.filter(({ status }) => status === 'fail').length;
    if (args.has('json')) {
      output.json({
        schema_version: '1',
        checks: checks.map((c) => ({ ...c })),
        summary: count(checks),
      });
    } else print(output, checks);
    return failed === 0 ? 0 : 1;
  },
};

async function look(host: Host, project: Project, version: string): Promise<Check[]> {
  const { stateDir } = await project.root();
  return [
    ok('harn', 'harn', version),
    nodeCheck(host),
    await directoryCheck(host, 'state', 'state directory', stateDir, 'fail'),
    await storeCheck(project),
    await directoryCheck(host, 'cache', 'cache directory', userCacheDir(host), 'warn'),
    ...providerChecks(host),
    ...(await skillChecks(host)),
    terminalCheck(host),
  ];
}

function ok(id: string, label: string, detail: string): Check {
  return { id, label, status: 'ok', detail, fix: null };
}

const OLDEST_NODE = [20, 19] as const;

function nodeCheck(host: Host): Check {
  const { nodeVersion, platform, arch } = host.system.facts();
  const detail = `${nodeVersion} on ${platform} ${arch}`;
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  if (!isOld) return ok('node', 'Node', detail);
  const fix = `install Node ${OLDEST_NODE.join('.')} or newer`;
  return { id: 'node', label: 'Node', status: 'fail', detail, fix };
}

/** Whether files can be made there, found out by making one in the nearest directory that exists. */
async function directoryCheck(
  host: Host,
  id: string,
  label: string,
  directory: string,
  whenNot: Status,
): Promise<Check> {
  const probe = `.harn-doctor-${host.system.facts().pid}`;
  try {
    const existing = await nearestExisting(host, directory);
    await host.fs.writeFile(`${existing}/${probe}`, '', { exclusive: true });
    await host.fs.delete(`${existing}/${probe}`);
    return ok(id, label, existing === directory ? directory : `${directory} (made when needed)`);
  } catch (error) {
    if (!HarnError.is(error)) throw error;
    const variable = id === 'state' ? 'HARN_STATE_DIR' : 'XDG_CACHE_HOME';
    const fix = `${error.hint ?? 'make it writable'}, or set ${variable} to another place`;
    return { id, label, status: whenNot, detail: error.message, fix };
  }
}

async function nearestExisting(host: Host, directory: string): Promise<string> {
  for (let at = directory; ; ) {
    if (await host.fs.exists(at)) return at;
    const above = at.slice(0, Math.max(1, at.lastIndexOf('/')));
    if (above === at) return at;
    at = above;
  }
}

async function storeCheck(project: Project): Promise<Check> {
  const id = 'store';
  const label = 'store';
  const startedMs = project.host.clock.monotonicMs();
  try {
    const store = await project.existingStore();
    if (store === undefined) {
      return { id, label, status: 'skip', detail: 'nothing has been kept here yet', fix: null };
    }
    const { events, runs } = await readEverything(store);
    const { location, sizeBytes, durability } = await store.describe();
    const took = roughDuration(project.host.clock.monotonicMs() - startedMs);
    const size = `${Math.ceil(sizeBytes / 1024)} KiB`;
    const detail = `${location}: ${runs} runs, ${events} events, ${size}, durability ${durability}; all readable (${took})`;
    return ok(id, label, detail);
  } catch (error) {
    if (!HarnError.is(error)) throw error;
    return { id, label, status: 'fail', detail: error.message, fix: error.hint ?? null };
  }
}

/** Reads every event, which checks every checksum. */
async function readEverything(store: Store): Promise<{ events: number; runs: number }> {
  let events = 0;
  const topics = await store.topics();
  for (const topic of topics) {
    for await (const event of scanTopic(store, topic)) events += event.id > 0 ? 1 : 0;
  }
  const runs = topics.filter((topic) => topic.startsWith(journalTopic(''))).length;
  return { events, runs };
}

/** Providers and the environment names that hold their keys or, for servers of one's own, their address. */
const PROVIDERS: readonly (readonly [string, readonly string[]])[] = [
  ['OpenAI', ['OPENAI_API_KEY']],
  ['Anthropic', ['ANTHROPIC_API_KEY']],
  ['OpenRouter', ['OPENROUTER_API_KEY']],
  ['Gemini', ['GEMINI_API_KEY', 'GOOGLE_API_KEY']],
  ['HuggingFace', ['HF_TOKEN', 'HUGGINGFACE_API_KEY']],
  ['own server', ['HARN_LLM_BASE_URL', 'LOCAL_LLM_BASE_URL', 'OLLAMA_HOST']],
];

function providerChecks(host: Host): Check[] {
  const found = PROVIDERS.map(([label, names]) => {
    const name = names.find((each) => (host.env.get(each) ?? '') !== '');
    return { label, names, name };
  });
  const any = found.some(({ name }) => name !== undefined);
  const checks = found.map(({ label, names, name }): Check => {
    const id = `provider.${label.toLowerCase().replace(' ', '_')}`;
    if (name !== undefined) return ok(id, label, `${name} is set`);
    return { id, label, status: 'skip', detail: `${names.join(' or ')} is not set`, fix: null };
  });
  if (any) return checks;
  const fix = 'set the key of one provider to call models; everything else works without';
  return [
    ...checks,
    {
      id: 'provider',
      label: 'models',
      status: 'warn',
      detail: 'no provider has a key or an address',
      fix,
    },
  ];
}

function terminalCheck(host: Host): Check {
  const columns = host.stdio.columns();
  const detail = host.stdio.isTty('stdout')
    ? `a terminal${columns === undefined ? '' : ` of ${columns} columns`}`
    : 'not a terminal: no colours, no questions';
  return ok('terminal', 'terminal', detail);
}

function count(checks: readonly Check[]) {
  const of = (status: Status) => checks.filter((check) => check.status === status).length;
  return { ok: of('ok'), warn: of('warn'), fail: of('fail'), skip: of('skip') };
}

const MARKS: { readonly [status in Status]: readonly [string, Style] } = {
  ok: ['ok  ', 'green'],
  warn: ['warn', 'yellow'],
  fail: ['fail', 'red'],
  skip: ['-   ', 'dim'],
};

function print(output: Output, checks: readonly Check[]): void {
  const widest = Math.max(...checks.map(({ label }) => label.length));
  for (const { status, label, detail, fix } of checks) {
    const [mark, style] = MARKS[status];
    output.line(`${output.style(style, mark)}  ${label.padEnd(widest)}  ${detail}`);
    if (fix !== null) output.line(`${' '.repeat(widest + 8)}${fix}`);
  }
}
