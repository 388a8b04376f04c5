// Bundles the command line into CommonJS parts that load on demand. esbuild splits only ESM output, so the
// parts are made as ESM (every `import()` in the sources starts a part; shared modules get parts of their own,
// so nothing is duplicated and class identity holds) and each part is then turned into CommonJS. CommonJS,
// because the launcher gives V8 a code cache per part, which Node 20 offers for scripts but not for ES modules.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, transform } from 'esbuild';
import ts from 'typescript';
import { root } from './setup.mjs';

/** npm packages that stay in node_modules: native code, or so big that copying them helps nobody. */
const EXTERNAL = ['ai', '@ai-sdk/*', '@photostructure/sqlite', 'pg', 'node:*'];

/** Names that parts use: the URL of the part, how it loads another, and the launcher's import(). */
const META_URL = '__harnPartUrl';
const PART = '__harnPart';
const IMPORT = '__harnImport';

/** Writes `harn.cjs` (exports `main`) and its parts into `outdir`. */
export async function buildCli(outdir, entry = path.join(root, 'src/cli/main.ts')) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: { harn: entry },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: EXTERNAL,
    chunkNames: 'part-[hash]',
    entryNames: '[name]',
    // Not minified: the code cache makes size nearly free, and a stack from a user's report has to be readable.
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const parts = await Promise.all(
    result.outputFiles.map(async (file) => ({
      name: commonJsName(path.basename(file.path)),
      code: await toCommonJs(file.text),
    })),
  );
  parts.sort((a, b) => (a.name < b.name ? -1 : 1));
  writeParts(outdir, parts);
  writeNotices(outdir, Object.keys(result.metafile.inputs));
}

// The first line of harn.cjs is the identity of the whole build: the launcher's key for its code cache.
function writeParts(outdir, parts) {
  const hash = createHash('sha256');
  for (const { name, code } of parts) hash.update(`${name}\0${code}\0`);
  const identity = hash.digest('hex').slice(0, 16);
  mkdirSync(outdir, { recursive: true });
  for (const { name, code } of parts) {
    const text = name === 'harn.cjs' ? `//${identity}\n${code}` : code;
    writeFileSync(path.join(outdir, name), text);
  }
}

async function toCommonJs(esm) {
  const { code } = await transform(redirectImports(esm), {
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    define: { 'import.meta.url': META_URL },
  });
  // What is strict as an ES module has to stay strict: esbuild does not say so itself.
  const prelude = [
    '"use strict";',
    code.includes(META_URL)
      ? `const ${META_URL} = require("node:url").pathToFileURL(__filename).href;`
      : '',
    code.includes(`${PART}(`)
      ? `const ${PART} = (id) => Promise.resolve().then(() => require(id));`
      : '',
  ];
  return `${prelude.filter((line) => line !== '').join('\n')}\n${code}`;
}

// Points imports of our own parts at their CommonJS names, and gives import() to functions: our parts are
// required when asked for, and everything else (packages, files of the user) goes to the launcher, because
// import() does not work in a script that V8 took from a code cache. Parsed rather than matched, so that text
// that looks like an import stays text.
function redirectImports(esm) {
  const source = ts.createSourceFile('part.mjs', esm, ts.ScriptTarget.Latest);
  const edits = [];
  const isPart = (literal) =>
    literal !== undefined && ts.isStringLiteral(literal) && literal.text.startsWith('./');
  const rename = (literal) => {
    const text = JSON.stringify(commonJsName(literal.text));
    edits.push({ start: literal.getStart(source), end: literal.end, text });
  };
  const visit = (node) => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      isPart(node.moduleSpecifier)
    ) {
      rename(node.moduleSpecifier);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const own = isPart(node.arguments[0]);
      const { end } = node.expression;
      edits.push({ start: node.expression.getStart(source), end, text: own ? PART : IMPORT });
      if (own) rename(node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  edits.sort((a, b) => b.start - a.start);
  return edits.reduce(
    (text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end),
    esm,
  );
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
