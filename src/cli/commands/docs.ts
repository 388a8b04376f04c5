// `harn docs`: what a program can call, from the tables of builtins and of methods of built-in values: one name in full, or
// all that fit a beginning.
import type { Json } from '../../base/index.ts';
import {
  type BuiltinExample,
  type BuiltinRow,
  createRegistry,
  EFFECT_GROUPS,
  loadExamples,
  specsWithOptions,
} from '../../builtins/index.ts';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { type Output, oneLine } from '../output.ts';
import { nearest } from '../suggest.ts';
import {
  type DocumentedMethod,
  documentedMethods,
  type FoundMethods,
  fenced,
  findMethods,
  methodJson,
  methodsMarkdown,
  printExample,
  printMethod,
  printMethods,
  printMore,
} from './docs-methods.ts';

export const docs: Command = {
  async run(args, { output }) {
    const rows = await publicRows();
    const methods = await documentedMethods();
    const asked = args.positionals[0];
    const exact = asked === undefined ? undefined : find(rows, asked);
    const found = findMethods(methods, asked === undefined ? undefined : plainName(asked));
    const chosen = exact === undefined ? matching(rows, found, asked) : [exact];
    if (args.has('json')) {
      output.json({ builtins: chosen.map(toJson), methods: found.methods.map(methodJson) });
    } else if (args.has('markdown')) output.line(toMarkdown(chosen, found.methods));
    else if (exact !== undefined) {
      printRow(output, exact);
      printMore(output, found.methods);
    } else if (found.isExact && found.methods.length === 1 && chosen.length === 0) {
      printMethod(output, found.methods[0] as DocumentedMethod);
    } else {
      if (chosen.length > 0) printList(output, chosen);
      if (chosen.length > 0 && found.methods.length > 0) output.line();
      if (found.methods.length > 0) printMethods(output, found.methods);
    }
    return 0;
  },
};

type Documented = BuiltinRow & { readonly example: BuiltinExample | undefined };
type Bags = NonNullable<BuiltinRow['options']>;

/** What programs may name, sorted. */
async function publicRows(): Promise<readonly Documented[]> {
  const examples = await loadExamples();
  const options = new Map((await specsWithOptions()).map((spec) => [spec.name, spec.options]));
  return createRegistry(EFFECT_GROUPS)
    .rows()
    .filter(({ name }) => !/^[@_]/.test(name))
    .map((row) => {
      const bags = options.get(row.name);
      const told = bags === undefined ? {} : { options: bags };
      return { ...row, ...told, example: examples[row.name] };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** `harness.fs.read_text` is the row `fs.read_text`. */
function plainName(name: string): string {
  return name.replace(/^harness\./, '').replace(/\(.*$/, '');
}

function find(rows: readonly Documented[], asked: string): Documented | undefined {
  const name = plainName(asked);
  return rows.find((row) => row.name === name || row.aliases?.includes(name) === true);
}

/** Those that begin so; else those with it in their name; nothing at all, no method either, is an error. */
function matching(
  rows: readonly Documented[],
  { methods, isExact, names }: FoundMethods,
  asked: string | undefined,
): readonly Documented[] {
  if (asked === undefined) return rows;
  const name = plainName(asked);
  const namesOf = (row: Documented) => [row.name, ...(row.aliases ?? [])];
  const beginning = rows.filter((row) => namesOf(row).some((each) => each.startsWith(name)));
  if (beginning.length > 0 || isExact) return beginning;
  const containing = rows.filter((row) => namesOf(row).some((each) => each.includes(name)));
  if (containing.length > 0 || methods.length > 0) return containing;
  const suggestion = nearest(name, [...rows.flatMap(namesOf), ...names]);
  throw cliErrors.unknownBuiltin({ name, suggestion });
}

const CLASSES: { readonly [effect: string]: string } = {
  pure: 'pure: does nothing outside',
  ambient: 'ambient: reads the clock, chance or the environment; recorded',
  output: 'output: writes to the terminal; not repeated in a replay',
  read: 'read: reads the outside; recorded',
  mutation: 'mutation: changes the outside; recorded, never done twice',
  wait: 'wait: may take long; a run can be parked here',
};

/** What callers have to know about the time a call takes. */
function turnOf({ suspends }: Documented): string | undefined {
  if (suspends === 'callback') return 'gives up the turn when the function it is given does';
  return suspends ? 'gives up the turn: other tasks go on meanwhile' : undefined;
}

function printRow(output: Output, row: Documented): void {
  const { name, signature, doc, effect, aliases = [], stability, example } = row;
  const isMethod = name.includes('.');
  output.line(output.style('bold', isMethod ? `harness.${signature}` : signature));
  output.line();
  output.line(doc);
  output.line();
  const facts: (readonly [string, string])[] = [['class', CLASSES[effect] ?? effect]];
  const turn = turnOf(row);
  if (turn !== undefined) facts.push(['turn', turn]);
  if (aliases.length > 0) facts.push(['also', aliases.join(', ')]);
  if (stability !== 'stable') facts.push(['stability', stability]);
  output.facts(facts);
  for (const bag of row.options ?? []) printBag(output, bag);
  printExample(output, example);
}

function printBag(output: Output, { param, options, handsOnDicts }: Bags[number]): void {
  output.line();
  output.table(
    [param, 'TYPE', ''],
    options.map(({ name, type, doc }) => [name, type, doc]),
  );
  if (handsOnDicts === true) output.line(HANDED_ON);
}

const HANDED_ON = 'Fields for the requests of one provider stand in a dict under its name.';

function printList(output: Output, rows: readonly Documented[]): void {
  const room = Math.max(40, (output.terminal.columns ?? 120) - 60);
  output.table(
    ['NAME', 'CLASS', ''],
    rows.map(({ name, effect, doc }) => [name, effect, oneLine(doc.split('\n', 1)[0] ?? '', room)]),
  );
}

function toJson(row: Documented): Json {
  const { name, signature, doc, effect, suspends, aliases = [], example, since, stability } = row;
  return {
    name,
    signature,
    doc,
    class: effect,
    suspends,
    aliases: [...aliases],
    example: example === undefined ? null : { ...example },
    since: since ?? null,
    stability,
    options: Object.fromEntries(
      (row.options ?? []).map(({ param, options }) => [
        param,
        options.map((option) => ({ ...option })),
      ]),
    ),
  };
}

/** All rows as a page, by group: globals first, then what lies below the harness. */
function toMarkdown(rows: readonly Documented[], methods: readonly DocumentedMethod[]): string {
  const groups = new Map<string, Documented[]>();
  for (const row of rows) {
    const dot = row.name.lastIndexOf('.');
    const group = dot === -1 ? '' : row.name.slice(0, dot);
    const members = groups.get(group) ?? [];
    groups.set(group, members);
    members.push(row);
  }
  const sections = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, members]) => {
      const title = group === '' ? 'Functions' : `\`harness.${group}\``;
      return [`## ${title}`, ...members.map(rowMarkdown)].join('\n\n');
    });
  return ['# Builtins', ...sections, ...methodsMarkdown(methods)].join('\n\n');
}

function rowMarkdown(row: Documented): string {
  const { name, signature, doc, effect, aliases = [], example, options = [] } = row;
  const more =
    aliases.length === 0 ? '' : `; also ${aliases.map((each) => `\`${each}\``).join(', ')}`;
  const parts = [`### \`${name}\``, fenced(signature, 'harn'), `${doc} (${effect}${more})`];
  parts.push(...options.map(bagMarkdown));
  if (example !== undefined) {
    parts.push(fenced(example.source.trimEnd(), 'harn'), fenced(example.prints.trimEnd(), 'text'));
  }
  return parts.join('\n\n');
}

function bagMarkdown({ param, options, handsOnDicts }: Bags[number]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = options.map(
    ({ name, type, doc }) => `| \`${name}\` | \`${cell(type)}\` | ${cell(doc)} |`,
  );
  const table = [`| \`${param}\` | type | |`, '| --- | --- | --- |', ...lines].join('\n');
  return handsOnDicts === true ? `${table}\n\n${HANDED_ON}` : table;
}
