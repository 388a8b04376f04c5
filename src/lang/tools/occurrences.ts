// Every place of a module that names a binding: declarations, uses, imports, and the names of types, which the checker's
// tables of values do not hold. What rename, references and colouring stand on.
import type { Span } from '../../base/index.ts';
import type { Binding, CheckedModule } from '../2-check/checked-module.ts';
import type { MatchField, NamedType, Node, PatternField, VariantPattern } from '../ast.ts';
import { childrenOf } from './tree.ts';

/** One place that names a binding. `text` differs from the binding's name where an import gives it another one. */
export interface Occurrence {
  readonly binding: Binding;
  readonly span: Span;
  readonly text: string;
  readonly role: 'declaration' | 'use' | 'import' | 'type';
  /** `{ a }` in a pattern: the name is also the key, which must stay when the variable gets another name. */
  readonly isShorthand: boolean;
}

const TYPE_KINDS: ReadonlySet<Binding['kind']> = new Set([
  'struct',
  'enum',
  'interface',
  'typeAlias',
]);

const known = new WeakMap<CheckedModule, readonly Occurrence[]>();

/** All of them, in source order. */
export function occurrencesIn(module: CheckedModule): readonly Occurrence[] {
  let found = known.get(module);
  if (found === undefined) {
    found = new Collector(module).run();
    known.set(module, found);
  }
  return found;
}

/** The one that an offset stands on or right behind. */
export function occurrenceAt(module: CheckedModule, offset: number): Occurrence | undefined {
  let best: Occurrence | undefined;
  for (const each of occurrencesIn(module)) {
    const { start, end } = each.span;
    if (offset < start || offset > end) continue;
    if (best === undefined || offset < end) best = each;
  }
  return best;
}

/** What a name means where a type is expected. */
export function typeNamed(module: CheckedModule, name: string): Binding | undefined {
  for (const binding of module.declares.values())
    if (binding.name === name && TYPE_KINDS.has(binding.kind)) return binding;
  for (const { names } of module.imports) {
    const binding = names.get(name);
    if (binding !== undefined && TYPE_KINDS.has(binding.kind)) return binding;
  }
  return undefined;
}

class Collector {
  readonly #module: CheckedModule;
  readonly #found: Occurrence[] = [];
  readonly #shorthand = new Set<Node>();
  readonly #types = new Map<string, Binding | undefined>();

  constructor(module: CheckedModule) {
    this.#module = module;
  }

  run(): readonly Occurrence[] {
    this.#imports();
    this.#visit(this.#module.module, new Set());
    this.#found.sort((a, b) => a.span.start - b.span.start);
    // A name that a table holds twice, as a struct literal is, is still one place.
    return this.#found.filter((each, i, all) => {
      const before = all[i - 1];
      return before === undefined || before.span.start !== each.span.start;
    });
  }

  #imports(): void {
    for (const { node, names } of this.#module.imports) {
      for (const name of node.names ?? []) {
        const binding = names.get(name.local);
        if (binding === undefined) continue;
        const { source, start } = name.span;
        const span = { source, start, end: start + name.name.length };
        this.#add(binding, span, name.name, 'import');
        if (name.localSpan.start !== start)
          this.#add(binding, name.localSpan, name.local, 'import');
      }
    }
  }

  #visit(node: Node, typeParams: ReadonlySet<string>): void {
    const declared = this.#module.declares.get(node);
    if (declared !== undefined) this.#declaration(node, declared);
    const used = this.#module.uses.get(node);
    if (used !== undefined) this.#use(node, used);
    if (node.kind === 'PatternField') this.#patternField(node);
    else if (node.kind === 'MatchField') this.#matchField(node);
    else if (node.kind === 'NamedType') this.#typeName(node, typeParams);
    else if (node.kind === 'ImplDeclaration') this.#named(node.name, node.nameSpan, 'type');
    else if (node.kind === 'PipelineDeclaration') this.#parent(node.extends, node.extendsSpan);
    const inside = withTypeParams(node, typeParams);
    for (const child of childrenOf(node)) this.#visit(child, inside);
  }

  #declaration(node: Node, binding: Binding): void {
    if (node.kind === 'NamedField') return;
    const span = 'nameSpan' in node && node.nameSpan !== undefined ? node.nameSpan : node.span;
    this.#add(binding, span, binding.name, 'declaration', this.#shorthand.has(node));
  }

  #use(node: Node, binding: Binding): void {
    if (node.kind === 'StructLiteral') this.#add(binding, node.nameSpan, node.name, 'type');
    else if (node.kind === 'VariantPattern') this.#variant(node, binding);
    else if (node.kind === 'Identifier') this.#add(binding, node.span, node.name, 'use');
  }

  #variant({ enumName, span }: VariantPattern, binding: Binding): void {
    if (enumName === undefined) return;
    const { source, start } = span;
    this.#add(binding, { source, start, end: start + enumName.length }, enumName, 'type');
  }

  #patternField({ pattern, keySpan }: PatternField): void {
    if (pattern.span.start === keySpan.start) this.#shorthand.add(pattern);
  }

  #matchField({ pattern, span }: MatchField): void {
    if (pattern.span.start === span.start) this.#shorthand.add(pattern);
  }

  #typeName({ name, span }: NamedType, typeParams: ReadonlySet<string>): void {
    if (typeParams.has(name)) return;
    this.#named(name, { ...span, end: span.start + name.length }, 'type');
  }

  #named(name: string, span: Span, role: Occurrence['role']): void {
    if (!this.#types.has(name)) this.#types.set(name, typeNamed(this.#module, name));
    const binding = this.#types.get(name);
    if (binding !== undefined) this.#add(binding, span, name, role);
  }

  #parent(name: string | undefined, span: Span | undefined): void {
    if (name === undefined || span === undefined) return;
    const binding =
      this.#module.topLevel.get(name) ??
      this.#module.imports.map(({ names }) => names.get(name)).find((each) => each !== undefined);
    if (binding?.kind === 'pipeline') this.#add(binding, span, name, 'use');
  }

  #add(
    binding: Binding,
    span: Span,
    text: string,
    role: Occurrence['role'],
    isShorthand = false,
  ): void {
    // What a broken text made up is no place.
    if (this.#module.source.text.slice(span.start, span.end) !== text) return;
    this.#found.push({ binding, span, text, role, isShorthand });
  }
}

function withTypeParams(node: Node, outer: ReadonlySet<string>): ReadonlySet<string> {
  if (!('typeParams' in node) || node.typeParams.length === 0) return outer;
  return new Set([...outer, ...node.typeParams.map(({ name }) => name)]);
}
