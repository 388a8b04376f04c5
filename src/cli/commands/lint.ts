// `harn lint`: habits worth changing, in programs that are right as far as the checker knows. Findings are warnings:
// they fail the command only with --strict; what does not parse always does.
import type { Diagnostic, Json, Source } from '../../base/index.ts';
import { checkProgram, loadTemplateFiles } from '../../engine/index.ts';
import { type LangTools, loadLangTools, type TemplateReader } from '../../lang/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { listPrograms, plural, readProgram } from '../program-files.ts';
import {
  diagnosticToJson,
  type EditionName,
  editionOf,
  printDiagnostics,
} from '../source-files.ts';
import { nearest } from '../suggest.ts';
import { SettingsReader, type ToolSettings } from '../tool-settings.ts';

interface Linted {
  readonly file: string;
  readonly source: Source;
  readonly diagnostics: readonly Diagnostic[];
  readonly fixable: number;
  readonly fixed: number;
}

/** Fixes may make room for others; more rounds than this are not worth a wait. */
const MAX_ROUNDS = 5;

/** How the name of a prompt template ends. */
const TEMPLATE = '.prompt';

export const lint: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const edition = editionOf(host, args.value('edition'));
    const tools = await loadLangTools();
    const files = await listPrograms(host, args.positionals, 'harn lint', ['.harn', TEMPLATE]);
    const settings = new SettingsReader(host);
    const results: Linted[] = [];
    const fix = args.has('fix');
    const templates = await templateReader(host.system.cwd());
    for (const file of files) {
      const options = await settings.of(file);
      checkNames(tools, options);
      results.push(
        file.endsWith(TEMPLATE)
          ? await lintTemplate(host, tools, file, options)
          : await lintFile(host, tools, file, { options: { ...options, templates }, edition, fix }),
      );
    }
    const all = results.flatMap(({ diagnostics }) => diagnostics);
    const errors = all.filter(({ severity }) => severity === 'error').length;
    const warnings = all.length - errors;
    if (args.has('json')) output.json(toJson(results, errors, warnings));
    else {
      for (const { diagnostics, source } of results)
        printDiagnostics(output, diagnostics, [source]);
      const sum = (key: 'fixable' | 'fixed') => results.reduce((n, each) => n + each[key], 0);
      const more = [
        ...(sum('fixed') > 0 ? [`${sum('fixed')} fixed`] : []),
        ...(sum('fixable') > 0 ? [`${sum('fixable')} can be fixed with --fix`] : []),
      ];
      const counts = `${plural(files.length, 'file')}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
      output.line(output.style(errors > 0 ? 'red' : 'green', [counts, ...more].join(', ')));
    }
    return errors > 0 || (args.has('strict') && warnings > 0) ? 1 : 0;
  },
};

function checkNames({ LINT_RULES }: LangTools, { disabled }: ToolSettings): void {
  const unknown = disabled.find((name) => !LINT_RULES.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, LINT_RULES);
  const meant = near === undefined ? '' : ` (did you mean \`${near}\`?)`;
  const reason = `[lint] disabled: there is no rule \`${unknown}\`${meant}`;
  throw cliErrors.badToml({ path: 'harn.toml', reason });
}

/** What rules may know of the templates that programs name. */
async function templateReader(cwd: string): Promise<TemplateReader> {
  const files = await loadTemplateFiles(cwd);
  return (module, path) => {
    const facts = files.facts(module, path);
    return facts.kind === 'template' ? facts : undefined;
  };
}

interface How {
  readonly options: ToolSettings & { readonly templates: TemplateReader };
  readonly edition: EditionName | undefined;
  readonly fix: boolean;
}

/** A prompt template: what would fail when it is rendered. */
async function lintTemplate(
  host: Host,
  { templateDiagnostics, templateHabitDiagnostics }: LangTools,
  file: string,
  options: ToolSettings,
): Promise<Linted> {
  const { templateHabits, templateProblems } = await import('../../builtins/index.ts');
  const source: Source = { id: file, text: await readProgram(host, file) };
  const diagnostics = [
    ...templateDiagnostics(file, templateProblems(source.text), options),
    ...templateHabitDiagnostics(file, templateHabits(source.text), options),
  ];
  return { file, source, diagnostics, fixable: 0, fixed: 0 };
}

async function lintFile(host: Host, tools: LangTools, file: string, how: How): Promise<Linted> {
  // Reading it first says what is wrong with a path better than the loader would.
  let text = await readProgram(host, file);
  let fixed = 0;
  for (let round = 0; ; round += 1) {
    const { source, findings, errors } = await findingsOf(host, tools, file, how);
    const mended = tools.applyFixes(text, findings);
    const goOn = how.fix && mended.text !== text && round < MAX_ROUNDS && errors.length === 0;
    if (!goOn) {
      const diagnostics = [...errors, ...findings.map(tools.lintDiagnostic)];
      const fixable = findings.filter(({ fix }) => fix !== undefined).length;
      return { file, source, diagnostics, fixable, fixed };
    }
    await host.fs.writeFile(await host.fs.realPath(file), mended.text);
    text = mended.text;
    fixed += mended.fixed;
  }
}

async function findingsOf(host: Host, tools: LangTools, file: string, { options, edition }: How) {
  const program = await checkProgram(file, { cwd: host.system.cwd(), edition, types: 'keep' });
  const { source } = program.entry;
  // What the checker knows is for `harn check`; but a file that is broken is not judged.
  const errors = program.diagnostics.filter(
    ({ severity, span }) => severity === 'error' && span.source === source.id,
  );
  const findings = errors.length > 0 ? [] : tools.lint(program.entry, program, options);
  return { source, errors, findings };
}

function toJson(results: readonly Linted[], errors: number, warnings: number): Json {
  return {
    files: results.map(({ file, fixed, fixable }) => ({ file, fixed, fixable })),
    diagnostics: results.flatMap(({ diagnostics, source }) =>
      diagnostics.map((each) => diagnosticToJson(each, [source])),
    ),
    summary: { files: results.length, errors, warnings },
  };
}
