// Tables about the builtins that the build puts in the place of src/builtins/name-index.ts and spec-table.ts: which group
// has which names, and the specs of all. Asks the groups themselves, once per build.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './setup.mjs';

const SOURCE = `
  export { EFFECT_GROUPS } from './src/builtins/effectful.ts';
  export { PURE_GROUPS } from './src/builtins/pure.ts';
`;

const PACKAGE = JSON.stringify(pathToFileURL(path.join(root, 'package.json')).href);
const REQUIRE = `import * as __tablesModule from 'node:module';
const require = __tablesModule.createRequire(${PACKAGE});`;

/** The texts of both modules, by the name of the file. */
export async function builtinTables(external) {
  const rowsOf = await loadGroups(external);
  const places = [];
  for (const [place, rows] of rowsOf.entries()) {
    for (const { name, aliases = [] } of rows) {
      for (const each of [name, ...aliases]) places.push(`${each}:${place}`);
    }
  }
  const rows = rowsOf.flat();
  const specs = rows.filter(({ name }) => !name.startsWith('@')).map(specOf);
  const names = rows.map(({ name }) => name).join(' ');
  return {
    'name-index': `export const NAME_INDEX = {
      names: ${JSON.stringify(names)},
      places: ${JSON.stringify(` ${places.join(' ')} `)},
    };`,
    // As text: V8 reads JSON much faster than it compiles an object.
    'spec-table': `export const SPEC_TABLE = () => JSON.parse(${JSON.stringify(JSON.stringify(specs))});`,
  };
}

function specOf({ name, signature, doc, effect, suspends, aliases, boundary }) {
  return { name, signature, doc, effect, suspends, aliases, boundary };
}

async function loadGroups(external) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: { contents: SOURCE, resolveDir: root, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    external,
    write: false,
    logLevel: 'warning',
    // Packages in CommonJS ask for modules of Node.
    banner: { js: REQUIRE },
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  const { PURE_GROUPS, EFFECT_GROUPS } = await import(`data:text/javascript;base64,${code}`);
  return [...PURE_GROUPS, ...EFFECT_GROUPS].map((group) => group());
}
