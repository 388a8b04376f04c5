// Makes a fresh clone usable: installs dependencies when they are missing or stale, and builds when
// sources changed. Uses nothing but Node, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Runs a program with our terminal; returns its exit code. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error !== undefined) {
    process.stderr.write(`${command}: ${result.error.message}\n`);
    return 1;
  }
  return result.status ?? 1;
}

/** Runs one of the installed tools by the path of its script, which is quicker than npx. */
export function runTool(script, args, options) {
  return run(process.execPath, [path.join(root, 'node_modules', script), ...args], options);
}

/** Runs npm: the one that started us, if any, so that versions agree. */
export function runNpm(args, options) {
  const own = process.env.npm_execpath;
  if (own !== undefined && /npm-cli\.c?js$/.test(own)) {
    return run(process.execPath, [own, ...args], options);
  }
  return run('npm', args, { shell: process.platform === 'win32', ...options });
}

/** Installs exactly what the lock file says, unless that is what is there. No install script is run or needed. */
export function ensureInstalled() {
  requireNode(20, 19);
  const status = installInto(root);
  if (status !== 0) process.exit(status);
}

/** The MCP servers that tests start, which are no dependency of ours. */
export const mcpServers = path.join(root, 'test', 'mcp', 'npm-servers');

/** Installs them for the tests; returns npm's exit code, 0 when they were there already. */
export function ensureMcpServers(options) {
  return installInto(mcpServers, options);
}

function installInto(folder, options) {
  if (isInstalled(folder)) return 0;
  return runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, ...options });
}

/** Builds `dist/` unless it is newer than everything it is made of. */
export function ensureBuilt() {
  return run(process.execPath, [path.join(root, 'scripts', 'build.mjs'), '--if-changed']);
}

function requireNode(major, minor) {
  const [haveMajor = 0, haveMinor = 0] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  process.stderr.write(
    `Node ${major}.${minor} or newer is needed; this is ${process.versions.node}.\n`,
  );
  process.exit(1);
}

// Compares content, not times: a checkout touches files without changing them, and installing over a
// live node_modules disturbs whoever is using it.
function isInstalled(folder) {
  const hidden = path.join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const wanted = readPackages(path.join(folder, 'package-lock.json'));
  const present = readPackages(hidden);
  return Object.entries(wanted).every(([where, want]) => {
    if (where === '' || want.link === true) return true;
    const have = present[where];
    if (have === undefined) return want.optional === true;
    return have.version === want.version && have.integrity === want.integrity;
  });
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}
