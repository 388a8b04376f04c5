// `harn fmt`: formats files in place, or says which would change. Each file is replaced as a whole; one that cannot be
// formatted is left as it is and does not stop the others.
import type { HarnError, Json } from '../../base/index.ts';
import { type LangTools, loadLangTools } from '../../lang/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { toCliError, usageErrors } from '../errors.ts';
import type { Output } from '../output.ts';
import { listPrograms, plural, readProgram } from '../program-files.ts';
import { SettingsReader } from '../tool-settings.ts';

interface Outcome {
  readonly file: string;
  readonly status: 'unchanged' | 'formatted' | 'would_change' | 'failed';
  readonly diff?: string;
  readonly error?: HarnError;
}

export const fmt: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const width = widthOf(args);
    const tools = await loadLangTools();
    if (args.has('stdin')) return formatStdin(host, tools, args, output, width);
    const files = await listPrograms(host, args.positionals, 'harn fmt');
    const settings = new SettingsReader(host);
    const check = args.has('check');
    const outcomes: Outcome[] = [];
    for (const file of files) {
      const lineWidth = width ?? (await settings.of(file)).lineWidth;
      const outcome = await formatFile(host, tools, file, lineWidth, check);
      outcomes.push(outcome);
      if (!args.has('json')) show(output, outcome);
    }
    if (args.has('json')) output.json(toJson(outcomes));
    else summarise(output, outcomes, check);
    return outcomes.some(({ status }) => status === 'failed' || status === 'would_change') ? 1 : 0;
  },
};

function widthOf(args: Arguments): number | undefined {
  const typed = args.value('line-width');
  if (typed === undefined) return undefined;
  const width = Number(typed);
  if (/^\d+$/.test(typed) && width > 0) return width;
  throw usageErrors.badChoice({ option: '--line-width', value: typed, choices: 'numbers above 0' });
}

async function formatFile(
  host: Host,
  { format }: LangTools,
  file: string,
  width: number | undefined,
  check: boolean,
): Promise<Outcome> {
  try {
    const text = await readProgram(host, file);
    const formatted = format({ id: file, text }, width);
    if (formatted === text) return { file, status: 'unchanged' };
    if (check) {
      const { unifiedDiff } = await import('../../text/index.ts');
      return { file, status: 'would_change', diff: await unifiedDiff(file, text, formatted) };
    }
    await host.fs.writeFile(await host.fs.realPath(file), formatted);
    return { file, status: 'formatted' };
  } catch (error) {
    return { file, status: 'failed', error: toCliError(error) };
  }
}

async function formatStdin(
  host: Host,
  { format }: LangTools,
  args: Arguments,
  output: Output,
  width: number | undefined,
): Promise<number> {
  const extra = args.positionals[0];
  if (extra !== undefined) {
    const advice = 'with --stdin the program comes from stdin';
    throw usageErrors.extraArgument({ argument: extra, command: 'harn fmt --stdin', advice });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  const text = Buffer.concat(chunks).toString('utf8');
  const lineWidth = width ?? (await new SettingsReader(host).of('stdin')).lineWidth;
  const formatted = format({ id: '<stdin>', text }, lineWidth);
  const changed = formatted !== text;
  if (args.has('json')) output.json({ changed, text: formatted });
  else if (!args.has('check')) output.terminal.out(formatted);
  return args.has('check') && changed ? 1 : 0;
}

function show(output: Output, { file, status, diff, error }: Outcome): void {
  if (error !== undefined) output.error(error);
  else if (diff !== undefined)
    for (const line of diff.trimEnd().split('\n')) output.line(colour(output, line));
  else if (status === 'formatted') output.line(file);
}

function colour(output: Output, line: string): string {
  if (line.startsWith('+++') || line.startsWith('---')) return output.style('bold', line);
  if (line.startsWith('+')) return output.style('green', line);
  if (line.startsWith('-')) return output.style('red', line);
  return line.startsWith('@@') ? output.style('cyan', line) : line;
}

function summarise(output: Output, outcomes: readonly Outcome[], check: boolean): void {
  const count = (status: Outcome['status']) =>
    outcomes.filter((outcome) => outcome.status === status).length;
  const changed = count(check ? 'would_change' : 'formatted');
  const failed = count('failed');
  const parts = [
    `${plural(changed, 'file')} ${check ? 'would be formatted' : 'formatted'}`,
    `${count('unchanged')} already formatted`,
    ...(failed === 0 ? [] : [`${failed} left as they were`]),
  ];
  output.line(
    output.style(failed > 0 || (check && changed > 0) ? 'red' : 'green', parts.join(', ')),
  );
}

function toJson(outcomes: readonly Outcome[]): Json {
  const files = outcomes.map(({ file, status, diff, error }) => ({
    file,
    status,
    diff: diff ?? null,
    error: error === undefined ? null : { code: error.code, message: error.message },
  }));
  const count = (status: Outcome['status']) =>
    outcomes.filter((outcome) => outcome.status === status).length;
  return {
    files,
    summary: {
      files: outcomes.length,
      changed: count('formatted') + count('would_change'),
      failed: count('failed'),
    },
  };
}
