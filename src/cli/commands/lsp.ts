// `harn lsp`: the language server on stdin and stdout, until the editor ends it.
import { createRegistry, EFFECT_GROUPS } from '../../builtins/index.ts';
import type { Command } from '../command.ts';
import { serveLsp } from '../lsp/server.ts';
import { editionOf } from '../source-files.ts';

export const lsp: Command = {
  async run(args, { host: getHost, version }) {
    const edition = editionOf(await getHost(), args.value('edition'));
    const builtins = createRegistry(EFFECT_GROUPS).specs();
    const { stdin: input, stdout: output } = process;
    return serveLsp({ builtins, edition, version, input, output });
  },
};
