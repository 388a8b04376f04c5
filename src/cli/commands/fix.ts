// `harn fix`: rewrites the older spelling of programs to the later one, without changing what they do. A file that cannot
// be rewritten safely stays as it is, with the reason and the line.
import { type Diagnostic, type Json, LineIndex } from '../../base/index.ts';
import { type LangTools, loadLangTools } from '../../lang/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import type { Command } from '../command.ts';
import { usageErrors } from '../errors.ts';
import { FixChecker, olderManifests } from '../fix-project.ts';
import type { Output } from '../output.ts';
import { listPrograms, plural, readProgram } from '../program-files.ts';
import { editionOf, printDiagnostics } from '../source-files.ts';

type Migration = Awaited<ReturnType<LangTools['migrate']>>;
type FileMigration = Migration['files'][number];

/** A file or a manifest, as people are told of it. */
interface Outcome {
  readonly file: string;
  readonly status: 'unchanged' | 'fixed' | 'would_change' | 'refused';
  readonly diff: string | undefined;
  readonly migration: FileMigration | undefined;
}

export const fix: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const edition = editionOf(host, args.value('edition'));
    const isDry = args.has('dry-run') || args.has('diff') || args.has('check');
    const tools = await loadLangTools();
    const files = await listPrograms(host, args.positionals, 'harn fix');
    // Reading them first says what is wrong with a path better than the loader would.
    for (const file of files) await readProgram(host, file);
    if (files.length === 0)
      throw usageErrors.missingArgument({ argument: 'a .harn file', command: 'harn fix' });
    const checker = new FixChecker(host, edition);
    const ids = await checker.identify(files);
    const manifests = edition === undefined ? await olderManifests(host, ids) : [];
    const migration = await tools.migrate([...ids.keys()], checker, manifests);
    const outcomes = await outcomesOf(host, migration, isDry);
    if (!isDry) await write(host, checker, migration);
    if (args.has('json')) output.json(toJson(outcomes));
    else show(output, outcomes, isDry);
    const isRefused = outcomes.some(({ status }) => status === 'refused');
    const wouldChange = outcomes.some(({ status }) => status === 'would_change');
    return isRefused || (args.has('check') && wouldChange) ? 1 : 0;
  },
};

async function outcomesOf(
  host: Host,
  { files, manifests }: Migration,
  isDry: boolean,
): Promise<Outcome[]> {
  const { unifiedDiff } = await import('../../text/index.ts');
  const changed = isDry ? 'would_change' : 'fixed';
  const outcomes: Outcome[] = [];
  for (const migration of files) {
    const { file, before, after, refused } = migration;
    const isSame = before === after;
    const status = refused !== undefined ? 'refused' : isSame ? 'unchanged' : changed;
    const diff = isDry && !isSame ? await unifiedDiff(file, before, after) : undefined;
    outcomes.push({ file, status, diff, migration });
  }
  for (const [path, text] of manifests) {
    const before = await host.fs.readText(path);
    const diff = isDry ? await unifiedDiff(path, before, text) : undefined;
    outcomes.push({ file: path, status: changed, diff, migration: undefined });
  }
  return outcomes;
}

/** Programs first: a manifest that speaks of the later edition must not meet older ones. */
async function write(
  host: Host,
  checker: FixChecker,
  { files, manifests }: Migration,
): Promise<void> {
  for (const { file, before, after } of files)
    if (before !== after) await host.fs.writeFile(checker.pathOf(file), after);
  for (const [path, text] of manifests) await host.fs.writeFile(path, text);
}

function show(output: Output, outcomes: readonly Outcome[], isDry: boolean): void {
  for (const { file, status, diff, migration } of outcomes) {
    if (migration?.refused !== undefined) {
      const source = { id: file, text: migration.before };
      printDiagnostics(output, [diagnosticOf(migration)], [source]);
    } else if (diff !== undefined)
      for (const line of diff.trimEnd().split('\n')) output.line(colour(output, line));
    else if (status === 'fixed') output.line(file);
  }
  const count = (status: Outcome['status']) =>
    outcomes.filter((each) => each.status === status).length;
  const refused = count('refused');
  const parts = [
    `${plural(count(isDry ? 'would_change' : 'fixed'), 'file')} ${isDry ? 'would change' : 'fixed'}`,
    `${count('unchanged')} with nothing to do`,
    ...(refused === 0 ? [] : [`${refused} left as they were`]),
  ];
  output.line(output.style(refused > 0 ? 'red' : 'green', parts.join(', ')));
}

function diagnosticOf({ refused, file }: FileMigration): Diagnostic {
  const span = refused?.span ?? { source: file, start: 0, end: 0 };
  const { code = '', message = '', hint, data } = refused ?? {};
  return { severity: 'warning', code, message, span, hint, data };
}

function colour(output: Output, line: string): string {
  if (line.startsWith('+++') || line.startsWith('---')) return output.style('bold', line);
  if (line.startsWith('+')) return output.style('green', line);
  if (line.startsWith('-')) return output.style('red', line);
  return line.startsWith('@@') ? output.style('cyan', line) : line;
}

function toJson(outcomes: readonly Outcome[]): Json {
  const files = outcomes.map(({ file, status, diff, migration }) => ({
    file,
    status,
    diff: diff ?? null,
    reason: migration === undefined ? null : reasonOf(migration),
  }));
  const count = (...wanted: readonly Outcome['status'][]) =>
    outcomes.filter(({ status }) => wanted.includes(status)).length;
  return {
    files,
    summary: {
      files: outcomes.length,
      changed: count('fixed', 'would_change'),
      refused: count('refused'),
    },
  };
}

function reasonOf({ refused, before }: FileMigration): Json {
  if (refused === undefined) return null;
  const { code, message, span } = refused;
  const line = span === undefined ? null : new LineIndex(before).positionOf(span.start).line;
  return { code, message, line };
}
