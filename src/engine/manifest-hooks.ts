// `[[hooks]]` of harn.toml: which functions of the project watch every run of it. They are found beside the manifest,
// compiled and kept with the program, so that a resumed run has the hooks that it began with.
import path from 'node:path';
import { type HarnError, isJsonObject, type Source } from '../base/index.ts';
import { isProgramHookEvent } from '../builtins/index.ts';
import { sourceErrors } from './errors.ts';
import type { SourceFs } from './loader.ts';

/** A hook as a program keeps it. */
export interface ProgramHook {
  readonly event: string;
  /** Which firings of the event it is for; all of them when null. */
  readonly pattern: string | null;
  /** The module that its function is in, and the function. */
  readonly module: string;
  readonly fn: string;
  /** The id of the source that imports it, of which it is compiled again. */
  readonly unit: string;
}

/** A hook as a manifest declares it, with the file that has its function. */
export interface DeclaredHook {
  readonly event: string;
  readonly pattern: string | null;
  readonly file: string;
  readonly fn: string;
}

/** A manifest that was read. */
export interface ManifestFile {
  readonly file: string;
  readonly manifest: unknown;
}

const HANDLER = /^(?:([A-Za-z_][\w./-]*)::)?([A-Za-z_]\w*)$/;

/** Whether a text names a function as hooks do. */
export function isHookHandler(text: string): boolean {
  return HANDLER.test(text);
}

/** The hooks of a manifest, in its order. @throws HARN-SRC-007 for what makes no sense. */
export function declaredHooks(
  { file, manifest }: ManifestFile,
  fs: SourceFs,
): readonly DeclaredHook[] {
  const declared = isJsonObject(manifest) ? (manifest['hooks'] ?? []) : [];
  const bad = (reason: string) => sourceErrors.badHooks({ path: file, reason });
  if (!Array.isArray(declared)) throw bad('they are tables, each below [[hooks]]');
  return declared.map((hook): DeclaredHook => {
    if (!isJsonObject(hook)) throw bad('they are tables, each below [[hooks]]');
    const { event, pattern = null, handler } = hook;
    if (typeof event !== 'string' || !isProgramHookEvent(event))
      throw bad(`there is no event ${JSON.stringify(event ?? null)}`);
    if (pattern !== null && typeof pattern !== 'string') throw bad('a pattern is a text');
    const parts = typeof handler === 'string' ? HANDLER.exec(handler) : null;
    if (parts === null)
      throw bad('a handler is "function" or "module::function", a public function of the project');
    const [, module, fn = ''] = parts;
    return { event, pattern, file: moduleFile({ file, manifest }, module, fs, bad), fn };
  });
}

/** The file of a module that a handler names: an export of the manifest, the project itself, a file or a package. */
function moduleFile(
  { file, manifest }: ManifestFile,
  module: string | undefined,
  fs: SourceFs,
  bad: (reason: string) => HarnError,
): string {
  const folder = path.dirname(file);
  const exported = module === undefined ? undefined : textIn(manifest, 'exports', module);
  const isOwn = module === undefined || module === textIn(manifest, 'package', 'name');
  const packed = path.join(folder, '.harn', 'packages', module ?? '');
  const candidates = [
    ...(exported === undefined ? [] : [path.resolve(folder, exported)]),
    ...(isOwn ? [path.join(folder, 'lib.harn')] : []),
    ...(module === undefined
      ? []
      : [path.join(folder, `${module}.harn`), `${packed}.harn`, path.join(packed, 'lib.harn')]),
  ];
  const found = candidates.find((candidate) => fs.kind(candidate) === 'file');
  if (found === undefined) {
    const what = module === undefined ? 'lib.harn beside it' : `module ${module}`;
    throw bad(`there is no ${what}`);
  }
  return found;
}

function textIn(manifest: unknown, table: string, key: string): string | undefined {
  const section = isJsonObject(manifest) ? manifest[table] : undefined;
  const value = isJsonObject(section) ? section[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** A text for a file that hooks are in, which imports their functions: what has to be compiled. */
export interface HookUnit {
  readonly file: string;
  readonly source: Source;
}

/** The units of some hooks, one for each file. */
export function hookUnits(hooks: readonly DeclaredHook[], root: string): readonly HookUnit[] {
  const files = [...new Set(hooks.map(({ file }) => file))];
  return files.map((file, i) => {
    const fns = hooks.filter((hook) => hook.file === file).map(({ fn }) => fn);
    const from = JSON.stringify(path.relative(root, file).split(path.sep).join('/'));
    const text = `import { ${[...new Set(fns)].join(', ')} } from ${from}\n`;
    return { file, source: { id: `<hooks ${i + 1}>`, text } };
  });
}
