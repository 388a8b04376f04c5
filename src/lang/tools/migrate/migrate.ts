// `harn fix` over a set of files: plans every file, checks all programs again in the new spelling, and takes back what
// would not mean the same. What is left is safe together.
import type { Diagnostic, HarnError, Span } from '../../../base/index.ts';
import type { CheckedModule, CheckedProgram } from '../../2-check/checked-module.ts';
import { applyEdits, type Edit, offsetBefore } from '../edits.ts';
import { type Difference, differenceOf } from './compare.ts';
import { fixErrors } from './errors.ts';
import { neighboursOf, planFile } from './plan.ts';

/** Checks files, each as a program of its own. Texts stand for what is on disk, by the id of the source. */
export interface MigrationChecker {
  /** As the files are read now. */
  before(file: string): Promise<CheckedProgram>;
  /** As they will be read with these texts. */
  after(file: string, texts: ReadonlyMap<string, string>): Promise<CheckedProgram>;
}

/** A manifest that declares the older edition: its files change together, and it with them. */
export interface OlderManifest {
  readonly path: string;
  /** Its text when they have changed; undefined when nobody knows how to change it. */
  readonly later: string | undefined;
  /** All programs that it speaks for. */
  readonly files: readonly string[];
}

export interface FileMigration {
  readonly file: string;
  readonly before: string;
  /** Equal to `before` when nothing changes. */
  readonly after: string;
  /** Why the file stays, with a place in it. */
  readonly refused: HarnError | undefined;
}

export interface Migration {
  readonly files: readonly FileMigration[];
  /** New texts of manifests by path. */
  readonly manifests: ReadonlyMap<string, string>;
}

export async function migrate(
  files: readonly string[],
  checker: MigrationChecker,
  manifests: readonly OlderManifest[] = [],
): Promise<Migration> {
  const before = new Map<string, CheckedProgram>();
  for (const file of files) before.set(file, await checker.before(file));
  const draft = new Draft(before, manifests);
  draft.settleManifests();
  let texts = draft.texts();
  const open = new Set(before.keys());
  for (const file of open) {
    open.delete(file);
    const program = before.get(file) as CheckedProgram;
    if (!isTouched(file, program, texts, manifests)) continue;
    const after = await checker.after(file, texts);
    const difference = differenceOf(program, after, draft.startsItself);
    if (difference === undefined) continue;
    draft.takeBack(file, difference);
    draft.settleManifests();
    const left = draft.texts();
    const lost = new Set([...texts.keys()].filter((id) => !left.has(id)));
    texts = left;
    // A file that was right beside a changed one need not be beside the old one.
    for (const [other, each] of before)
      if (isTouched(other, each, lost, manifests)) open.add(other);
  }
  return draft.result();
}

/** Whether one of these texts is part of a program, or decides how it is read. */
function isTouched(
  file: string,
  { modules }: CheckedProgram,
  texts: { has(id: string): boolean },
  manifests: readonly OlderManifest[],
): boolean {
  return (
    modules.some(({ source }) => texts.has(source.id)) ||
    manifests.some(({ path, files }) => texts.has(path) && files.includes(file))
  );
}

/** The state of the work: which files change, which stay and why. */
class Draft {
  readonly startsItself = new Set<string>();
  readonly #before: ReadonlyMap<string, CheckedProgram>;
  readonly #texts = new Map<string, string>();
  readonly #edits = new Map<string, readonly Edit[]>();
  readonly #refused = new Map<string, HarnError>();
  #manifests: readonly OlderManifest[];

  constructor(before: ReadonlyMap<string, CheckedProgram>, manifests: readonly OlderManifest[]) {
    this.#before = before;
    this.#manifests = manifests;
    const neighbours = neighboursOf(before.values());
    for (const [file, program] of before) this.#plan(file, program, neighbours);
  }

  #plan(file: string, program: CheckedProgram, neighbours: ReturnType<typeof neighboursOf>): void {
    const error = program.diagnostics.find(({ severity }) => severity === 'error');
    if (error !== undefined) {
      const { code, message: reason } = error;
      const isHere = error.span.source === file;
      const span = isHere ? error.span : importOf(program.entry);
      this.#refused.set(file, fixErrors.hasErrors({ file, code, reason }, { span }));
      return;
    }
    const read = this.#oldestReading(file) ?? program.entry;
    const plan = planFile(read, neighbours(read));
    if (plan.refused !== undefined) {
      this.#refused.set(file, plan.refused);
      return;
    }
    const { text } = program.entry.source;
    const changed = applyEdits(text, plan.edits).text;
    if (changed !== text) this.#texts.set(file, changed);
    this.#edits.set(file, plan.edits);
    if (plan.startsItself) this.startsItself.add(file);
  }

  /** A file that shows no edition is read as the program wants that imports it. */
  #oldestReading(file: string): CheckedModule | undefined {
    for (const { modules } of this.#before.values())
      for (const module of modules)
        if (module.source.id === file && module.edition === '0.7') return module;
    return undefined;
  }

  texts(): ReadonlyMap<string, string> {
    const texts = new Map(this.#texts);
    for (const { path, later } of this.#manifests) if (later !== undefined) texts.set(path, later);
    return texts;
  }

  /** A manifest changes with all its files or with none. */
  settleManifests(): void {
    this.#manifests = this.#manifests.filter((manifest) => {
      const { path, later, files } = manifest;
      if (later === undefined) {
        for (const file of files) this.#holdBack(file, { manifest: path });
        return false;
      }
      const other = files.find((file) => this.#refused.has(file) || !this.#before.has(file));
      if (other === undefined) return true;
      for (const file of files) this.#holdBack(file, { manifest: path, other });
      return false;
    });
  }

  #holdBack(file: string, why: { readonly manifest: string; readonly other?: string }): void {
    if (!this.#texts.delete(file)) return;
    const span = this.#startOf(file);
    const { manifest, other } = why;
    this.#refused.set(
      file,
      other === undefined
        ? fixErrors.manifestUnclear({ file, manifest }, { span })
        : fixErrors.manifestHolds({ file, manifest, other }, { span }),
    );
  }

  /** Refuses the file that a difference lies in; when that one does not change, the program that meets it. */
  takeBack(entry: string, difference: Difference): void {
    const changed = [difference.module, entry].find((file) => this.#texts.has(file));
    if (changed !== undefined) {
      this.#texts.delete(changed);
      this.#refused.set(changed, this.#reasonFor(changed, difference));
      return;
    }
    // The rest of its program, or the manifest, is what changed.
    const modules = this.#before.get(entry)?.modules ?? [];
    const others = modules.map(({ source }) => source.id).filter((id) => this.#texts.has(id));
    for (const file of others) {
      this.#texts.delete(file);
      this.#refused.set(file, this.#reasonFor(file, difference));
    }
    if (others.length > 0) return;
    // Only the manifest changed: it holds its files back when one of them is refused.
    this.#refused.set(entry, this.#reasonFor(entry, difference));
  }

  #reasonFor(file: string, difference: Difference): HarnError {
    if (difference.kind === 'meaning') {
      const { what } = difference;
      return fixErrors.wouldMeanOther({ file, what }, { span: this.#startOf(file) });
    }
    const { error } = difference;
    const { code, message: reason } = error;
    return fixErrors.wouldBreak({ file, code, reason }, { span: this.#placeOf(file, error) });
  }

  /** A place of the new text as one of the old. */
  #placeOf(file: string, { span }: Diagnostic): Span {
    const edits = this.#edits.get(file);
    if (edits === undefined || span.source !== file) return this.#startOf(file);
    const start = offsetBefore(edits, span.start);
    return { source: file, start, end: Math.max(start, offsetBefore(edits, span.end)) };
  }

  #startOf(file: string): Span {
    return { source: file, start: 0, end: 0 };
  }

  result(): Migration {
    const files = [...this.#before].map(([file, program]) => {
      const { text } = program.entry.source;
      const after = this.#texts.get(file) ?? text;
      return { file, before: text, after, refused: this.#refused.get(file) };
    });
    const manifests = new Map<string, string>();
    for (const { path, later, files: own } of this.#manifests)
      if (later !== undefined && own.length > 0) manifests.set(path, later);
    return { files, manifests };
  }
}

/** An import is where the mistake of another module comes in. */
function importOf({ source, imports }: CheckedModule): Span {
  return imports[0]?.node.pathSpan ?? { source: source.id, start: 0, end: 0 };
}
