// The room rules of ARCHITECTURE.md, checked on every import of src/: `npm run arch`. The rules' data is in
// rooms.mjs. Written against the TypeScript parser because most rules hold for values only, for types only, or
// only inside certain files, which one function says more plainly than pairs of path patterns.
// `--write` also redraws the table in ARCHITECTURE.md.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCycles, readImports } from './import-graph.mjs';
import {
  BACKEND_OPENERS,
  BACKENDS,
  ENTRY_ROOMS,
  ROOMS,
  RUNTIME_ORDER,
  SIDE_DOORS,
  UNREACHABLE_FROM_ENTRY,
} from './rooms.mjs';
import { checkText } from './source-text.mjs';

const ENTRY = 'src/index.ts';
/** What tests may use on top of what their room may. */
const TEST_PACKAGES = ['vitest', 'fast-check', 'esbuild'];

const roomByName = new Map(ROOMS.map((room) => [room.name, room]));
const isTest = (file) => /\.(?:test|fixture)\.ts$/.test(file);
const roomOf = (file) => /^src\/([^/]+)\//.exec(file)?.[1];
const subRoomOf = (file) => /^src\/runtime\/([^/]+)\//.exec(file)?.[1];
const backendOf = (file) => /^src\/store\/([^/]+)\//.exec(file)?.[1];
const isFrontDoor = (file) => /^src\/(?:[^/]+\/|runtime\/[^/]+\/)?index\.ts$/.test(file);
const isRoot = (file) => isFrontDoor(file) || isTest(file) || file === 'src/cli/main.ts';

/**
 * All violations under `root`, as `{ rule, file, line, message }`.
 * @param {string} root
 */
export function checkArchitecture(root) {
  const files = listSources(root);
  const imports = files.flatMap((file) => readImports(root, file));
  const known = new Set(files);
  return [
    ...files.flatMap((file) => [...checkPlace(file), ...checkText(root, file)]),
    ...imports.flatMap((edge) => checkImport(edge, known)),
    ...checkOrphans(files, imports),
    ...checkCycles(imports),
    ...checkEntryReach(imports),
  ];
}

function listSources(root) {
  return readdirSync(path.join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?tsx?$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .map((file) => file.split(path.sep).join('/'))
    .sort();
}

function checkPlace(file) {
  const found = [];
  const room = roomOf(file);
  if (room === undefined ? file !== ENTRY : !roomByName.has(room)) {
    found.push(violation('unknown-room', file, 1, `${file} is in no room of scripts/rooms.mjs`));
  }
  const sub = subRoomOf(file);
  if (sub !== undefined && !RUNTIME_ORDER.includes(sub)) {
    found.push(
      violation('unknown-room', file, 1, `runtime/${sub} has no place in the order of sub-rooms`),
    );
  }
  return found;
}

/** Every rule about one import. */
function checkImport(edge, known) {
  if (edge.to === undefined) return edge.builtin ? checkNode(edge) : checkPackage(edge);
  if (!known.has(edge.to)) return [bad('unresolved', edge, `${edge.specifier} does not exist`)];
  return [
    checkRooms(edge),
    checkFrontDoor(edge),
    checkOwnDoor(edge),
    checkRuntimeOrder(edge),
    checkBackend(edge),
  ].filter((found) => found !== undefined);
}

function checkRooms(edge) {
  const from = roomOf(edge.from);
  const to = roomOf(edge.to);
  if (from === to) return undefined;
  if (to === undefined) return bad('room', edge, `${edge.to} is the package's door, not a room`);
  if (from === undefined) {
    return ENTRY_ROOMS.includes(to)
      ? undefined
      : bad('room', edge, `${ENTRY} may not import ${to}`);
  }
  const allowed = [
    ...(roomByName.get(from)?.rooms ?? []),
    ...(isTest(edge.from) ? ['testing'] : []),
  ];
  if (allowed.includes(to) || sideDoor(edge) === 'open') return undefined;
  return bad(
    'room',
    edge,
    `${from} may not import ${to} (only: ${allowed.join(', ') || 'nothing'})`,
  );
}

function checkFrontDoor(edge) {
  const sameRoom = roomOf(edge.from) === roomOf(edge.to);
  if (
    sameRoom &&
    (subRoomOf(edge.to) === undefined || subRoomOf(edge.from) === subRoomOf(edge.to))
  ) {
    return undefined;
  }
  if (sameRoom ? edge.to.endsWith('/index.ts') : isFrontDoor(edge.to)) return undefined;
  const door = sideDoor(edge);
  if (door === 'open') return undefined;
  return door === 'types only'
    ? bad('type-only', edge, `${edge.to} may be named here only by import type`)
    : bad('front-door', edge, `import the room's index.ts, not ${edge.to}`);
}

function sideDoor({ from, to, kind }) {
  const door = SIDE_DOORS.find((candidate) => candidate.from.test(from) && candidate.to.test(to));
  if (door === undefined) return undefined;
  return door.typeOnly && kind !== 'type' ? 'types only' : 'open';
}

function checkOwnDoor(edge) {
  if (isTest(edge.from) || !isFrontDoor(edge.to)) return undefined;
  const inside = edge.from !== edge.to && edge.from.startsWith(`${path.posix.dirname(edge.to)}/`);
  return inside && edge.to !== ENTRY
    ? bad('own-index', edge, 'inside a room import files, not the front door')
    : undefined;
}

function checkRuntimeOrder(edge) {
  const from = subRoomOf(edge.from);
  if (from === undefined || isTest(edge.from) || roomOf(edge.to) !== 'runtime') return undefined;
  const to = subRoomOf(edge.to);
  if (to === undefined) {
    return bad('runtime-order', edge, `runtime/${from} may not import what composes the sub-rooms`);
  }
  return RUNTIME_ORDER.indexOf(to) > RUNTIME_ORDER.indexOf(from)
    ? bad('runtime-order', edge, `runtime/${to} is to the right of runtime/${from}`)
    : undefined;
}

function checkBackend(edge) {
  const backend = backendOf(edge.to);
  if (!BACKENDS.includes(backend) || backendOf(edge.from) === backend) return undefined;
  if (isTest(edge.from) || sideDoor(edge) === 'open') return undefined;
  return edge.kind === 'dynamic' && BACKEND_OPENERS.test(edge.from)
    ? undefined
    : bad(
        'backend',
        edge,
        `store/${backend} loads only when a URL asks for it, by import() in store/index.ts`,
      );
}

function checkPackage(edge) {
  const name = packageName(edge.specifier);
  if (isTest(edge.from) && TEST_PACKAGES.includes(name)) return [];
  const rows = allowances(edge, 'npm').filter((row) => matches(row, name));
  if (rows.length === 0)
    return [bad('npm', edge, `${edge.room} may not import the package ${name} here`)];
  const free = edge.kind !== 'value' || isTest(edge.from) || rows.some((row) => row.lazy !== true);
  return free
    ? []
    : [bad('npm-lazy', edge, `${name} is heavy: load it by import() where it is used`)];
}

function checkNode(edge) {
  const name = edge.specifier.replace(/^node:/, '');
  if (isTest(edge.from) || allowances(edge, 'node').some((row) => matches(row, name))) return [];
  return [bad('node', edge, `${edge.room} may not import node:${name} here`)];
}

function allowances(edge, kind) {
  const rows = roomByName.get(roomOf(edge.from))?.[kind] ?? [];
  return rows.filter((row) => row.inside === undefined || row.inside.test(edge.from));
}

function matches(row, name) {
  return row.names.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}

function packageName(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

// A file that only tests use is dead code, unless it says that it is for tests.
function checkOrphans(files, imports) {
  const used = new Set(imports.filter((edge) => !isTest(edge.from)).map((edge) => edge.to));
  return files
    .filter((file) => !used.has(file) && !isRoot(file))
    .map((file) =>
      violation(
        'orphan',
        file,
        1,
        'no source imports this file (name it *.fixture.ts if only tests need it)',
      ),
    );
}

function checkCycles(imports) {
  const edges = imports.filter((edge) => edge.kind !== 'type' && edge.to !== undefined);
  return findCycles(edges).map((cycle) =>
    violation(
      'cycle',
      cycle[0],
      1,
      `values import each other: ${[...cycle, cycle[0]].join(' → ')}`,
    ),
  );
}

function checkEntryReach(imports) {
  const seen = new Set([ENTRY]);
  const found = [];
  for (const file of seen) {
    for (const edge of imports) {
      if (edge.from !== file || edge.kind === 'type' || edge.to === undefined || seen.has(edge.to))
        continue;
      seen.add(edge.to);
      if (UNREACHABLE_FROM_ENTRY.includes(roomOf(edge.to))) {
        found.push(bad('entry-reach', edge, `import 'harn' would load ${edge.to}`));
      }
    }
  }
  return found;
}

function bad(rule, edge, message) {
  return violation(rule, edge.from, edge.line, message);
}

function violation(rule, file, line, message) {
  return { rule, file, line, message };
}

const TABLE = /(<!-- rooms: [^\n]*-->\n)[\s\S]*?(<!-- end of rooms -->)/;

/** The table of rooms for ARCHITECTURE.md. */
export function roomTable() {
  const rows = ROOMS.map(
    ({ name, rooms, npm, node }) =>
      `| ${name} | ${rooms.join(', ') || '–'} | ${describeAllowances(npm)} | ${describeAllowances(node)} |`,
  );
  return [
    '',
    '| room | may import | npm packages | `node:` modules |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function describeAllowances(rows) {
  if (rows.length === 0) return '–';
  return rows
    .map(({ names, where, lazy }) => {
      const what = names.map((name) => (name === '*' ? 'any' : name)).join(', ');
      return what + (where === undefined ? '' : ` in ${where}`) + (lazy === true ? ' (lazy)' : '');
    })
    .join('; ');
}

function checkTable(root, write) {
  const file = path.join(root, 'ARCHITECTURE.md');
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const wanted = text.replace(TABLE, (_all, start, end) => `${start}${roomTable()}\n${end}`);
  if (write) writeFileSync(file, wanted);
  return wanted === text || write
    ? []
    : [
        violation(
          'stale-table',
          'ARCHITECTURE.md',
          1,
          'the room table is stale: npm run arch -- --write',
        ),
      ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
  const found = [...checkArchitecture(root), ...checkTable(root, process.argv.includes('--write'))];
  for (const { rule, file, line, message } of found) {
    process.stdout.write(`${file}:${line} ${rule}: ${message}\n`);
  }
  process.stdout.write(
    found.length === 0 ? 'Room rules hold.\n' : `${found.length} violations of the room rules.\n`,
  );
  process.exitCode = found.length === 0 ? 0 : 1;
}
