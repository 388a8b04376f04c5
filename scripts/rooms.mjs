// The rooms of src/ as data: which room may import which other rooms, npm packages and node: modules.
// scripts/check-architecture.mjs enforces it and keeps the table in ARCHITECTURE.md equal to it.
// Paths are regular expressions over the path from the repository root, names are whole, with * for any text.

/**
 * @typedef {object} Allowance
 * @property {readonly string[]} names  packages or node: modules
 * @property {RegExp} [inside]  only from files whose path matches
 * @property {string} [where]  what `inside` says, for readers
 * @property {boolean} [lazy]  only by a dynamic import; types are free
 */

/**
 * One row per folder of src/, lowest first.
 * @type {readonly { name: string, rooms: readonly string[], npm: readonly Allowance[], node: readonly Allowance[] }[]}
 */
export const ROOMS = [
  {
    name: 'base',
    rooms: [],
    npm: [],
    node: [
      {
        inside: /^src\/base\/(hash|signature)\.ts$/,
        where: 'hash.ts and signature.ts',
        names: ['crypto'],
      },
    ],
  },
  { name: 'lang', rooms: ['base'], npm: [{ names: ['@jridgewell/*'] }], node: [] },
  { name: 'values', rooms: ['base'], npm: [], node: [] },
  {
    name: 'text',
    rooms: ['base'],
    npm: [
      { names: ['re2js', 'luxon', 'yaml', 'smol-toml', 'fflate', 'fzstd', 'diff', 'ajv'] },
      { inside: /^src\/text\/graphql\.ts$/, where: 'graphql.ts', names: ['graphql'] },
      { names: ['@noble/hashes'] },
    ],
    node: [{ names: ['zlib'] }],
  },
  {
    name: 'store',
    rooms: ['base'],
    npm: [
      {
        inside: /^src\/store\/sqlite\//,
        where: 'sqlite/',
        names: ['@photostructure/sqlite'],
        lazy: true,
      },
      { inside: /^src\/store\/postgres\//, where: 'postgres/', names: ['pg'], lazy: true },
    ],
    node: [{ inside: /^src\/store\/(memory|sqlite|postgres)\//, where: 'backends', names: ['*'] }],
  },
  {
    name: 'runtime',
    rooms: ['base', 'store'],
    npm: [
      {
        inside: /^src\/runtime\/llm\/providers\//,
        where: 'llm/providers/',
        names: ['@ai-sdk/*'],
        lazy: true,
      },
      {
        inside: /^src\/runtime\/(io|llm|mcp|skills)\//,
        where: 'io/, llm/, mcp/ and skills/',
        names: ['smol-toml'],
        lazy: true,
      },
      {
        inside: /^src\/runtime\/agent\/tool-pattern\.ts$/,
        where: 'agent/tool-pattern.ts',
        names: ['re2js'],
      },
      {
        inside: /^src\/runtime\/records\/redaction\.ts$/,
        where: 'records/redaction.ts',
        names: ['re2js'],
        lazy: true,
      },
      {
        inside: /^src\/runtime\/host\/postgres\.ts$/,
        where: 'host/postgres.ts',
        names: ['pg'],
        lazy: true,
      },
      {
        inside: /^src\/runtime\/skills\/yaml\.ts$/,
        where: 'skills/yaml.ts',
        names: ['yaml'],
      },
      {
        inside: /^src\/runtime\/io\/project-ci\.ts$/,
        where: 'io/project-ci.ts',
        names: ['yaml'],
        lazy: true,
      },
      {
        inside: /^src\/runtime\/mcp\//,
        where: 'mcp/',
        names: ['@modelcontextprotocol/client'],
        lazy: true,
      },
      {
        inside: /^src\/runtime\/io\/sse\.ts$/,
        where: 'io/sse.ts',
        names: ['eventsource-parser'],
        lazy: true,
      },
      {
        inside: /^src\/runtime\/host\/node-(?:http-agent|tunnel)\.ts$/,
        where: 'host/node-http-agent.ts, node-tunnel.ts',
        names: ['undici'],
      },
      {
        inside: /^src\/runtime\/host\/node-(?:socket|socket-inbox|listener)\.ts$/,
        where: 'host/node-socket*.ts, node-listener.ts',
        names: ['ws'],
        lazy: true,
      },
      {
        names: ['ajv', 'croner', '@opentelemetry/api'],
        lazy: true,
      },
    ],
    node: [
      { inside: /^src\/runtime\/host\/node(-[a-z-]+)?\.ts$/, where: 'host/node*.ts', names: ['*'] },
      {
        inside: /^src\/runtime\/run\/opaque\.ts$/,
        where: 'run/opaque.ts',
        names: ['async_hooks'],
      },
    ],
  },
  { name: 'builtins', rooms: ['base', 'values', 'text', 'runtime'], npm: [], node: [] },
  { name: 'std', rooms: [], npm: [], node: [] },
  {
    name: 'engine',
    rooms: ['base', 'lang', 'values', 'store', 'runtime', 'builtins', 'std'],
    npm: [
      { names: ['smol-toml'] },
      {
        inside: /^src\/engine\/pack\//,
        where: 'pack/',
        names: ['@noble/hashes', '@hpcc-js/wasm-zstd'],
        lazy: true,
      },
    ],
    node: [
      { names: ['fs', 'fs/promises', 'path', 'vm', 'module', 'url'] },
      {
        inside: /^src\/engine\/pack\/signature\.ts$/,
        where: 'pack/signature.ts',
        names: ['crypto'],
      },
    ],
  },
  {
    name: 'serve',
    rooms: ['base', 'store', 'runtime', 'engine'],
    npm: [
      { names: ['hono', '@hono/node-server', 'zod'] },
      {
        inside: /^src\/serve\/mcp\//,
        where: 'mcp/',
        names: ['@modelcontextprotocol/server'],
        lazy: true,
      },
    ],
    node: [{ names: ['http', 'crypto', 'stream'] }],
  },
  {
    name: 'testing',
    rooms: ['base', 'store', 'runtime'],
    npm: [],
    node: [
      {
        inside: /^src\/testing\/commit-points\.ts$/,
        where: 'commit-points.ts',
        names: ['process'],
      },
    ],
  },
  {
    name: 'cli',
    rooms: [
      'base',
      'lang',
      'values',
      'text',
      'store',
      'runtime',
      'builtins',
      'std',
      'engine',
      'serve',
      'testing',
    ],
    npm: [
      {
        inside: /^src\/cli\/lsp\//,
        where: 'lsp/',
        names: ['vscode-languageserver', 'vscode-languageserver-textdocument'],
        lazy: true,
      },
    ],
    node: [{ names: ['*'] }],
  },
];

/** The sub-rooms of runtime, in order: each may import only those before it. */
export const RUNTIME_ORDER = [
  'host',
  'trace',
  'run',
  'io',
  'lifecycle',
  'records',
  'policy',
  'boundary',
  'llm',
  'human',
  'waitpoint',
  'work',
  'mcp',
  'skills',
  'agent',
  'workflow',
  'trigger',
  'orchestrator',
  'harness',
];

/** What `import 'harn'` (src/index.ts) may name. */
export const ENTRY_ROOMS = ['base', 'store', 'runtime'];

/** Rooms that `import 'harn'` must never load, by any path. */
export const UNREACHABLE_FROM_ENTRY = ['lang', 'values', 'builtins', 'engine'];

/** The ways past a front door. `typeOnly`: names of types, nothing that runs. */
export const SIDE_DOORS = [
  // What tests share with tests is in no front door, because no program may have it.
  { from: /\.(?:test|fixture)\.ts$/, to: /\.fixture\.ts$/, typeOnly: false },
  { from: /^src\/lang\/3-emit\/support\.ts$/, to: /^src\/values\/support\.ts$/, typeOnly: true },
  { from: /^src\/builtins\//, to: /^src\/lang\/builtin-spec\.ts$/, typeOnly: true },
  { from: /^portal\//, to: /^src\/serve\/portal\/contract\.ts$/, typeOnly: true },
  // harn/testing publishes parts that are not in the front doors of the rooms they stand in.
  { from: /^src\/testing\//, to: /^src\/store\/memory\//, typeOnly: false },
  { from: /^src\/testing\//, to: /^src\/runtime\/[^/]+\/mock\.ts$/, typeOnly: false },
];

/** Store backends load only when a URL asks for them: dynamically, from the door or the file that opens stores. */
export const BACKENDS = ['memory', 'sqlite', 'postgres'];
export const BACKEND_OPENERS = /^src\/store\/(index|open|open-store)\.ts$/;
