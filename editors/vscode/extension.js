// The client of `harn lsp`: one server for all open folders, started with the editor's settings and started again
// when they change. Everything a language server can answer is its own; nothing is computed here.
'use strict';

const { existsSync } = require('node:fs');
const path = require('node:path');
const { commands, window, workspace } = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

/** The client that runs, if any. @type {import('vscode-languageclient/node').LanguageClient | undefined} */
let client;

/** Starts and stops one after the other, so that quick changes do not leave two servers. */
let queue = Promise.resolve();

/** @param {() => Promise<void>} step */
function enqueue(step) {
  queue = queue.then(step, step);
  return queue;
}

const IS_WINDOWS = process.platform === 'win32';
const ENDINGS = IS_WINDOWS ? ['.cmd', '.exe', '.bat', ''] : [''];

/** The Harn that a project in the workspace has installed; a folder that is not trusted starts nothing of its own. */
function installed() {
  if (!workspace.isTrusted) return undefined;
  return (workspace.workspaceFolders ?? [])
    .map(({ uri }) =>
      path.join(uri.fsPath, 'node_modules', '.bin', IS_WINDOWS ? 'harn.cmd' : 'harn'),
    )
    .find((file) => existsSync(file));
}

/** Whether there is such a command: a file, or a name in one of the folders of PATH. @param {string} command */
function isThere(command) {
  const isFile = command.includes('/') || command.includes('\\');
  const folders = isFile ? ['.'] : (process.env['PATH'] ?? '').split(path.delimiter);
  return folders.some((folder) =>
    ENDINGS.some((ending) => existsSync(path.resolve(folder, command + ending))),
  );
}

/** What is started, by the settings of this moment. */
function serverOptions() {
  const settings = workspace.getConfiguration('harn');
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? '.';
  const wanted = settings.get('path', 'harn').replaceAll('${workspaceFolder}', () => folder);
  const command = wanted === 'harn' ? (installed() ?? wanted) : wanted;
  const edition = settings.get('edition', '');
  const args = ['lsp', '--stdio'];
  if (edition !== '') args.push('--edition', edition);
  // npm puts a .cmd file on Windows, which only a shell can start.
  const shell = IS_WINDOWS;
  const name = command;
  return { name, command: shell ? `"${command}"` : command, args, options: { shell } };
}

async function start() {
  const { name, ...options } = serverOptions();
  // Looked for first: the client would tell of its own failures, once more and without saying what to do.
  if (!isThere(name)) {
    showFailure(
      `Harn is not there: "${name}" is no command. Install it in the project (npm install --save-dev harn) or for ` +
        'everything (npm install --global harn), then run "Harn: Restart Language Server"; or set harn.path.',
    );
    return;
  }
  const documentSelector = [
    { scheme: 'file', language: 'harn' },
    { scheme: 'untitled', language: 'harn' },
    // Whatever else reads TOML here: the manifest of a project.
    { scheme: 'file', pattern: '**/harn.toml' },
  ];
  const next = new LanguageClient('harn', 'Harn', options, { documentSelector });
  client = next;
  try {
    await next.start();
  } catch (failure) {
    client = undefined;
    const why = failure instanceof Error ? failure.message : String(failure);
    showFailure(`Harn could not start ${options.command}: ${why}`);
  }
}

/** @param {string} message */
function showFailure(message) {
  const open = 'Open Settings';
  // Not awaited: the message stays until somebody closes it, and a changed setting must not wait for that.
  window.showErrorMessage(message, open).then((choice) => {
    if (choice === open) commands.executeCommand('workbench.action.openSettings', 'harn.path');
  });
}

async function stop() {
  const last = client;
  client = undefined;
  // A server that died cannot be asked to stop; there is nothing left to do about it.
  await last?.dispose().catch(() => {});
}

async function restart() {
  await stop();
  await start();
}

/** @param {import('vscode').ExtensionContext} context */
function activate(context) {
  context.subscriptions.push(
    workspace.onDidGrantWorkspaceTrust(() => enqueue(restart)),
    commands.registerCommand('harn.restartServer', () => enqueue(restart)),
    workspace.onDidChangeConfiguration((change) => {
      const matters = ['harn.path', 'harn.edition'].some((name) =>
        change.affectsConfiguration(name),
      );
      return matters ? enqueue(restart) : undefined;
    }),
  );
  return enqueue(start);
}

function deactivate() {
  return enqueue(stop);
}

module.exports = { activate, deactivate };
