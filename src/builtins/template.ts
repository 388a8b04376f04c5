// Prompt templates: given as text, or in files beside the module that renders them. Reading a file is an effect, so the
// renderer, which is pure, says what it misses, gets it, and starts over.
import { isHostError } from '../runtime/host/index.ts';
import { fsEffects, placeEffects } from '../runtime/io/index.ts';
import type { RunContext } from '../runtime/run/index.ts';
import { parentPath } from '../text/index.ts';
import { type Ctx, type Dict, display, isDict, type Steps, type Value } from '../values/index.ts';
import { callerFolder } from './control.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { renderTemplate, type TemplateSource } from './template-render.ts';

/** Thrown by the renderer's loader: this include was not read yet. */
class MissingTemplate {
  readonly path: string;
  readonly from: string;

  constructor(path: string, from: string) {
    this.path = path;
    this.from = from;
  }
}

type Includes = Map<string, TemplateSource | undefined>;

/** Fills a template whose includes may be in files; those of the outermost template start from `folder`. */
function* renderWithFiles(
  ctx: RunContext,
  source: TemplateSource,
  bindings: Dict,
  folder: string,
): Steps<string> {
  const known: Includes = new Map();
  for (;;) {
    try {
      return renderTemplate(source, bindings, (path, from) => {
        const key = `${from}\n${path}`;
        if (!known.has(key)) throw new MissingTemplate(path, from);
        return known.get(key);
      });
    } catch (error) {
      if (!(error instanceof MissingTemplate)) throw error;
      const { path, from } = error;
      const base = from === source.path ? folder : parentPath(from);
      known.set(`${from}\n${path}`, yield* readTemplate(ctx, path, base));
    }
  }
}

/** An included file; undefined when there is none. */
function* readTemplate(
  ctx: RunContext,
  path: string,
  folder: string,
): Steps<TemplateSource | undefined> {
  const file = (yield* ctx.perform(placeEffects.asset_file, [path, folder])) as string;
  try {
    return { path: file, text: (yield* ctx.perform(fsEffects.read_text, [file])) as string };
  } catch (error) {
    if (isHostError(error, 'notFound')) return undefined;
    throw error;
  }
}

function* renderFile(ctx: Ctx, path: Value, bindings: Value = null): Steps {
  const run = ctx as RunContext;
  const file = (yield* run.perform(placeEffects.asset_file, [
    display(path),
    callerFolder(run),
  ])) as string;
  const text = (yield* run.perform(fsEffects.read_text, [file])) as string;
  if (!isDict(bindings)) return text;
  return yield* renderWithFiles(run, { path: file, text }, bindings, parentPath(file));
}

export function promptRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'fs.render_prompt(path: string, bindings: dict?) -> string',
      {
        doc: 'A template file filled with values; without bindings its text as it is. The path is relative to the calling file, `@/...` to its project, `@name/...` to a root of `[asset_roots]`.',
        effect: 'read',
        aliases: ['render_prompt', 'render'],
      },
      renderFile,
    ),
    builtin(
      'fs.render_template(template: string, bindings: dict?) -> string',
      {
        doc: 'A template given as text, filled with values; without bindings the text as it is. Includes are relative to the calling file.',
        effect: 'read',
        aliases: ['render_string'],
      },
      function* (ctx: Ctx, template: Value, bindings: Value = null): Steps {
        const text = display(template);
        if (!isDict(bindings)) return text;
        const folder = callerFolder(ctx as RunContext);
        return yield* renderWithFiles(
          ctx as RunContext,
          { path: '<template>', text },
          bindings,
          folder,
        );
      },
    ),
  ];
}
