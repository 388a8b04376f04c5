#!/usr/bin/env node
// The launcher: loads dist/cli/harn.cjs and its parts as scripts with a V8 code cache of our own, kept in the
// user's cache folder, because compiling the bundle is most of the start-up time and Node 20 has no cache for it.
// The cache is an optimisation only: missing, stale, damaged or unwritable, the program runs the same. A build brings one
// along for the Node that made it, in dist/cli/code, which is read where the user has none.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const FOLDER = path.join(__dirname, '..', 'dist', 'cli');
const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

// A cache file: this word, the lengths of what follows, the names of the parts that had run when it was made, V8's data,
// and the data once more. Comparing the copies is how damage is noticed: V8 trusts these bytes and crashes on damaged
// ones, and loading a checksum of Node's takes longer than reading them.
const MAGIC = 0x48524e31;
const HEAD = 12;

const files = new Map();
const loaded = new Map();
/** Of this build, Node version and platform; empty when the build has no identity. */
let cacheName;
/** Where the user's cache is; empty when there is no place for one. */
let cacheFolder;

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
  file.used.push(part);
  file.parts[part](module.exports, requireFrom, module, file.path, FOLDER, importFrom);
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

// One folder per build, Node version and platform: V8 checks its own version, but of the source only the length.
function findCaches(mainCode) {
  const identity = /^\/\/([0-9a-f]{16})\n/.exec(mainCode)?.[1];
  cacheName = identity === undefined ? '' : `${identity}-${process.version}-${process.arch}`;
  const base =
    process.env.XDG_CACHE_HOME ||
    (process.platform === 'win32'
      ? process.env.LOCALAPPDATA
      : process.env.HOME && path.join(process.env.HOME, '.cache'));
  const isPlace = cacheName !== '' && base && path.isAbsolute(base);
  cacheFolder = isPlace ? path.join(base, 'harn', 'code', cacheName) : '';
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
      isNew = makeFolder(cacheFolder) || isNew;
      const names = Buffer.from([...known, ...used].join('\n'), 'latin1');
      const data = script.createCachedData();
      const head = Buffer.alloc(HEAD);
      head.writeUInt32LE(MAGIC, 0);
      head.writeUInt32LE(names.length, 4);
      head.writeUInt32LE(data.length, 8);
      const temporary = path.join(cacheFolder, `${name}.${process.pid}.tmp`);
      const file = fs.openSync(temporary, 'w', 0o600);
      try {
        for (const piece of [head, names, data, data]) fs.writeFileSync(file, piece);
      } finally {
        fs.closeSync(file);
      }
      fs.renameSync(temporary, path.join(cacheFolder, name));
    }
    if (isNew) removeOld(path.dirname(cacheFolder));
  } catch {
    // A read-only or full disk: the next start compiles again.
  }
}

// Whether it is new. Not mkdir's own `recursive`, which never ends below /proc.
function makeFolder(folder) {
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    if (error.code !== 'ENOENT' || path.dirname(folder) === folder) throw error;
    makeFolder(path.dirname(folder));
    fs.mkdirSync(folder, { mode: 0o700 });
    return true;
  }
}

function removeOld(folder) {
  for (const name of fs.readdirSync(folder)) {
    const other = path.join(folder, name);
    if (other !== cacheFolder && Date.now() - fs.statSync(other).mtimeMs > KEEP_MS) {
      fs.rmSync(other, { recursive: true, force: true });
    }
  }
}

process.on('exit', writeCache);
load('harn.cjs/harn.cjs')
  .main(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  });
