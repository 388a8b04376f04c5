// The capabilities that this process serves without an embedder: processes and shells, the files and places of the
// workspace, facts about the run. Each is made of declared effects, so authority, roots and journal hold as anywhere.
import type { Json, JsonObject } from '../../base/index.ts';
import { joinPath } from '../host/index.ts';
import { fsEffects, placeEffects } from '../io/index.ts';
import type { RunContext, Suspending } from '../run/index.ts';
import { type OwnCapabilities, textParam } from './capabilities.ts';
import { commandPolicies } from './policies.ts';
import { defaultShell, listShells, setDefaultShell, shellInvocation } from './shells.ts';

type Run = (ctx: RunContext, params: JsonObject) => Suspending<Json>;

const own = (description: string, run: Run) => ({ description, run });

/** An operation on a path of the workspace. */
function onPath(
  name: string,
  description: string,
  run: (ctx: RunContext, path: string, params: JsonObject) => Suspending<Json>,
) {
  return own(description, (ctx, params) =>
    run(ctx, textParam(`workspace.${name}`, params, 'path'), params),
  );
}

function* fact(value: Json | undefined): Suspending<Json> {
  yield* [];
  return value ?? null;
}

export const OWN_CAPABILITIES: OwnCapabilities = {
  process: {
    description: 'Commands and shells of this machine.',
    operations: {
      exec: own('Runs a command to its end and gives its envelope.', function* (ctx, params) {
        return yield* commandPolicies.exec(ctx, params);
      }),
      list_shells: own('The shells of this machine.', function* (ctx) {
        return yield* listShells(ctx);
      }),
      get_default_shell: own('The default shell of this run.', function* (ctx) {
        return yield* defaultShell(ctx);
      }),
      set_default_shell: own('Chooses the default shell of this run.', function* (ctx, params) {
        return yield* setDefaultShell(ctx, params);
      }),
      shell_invocation: own('How a line is handed to a shell.', function* (ctx, params) {
        return yield* shellInvocation(ctx, params);
      }),
    },
  },
  workspace: {
    description: 'Files and places of the workspace.',
    operations: {
      read_text: onPath('read_text', 'The text of a file.', (ctx, path) =>
        ctx.perform(fsEffects.read_text, [path]),
      ),
      write_text: onPath(
        'write_text',
        'Writes `content` to a file.',
        function* (ctx, path, params) {
          const content = textParam('workspace.write_text', params, 'content');
          return (yield* ctx.perform(fsEffects.write_text, [path, content])) ?? null;
        },
      ),
      exists: onPath('exists', 'Whether there is something at a path.', (ctx, path) =>
        ctx.perform(fsEffects.exists, [path]),
      ),
      list: own('The names in a directory.', function* (ctx, { path }) {
        return [
          ...(yield* ctx.perform(fsEffects.list_dir, [typeof path === 'string' ? path : '.'])),
        ];
      }),
      delete: onPath('delete', 'Deletes a file.', function* (ctx, path) {
        return (yield* ctx.perform(fsEffects.delete, [path])) ?? null;
      }),
      cwd: own('The working directory.', (ctx) => fact(ctx.sync(fsEffects.cwd, []))),
      project_root: own('The nearest directory with a harn.toml; nil for none.', (ctx) =>
        ctx.perform(placeEffects.project_root, ['.']),
      ),
    },
  },
  runtime: {
    description: 'Facts about this run.',
    operations: {
      task: own('The task text; nil when there is none.', ({ run }) =>
        fact(run.start.options['task']),
      ),
      pipeline_input: own('What the pipeline was given; nil when nothing was.', ({ run }) =>
        fact(run.start.input ?? run.start.argv[0]),
      ),
      dry_run: own('Whether nothing is to be changed for real.', ({ run }) =>
        fact(run.start.options['dry_run'] ?? false),
      ),
      record_run: own('Keeps what became of a workflow in the state folder.', recordRun),
      approved_plan: own('The plan that was approved beforehand; nil when none was.', ({ run }) =>
        fact(run.start.options['approved_plan']),
      ),
    },
  },
};

/** Writes the metadata of a run to a file of its own; the file that is there is replaced. */
function* recordRun(ctx: RunContext, params: JsonObject): Suspending<Json> {
  const id = textParam('runtime.record_run', params, 'run_id');
  const { state_root: root } = yield* ctx.perform(placeEffects.runtime_paths, []);
  const folder = joinPath(root, 'run-metadata');
  const path = joinPath(folder, `${id.replace(/[^\p{L}\p{N}_-]+/gu, '_').slice(0, 120)}.json`);
  yield* ctx.perform(fsEffects.mkdir, [folder]);
  yield* ctx.perform(fsEffects.write_text, [path, `${JSON.stringify(params, null, 2)}\n`]);
  return { ...params, path };
}
