// The part of `harn docs` that is about methods of built-in values: `list.map`, all of `list`, every `map`.
import type { Json } from '../../base/index.ts';
import { type BuiltinExample, loadMethodExamples } from '../../builtins/index.ts';
import { METHOD_KINDS, type MethodSpec, methodKindOf, signatureAs } from '../../lang/index.ts';
import { type Output, oneLine } from '../output.ts';

/** A method of a kind; those that ranges have from iterators stand below both. */
export interface DocumentedMethod extends MethodSpec {
  /** `list.map` */
  readonly path: string;
  readonly example: BuiltinExample | undefined;
}

/** What was found for a name. */
export interface FoundMethods {
  readonly methods: readonly DocumentedMethod[];
  /** Whether the name says which: a method of a kind, all of a kind, or a method of several kinds. */
  readonly isExact: boolean;
  /** Every name there is, for suggestions. */
  readonly names: readonly string[];
}

export async function documentedMethods(): Promise<readonly DocumentedMethod[]> {
  const examples = await loadMethodExamples();
  return Object.entries(METHOD_KINDS).flatMap(([kind, specs]) =>
    specs.map((spec) => ({
      ...spec,
      kind,
      path: `${kind}.${spec.name}`,
      example: examples[`${spec.kind}.${spec.name}`],
    })),
  );
}

/** `list.map`, `list`, `map`, else those that begin so, else those with it in their name. Undefined is all. */
export function findMethods(
  all: readonly DocumentedMethod[],
  asked: string | undefined,
): FoundMethods {
  const names = all.flatMap((each) => [each.path, ...each.aliases.map((a) => `${each.kind}.${a}`)]);
  if (asked === undefined) return { methods: all, isExact: false, names };
  const exactly = (methods: readonly DocumentedMethod[]) => ({ methods, isExact: true, names });
  const named = (name: string) => (each: DocumentedMethod) =>
    each.name === name || each.aliases.includes(name);
  const dot = asked.indexOf('.');
  const kind = methodKindOf(dot === -1 ? asked : asked.slice(0, dot));
  const ofKind = all.filter((each) => each.kind === kind);
  if (dot === -1 && ofKind.length > 0) return exactly(ofKind);
  const only = ofKind.filter(named(asked.slice(dot + 1)));
  if (only.length > 0) return exactly(only);
  if (dot !== -1) {
    const beginning = ofKind.filter(({ name }) => name.startsWith(asked.slice(dot + 1)));
    return { methods: beginning, isExact: false, names };
  }
  const everywhere = all.filter(named(asked));
  if (everywhere.length > 0) return exactly(everywhere);
  const beginning = all.filter(({ name }) => name.startsWith(asked));
  const methods = beginning.length > 0 ? beginning : all.filter(({ name }) => name.includes(asked));
  return { methods, isExact: false, names };
}

export function printMethod(output: Output, method: DocumentedMethod): void {
  const { kind, signature, doc, aliases, example } = method;
  output.line(output.style('bold', `${kind}.${signature}`));
  output.line();
  output.line(doc);
  const facts: (readonly [string, string])[] = [];
  if (PURE.has(kind)) facts.push(['class', 'pure: does nothing outside']);
  if (aliases.length > 0) facts.push(['also', aliases.join(', ')]);
  if (facts.length > 0) output.line();
  if (facts.length > 0) output.facts(facts);
  printExample(output, example);
}

/** Kinds whose methods only look at values. Iterators may pull from what waits. */
const PURE: ReadonlySet<string> = new Set(['bytes', 'dict', 'list', 'range', 'set', 'string']);

export function printExample(output: Output, example: BuiltinExample | undefined): void {
  if (example === undefined) return;
  output.line();
  output.line(output.style('dim', 'example'));
  for (const line of example.source.trimEnd().split('\n')) output.line(`  ${line}`);
  output.line(output.style('dim', 'prints'));
  for (const line of example.prints.trimEnd().split('\n')) output.line(`  ${line}`);
}

export function printMethods(output: Output, methods: readonly DocumentedMethod[]): void {
  const room = Math.max(40, (output.terminal.columns ?? 120) - 70);
  output.table(
    ['METHOD', 'ALSO', ''],
    methods.map(({ path, aliases, doc }) => [path, aliases.join(', '), oneLine(doc, room)]),
  );
}

/** Below a builtin: methods that go by the same name. */
export function printMore(output: Output, methods: readonly DocumentedMethod[]): void {
  if (methods.length === 0) return;
  output.line();
  printMethods(output, methods);
}

export function methodJson({ kind, name, doc, aliases, example, ...spec }: DocumentedMethod): Json {
  return {
    kind,
    name,
    path: spec.path,
    signature: spec.signature,
    doc,
    aliases: [...aliases],
    example: example === undefined ? null : { ...example },
  };
}

/** A section for each kind. */
export function methodsMarkdown(methods: readonly DocumentedMethod[]): string[] {
  const kinds = [...new Set(methods.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const own = methods.filter((each) => each.kind === kind);
    return [`## Methods of \`${kind}\``, ...own.map(methodMarkdown)].join('\n\n');
  });
}

function methodMarkdown(method: DocumentedMethod): string {
  const { path, signature, doc, aliases, example } = method;
  const more = aliases.map((each) => `\`${signatureAs(method, each)}\``).join(', ');
  const also = aliases.length === 0 ? '' : ` (also ${more})`;
  const parts = [`### \`${path}\``, fenced(signature, 'harn'), `${doc}${also}`];
  if (example !== undefined) {
    parts.push(fenced(example.source.trimEnd(), 'harn'), fenced(example.prints.trimEnd(), 'text'));
  }
  return parts.join('\n\n');
}

export function fenced(text: string, language: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
