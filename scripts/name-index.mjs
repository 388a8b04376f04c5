// Which group of builtins has which names: asks the table itself, for the build to put the answer into
// src/builtins/name-index.ts.
import { build } from 'esbuild';
import { root } from './setup.mjs';

const SOURCE = `
  export { EFFECT_GROUPS } from './src/builtins/effectful.ts';
  export { PURE_GROUPS } from './src/builtins/pure.ts';
`;

/** The text of a module that has the index. */
export async function nameIndexModule(external) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: { contents: SOURCE, resolveDir: root, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    external,
    write: false,
    logLevel: 'warning',
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  const { PURE_GROUPS, EFFECT_GROUPS } = await import(`data:text/javascript;base64,${code}`);
  const names = [];
  const places = [];
  for (const [place, group] of [...PURE_GROUPS, ...EFFECT_GROUPS].entries()) {
    for (const { name, aliases = [] } of group()) {
      names.push(name);
      for (const each of [name, ...aliases]) places.push(`${JSON.stringify(each)}: ${place}`);
    }
  }
  return `export const NAME_INDEX = {
    names: ${JSON.stringify(names.join(' '))},
    places: { __proto__: null, ${places.join(', ')} },
  };`;
}
