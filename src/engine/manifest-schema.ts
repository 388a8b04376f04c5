// Everything that harn.toml may hold, as data: which tables and keys there are, what kind of value each has, what it is for.
// `harn check` compares manifests with it, editors complete and explain by it. Tables that only other tools of the
// ecosystem read are known too, but never strictly: what they may hold is theirs to say.
import { LLM_TABLES, type LlmFieldKind } from '../runtime/llm/index.ts';
import type { McpServerConfig } from '../runtime/mcp/index.ts';

/** What one key may have for a value. */
export type Setting = {
  /** One sentence for people. */
  readonly doc?: string;
  /** Nobody here reads it: oddities in it are never errors. */
  readonly foreign?: boolean;
} & SettingKind;

export type SettingKind =
  | { readonly type: 'any' | 'boolean' }
  | { readonly type: 'string'; readonly values?: readonly string[]; readonly form?: SettingForm }
  | { readonly type: 'integer' | 'number'; readonly min?: number; readonly max?: number }
  | { readonly type: 'list'; readonly of: Setting }
  | {
      readonly type: 'table';
      readonly keys: { readonly [key: string]: Setting };
      /** Other keys: told (as they are without it), refused wherever the table is read, or nobody's mistake. */
      readonly others?: 'refused' | 'free';
      /** Keys that have to be there; of a list of names one is enough. */
      readonly required?: readonly (string | readonly string[])[];
    }
  /** A table with keys of the project's own. */
  | { readonly type: 'map'; readonly of: Setting }
  /** `[[name]]`, once for each. */
  | { readonly type: 'tables'; readonly of: Setting }
  | { readonly type: 'either'; readonly of: readonly Setting[] };

/** What a text has to look like. */
export type SettingForm = 'http' | 'capability' | 'lint-rule' | 'hook-event' | 'hook-handler';

const text = (doc?: string): Setting => ({ type: 'string', ...described(doc) });
const flag = (doc?: string): Setting => ({ type: 'boolean', ...described(doc) });
const texts = (doc?: string): Setting => ({
  type: 'list',
  of: { type: 'string' },
  ...described(doc),
});
const oneOf = (values: readonly string[], doc?: string): Setting => ({
  type: 'string',
  values,
  ...described(doc),
});
const amount = (doc?: string): Setting => ({ type: 'number', min: 0, ...described(doc) });
const count = (doc?: string): Setting => ({ type: 'integer', min: 1, ...described(doc) });
const mapOf = (of: Setting, doc?: string): Setting => ({ type: 'map', of, ...described(doc) });
const any = (doc?: string): Setting => ({ type: 'any', ...described(doc) });

function described(doc: string | undefined): { readonly doc?: string } {
  return doc === undefined ? {} : { doc };
}

type Keys = { readonly [key: string]: Setting };

const table = (doc: string, keys: Keys): Setting => ({ type: 'table', doc, keys });
/** A table that may hold more than is known here. */
const loose = (doc: string, keys: Keys): Setting => ({ type: 'table', doc, keys, others: 'free' });
/** A table that is not read at all when it holds anything else. */
const exact = (doc: string, keys: Keys): Setting => ({
  type: 'table',
  doc,
  keys,
  others: 'refused',
});
const foreign = (setting: Setting): Setting => ({ ...setting, foreign: true });

const PACKAGE = loose('What the project is called and which Harn it is written in.', {
  name: text('The name of the package; other files of it are imported by it.'),
  version: text('Its version, as `major.minor.patch`.'),
  edition: oneOf(['0.7', '2026'], 'The edition of all files of the project.'),
  harn: text('The versions of the language that it is for, such as `>=0.9,<1.0`.'),
  description: text('What it is for, in one sentence.'),
  license: text('Its licence, as an SPDX expression.'),
  repository: text('Where its sources are.'),
  evals: texts('Files of evaluations.'),
});

const CHECK = table('How `harn check` looks at the project.', {
  strict_types: flag('Values from outside must be checked before something is read from them.'),
  strict: flag('Warnings count as errors.'),
  ambient: oneOf(['allow', 'warn', 'deny'], 'What becomes of globals with effects.'),
  host_capabilities: {
    type: 'either',
    of: [mapOf(texts()), texts()],
    doc: 'Operations that the embedding host offers: `workspace = ["read_text"]`.',
  },
  host_capabilities_path: text('A JSON file with such operations.'),
  preflight_severity: oneOf(['error', 'warning', 'off'], 'How what is missing outside counts.'),
  preflight_allow: texts('Patterns of operations that may be missing.'),
  bundle_root: text('The folder that files of a bundle are looked for in.'),
});

const FMT: Setting = loose('How `harn fmt` writes programs.', {
  line_width: count('The width of a line in characters; 100 without it.'),
});

const LINT = table('What `harn lint` looks for.', {
  disabled: {
    type: 'list',
    of: { type: 'string', form: 'lint-rule' },
    doc: 'Names of rules that are off.',
  },
  require_file_header: flag('Whether every file has to begin with a doc comment.'),
  complexity_threshold: count('How many branches a function may have; 25 without it.'),
  persona_step_allowlist: texts('Steps that personas may call.'),
});

const TELEMETRY = exact('Where spans go.', {
  otlp_endpoint: { type: 'string', form: 'http', doc: 'The address of an OTLP collector.' },
  service_name: text('What the service is called there.'),
});

const REDACTION = exact('What records, fixtures, events and packs must not show.', {
  env: texts('Environment variables whose values are secret.'),
  names: texts('Names of fields whose values are secret.'),
  pointers: texts('Places of secret values, such as `/metadata/**/note`.'),
  patterns: texts('Regular expressions of secret texts.'),
});

const headers = mapOf(text(), 'Headers of every request.');

/** One server; a field of the declaration that is missing here does not compile. */
const MCP_SERVER: { readonly [K in keyof Required<McpServerConfig>]: Setting } = {
  name: text('How the server is called here.'),
  transport: oneOf(['stdio', 'http'], 'How it is reached; `command` or `url` say it too.'),
  command: {
    type: 'either',
    of: [text(), texts()],
    doc: 'The program, or a list of it and its arguments.',
  },
  args: texts('Arguments of the program.'),
  env: mapOf(text(), 'Variables of its process.'),
  cwd: text('The folder that its process starts in; the one of harn.toml without it.'),
  url: { type: 'string', form: 'http', doc: 'Where it listens.' },
  headers,
  auth_token: text('The bearer token. Better named by `auth_token_env`.'),
  auth_token_env: text('The variable with the bearer token.'),
  client_id: text('The OAuth client.'),
  client_secret: text('The secret of the OAuth client.'),
  scopes: text('What is asked for, separated by spaces.'),
  issuer: text('The authorization server that may have the secret.'),
  protocol_version: text('`2026-07-28` insists on that revision, `auto` asks the server.'),
  timeout_ms: { type: 'integer', min: 0, doc: 'For one request, in milliseconds; 60,000.' },
  on_unknown: oneOf(['fail', 'retry', 'ask'], 'When it is not known whether a call took place.'),
  sampling: {
    type: 'either',
    of: [
      oneOf(['refuse']),
      exact('Answers of models in the middle of a call.', {
        model: text('Who answers.'),
        provider: text('The provider, or `auto`.'),
        model_tier: text('The tier of the model, where none is named.'),
        max_tokens: count('The most for one answer.'),
        max_requests: count('How many answers one call may have; 10.'),
        timeout_ms: count('For one answer, in milliseconds.'),
      }),
    ],
    doc: 'Whether the server may ask models in the middle of a call: `"refuse"`, or a table of how.',
  },
  elicitation: oneOf(['refuse', 'ask'], 'Whether it may ask people in the middle of a call.'),
  lazy: flag('Whether it ends when it is released.'),
  keep_alive_ms: { type: 'integer', min: 0, doc: 'How long a released server is kept.' },
  card: text('Where its Server Card is: an address or a file.'),
};

const HOOK = table('A function of the project that watches every run.', {
  event: {
    type: 'string',
    form: 'hook-event',
    doc: '`PreToolUse`, `PostToolUse`, or an event of a session hook.',
  },
  pattern: text('Which firings it is for; all of them without one.'),
  handler: {
    type: 'string',
    form: 'hook-handler',
    doc: '`function` or `module::function`, public.',
  },
});

const SKILLS = table('Where skills are looked for.', {
  paths: texts('Folders with skills; `*` stands for any folder.'),
  lookup_order: texts('Layers, the first one first.'),
  disable: texts('Layers that do not count.'),
  signer_registry_url: text('Where the keys of signers are.'),
  defaults: any('Options that skills have without saying so.'),
});

const SKILL = table('Sources of skills.', {
  source: {
    type: 'tables',
    doc: 'A folder or repository with skills.',
    of: loose('A source of skills.', {
      type: oneOf(['fs', 'git', 'registry']),
      path: text('The folder.'),
      url: text('The repository.'),
      tag: text('The tag of the repository.'),
      namespace: text('What ids of its skills begin with.'),
      name: text(),
    }),
  },
});

const LLM_KINDS: { readonly [K in LlmFieldKind]: Setting } = {
  text: { type: 'string' },
  number: { type: 'number', min: 0 },
  texts: { type: 'either', of: [{ type: 'string' }, { type: 'list', of: { type: 'string' } }] },
  wire: oneOf(LLM_TABLES.wires),
  style: oneOf(LLM_TABLES.styles),
  tier: oneOf(LLM_TABLES.tiers),
  table: any(),
};

function llmFields(fields: { readonly [field: string]: LlmFieldKind }): Setting {
  const keys = Object.entries(fields).map(([name, kind]) => [name, LLM_KINDS[kind]] as const);
  return { type: 'table', keys: Object.fromEntries(keys), others: 'refused' };
}

const LLM_DOCS: { readonly [table: string]: string } = {
  providers: 'Providers of models, by name: own ones, or what is different of a shipped one.',
  aliases: 'Other names of models.',
  models: 'What is known of models: tier, sizes, prices per million tokens.',
  model_defaults: 'Options of calls, by pattern of the model.',
  inference_rules: 'Which provider a model is of, by pattern.',
  tier_rules: 'Which tier a model is of, by pattern.',
};

const LLM = exact('Models and their providers.', {
  default_provider: text('For calls that name neither provider nor model.'),
  tier_defaults: exact('The tier of what no rule knows.', { default: oneOf(LLM_TABLES.tiers) }),
  fallbacks: mapOf(texts(), 'What is tried next, by provider, model or alias.'),
  ...Object.fromEntries(
    Object.entries(LLM_TABLES.named).map(([name, fields]) => [
      name,
      mapOf(llmFields(fields), LLM_DOCS[name]),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(LLM_TABLES.listed).map(([name, fields]): [string, Setting] => [
      name,
      { type: 'tables', of: llmFields(fields), ...described(LLM_DOCS[name]) },
    ]),
  ),
});

const CAPABILITIES = loose('What models of a provider can do, before the shipped rules.', {
  provider: mapOf({
    type: 'tables',
    of: loose('A rule; the first that fits counts.', {
      model_match: text('A pattern of models.'),
      native_tools: flag(),
      prompt_caching: flag(),
      vision_supported: flag(),
    }),
  }),
});

const PERSONA: Setting = {
  type: 'table',
  doc: 'A durable agent role.',
  required: [
    'name',
    'description',
    'entry_workflow',
    ['tools', 'capabilities'],
    ['autonomy_tier', 'autonomy'],
    ['receipt_policy', 'receipts'],
  ],
  keys: {
    name: text('Its id.'),
    version: text('The version of its contract.'),
    description: text('What it answers for.'),
    entry_workflow: text('What runs when it acts: `file.harn#pipeline`.'),
    tools: texts('Tools that it may use.'),
    capabilities: {
      type: 'list',
      of: { type: 'string', form: 'capability' },
      doc: 'Capabilities that it may use, each `capability.operation`.',
    },
    autonomy_tier: oneOf(['shadow', 'suggest', 'act_with_approval', 'act_auto']),
    autonomy: oneOf(['shadow', 'suggest', 'act_with_approval', 'act_auto']),
    receipt_policy: oneOf(['required', 'optional', 'disabled']),
    receipts: oneOf(['required', 'optional', 'disabled']),
    triggers: texts('Names of events, such as `github.pr_opened`.'),
    schedules: texts('Cron expressions.'),
    model_policy: any('Which models it prefers.'),
    budget: mapOf(amount(), 'Ceilings: `daily_usd`, `hourly_usd`, `run_usd`, `max_tokens`, ...'),
    handoffs: texts('Names of personas that it hands work to.'),
    context_packs: texts(),
    evals: texts(),
    owner: text(),
    package_source: any(),
    rollout_policy: loose('How it is brought into use.', {
      mode: text(),
      percentage: { type: 'number', min: 0, max: 100 },
      cohorts: texts(),
    }),
    stages: any(),
    steps: any(),
  },
};

const TRIGGER = loose('What an event from outside starts.', {
  id: text(),
  kind: text(),
  provider: text(),
  match: any(),
  handler: text('What is called: `module::function`, or an address.'),
  handlers: any(),
  when: any(),
  when_budget: any(),
  dedupe_key: text(),
  secrets: any(),
  schedule: text('A cron expression.'),
  timezone: text(),
  catchup_mode: text(),
  budget: any(),
  retry: any(),
  path: text(),
  poll: any(),
  sources: any(),
  source: any(),
  priority: any(),
  concurrency: any(),
  throttle: any(),
  rate_limit: any(),
  debounce: any(),
  singleton: any(),
});

const FIXTURE: Keys = {
  provider: text('The connector that is tried.'),
  name: text('What the case is called.'),
  kind: text(),
  headers,
  query: mapOf(any()),
  metadata: any(),
  body: text(),
  body_json: any(),
  expect_type: oneOf(['event', 'batch', 'immediate_response', 'reject']),
  expect_kind: text(),
  expect_dedupe_key: text(),
  expect_signature_state: oneOf(['verified', 'unsigned', 'failed']),
  expect_payload_contains: any(),
  expect_response_status: { type: 'integer', min: 100, max: 599 },
  expect_response_body: any(),
  expect_event_count: { type: 'integer', min: 0 },
  expect_error_contains: text(),
};

const CONNECTOR_CONTRACT = table('What connectors of the package are tried with.', {
  version: { type: 'integer', min: 1 },
  fixtures: {
    type: 'tables',
    of: {
      type: 'table',
      doc: 'A request, and what a connector has to make of it.',
      keys: FIXTURE,
      required: ['provider'],
    },
  },
});

const PROVIDER = loose('A connector that the package offers.', {
  id: text('How it is called.'),
  connector: loose('Where its code is.', { harn: text('The file.'), rust: text() }),
  oauth: any(),
  schemas: any(),
  setup: any(),
});

const path = text('A path below the project.');

/** Every table at the top of a manifest. */
export const MANIFEST: Keys = {
  package: PACKAGE,
  check: CHECK,
  fmt: FMT,
  lint: LINT,
  telemetry: TELEMETRY,
  redaction: REDACTION,
  hooks: { type: 'tables', of: HOOK, doc: 'Functions that watch every run of the project.' },
  mcp: { type: 'tables', of: table('An MCP server.', MCP_SERVER), doc: 'MCP servers.' },
  llm: LLM,
  capabilities: CAPABILITIES,
  skills: SKILLS,
  skill: SKILL,
  exports: mapOf(path, 'Modules of the package by the names that others import them by.'),
  asset_roots: mapOf(path, 'Folders of prompts: `@name/...` in `render` and `include`.'),
  dependencies: foreign(mapOf(any(), 'Packages that the project needs.')),
  personas: foreign({ type: 'tables', of: PERSONA, doc: 'Durable agent roles.' }),
  triggers: foreign({
    type: 'either',
    of: [{ type: 'tables', of: TRIGGER }, any()],
    doc: 'What events from outside start.',
  }),
  providers: foreign({
    type: 'either',
    of: [{ type: 'tables', of: PROVIDER }, any()],
    doc: 'Connectors that the package offers.',
  }),
  connector_contract: foreign(CONNECTOR_CONTRACT),
  identity: foreign(any()),
  model_ladders: foreign(any()),
  model_roles: foreign(any()),
  orchestrator: foreign(any()),
  registry: foreign(any()),
  workspace: foreign(any()),
};

/** Whether a value is of the kind, not looking into it. */
export function isOfKind(setting: Setting, value: unknown): boolean {
  switch (setting.type) {
    case 'any':
      return true;
    case 'string':
    case 'boolean':
      return typeof value === setting.type;
    case 'integer':
    case 'number': {
      const { type, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = setting;
      if (typeof value !== 'number' || (type === 'integer' && !Number.isInteger(value)))
        return false;
      return value >= min && value <= max;
    }
    case 'list':
      return Array.isArray(value);
    case 'tables':
      return Array.isArray(value) && value.every(isTable);
    case 'table':
    case 'map':
      return isTable(value);
    case 'either':
      return setting.of.some((each) => isOfKind(each, value));
  }
}

/** Whether a value is a table. Dates of TOML are none. */
export function isTable(value: unknown): value is { readonly [key: string]: unknown } {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

/** What a value has to be, in words. */
export function expectationOf(setting: Setting): string {
  switch (setting.type) {
    case 'any':
      return 'anything';
    case 'string':
      return setting.values === undefined ? 'a text' : orList(setting.values.map((v) => `"${v}"`));
    case 'boolean':
      return 'true or false';
    case 'integer':
    case 'number':
      return `a ${setting.type === 'integer' ? 'whole number' : 'number'}${rangeText(setting)}`;
    case 'list':
      return setting.of.type === 'string' ? 'a list of texts' : 'a list';
    case 'tables':
      return 'a list of tables, each below a header in double brackets';
    case 'table':
    case 'map':
      return 'a table';
    case 'either':
      return orList(setting.of.map(expectationOf));
  }
}

function rangeText({ min, max }: { readonly min?: number; readonly max?: number }): string {
  if (min === undefined) return '';
  return max === undefined ? ` from ${min}` : ` from ${min} to ${max}`;
}

function orList(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** What the schema says of a place; undefined where it knows nothing. */
export function settingAt(path: readonly (string | number)[]): Setting | undefined {
  const [first, ...rest] = path;
  if (typeof first !== 'string' || !Object.hasOwn(MANIFEST, first)) return undefined;
  return rest.reduce<Setting | undefined>(
    (at, step) => (at === undefined ? undefined : below(at, step)),
    MANIFEST[first],
  );
}

function below(setting: Setting, step: string | number): Setting | undefined {
  switch (setting.type) {
    case 'table':
      return typeof step === 'string' && Object.hasOwn(setting.keys, step)
        ? setting.keys[step]
        : undefined;
    case 'map':
      return typeof step === 'string' ? setting.of : undefined;
    case 'list':
    case 'tables':
      return typeof step === 'number' ? setting.of : undefined;
    case 'either':
      return setting.of.flatMap((each) => below(each, step) ?? [])[0];
    default:
      return undefined;
  }
}
