// What is odd about a harn.toml though it can be read: tables and keys that nobody looks at. `harn check` tells it with the
// line. Tables that other tools of the ecosystem have are left alone, unless a name is nearly one of ours.
import { type Diagnostic, isJsonObject, nearestName, type Source } from '../base/index.ts';
import { sourceErrors } from './errors.ts';

/** The keys of a table: all of them, or only some that a misspelt one may be near. */
interface Table {
  readonly keys: readonly string[];
  readonly isWhole: boolean;
}

const TABLES: ReadonlyMap<string, Table> = new Map([
  [
    'package',
    {
      keys: ['name', 'version', 'edition', 'harn', 'description', 'license', 'repository'],
      isWhole: false,
    },
  ],
  [
    'check',
    {
      keys: [
        'strict_types',
        'strict',
        'host_capabilities',
        'host_capabilities_path',
        'preflight_severity',
        'preflight_allow',
        'bundle_root',
        'ambient',
      ],
      isWhole: true,
    },
  ],
  ['fmt', { keys: ['line_width'], isWhole: false }],
  [
    'lint',
    {
      keys: ['disabled', 'require_file_header', 'complexity_threshold', 'persona_step_allowlist'],
      isWhole: true,
    },
  ],
  ['telemetry', { keys: ['otlp_endpoint', 'service_name'], isWhole: true }],
  [
    'skills',
    {
      keys: ['paths', 'lookup_order', 'disable', 'signer_registry_url', 'defaults'],
      isWhole: true,
    },
  ],
  ['skill', { keys: ['source'], isWhole: true }],
  ['redaction', { keys: ['env', 'names', 'pointers', 'patterns'], isWhole: true }],
]);

/** Names of tables that are no misspelling of ours. */
const OTHERS: readonly string[] = [
  'asset_roots',
  'capabilities',
  'connector_contract',
  'dependencies',
  'exports',
  'hooks',
  'identity',
  'llm',
  'mcp',
  'model_ladders',
  'model_roles',
  'orchestrator',
  'personas',
  'providers',
  'registry',
  'triggers',
  'workspace',
];

/** The oddities of a manifest, by what was read from its text. */
export function manifestFindings(source: Source, manifest: unknown): readonly Diagnostic[] {
  if (!isJsonObject(manifest)) return [];
  const known = [...TABLES.keys(), ...OTHERS];
  const findings: Diagnostic[] = [];
  for (const [name, value] of Object.entries(manifest)) {
    const table = TABLES.get(name);
    if (table === undefined) {
      const suggestion = known.includes(name) ? undefined : nearest(name, known);
      if (suggestion !== undefined)
        findings.push(finding(source, { table: name, key: undefined, suggestion }));
      continue;
    }
    for (const key of isJsonObject(value) ? Object.keys(value) : []) {
      if (table.keys.includes(key)) continue;
      const suggestion = nearest(key, table.keys);
      if (suggestion !== undefined || table.isWhole)
        findings.push(finding(source, { table: name, key, suggestion }));
    }
  }
  return findings.sort((a, b) => a.span.start - b.span.start);
}

/** Nearer than for names of programs: tables of other tools are no misspellings. */
function nearest(name: string, known: readonly string[]): string | undefined {
  return nearestName(name, known, name.length > 5 ? 2 : 1);
}

function finding(
  source: Source,
  place: {
    readonly table: string;
    readonly key: string | undefined;
    readonly suggestion: string | undefined;
  },
): Diagnostic {
  const { table, key, suggestion } = place;
  const start = settingPlace(source.text, table, key);
  const name = key ?? table;
  const span = { source: source.id, start, end: start + name.length };
  const where = key === undefined ? 'harn.toml' : `[${table}]`;
  const { code, message, hint } = sourceErrors.unknownSetting({ name, where, suggestion });
  return { severity: 'warning', code, message, span, hint };
}

/**
 * Where a table or a key of it stands in the text, which the parser does not tell: below its header, or else where its name
 * is first written; 0 when it is written in a way of its own.
 */
export function settingPlace(text: string, table: string, key?: string): number {
  const header = new RegExp(`^[ \\t]*\\[+[ \\t]*(${escaped(table)})\\b`, 'm').exec(text);
  const headerAt = header === null ? -1 : header.index + header[0].length - table.length;
  if (key === undefined) return Math.max(0, headerAt === -1 ? text.indexOf(table) : headerAt);
  const from = Math.max(0, headerAt);
  const line = new RegExp(`(^[ \\t]*|[.{,][ \\t]*)(${escaped(key)})[ \\t]*[.=\\]]`, 'm').exec(
    text.slice(from),
  );
  if (line === null) return Math.max(0, text.indexOf(key));
  return from + line.index + (line[1]?.length ?? 0);
}

/** Keys are letters, digits, `_` and `-`, or anything in quotes. */
function escaped(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '\\$&');
}
