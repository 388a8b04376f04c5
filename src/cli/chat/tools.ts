// What the agent of a chat can do: look at files, change them, run commands. Paths are relative to the working directory;
// the policy of the loop keeps them inside the project. A call as a whole is one recorded effect.
import type { Json, JsonObject } from '../../base/index.ts';
import { type AgentTool, defineTool, type ToolCall } from '../../runtime/harness/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import { compilePattern } from '../../text/index.ts';

const MAX_FILE_BYTES = 2 * 1024 * 1024;
const MAX_LINES = 2_000;
const MAX_NAMES = 1_000;
const MAX_MATCHES = 200;
const COMMAND_MS = 120_000;
const MAX_COMMAND_MS = 3_600_000;
const MAX_OUTPUT_BYTES = 256 * 1024;

/** Not looked into by themselves: what tools make, and what is only large. */
const QUIET: ReadonlySet<string> = new Set(['node_modules', '.git', '.harn', '.harn-runs', 'dist']);

const isLoud = (directory: string) => !QUIET.has(directory.slice(directory.lastIndexOf('/') + 1));

/** The tools of a chat. */
export function chatTools(host: Host): readonly AgentTool[] {
  return [
    readFile(host),
    listFiles(host),
    search(host),
    writeFile(host),
    editFile(host),
    command(host),
  ];
}

const path = (description: string) => ({ type: 'string', description });
const annotations = (
  side_effect_level: string,
  kind: string,
  ...path_params: readonly string[]
) => ({
  side_effect_level,
  kind,
  arg_schema: { path_params },
});

function schema(properties: JsonObject, ...required: readonly string[]): JsonObject {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** A path of the caller, as the host understands it. */
function at({ cwd }: ToolCall, given: Json | undefined): string {
  const text = String(given ?? '.');
  return text.startsWith('/') ? text : `${cwd}/${text}`;
}

function readFile({ fs }: Host): AgentTool {
  return defineTool({
    name: 'read_file',
    description: `Reads a text file; its lines come with their numbers, at most ${MAX_LINES} at once.`,
    parameters: schema(
      {
        path: path('the file'),
        from: { type: 'integer', minimum: 1, description: 'the first line; 1 by default' },
        lines: { type: 'integer', minimum: 1, maximum: MAX_LINES, description: 'how many' },
      },
      'path',
    ),
    mutates: false,
    parallel: true,
    annotations: annotations('read_only', 'read', 'path'),
    handler: async ({ path: file, from = 1, lines = MAX_LINES }: JsonObject, call) => {
      const text = await fs.readText(at(call, file), { maxBytes: MAX_FILE_BYTES });
      const all = text.split('\n');
      if (all.at(-1) === '') all.pop();
      const first = Number(from) - 1;
      const shown = all.slice(first, first + Number(lines));
      const left = all.length - first - shown.length;
      const rest = left > 0 ? `\n[${left} more lines]` : '';
      return shown.map((line, k) => `${first + k + 1}\t${line}`).join('\n') + rest;
    },
  });
}

function listFiles({ fs }: Host): AgentTool {
  return defineTool({
    name: 'list_files',
    description: `Lists files and directories (with / behind their names). Does not go into ${[...QUIET].join(', ')}.`,
    parameters: schema({
      path: path('the directory; the working directory by default'),
      depth: { type: 'integer', minimum: 1, description: 'how deep; 2 by default' },
    }),
    mutates: false,
    parallel: true,
    annotations: annotations('read_only', 'read', 'path'),
    handler: async ({ path: directory, depth = 2 }: JsonObject, call) => {
      const names: string[] = [];
      const options = { maxDepth: Number(depth), enter: isLoud, signal: call.signal };
      for await (const entry of fs.walk(at(call, directory), options)) {
        if (names.length >= MAX_NAMES) return `${names.join('\n')}\n[and more]`;
        names.push(entry.kind === 'directory' ? `${entry.path}/` : entry.path);
      }
      return names.length === 0 ? '[empty]' : names.join('\n');
    },
  });
}

function search({ fs }: Host): AgentTool {
  return defineTool({
    name: 'search',
    description: `Finds lines that match a regular expression: path:line: text, at most ${MAX_MATCHES}.`,
    parameters: schema(
      {
        pattern: { type: 'string', description: 'a regular expression' },
        path: path('the directory or file; the working directory by default'),
        ignore_case: { type: 'boolean' },
      },
      'pattern',
    ),
    mutates: false,
    parallel: true,
    annotations: annotations('read_only', 'search', 'path'),
    handler: async ({ pattern, path: below, ignore_case: ignoreCase }: JsonObject, call) => {
      const expression = compilePattern(String(pattern), ignoreCase === true ? 'i' : '');
      const root = at(call, below);
      const found: string[] = [];
      for await (const [name, file] of filesBelow(fs, root, call.signal)) {
        const text = await fs.readText(file, { maxBytes: MAX_FILE_BYTES }).catch(() => '');
        for (const [k, line] of text.split('\n').entries()) {
          expression.lastIndex = 0;
          if (!expression.test(line)) continue;
          if (found.length >= MAX_MATCHES) return `${found.join('\n')}\n[and more]`;
          found.push(`${name}:${k + 1}: ${line.slice(0, 300)}`);
        }
      }
      return found.length === 0 ? '[nothing]' : found.join('\n');
    },
  });
}

async function* filesBelow(
  fs: Host['fs'],
  root: string,
  signal: AbortSignal,
): AsyncGenerator<readonly [name: string, file: string]> {
  if ((await fs.stat(root)).kind === 'file') {
    yield [root.slice(root.lastIndexOf('/') + 1), root];
    return;
  }
  for await (const { kind, path: name } of fs.walk(root, { enter: isLoud, signal })) {
    if (kind === 'file') yield [name, `${root}/${name}`];
  }
}

function writeFile({ fs }: Host): AgentTool {
  return defineTool({
    name: 'write_file',
    description: 'Writes a file as a whole, and makes the directories it lies in.',
    parameters: schema({ path: path('the file'), content: { type: 'string' } }, 'path', 'content'),
    annotations: annotations('workspace_write', 'edit', 'path'),
    // The same content once more changes nothing.
    onUnknown: 'retry',
    handler: async ({ path: file, content }: JsonObject, call) => {
      const target = at(call, file);
      await fs.mkdir(target.slice(0, Math.max(1, target.lastIndexOf('/'))));
      await fs.writeFile(target, String(content));
      return `wrote ${String(content).length} characters`;
    },
  });
}

function editFile({ fs }: Host): AgentTool {
  return defineTool({
    name: 'edit_file',
    description:
      'Replaces a text in a file. The old text must be there exactly once, unless all is set.',
    parameters: schema(
      {
        path: path('the file'),
        old: { type: 'string', minLength: 1 },
        new: { type: 'string' },
        all: { type: 'boolean', description: 'every place' },
      },
      'path',
      'old',
      'new',
    ),
    annotations: annotations('workspace_write', 'edit', 'path'),
    handler: async ({ path: file, old, new: replacement, all }: JsonObject, call) => {
      const target = at(call, file);
      const text = await fs.readText(target, { maxBytes: MAX_FILE_BYTES });
      const parts = text.split(String(old));
      const places = parts.length - 1;
      if (places === 0) return { error: 'the old text is not in the file' };
      if (places > 1 && all !== true) {
        return { error: `the old text is there ${places} times: give more of it, or set all` };
      }
      await fs.writeFile(target, parts.join(String(replacement)));
      return places === 1 ? 'replaced 1 place' : `replaced ${places} places`;
    },
  });
}

function command(host: Host): AgentTool {
  return defineTool({
    name: 'run_command',
    description:
      'Runs a line of shell in the working directory; gives its exit code and what it printed.',
    parameters: schema(
      {
        command: { type: 'string', minLength: 1 },
        timeout_s: {
          type: 'integer',
          minimum: 1,
          maximum: MAX_COMMAND_MS / 1000,
          description: `${COMMAND_MS / 1000} by default`,
        },
      },
      'command',
    ),
    annotations: annotations('process_exec', 'execute'),
    handler: async ({ command: shell, timeout_s: seconds }: JsonObject, { cwd, env, signal }) => {
      const result = await host.process.run({
        shell: String(shell),
        cwd,
        env,
        signal,
        timeoutMs: seconds === undefined ? COMMAND_MS : Number(seconds) * 1000,
        maxOutputBytes: MAX_OUTPUT_BYTES,
      });
      const { exitCode = null, signal: ended = null, stdout, stderr, timedOut } = result;
      return {
        exit_code: exitCode,
        ...(ended === null ? {} : { signal: ended }),
        ...(timedOut ? { timed_out: true } : {}),
        stdout,
        stderr,
      };
    },
  });
}
