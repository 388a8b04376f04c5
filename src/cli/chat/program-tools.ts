// The tools of a Harn program for a chat (`--tools FILE`). Each call is a run of its own in the same store, so that what the
// tool does is recorded there; the chat records the call as a whole, behind its approval.
import type { JsonObject } from '../../base/index.ts';
import { checkProgram, Engine } from '../../engine/index.ts';
import { loadLangTools } from '../../lang/index.ts';
import { type AgentTool, defineTool } from '../../runtime/harness/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import type { McpProvider } from '../../serve/index.ts';
import { cliErrors } from '../errors.ts';
import type { Output } from '../output.ts';
import type { Project } from '../project.ts';
import { servedProgram } from '../served-program.ts';
import { editionOf, loadTarget, printDiagnostics } from '../source-files.ts';

interface Place {
  readonly host: Host;
  readonly project: Project;
  readonly output: Output;
  readonly version: string;
}

/** The tools that the program declares or registers; where it has neither, its public functions and pipelines. */
export async function programTools(
  file: string,
  { host, project, output, version }: Place,
): Promise<readonly AgentTool[]> {
  const edition = editionOf(host, undefined);
  const { program, diagnostics, sources } = await loadTarget(host, { path: file }, { edition });
  printDiagnostics(output, diagnostics, sources);
  if (program === undefined) throw cliErrors.nothingToServe({ path: file });
  const engine = new Engine({
    host,
    openStore: () => project.store(),
    redactor: () => project.redactor(),
    // What a tool prints would stand in the middle of what the model says.
    sink: { write: () => undefined },
  });
  const cwd = host.system.cwd();
  const provider = await servedProgram({
    engine,
    program,
    file,
    cwd,
    edition,
    about: { name: file, version, card: undefined },
    // The lines that are typed belong to the chat.
    start: { durability: 'power', deny: ['stdio.read_line', 'stdio.prompt', 'stdio.read_stdin'] },
  });
  const [checked, { exposedIn }] = await Promise.all([
    checkProgram(file, { cwd, edition }),
    loadLangTools(),
  ]);
  const declared = new Set(
    exposedIn(checked).flatMap(({ kind, name }) => (kind === 'tool' ? [name] : [])),
  );
  const isMeant = ({ name }: { readonly name: string }) =>
    declared.size === 0 || declared.has(name);
  return provider.tools.filter(isMeant).map((tool) => toolOf(provider, tool));
}

function toolOf(provider: McpProvider, tool: McpProvider['tools'][number]): AgentTool {
  const { name, description, inputSchema } = tool;
  return defineTool({
    name,
    description: description ?? '',
    parameters: inputSchema as JsonObject,
    handler: async (args: JsonObject, { signal }) => {
      const ask = { kind: 'tool', name, arguments: args } as const;
      const call = provider.start(ask, () => undefined);
      const stop = () => call.cancel('the chat gave the call up');
      signal.addEventListener('abort', stop, { once: true });
      try {
        const outcome = await call.done;
        return outcome.status === 'done' ? outcome.value : { error: outcome.message };
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
  });
}
