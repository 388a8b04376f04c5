// Bundles the command line into CommonJS parts that load on demand. esbuild splits only ESM output, so the
// parts are made as ESM (every `import()` in the sources starts a part; shared modules get parts of their own,
// so nothing is duplicated and class identity holds) and each part is then turned into CommonJS. CommonJS,
// because the launcher gives V8 a code cache per file, which Node 20 offers for scripts but not for ES modules.
// What every run needs is in one file, and in one scope. What its modules import from others, and what anything imports from Node, loads
// when it is first used: modules only declare, so nothing is missed when they come late or not at all.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, transform } from 'esbuild';
import ts from 'typescript';
import { builtinTables } from './builtin-tables.mjs';
import { root } from './setup.mjs';

/** npm packages that stay in node_modules: native code, or so big that copying them helps nobody. */
const EXTERNAL = [
  ...['ai', '@ai-sdk/*', '@photostructure/sqlite', 'pg', 'node:*'],
  ...['vscode-languageserver', 'vscode-languageserver-textdocument'],
];

/** Stands for the identity of the build, which is known when everything else is. */
const BUILD = '@identity@build@';

const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

const OPTIONS = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: EXTERNAL,
  define: { HARN_BUILD: JSON.stringify(BUILD), HARN_VERSION: JSON.stringify(version) },
  chunkNames: 'part-[hash]',
  entryNames: '[name]',
  // Not minified: the code cache makes size nearly free, and a stack from a user's report has to be readable.
  metafile: true,
  write: false,
  logLevel: 'warning',
};

/** Names that parts use: the URL of the part, how it loads another, and the launcher's import(). */
const META_URL = '__harnPartUrl';
const PART = '__harnPart';
const IMPORT = '__harnImport';

/** How the launcher calls a part; see bin/harn.cjs. */
const PARAMETERS = `exports,require,module,__filename,__dirname,${IMPORT}`;

/** What every run of a program loads by `import()`. */
const RUN_ENTRIES = ['src/cli/commands/run.ts', 'src/cli/node-host.ts'];

/** The modules that `harn run` of a compiled pure program uses; made by measure-start-up.mjs. Out of date, it costs time. */
const START_UP_FILE = path.join(import.meta.dirname, 'start-up.json');

/**
 * Writes `harn.cjs` (exports `main`) and its parts into `outdir`. `startUp` are the modules that load at once; with
 * 'measure' none do and every module has its own file, so that it shows which ones a run uses.
 */
export async function buildCli(
  outdir,
  entry = path.join(root, 'src/cli/main.ts'),
  startUp = JSON.parse(readFileSync(START_UP_FILE, 'utf8')),
) {
  const early = startUp === 'measure' ? undefined : new Set(startUp.map(absolute));
  const options = { ...OPTIONS, outdir, plugins: [tables, deferral(early)] };
  const { outputFiles, metafile } = await buildWithDeferred({ harn: entry }, options);
  const files = assignFiles(metafile.outputs, early === undefined);
  const chunks = outputFiles.map(({ path: where, text }) => {
    const id = path.basename(where);
    return { id, file: files.get(id), text };
  });
  const joined = early === undefined ? chunks : await joinWhole(chunks, metafile.outputs);
  const parts = await Promise.all(
    joined.map(async ({ id, file, text }) => ({ id, file, code: await toCommonJs(text, files) })),
  );
  parts.sort((a, b) => (a.id < b.id ? -1 : 1));
  writeParts(outdir, parts);
  writeNotices(outdir, Object.keys(metafile.inputs));
  return { modulesOf: modulesByFile(metafile.outputs, files) };
}

/** The modules in each file that was written. */
function modulesByFile(outputs, files) {
  const found = new Map();
  for (const [id, { inputs }] of Object.entries(outputs)) {
    const file = files.get(path.basename(id));
    const own = Object.keys(inputs).filter((input) => input.startsWith('src/'));
    found.set(file, [...(found.get(file) ?? []), ...own]);
  }
  return found;
}

function absolute(file) {
  return path.join(root, file);
}

/** Puts the tables about the builtins in the places that sources leave for them. */
const tables = {
  name: 'builtin-tables',
  setup(context) {
    let made;
    const filter = /[\\/]builtins[\\/](?:name-index|spec-table)\.ts$/;
    context.onLoad({ filter }, async ({ path: file }) => {
      made ??= builtinTables(EXTERNAL);
      return { contents: (await made)[path.basename(file, '.ts')], loader: 'js' };
    });
  },
};

const LATER = 'later-';

/**
 * Keeps modules that start-up does without out of the parts that import them: each becomes an entry of its own. A front
 * door is looked through, because it has nothing of its own: everybody who imports it gets one with only what they ask
 * for. One that all share would bring everything that anybody takes from it to everybody.
 */
function deferral(early) {
  const setup = (context) => {
    context.onResolve(
      { filter: /^\./ },
      ({ path: asked, importer, resolveDir, kind, namespace, pluginData }) => {
        const target = path.resolve(resolveDir, asked);
        if (!target.startsWith(path.join(root, 'src'))) return undefined;
        const byEarly = early === undefined || namespace === 'front' || early.has(importer);
        const defers = kind === 'import-statement' && byEarly;
        if (path.basename(target) === 'index.ts') {
          const text = pluginData?.text ?? readFileSync(importer, 'utf8');
          const names = kind === 'import-statement' ? namesFrom(asked, text) : undefined;
          const suffix = `?${names?.join() ?? ''}`;
          const door = { namespace: defers ? 'front' : 'door', suffix, pluginData: { names } };
          return { path: target, ...door, sideEffects: false };
        }
        if (!defers || early?.has(target)) return { path: target, sideEffects: false };
        return { path: `./${laterName(target)}.js`, external: true, sideEffects: false };
      },
    );
    const open = ({ path: file, pluginData: { names } }) => {
      const contents = doorFor(names, readFileSync(file, 'utf8'));
      const pluginData = { text: contents };
      return { contents, resolveDir: path.dirname(file), loader: 'ts', pluginData };
    };
    for (const namespace of ['front', 'door']) context.onLoad({ filter: /./, namespace }, open);
  };
  return { name: 'deferral', setup };
}

/** What a text imports, or exports again, from a path; undefined for all of it. */
function namesFrom(asked, text) {
  const found = exchanged(text).filter((each) => each.from === asked);
  return found.length === 0 ? undefined : found.flatMap(({ names }) => names.map(([name]) => name));
}

/** The text of a front door with only these names. */
function doorFor(names, text) {
  if (names === undefined) return text;
  const kept = exchanged(text).map(({ names: all, from }) => {
    const some = all.filter(([, outside]) => names.includes(outside));
    const list = some.map(([inside, outside]) => `${inside} as ${outside}`).join(', ');
    return some.length === 0 ? '' : `export { ${list} } from '${from}';\n`;
  });
  return kept.join('');
}

/** `import {...} from` and `export {...} from` of a text, without types: names there and here. */
function exchanged(text) {
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const statements = code.matchAll(/\b(?:import|export)\s*\{([^}]*)\}\s*from\s*'([^']+)'/g);
  return Array.from(statements, ([, list, from]) => {
    const names = list.split(',').map((each) => each.trim());
    const values = names.filter((each) => each !== '' && !each.startsWith('type '));
    return {
      from,
      names: values.map((each) => [each.split(' as ')[0], each.split(' as ').at(-1)]),
    };
  });
}

function laterName(file) {
  const inside = path.relative(path.join(root, 'src'), file).replace(/\.ts$/, '');
  return LATER + inside.split(path.sep).join('.');
}

/** Which modules are deferred shows in what is built, and deferred modules may import further ones. */
async function buildWithDeferred(entryPoints, options) {
  const result = await build({ ...options, entryPoints });
  const known = Object.keys(entryPoints).length;
  const all = { ...entryPoints };
  for (const { imports } of Object.values(result.metafile.outputs)) {
    for (const { path: id, external } of imports) {
      if (!external || !id.startsWith(`./${LATER}`)) continue;
      const name = path.basename(id, '.js');
      all[name] = path.join(
        root,
        'src',
        `${name.slice(LATER.length).replaceAll('.', path.sep)}.ts`,
      );
    }
  }
  return Object.keys(all).length === known ? result : buildWithDeferred(all, options);
}

/**
 * Which file holds which part. What every command needs is in `harn`, what every run of a program needs besides is in
 * `run`: one file is read and checked faster than twenty. Every other part has a file of its own.
 */
function assignFiles(outputs, measuring) {
  const byName = new Map(
    Object.entries(outputs).map(([name, output]) => [path.basename(name), output]),
  );
  const files = new Map();
  if (measuring) {
    for (const id of byName.keys()) files.set(id, commonJsName(id));
    return files;
  }
  const assign = (id, file) => {
    const output = byName.get(id);
    if (output === undefined || files.has(id)) return;
    files.set(id, file);
    for (const { path: target, kind, external } of output.imports) {
      if (kind === 'import-statement' && !external) assign(path.basename(target), file);
    }
  };
  assign('harn.js', 'harn.cjs');
  for (const [id, { entryPoint }] of byName) {
    if (RUN_ENTRIES.includes(entryPoint)) assign(id, 'run.cjs');
  }
  for (const [id, { entryPoint }] of byName) {
    if (FOR_COMPILER.includes(entryPoint)) assign(id, 'compiler.cjs');
  }
  for (const [id, { inputs, entryPoint }] of byName) {
    const modules = [...Object.keys(inputs), entryPoint ?? ''].map((each) =>
      each.replace(/^door:.*?\/(?=src\/)/, ''),
    );
    if (!files.has(id)) files.set(id, roomFile(modules));
  }
  return files;
}

/** What compiling a program loads by `import()`, and the build by itself. */
const FOR_COMPILER = ['src/engine/compile.ts', 'src/builtins/spec-table.ts', 'src/base/sha256.ts'];

/** Packages for formats that few programs read, all that `text` is built on. */
const FORMATS = /node_modules\/(?:yaml|re2js|smol-toml|fflate|fzstd|graphql|@noble)\//;

/** Parts that are not for every run share files by what they belong to. */
function roomFile(modules) {
  if (modules.some((file) => FORMATS.test(file))) return 'formats.cjs';
  if (modules.some((file) => file.includes('node_modules/'))) return 'packages.cjs';
  const rooms = new Set(modules.map((file) => /^src\/(\w+)/.exec(file)?.[1]));
  if (rooms.has('lang')) return 'tools.cjs';
  if (rooms.has('cli')) return 'commands.cjs';
  if (rooms.has('store')) return 'store.cjs';
  if (rooms.has('runtime') || rooms.has('engine')) return 'runtime.cjs';
  return rooms.has('builtins') || rooms.has('values') ? 'library.cjs' : 'base.cjs';
}

/** Files whose parts are all used when one is. In parentheses V8 compiles a function at once, and reads it only once. */
const USED_WHOLE = new Set(['harn.cjs', 'run.cjs', 'compiler.cjs']);

/** The chunk that the launcher asks for. */
const ENTRY = 'harn.js';

/** The one part of a file that is used whole; see bin/harn.cjs. */
const WHOLE = 'whole.js';

/**
 * The chunks of each file that is used whole become one, in one scope: what they have from each other are variables then,
 * which V8 keeps in half the space of parts that export and import. Others still ask for them by their names, and get
 * an object with what they export, made for the first who asks.
 */
async function joinWhole(chunks, outputs) {
  const exportsOf = new Map(
    Object.entries(outputs).map(([name, output]) => [path.basename(name), output.exports]),
  );
  const apart = chunks.filter(({ file }) => !USED_WHOLE.has(file));
  const files = [...new Set(chunks.map(({ file }) => file))].filter((file) => USED_WHOLE.has(file));
  const whole = files.map(async (file) => {
    const members = chunks.filter((each) => each.file === file);
    const others = chunks.filter((each) => each.file !== file).map(({ text }) => text);
    const isAsked = ({ id }) =>
      id === ENTRY ||
      [...others, ...members.map(dynamicImports)].some((text) => text.includes(`"./${id}"`));
    const text = await joinChunks(members, members.filter(isAsked), exportsOf);
    return { id: WHOLE, file, text };
  });
  return [...apart, ...(await Promise.all(whole))];
}

function dynamicImports({ text }) {
  return text.match(/\bimport\("[^"]*"\)/g)?.join() ?? '';
}

async function joinChunks(members, asked, exportsOf) {
  const texts = new Map(members.map(({ id, text }) => [id, text]));
  const doors = asked.map(({ id }, i) => {
    const names = exportsOf.get(id);
    const list = names.map((name, k) => `${name} as m${i}_${k}`).join(', ');
    const getters = names.map((name, k) => `get ${name}() { return m${i}_${k}; }`).join(', ');
    const door = `${JSON.stringify(commonJsName(id))}: () => ({ ${getters} })`;
    return { text: `import { ${list} } from './${id}';`, door };
  });
  const contents = `${doors.map(({ text }) => text).join('\n')}
export const parts = { ${doors.map(({ door }) => door).join(',\n')} };`;
  const setup = (context) => {
    context.onResolve({ filter: /^\.\// }, ({ path: asked, kind }) => {
      const id = path.basename(asked);
      const isMember = kind === 'import-statement' && texts.has(id);
      if (!isMember) return { path: asked, external: true, sideEffects: false };
      return { path: id, namespace: 'chunk', sideEffects: false };
    });
    context.onLoad({ filter: /./, namespace: 'chunk' }, ({ path: id }) => ({
      contents: texts.get(id),
      loader: 'js',
      resolveDir: root,
    }));
  };
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: { contents, resolveDir: root, loader: 'js' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: OPTIONS.target,
    external: EXTERNAL,
    write: false,
    logLevel: 'warning',
    // Chunks name those that only have to be there.
    logOverride: { 'ignored-bare-import': 'silent' },
    plugins: [{ name: 'chunks', setup }],
  });
  return outputFiles[0].text;
}

// A file is an expression: an object of its parts by name. The first line of harn.cjs is the identity of the whole build: the launcher's key for its code
// cache.
function writeParts(outdir, parts) {
  const texts = new Map();
  for (const { id, file, code } of parts) {
    const body = `function(${PARAMETERS}){${code}\n}`;
    const text = USED_WHOLE.has(file) ? `(${body})` : body;
    texts.set(file, `${texts.get(file) ?? ''}${JSON.stringify(commonJsName(id))}:${text},\n`);
  }
  const hash = createHash('sha256');
  for (const [file, text] of texts) hash.update(`${file}\0${text}\0`);
  const identity = hash.digest('hex').slice(0, 16);
  mkdirSync(outdir, { recursive: true });
  for (const [file, text] of texts) {
    const head = file === 'harn.cjs' ? `//${identity}\n` : '';
    const told = text.replaceAll(BUILD, identity);
    writeFileSync(path.join(outdir, file), `${head}({${told}})\n`, 'latin1');
  }
}

async function toCommonJs(esm, files) {
  const { code } = await transform(esm, {
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    // The launcher reads parts byte by character.
    charset: 'ascii',
    define: { 'import.meta.url': META_URL },
  });
  const rewritten = rewrite(code, files);
  // What is strict as an ES module has to stay strict: esbuild does not say so itself.
  const prelude = [
    '"use strict";',
    rewritten.includes(META_URL)
      ? `const ${META_URL} = () => require("node:url").pathToFileURL(__filename).href;`
      : '',
    rewritten.includes(`${PART}(`)
      ? `const ${PART} = (id) => Promise.resolve().then(() => require(id));`
      : '',
  ];
  return `${prelude.filter((line) => line !== '').join('\n')}\n${rewritten}`;
}

function applyEdits(text, edits) {
  edits.sort((a, b) => b.start - a.start || b.end - a.end);
  return edits.reduce(
    (out, { start, end, text }) => out.slice(0, start) + text + out.slice(end),
    text,
  );
}

// Parsed rather than matched, so that text that looks like code stays text. Edits are as small as can be, because one
// lies inside the statement that another is about.
function rewrite(code, files) {
  const source = ts.createSourceFile('part.cjs', code, ts.ScriptTarget.Latest, true);
  const { edits, names, gone } = loadOnUse(source);
  // Told by a function too: few who could ask do.
  names.set(META_URL, META_URL);
  edits.push(...exportOnce(source));
  const edit = (node, text) => edits.push({ start: node.getStart(source), end: node.end, text });
  const visit = (node) => {
    if (gone.has(node)) return;
    if (ts.isIdentifier(node) && names.has(node.text) && isUse(node)) {
      const short = ts.isShorthandPropertyAssignment(node.parent) ? `${node.text}: ` : '';
      edit(node, `${short}(${names.get(node.text)}())`);
    } else if (ts.isCallExpression(node)) {
      redirect(node, files, edit);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return withoutHelpers(applyEdits(code, edits), source);
}

// Points imports of our own parts at the files they are in, and gives import() to functions: our parts are required
// when asked for, and everything else (packages, files of the user) goes to the launcher, because import() does not
// work in a script that V8 took from a code cache.
function redirect({ expression, arguments: [literal] }, files, edit) {
  const isImport = expression.kind === ts.SyntaxKind.ImportKeyword;
  if (!isImport && !(ts.isIdentifier(expression) && expression.text === 'require')) return;
  const isPart =
    literal !== undefined && ts.isStringLiteral(literal) && literal.text.startsWith('./');
  if (isImport) edit(expression, isPart ? PART : IMPORT);
  if (!isPart) return;
  const id = literal.text.slice(2);
  edit(literal, JSON.stringify(`./${files.get(id)}/${commonJsName(id)}`));
}

// Turns `var x = require("node:os")` into a function that requires when it is first called; every `x` becomes `(x())`.
// esbuild reads imported names through such a variable at each use, and gives it a name that nothing shadows.
function loadOnUse(source) {
  const edits = [];
  // By their name, the name that the part has for the same thing: joined chunks import many things twice.
  const names = new Map();
  const known = new Map();
  const gone = new Set();
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const [{ name, initializer }] = statement.declarationList.declarations;
    const text = initializer?.getText(source) ?? '';
    if (!/^(?:__toESM\()?require\("(?:node:|\.\/later-)/.test(text)) continue;
    const first = known.get(text);
    names.set(name.text, first ?? name.text);
    if (first !== undefined) {
      edits.push({ start: statement.pos, end: statement.end, text: '' });
      gone.add(statement);
      continue;
    }
    known.set(text, name.text);
    const start = statement.getStart(source);
    const load = `let ${name.text}_; const ${name.text} = () => ${name.text}_ ??= `;
    edits.push({ start, end: initializer.getStart(source), text: load });
    if (!text.startsWith('__toESM(require("node:')) continue;
    // A module of Node with itself as its default; __toESM would copy every property.
    const withDefault = '((it) => ({ __proto__: it, default: it }))';
    const { expression } = initializer;
    edits.push({ start: expression.getStart(source), end: expression.end, text: withDefault });
  }
  return { edits, names, gone };
}

// esbuild defines each export as a property of an object and copies them all to another. One literal is the same to
// those who read it, and a tenth of the work.
function exportOnce(source) {
  const edits = [];
  for (const statement of source.statements) {
    const { pos, end } = statement;
    const text = statement.getText(source);
    if (text.startsWith('__export(stdin_exports,')) {
      const table = statement.expression.arguments[1];
      const edit = (from, to, text) => edits.push({ start: from, end: to, text });
      edit(statement.getStart(source), table.getStart(source), 'module.exports = ');
      edit(table.end, end, ';');
      // Only what is around names and values, which may have edits of their own.
      for (const { name, initializer } of table.properties) {
        edit(name.getStart(source), name.getStart(source), 'get ');
        edit(name.end, initializer.body.getStart(source), '() { return ');
        edit(initializer.end, initializer.end, '; }');
      }
    } else if (/^(?:var stdin_exports =|module\.exports = __toCommonJS|0 && )/.test(text)) {
      edits.push({ start: pos, end, text: '' });
    }
  }
  return edits;
}

/** What esbuild puts at the head of a part for those who call it; callers stand before what they call themselves. */
const HELPERS = [
  '__toCommonJS',
  '__toESM',
  '__export',
  '__copyProps',
  '__create',
  '__defProp',
  '__getOwnPropDesc',
  '__getOwnPropNames',
  '__getProtoOf',
  '__hasOwnProp',
];

function withoutHelpers(code, source) {
  let out = code;
  for (const name of HELPERS) {
    const statement = source.statements.find((each) =>
      each.getText(source).startsWith(`var ${name} = `),
    );
    const isUnused = out.split(new RegExp(`\\b${name}\\b`)).length <= 2;
    if (statement !== undefined && isUnused)
      out = out.replace(statement.getFullText(source), () => '');
  }
  return out;
}

function isUse({ parent, text }) {
  if (ts.isVariableDeclaration(parent)) return parent.name.text !== text;
  if (ts.isPropertyAccessExpression(parent)) return parent.name.text !== text;
  return !ts.isPropertyAssignment(parent) || parent.name.text !== text;
}

function commonJsName(name) {
  return name.replace(/\.js$/, '.cjs');
}

// The bundle carries other people's code; their licences ask that the notice travels with it.
function writeNotices(outdir, inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const match = /(?:^|\/)(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match?.[1] !== undefined) packages.add(match[1]);
  }
  const notices = [...packages].sort().map((where) => {
    const folder = path.join(root, where);
    const { name, version, license } = JSON.parse(
      readFileSync(path.join(folder, 'package.json'), 'utf8'),
    );
    const file = ['LICENSE', 'LICENSE.md', 'LICENCE', 'license'].find((candidate) =>
      existsSync(path.join(folder, candidate)),
    );
    const text = file === undefined ? '' : readFileSync(path.join(folder, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  if (notices.length > 0)
    writeFileSync(path.join(outdir, 'THIRD-PARTY.txt'), notices.join('\n---\n\n'));
}
