// `harn run --scenario`: a program with its whole outside scripted. A rehearsal: its store is memory, and nothing is left behind.
import type { ProgramTarget } from '../../engine/index.ts';
import type { Arguments } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { usageErrors } from '../errors.ts';
import { modelTables } from '../project-settings.ts';
import { skillDirsOf } from '../skill-dirs.ts';
import { editionOf, loadTarget, printDiagnostics } from '../source-files.ts';
import { runTest } from '../testing/run-test.ts';
import { loadScenario } from '../testing/scenarios.ts';

/** Options that speak of what a rehearsal does not leave. */
const OTHER = [
  ...['json', 'durability', 'wait', 'strict', 'token-budget', 'cost-budget'],
  ...['id', 'llm-mock', 'llm-mock-record'],
] as const;

/** Runs a program in a scenario; answers with its exit code, or 1 when something else happened than was expected. */
export async function runScenario(
  target: ProgramTarget,
  args: Arguments,
  ctx: CommandContext,
): Promise<number> {
  for (const option of OTHER) {
    if (args.has(option)) throw usageErrors.notWithScenario({ option: `--${option}` });
  }
  const host = await ctx.host();
  const scenario = await loadScenario(host, args.value('scenario') ?? '');
  const { output } = ctx;
  const loaded = await loadTarget(host, target, {
    edition: editionOf(host, args.value('edition')),
    hooks: true,
  });
  printDiagnostics(output, loaded.diagnostics, loaded.sources);
  if (loaded.program === undefined) return 1;
  const denied = args.list('deny');
  const deny = denied.length === 0 ? [] : (await import('../deny.ts')).resolveDenied(denied);
  const ending = await runTest(host, {
    program: loaded.program,
    pipeline: args.value('pipeline'),
    origin: 'path' in target ? target.path : '-e',
    timeoutMs: undefined,
    scenario,
    llm: await modelTables(host, 'path' in target ? target.path : undefined),
    judgesValue: false,
    argv: args.rest,
    task: args.value('task'),
    deny: await deny,
    skillDirs: skillDirsOf(host, args),
    onText: (stream, text) =>
      stream === 'stdout' ? host.stdio.writeOut(text) : host.stdio.writeErr(text),
  });
  await host.stdio.flush();
  if (ending.report !== undefined) output.remark(ending.report);
  for (const answer of ending.unused)
    output.remark(`harn: nothing wanted ${answer} of the scenario`);
  return ending.outcome === 'passed' ? ending.exitCode : 1;
}
