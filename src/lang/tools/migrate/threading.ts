// Handing the harness to the functions that need it: a leading parameter, and a leading argument at every call. Only
// for functions whose callers are all in sight; the others use the `harness` that every module can name.

import { handlePath } from '../../2-check/call-target.ts';
import type { Binding, CheckedModule } from '../../2-check/checked-module.ts';
import type {
  Call,
  FunctionDeclaration,
  Node,
  Pipe,
  PipelineDeclaration,
  Statement,
} from '../../ast.ts';
import type { Edit } from '../edits.ts';
import { walk } from '../walk.ts';
import type { HarnessNames, HarnessUse } from './harness-calls.ts';

/** One use of a function of this file. */
type Site =
  | { readonly kind: 'call'; readonly node: Call }
  | { readonly kind: 'pipe'; readonly node: Pipe }
  | { readonly kind: 'value'; readonly node: Node };

export interface ThreadingFacts {
  /** Names of this file that other files use, or may use. */
  readonly open: ReadonlySet<string>;
  /** The function `main` when it becomes the entry. */
  readonly main: FunctionDeclaration | undefined;
  /** Pipelines that share a body with others. */
  readonly related: ReadonlySet<PipelineDeclaration>;
}

export function threadingEdits(
  checked: CheckedModule,
  names: HarnessNames,
  uses: readonly HarnessUse[],
  facts: ThreadingFacts,
): Edit[] {
  return new Threading(checked, names, facts).run(uses.map(({ at }) => at));
}

class Threading {
  readonly #checked: CheckedModule;
  readonly #names: HarnessNames;
  readonly #facts: ThreadingFacts;
  readonly #sites: ReadonlyMap<Binding, readonly Site[]>;
  /** Offsets where `harness` is the one that every module can name. */
  readonly #globals: readonly number[];

  constructor(checked: CheckedModule, names: HarnessNames, facts: ThreadingFacts) {
    this.#checked = checked;
    this.#names = names;
    this.#facts = facts;
    this.#sites = sitesOf(checked);
    this.#globals = [...checked.uses]
      .filter(([, { kind }]) => kind === 'harnessGlobal')
      .map(([{ span }]) => span.start);
  }

  run(needed: readonly number[]): Edit[] {
    const threaded = new Set<Statement>();
    const edits: Edit[] = [];
    const open = [...needed, ...this.#globals];
    if (this.#facts.main !== undefined) open.push(this.#facts.main.body.span.start);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const offset = at;
      const owner = this.#checked.module.body.find(
        ({ span }) => span.start <= offset && offset < span.end,
      );
      if (owner === undefined || threaded.has(owner) || !this.#takesHarness(owner)) continue;
      threaded.add(owner);
      edits.push(this.#parameter(owner));
      for (const site of this.#sitesOf(owner)) {
        edits.push(this.#argument(site));
        open.push(site.node.span.start);
      }
    }
    return edits;
  }

  #sitesOf(owner: Statement): readonly Site[] {
    const binding = this.#checked.declares.get(owner);
    return (binding === undefined ? undefined : this.#sites.get(binding)) ?? [];
  }

  #takesHarness(owner: Statement): owner is FunctionDeclaration | PipelineDeclaration {
    if (owner.kind !== 'FunctionDeclaration' && owner.kind !== 'PipelineDeclaration') return false;
    const { params, attributes, name, span } = owner;
    const hasHandle = params.some(
      (param) =>
        param.name.endsWith('harness') ||
        (param.type !== undefined && handlePath(param.type) === ''),
    );
    if (hasHandle || this.#declaresHarness(span.start, span.end)) return false;
    if (owner === this.#facts.main) return true;
    const sites = this.#sitesOf(owner);
    if (owner.kind === 'PipelineDeclaration') {
      const isPlain = attributes.every((each) => each.name === 'test' && each.args.length === 0);
      return (
        isPlain &&
        sites.length === 0 &&
        !this.#facts.open.has(name) &&
        !this.#facts.related.has(owner)
      );
    }
    if (attributes.length > 0 || owner.pub || this.#facts.open.has(name) || name === 'main')
      return false;
    return sites.every(({ kind, node }) => kind !== 'value' && this.#names.isRoot(node.span.start));
  }

  #declaresHarness(start: number, end: number): boolean {
    return [...this.#checked.declares].some(
      ([node, { name }]) => name === 'harness' && node.span.start >= start && node.span.end <= end,
    );
  }

  #parameter(owner: FunctionDeclaration | PipelineDeclaration): Edit {
    const { text } = this.#checked.source;
    const typeParams = 'typeParams' in owner ? owner.typeParams : [];
    const open = text.indexOf('(', typeParams.at(-1)?.span.end ?? owner.nameSpan.end);
    const separator = owner.params.length > 0 ? ', ' : '';
    return { start: open + 1, end: open + 1, text: `harness: Harness${separator}` };
  }

  #argument(site: Site): Edit {
    if (site.kind === 'pipe') {
      const { right } = site.node;
      const { start, end } = right.span;
      return { start, end, text: `${this.#checked.source.text.slice(start, end)}(harness, _)` };
    }
    const { callee, typeArgs, args } = site.node as Call;
    const after = (typeArgs.at(-1) ?? callee).span.end;
    const open = this.#checked.source.text.indexOf('(', after);
    return { start: open + 1, end: open + 1, text: args.length > 0 ? 'harness, ' : 'harness' };
  }
}

function sitesOf(checked: CheckedModule): ReadonlyMap<Binding, readonly Site[]> {
  const sites = new Map<Binding, Site[]>();
  walk(checked.module, (node, around) => {
    const binding = checked.uses.get(node);
    if (binding === undefined || (binding.kind !== 'fn' && binding.kind !== 'pipeline')) return;
    const known = sites.get(binding) ?? [];
    sites.set(binding, known);
    known.push(siteOf(node, around.at(-1)));
  });
  return sites;
}

function siteOf(node: Node, parent: Node | undefined): Site {
  if (parent?.kind === 'Call' && parent.callee === node) {
    const isPlain = parent.args.every(({ kind }) => kind !== 'NamedArgument');
    return isPlain ? { kind: 'call', node: parent } : { kind: 'value', node };
  }
  if (parent?.kind === 'Pipe' && parent.right === node && !parent.placeholder)
    return { kind: 'pipe', node: parent };
  return { kind: 'value', node };
}
