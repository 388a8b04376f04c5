// As much of VS Code and of its language client as the extension asks for, so that its client can be activated here.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compileFunction } from 'node:vm';

export interface Server {
  readonly command: string;
  readonly args: readonly string[];
}

interface Extension {
  activate(context: { subscriptions: unknown[] }): Promise<void>;
  deactivate(): Promise<void>;
}

type ConfigurationListener = (change: {
  affectsConfiguration(name: string): boolean;
}) => Promise<void> | undefined;

/**
 * Activates the extension of `folder`; a server whose command is `missing` cannot be started, one that is `absent` is not
 * there. Of the files of the project only those in `installed` are.
 */
export function activateExtension(
  folder: string,
  settings: Record<string, string>,
  { installed = [], isTrusted = true }: { installed?: readonly string[]; isTrusted?: boolean } = {},
) {
  const log: string[] = [];
  const started: Server[] = [];
  const messages: string[] = [];
  const read = new Set<string>();
  const commands = new Map<string, () => Promise<void>>();
  const listeners: ConfigurationListener[] = [];

  class LanguageClient {
    readonly #server: Server;

    constructor(_id: string, _name: string, server: Server) {
      this.#server = server;
    }

    start(): Promise<void> {
      const { command } = this.#server;
      log.push(`start ${command.replaceAll('"', '')}`);
      started.push(this.#server);
      return command.includes('missing') ? Promise.reject(new Error('ENOENT')) : Promise.resolve();
    }

    dispose(): Promise<void> {
      log.push(`dispose ${this.#server.command.replaceAll('"', '')}`);
      return Promise.resolve();
    }
  }

  const existsSync = (file: string) => {
    if (file.includes('node_modules')) return installed.includes(file);
    return !file.includes('absent');
  };
  const vscode = {
    commands: {
      registerCommand: (name: string, run: () => Promise<void>) => commands.set(name, run),
    },
    window: {
      showErrorMessage(message: string) {
        messages.push(message);
        return Promise.resolve(undefined);
      },
    },
    workspace: {
      isTrusted,
      onDidGrantWorkspaceTrust: () => ({ dispose: () => undefined }),
      workspaceFolders: [{ uri: { fsPath: '/project' } }],
      getConfiguration: (section: string) => ({
        get(name: string, otherwise: string) {
          read.add(`${section}.${name}`);
          return settings[name] ?? otherwise;
        },
      }),
      onDidChangeConfiguration: (listener: ConfigurationListener) => listeners.push(listener),
    },
  };

  const modules: Readonly<Record<string, unknown>> = {
    vscode,
    'node:fs': { existsSync },
    'node:path': path,
    'vscode-languageclient/node': { LanguageClient },
  };
  const filename = path.join(folder, 'extension.js');
  const module = { exports: {} };
  const load = compileFunction(readFileSync(filename, 'utf8'), ['require', 'module'], { filename });
  load((name: string) => modules[name], module);
  const extension = module.exports as Extension;

  return {
    log,
    started,
    messages,
    read,
    commands,
    settings,
    activated: extension.activate({ subscriptions: [] }),
    deactivate: () => extension.deactivate(),
    async change(name: string, value: string | number): Promise<void> {
      settings[name.replace(/^harn\./, '')] = String(value);
      const change = { affectsConfiguration: (other: string) => other === name };
      await Promise.all(listeners.map((listener) => listener(change)));
    },
  };
}
