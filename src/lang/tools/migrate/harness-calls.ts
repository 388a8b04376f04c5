// Calls by an older global name, and what each is called as a method of the harness. Only where the name `harness` means
// the root handle; what is used as a value keeps its name, which stays valid.

import { handlePath } from '../../2-check/call-target.ts';
import type { CheckedModule } from '../../2-check/checked-module.ts';
import type { Call, MethodCall, Node, Pipe } from '../../ast.ts';
import type { BuiltinSpec } from '../../builtin-spec.ts';
import type { Edit } from '../edits.ts';
import { namesAt } from '../scope-at.ts';
import { pathTo } from '../tree.ts';

/** A change that needs the harness at its place. */
export interface HarnessUse {
  readonly at: number;
  readonly edits: readonly Edit[];
}

/** Says whether `harness` is the root handle at an offset, or can be made so. */
export class HarnessNames {
  readonly #checked: CheckedModule;
  readonly #isHidden: boolean;

  constructor(checked: CheckedModule) {
    this.#checked = checked;
    this.#isHidden = [
      ...checked.declares.values(),
      ...checked.imports.flatMap(({ names }) => [...names.values()]),
    ].some(({ name }) => name === 'harness');
  }

  /** Whether the name is free for the root handle there: nobody else has it. */
  isRoot(offset: number): boolean {
    if (!this.#isHidden) return true;
    const binding = namesAt(this.#checked, offset).get('harness');
    if (binding === undefined) return true;
    const { node } = binding;
    if (node?.kind !== 'Param') return false;
    if (node.type !== undefined) return handlePath(node.type) === '';
    // Without a type only the entry is sure to be given the handle.
    const owner = pathTo(this.#checked.module, node.span.start).at(-2);
    return owner?.kind === 'PipelineDeclaration' && this.#checked.module.body.includes(owner);
  }
}

/** Every call that has a later spelling. */
export function olderCalls(checked: CheckedModule, names: HarnessNames): HarnessUse[] {
  const uses: HarnessUse[] = [];
  for (const [node, { target }] of checked.calls) {
    if (target.kind !== 'builtin' || !target.spec.name.includes('.')) continue;
    const edit = editOf(node, target.spec, checked);
    if (edit !== undefined && names.isRoot(edit.start))
      uses.push({ at: edit.start, edits: [edit] });
  }
  return uses;
}

function editOf(
  node: Call | MethodCall | Pipe,
  { name }: BuiltinSpec,
  { source }: CheckedModule,
): Edit | undefined {
  const text = name.startsWith('harness.') ? name : `harness.${name}`;
  if (node.kind === 'Pipe') {
    if (node.placeholder || node.right.kind !== 'Identifier') return undefined;
    return { ...placeOf(node.right), text: `${text}(_)` };
  }
  if (node.args.some(({ kind }) => kind === 'NamedArgument')) return undefined;
  if (node.kind === 'Call')
    return node.callee.kind === 'Identifier' ? { ...placeOf(node.callee), text } : undefined;
  // `event_log.emit(…)`: a dotted global.
  const { receiver, nameSpan } = node;
  const place = { start: receiver.span.start, end: nameSpan.end };
  const written = source.text.slice(place.start, place.end);
  return /^[\w.]+$/.test(written) && !node.optional ? { ...place, text } : undefined;
}

function placeOf({ span: { start, end } }: Node): { readonly start: number; readonly end: number } {
  return { start, end };
}
