// `harn docs`: what a program can call, from the table of builtins: one name in full, or all that fit a beginning.
import type { Json } from '../../base/index.ts';
import {
  type BuiltinExample,
  type BuiltinRow,
  createRegistry,
  EFFECT_GROUPS,
  loadExamples,
} from '../../builtins/index.ts';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { type Output, oneLine } from '../output.ts';
import { nearest } from '../suggest.ts';

export const docs: Command = {
  async run(args, { output }) {
    const rows = await publicRows();
    const asked = args.positionals[0];
    const exact = asked === undefined ? undefined : find(rows, asked);
    const chosen = exact === undefined ? matching(rows, asked) : [exact];
    if (args.has('json')) output.json({ builtins: chosen.map(toJson) });
    else if (args.has('markdown')) output.line(toMarkdown(chosen));
    else if (exact !== undefined) printRow(output, exact);
    else printList(output, chosen);
    return 0;
  },
};

type Documented = BuiltinRow & { readonly example: BuiltinExample | undefined };

/** What programs may name, sorted. */
async function publicRows(): Promise<readonly Documented[]> {
  const examples = await loadExamples();
  return createRegistry(EFFECT_GROUPS)
    .rows()
    .filter(({ name }) => !/^[@_]/.test(name))
    .map((row) => ({ ...row, example: examples[row.name] }))
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

/** Those that begin so; else those with it in their name; nothing at all is an error. */
function matching(rows: readonly Documented[], asked: string | undefined): readonly Documented[] {
  if (asked === undefined) return rows;
  const name = plainName(asked);
  const namesOf = (row: Documented) => [row.name, ...(row.aliases ?? [])];
  const beginning = rows.filter((row) => namesOf(row).some((each) => each.startsWith(name)));
  if (beginning.length > 0) return beginning;
  const containing = rows.filter((row) => namesOf(row).some((each) => each.includes(name)));
  if (containing.length > 0) return containing;
  throw cliErrors.unknownBuiltin({ name, suggestion: nearest(name, rows.flatMap(namesOf)) });
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
  if (example === undefined) return;
  output.line();
  output.line(output.style('dim', 'example'));
  for (const line of example.source.trimEnd().split('\n')) output.line(`  ${line}`);
  output.line(output.style('dim', 'prints'));
  for (const line of example.prints.trimEnd().split('\n')) output.line(`  ${line}`);
}

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
  };
}

/** All rows as a page, by group: globals first, then what lies below the harness. */
function toMarkdown(rows: readonly Documented[]): string {
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
  return ['# Builtins', ...sections].join('\n\n');
}

function rowMarkdown({ name, signature, doc, effect, aliases = [], example }: Documented): string {
  const more =
    aliases.length === 0 ? '' : `; also ${aliases.map((each) => `\`${each}\``).join(', ')}`;
  const parts = [`### \`${name}\``, fenced(signature, 'harn'), `${doc} (${effect}${more})`];
  if (example !== undefined) {
    parts.push(fenced(example.source.trimEnd(), 'harn'), fenced(example.prints.trimEnd(), 'text'));
  }
  return parts.join('\n\n');
}

function fenced(text: string, language: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
