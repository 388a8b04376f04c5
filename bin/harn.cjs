#!/usr/bin/env node
// The launcher: loads dist/cli/harn.cjs and its parts as scripts with a V8 code cache of our own, kept in the
// user's cache folder, because compiling the bundle is most of the start-up time and Node 20 has no cache for it.
// The cache is an optimisation only: missing, stale, damaged or unwritable, the program runs the same.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const zlib = require('node:zlib');

const PARTS = path.join(__dirname, '..', 'dist', 'cli');
const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

const loaded = new Map();
const uncached = [];
let cacheFolder;

function load(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const filename = path.join(PARTS, name);
  const code = fs.readFileSync(filename, 'utf8');
  if (cacheFolder === undefined) cacheFolder = findCacheFolder(code);
  const script = compile(name, filename, code);
  const module = { exports: {} };
  loaded.set(name, module);
  script.runInThisContext()(module.exports, requireFrom, module, filename, PARTS, importFrom);
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

function compile(name, filename, code) {
  const cachedData = readCache(name);
  const parameters = 'exports,require,module,__filename,__dirname,__harnImport';
  const script = new vm.Script(`(function(${parameters}){${code}\n})`, { filename, cachedData });
  if (cachedData === undefined || script.cachedDataRejected) uncached.push({ name, script });
  return script;
}

// One folder per build, Node version and platform: V8 checks its own version, but of the source only the length.
function findCacheFolder(mainCode) {
  const identity = /^\/\/([0-9a-f]{16})\n/.exec(mainCode);
  if (identity === null) return '';
  const base =
    process.env.XDG_CACHE_HOME ||
    (process.platform === 'win32'
      ? process.env.LOCALAPPDATA
      : process.env.HOME && path.join(process.env.HOME, '.cache'));
  if (!base || !path.isAbsolute(base)) return '';
  return path.join(base, 'harn', 'code', `${identity[1]}-${process.version}-${process.arch}`);
}

function readCache(name) {
  if (cacheFolder === '') return undefined;
  let stored;
  try {
    stored = fs.readFileSync(path.join(cacheFolder, name));
  } catch {
    return undefined;
  }
  if (stored.length <= 4) return undefined;
  // V8 trusts these bytes and crashes on damaged ones, so damage has to be noticed here.
  const data = stored.subarray(4);
  return zlib.crc32(data) === stored.readUInt32LE(0) ? data : undefined;
}

// At exit, when the functions that a run needs have been compiled and can be cached with the rest.
function writeCache() {
  if (uncached.length === 0 || !cacheFolder) return;
  try {
    const isNew = fs.mkdirSync(cacheFolder, { recursive: true, mode: 0o700 }) !== undefined;
    for (const { name, script } of uncached) {
      const data = script.createCachedData();
      const sum = Buffer.alloc(4);
      sum.writeUInt32LE(zlib.crc32(data));
      const temporary = path.join(cacheFolder, `${name}.${process.pid}.tmp`);
      fs.writeFileSync(temporary, Buffer.concat([sum, data]), { mode: 0o600 });
      fs.renameSync(temporary, path.join(cacheFolder, name));
    }
    if (isNew) removeOld(path.dirname(cacheFolder));
  } catch {
    // A read-only or full disk: the next start compiles again.
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
load('harn.cjs')
  .main(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  });
