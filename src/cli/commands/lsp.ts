// `harn lsp`: the language server on stdin and stdout, until the editor ends it.
import { specsWithOptions } from '../../builtins/index.ts';
import type { Command } from '../command.ts';
import { serveLsp } from '../lsp/server.ts';
import { keyOf } from '../lsp/workspace.ts';
import { editionOf } from '../source-files.ts';
import { SettingsReader } from '../tool-settings.ts';

export const lsp: Command = {
  async run(args, { host: getHost, version }) {
    const host = await getHost();
    const edition = editionOf(host, args.value('edition'));
    const builtins = await specsWithOptions();
    // Read anew each time: an editor stays open longer than a setting stays as it is.
    const settings = (uri: string) => new SettingsReader(host).of(keyOf(uri));
    const { stdin: input, stdout: output } = process;
    return serveLsp({ builtins, edition, version, settings, input, output });
  },
};
