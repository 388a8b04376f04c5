// What `harn fix` would change in one file, from what the checker knows of it in every program that it is part of.
import type { HarnError } from '../../../base/index.ts';
import type { CheckedModule, CheckedProgram } from '../../2-check/checked-module.ts';
import type { PipelineDeclaration } from '../../ast.ts';
import type { Edit } from '../edits.ts';
import { bindingEdits } from './bindings.ts';
import { fixErrors } from './errors.ts';
import { exportEdits, isProgram, namesToExport } from './exports.ts';
import { HarnessNames, olderCalls } from './harness-calls.ts';
import { accidentalMain, removalOf, startOf } from './main-entry.ts';
import { threadingEdits } from './threading.ts';

/** What other files know of a file. */
export interface Neighbours {
  /** Names of it that others import or use. */
  readonly used: ReadonlySet<string>;
  /** Pipelines whose body runs in another, or which run the body of another. */
  readonly related: ReadonlySet<PipelineDeclaration>;
}

/** The changes of one file, or why there are none. */
export type FilePlan =
  | {
      readonly edits: readonly Edit[];
      /** `main` becomes what starts. */
      readonly startsItself: boolean;
      readonly refused?: undefined;
    }
  | { readonly refused: HarnError };

export function planFile(checked: CheckedModule, neighbours: Neighbours): FilePlan {
  const file = checked.source.id;
  for (const [node, fault] of checked.faults) {
    if (fault.kind !== 'redeclaration' || checked.edition !== '0.7') continue;
    const { name } = fault;
    return { refused: fixErrors.declaredAgain({ file, name }, { span: node.span }) };
  }
  const main = checked.edition === '0.7' ? accidentalMain(checked) : undefined;
  const start = main === undefined ? undefined : startOf(checked, main);
  if (main !== undefined && start === undefined)
    return { refused: fixErrors.startsByItself({ file }, { span: main.nameSpan }) };

  const names = new HarnessNames(checked);
  const uses = olderCalls(checked, names);
  const exported = namesToExport(checked, neighbours.used);
  const open = new Set([...exported, ...neighbours.used]);
  if (!isProgram(checked)) for (const name of checked.exports.keys()) open.add(name);
  const threading = threadingEdits(checked, names, uses, {
    open,
    main: start === undefined ? undefined : main,
    related: neighbours.related,
  });
  const removed = start === undefined ? [] : [removalOf(start, checked.source.text)];
  const edits = [
    ...bindingEdits(checked),
    ...uses.flatMap((use) => use.edits),
    ...threading,
    ...exportEdits(checked, exported),
  ].filter(
    (edit) => !removed.some(({ start: from, end }) => edit.start >= from && edit.end <= end),
  );
  return { edits: [...merged(edits), ...removed], startsItself: start !== undefined };
}

/** Insertions at one place become one: `pub ` before a word, `harness, ` twice in nested calls never meet. */
function merged(edits: readonly Edit[]): Edit[] {
  const byPlace = new Map<string, Edit>();
  for (const edit of edits) {
    const key = `${edit.start}:${edit.end}`;
    const known = byPlace.get(key);
    byPlace.set(key, known === undefined ? edit : { ...edit, text: known.text + edit.text });
  }
  return [...byPlace.values()];
}

/** What the files of a project know of each other, by the id of the file. */
export function neighboursOf(
  programs: Iterable<CheckedProgram>,
): (file: CheckedModule) => Neighbours {
  const used = new Map<string, Set<string>>();
  const related = new Set<string>();
  for (const { modules } of programs) {
    for (const module of modules) {
      const use = (id: string | undefined, name: string) => {
        if (id === undefined || id === module.source.id) return;
        const names = used.get(id) ?? new Set();
        used.set(id, names.add(name));
      };
      for (const { names } of module.imports)
        for (const { moduleId, name } of names.values()) {
          if (isListed(module, name) || isUsed(module, name)) use(moduleId, name);
        }
      for (const { moduleId, name } of module.uses.values()) use(moduleId, name);
      for (const [child, parent] of module.parents) {
        related.add(`${module.source.id}\n${child.span.start}`);
        related.add(`${parent.moduleId}\n${parent.node.span.start}`);
      }
    }
  }
  return ({ source, module }) => ({
    used: used.get(source.id) ?? new Set(),
    related: new Set(
      module.body.filter(
        (each): each is PipelineDeclaration =>
          each.kind === 'PipelineDeclaration' && related.has(`${source.id}\n${each.span.start}`),
      ),
    ),
  });
}

function isListed({ imports }: CheckedModule, name: string): boolean {
  return imports.some(({ node }) => node.names?.some((each) => each.name === name) === true);
}

/** Types and parents are used by name only, so any mention counts. */
function isUsed({ source, imports }: CheckedModule, name: string): boolean {
  return imports.some(({ isReExport }) => isReExport) || source.text.includes(name);
}
