// Grammars of the extension, loaded by what VS Code itself reads them with.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { IGrammar, IRawGrammar } from 'vscode-textmate';

const require = createRequire(import.meta.url);
// Both are CommonJS bundles whose names an import cannot see.
const { Registry, INITIAL } = require('vscode-textmate') as typeof import('vscode-textmate');
const oniguruma = require('vscode-oniguruma') as typeof import('vscode-oniguruma');

export { INITIAL, oniguruma };

/** What loads the grammar of a scope; `grammars` are those of the manifest in `folder`. */
export async function grammarLoader(
  folder: string,
  grammars: readonly { readonly scopeName: string; readonly path: string }[],
): Promise<(scope: string) => Promise<IGrammar>> {
  const wasm = readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'));
  await oniguruma.loadWASM(new Uint8Array(wasm).buffer);
  const onigLib = Promise.resolve({
    createOnigScanner: (sources: string[]) => new oniguruma.OnigScanner(sources),
    createOnigString: (text: string) => new oniguruma.OnigString(text),
  });
  const loadGrammar = (scope: string) => {
    const file = grammars.find(({ scopeName }) => scopeName === scope)?.path;
    return Promise.resolve(
      file === undefined
        ? null
        : (JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as IRawGrammar),
    );
  };
  const registry = new Registry({ onigLib, loadGrammar });
  return async (scope: string) => {
    const grammar = await registry.loadGrammar(scope);
    if (grammar === null) throw new Error(`no grammar for ${scope}`);
    return grammar;
  };
}
