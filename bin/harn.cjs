#!/usr/bin/env node
// The launcher: loads dist/cli/harn.cjs and its parts as scripts with a V8 code cache of our own, kept in the
// user's cache folder, because compiling the bundle is most of the start-up time and Node 20 has no cache for it.
// The cache is an optimisation only: missing, stale, damaged or unwritable, the program runs the same. A build brings one
// along for the Node that made it, in dist/cli/code, which is read where the user has none. V8 runs what a cache says, so
// one that somebody else could have written is none.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const FOLDER = path.join(__dirname, '..', 'dist', 'cli');
const HOUR_MS = 60 * 60 * 1000;
const KEEP_MS = 30 * 24 * HOUR_MS;
/** Caches of this many other builds, versions of Node and sets of its options stay; each takes some 3 MB. */
const KEEP = 7;

// A cache file: this word, the lengths of what follows, nothing, the names of the parts that had run when it was made,
// V8's data, and the data once more. Comparing the copies is how damage is noticed: V8 trusts these bytes and crashes on
// damaged ones, and loading a checksum of Node's takes longer than reading them. The data starts at a multiple of
// ALIGNMENT, or V8 copies it first.
const MAGIC = 0x48524e32;
const HEAD = 16;
const ALIGNMENT = 8;

const files = new Map();
const loaded = new Map();
/** Of this build, Node version and platform; empty when the build has no identity. */
let cacheName;
/** Where the user's cache is; empty when there is no place for one. */
let cacheFolder = '';

/** The exports of a part; `id` is `file/part`. */
function load(id) {
  const known = loaded.get(id);
  if (known !== undefined) return known.exports;
  const slash = id.indexOf('/');
  const name = id.slice(0, slash);
  const part = id.slice(slash + 1);
  const file = files.get(name) ?? open(name);
  const module = { exports: {} };
  loaded.set(id, module);
  const run = file.parts[part];
  // A file that is used whole has one part, which makes the others.
  if (run === undefined) {
    module.exports = load(`${name}/whole.cjs`).parts[part]();
    return module.exports;
  }
  file.used.push(part);
  run(module.exports, requireFrom, module, file.path, FOLDER, importFrom);
  return module.exports;
}

function requireFrom(id) {
  return id.startsWith('./') ? load(id.slice(2)) : require(id);
}
requireFrom.resolve = require.resolve;

// import() fails in a script that came from the code cache (and warns in one that did not), so parts call this.
function importFrom(id) {
  return import(id);
}

function open(name) {
  const filename = path.join(FOLDER, name);
  // All characters are ASCII.
  const code = fs.readFileSync(filename, 'latin1');
  if (cacheName === undefined) findCaches(code);
  const cache = readCache(name);
  const script = new vm.Script(code, { filename, cachedData: cache?.data });
  const cached = cache === undefined || script.cachedDataRejected ? '' : cache.names;
  const file = { path: filename, script, cached, parts: script.runInThisContext(), used: [] };
  files.set(name, file);
  return file;
}

// One folder per build, version of Node, platform and set of options: V8 checks its own version and options, but of the
// source only the length. What other options made is rejected, and would be made again by every other start.
function findCaches(mainCode) {
  const identity = /^\/\/([0-9a-f]{16})\n/.exec(mainCode)?.[1];
  cacheName =
    identity === undefined
      ? ''
      : `${identity}-${process.version}-${process.platform}-${process.arch}`;
  const base = cacheName === '' ? '' : cacheBase();
  if (!base || !path.isAbsolute(base)) return;
  const options = [...process.execArgv, process.env.NODE_OPTIONS || ''].join(' ').trim();
  const folder = path.join(
    base,
    'harn',
    'code',
    `${cacheName}${options && `-${shortHash(options)}`}`,
  );
  if (isOurs(folder)) cacheFolder = folder;
}

// As the command line finds the rest of its caches: userCacheDir in src/runtime/host/state-root.ts.
function cacheBase() {
  const { XDG_CACHE_HOME, LOCALAPPDATA, HOME } = process.env;
  if (XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME)) return XDG_CACHE_HOME;
  if (process.platform === 'win32') return LOCALAPPDATA;
  return HOME && path.join(HOME, process.platform === 'darwin' ? 'Library/Caches' : '.cache');
}

/** Tells sets of options apart; two with one hash take each other's place. */
function shortHash(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16);
}

// Whether a folder is not there or nobody but this user can put anything into it. Windows keeps the user's folders apart
// by other means.
function isOurs(folder) {
  try {
    const stat = fs.lstatSync(folder, { throwIfNoEntry: false });
    if (stat === undefined || process.geteuid === undefined) return true;
    return stat.isDirectory() && stat.uid === process.geteuid() && (stat.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

// The user's own has what this user runs, so it comes first.
function readCache(name) {
  if (cacheName === '') return undefined;
  const own = cacheFolder === '' ? undefined : readCacheFile(path.join(cacheFolder, name));
  return own ?? readCacheFile(path.join(FOLDER, 'code', cacheName, name));
}

function readCacheFile(file) {
  let stored;
  try {
    stored = fs.readFileSync(file);
  } catch {
    return undefined;
  }
  if (stored.length < HEAD || stored.readUInt32LE(0) !== MAGIC) return undefined;
  const start = HEAD + stored.readUInt32LE(4);
  const length = stored.readUInt32LE(8);
  if (length === 0 || stored.length !== start + 2 * length) return undefined;
  const data = stored.subarray(start, start + length);
  if (!data.equals(stored.subarray(start + length))) return undefined;
  return { names: stored.latin1Slice(HEAD, start), data };
}

// At exit, when the functions that a run needs have been compiled and can be cached with the rest. A file is cached
// again when parts of it have run that had not when its cache was made.
function writeCache() {
  if (!cacheFolder) return;
  try {
    let isNew = false;
    for (const [name, { script, cached, used }] of files) {
      const known = new Set(cached.split('\n'));
      if (used.every((part) => known.has(part))) continue;
      if (makeFolder(cacheFolder)) isNew = true;
      removeLeftOver();
      writeCacheFile(name, [...known, ...used].join('\n'), script.createCachedData());
    }
    if (isNew) removeOld(path.dirname(cacheFolder));
  } catch {
    // A read-only or full disk: the next start compiles again.
  }
}

// Under its name when all of it is there, so that others see all or nothing. Nobody else writes to the temporary file:
// processes of different containers may have one number.
function writeCacheFile(name, parts, data) {
  const padding = -parts.length & (ALIGNMENT - 1);
  const names = Buffer.from(parts + '\n'.repeat(padding), 'latin1');
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt32LE(names.length, 4);
  head.writeUInt32LE(data.length, 8);
  const temporary = path.join(cacheFolder, `${name}.${process.pid}.tmp`);
  const file = fs.openSync(temporary, 'wx', 0o600);
  try {
    for (const piece of [head, names, data, data]) fs.writeFileSync(file, piece);
  } finally {
    fs.closeSync(file);
  }
  fs.renameSync(temporary, path.join(cacheFolder, name));
}

// Whether it is new. Not mkdir's own `recursive`, which never ends below /proc. Root makes nothing in a home of somebody
// else, who could not use it then nor make their own.
function makeFolder(folder) {
  if (fs.existsSync(folder)) return false;
  const above = path.dirname(folder);
  if (above !== folder) makeFolder(above);
  if (process.geteuid?.() === 0 && fs.statSync(above).uid !== 0) throw new Error('not ours');
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** What processes left that were killed while they wrote. */
function removeLeftOver() {
  for (const name of fs.readdirSync(cacheFolder)) {
    const file = path.join(cacheFolder, name);
    if (name.endsWith('.tmp') && Date.now() - modifiedMs(file) > HOUR_MS) {
      fs.rmSync(file, { force: true });
    }
  }
}

/** What nobody has added to for long, and all but the newest. */
function removeOld(folder) {
  const others = fs
    .readdirSync(folder)
    .map((name) => path.join(folder, name))
    .filter((other) => other !== cacheFolder)
    .map((other) => ({ other, mtimeMs: modifiedMs(other) }))
    .sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const [place, { other, mtimeMs }] of others.entries()) {
    if (place < KEEP && Date.now() - mtimeMs <= KEEP_MS) continue;
    fs.rmSync(other, { recursive: true, force: true });
  }
}

/** Long ago for what another process has removed. */
function modifiedMs(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

process.on('exit', writeCache);
load('harn.cjs/harn.cjs')
  .main(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  });
