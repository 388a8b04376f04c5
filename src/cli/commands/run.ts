// `harn run`: a program from its file to its exit code.
import { HarnError } from '../../base/index.ts';
import type { CompiledProgram, ProgramTarget, StartOptions } from '../../engine/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { usageErrors } from '../errors.ts';
import { limitOption } from '../number-option.ts';
import { modelTables } from '../project-settings.ts';
import { type Session, withSession } from '../session.ts';
import {
  diagnosticToJson,
  editionOf,
  loadTarget,
  printDiagnostics,
  type SourcePlace,
} from '../source-files.ts';
import type { OpenedPack } from './pack-run.ts';

/** Options that mean something for packs only. */
const PACK_OPTIONS = ['dry-run-verify', 'allow-unsigned', 'trust'] as const;

export const run: Command = {
  async run(args, ctx) {
    const target = targetOf(args);
    if (args.has('scenario')) {
      const { runScenario } = await import('./run-scenario.ts');
      return runScenario(target, args, ctx);
    }
    const byId = args.has('id') ? await import('./run-by-id.ts') : undefined;
    const id = byId?.idOption(args);
    return withSession(args, ctx, async (session) => {
      const opened = await openedPack(session, target, args, ctx.version);
      if (typeof opened === 'number') return opened;
      const edition = args.value('edition');
      const program = await loadForRun(session, target, edition, opened?.place);
      if (program === undefined) return 1;
      const deny = await deniedBy(args.list('deny'));
      const task = args.value('task');
      const pipeline = args.value('pipeline');
      const skillDirs = await skillDirsGiven(session, args);
      const options: StartOptions = {
        argv: args.rest,
        durability: args.value('durability') === 'process' ? 'process' : 'power',
        deny,
        tokenBudget: limitOption(args, 'token-budget'),
        costBudgetUsd: limitOption(args, 'cost-budget'),
        llm: await modelTables(session.host, 'path' in target ? target.path : undefined),
        origin: 'path' in target ? target.path : '-e',
        ...(skillDirs === undefined ? {} : { skillDirs }),
        ...(task === undefined ? {} : { task }),
        ...(pipeline === undefined ? {} : { pipeline }),
        ...(opened === undefined ? {} : { pack: opened.origin }),
      };
      if (byId !== undefined && id !== undefined)
        return byId.runById(session, program, id, options);
      return session.follow(session.engine.start(program, options));
    });
  },
};

/** The pack that was named; undefined for other programs, an exit code when checking it was all that was asked. */
async function openedPack(
  session: Session,
  target: ProgramTarget,
  args: Arguments,
  version: string,
): Promise<OpenedPack | number | undefined> {
  const isSource = !('path' in target) || target.path.endsWith('.harn');
  const option = PACK_OPTIONS.find((name) => args.has(name));
  if (isSource && option === undefined) return undefined;
  const { isPack, openPackForRun } = await import('./pack-run.ts');
  if (!isSource && (await isPack(session.host, target.path))) {
    return openPackForRun(session, target.path, args, version);
  }
  if (option !== undefined) throw usageErrors.onlyForPacks({ option: `--${option}` });
  return undefined;
}

async function skillDirsGiven({ host }: Session, args: Arguments) {
  if (!args.has('skill-dir')) return undefined;
  const { skillDirsOf } = await import('../skill-dirs.ts');
  return skillDirsOf(host, args);
}

async function deniedBy(words: readonly string[]): Promise<readonly string[]> {
  if (words.length === 0) return [];
  const { resolveDenied } = await import('../deny.ts');
  return resolveDenied(words);
}

function targetOf(args: Arguments): ProgramTarget {
  const code = args.value('eval');
  const [file] = args.positionals;
  if (code === undefined) return { path: args.at(0) };
  if (file !== undefined) throw usageErrors.twoPrograms({ file });
  return { code: withTask(code), name: '<eval>' };
}

/** A text that asks for its `task` becomes the pipeline that has one; any other text runs as it is. */
function withTask(code: string): string {
  if (!/\btask\b/.test(code) || /\b(?:pipeline|fn\s+main)\b/.test(code)) return code;
  const imports = /^(?:\s*import\b[^\n;]*[\n;])*/.exec(code)?.[0] ?? '';
  return `${imports}pipeline main(task) { ${code.slice(imports.length)}\n}`;
}

/** A program that may start; its mistakes are shown, and undefined says that there were any. */
export async function loadForRun(
  session: Session,
  target: ProgramTarget,
  editionText: string | undefined,
  place?: SourcePlace,
): Promise<CompiledProgram | undefined> {
  const edition = editionOf(session.host, editionText) ?? place?.edition;
  const cache = session.programCache(edition);
  const { program, diagnostics, sources } = await loadTarget(session.host, place ?? target, {
    ...place,
    edition,
    cache,
    hooks: place === undefined,
  });
  const { stream } = session;
  if (stream === undefined) printDiagnostics(session.output, diagnostics, sources);
  else {
    for (const { severity, code, message } of diagnostics) {
      if (severity !== 'error') stream.warn({ code, message });
    }
  }
  if (program !== undefined || stream === undefined) return program;
  const first = diagnostics.find(({ severity }) => severity === 'error');
  const { code, message } = first ?? new HarnError({ code: 'HARN-CMP-001', message: '' });
  const details = { diagnostics: diagnostics.map((each) => diagnosticToJson(each, sources)) };
  stream.end({
    event_type: 'error',
    error: { code, message, details },
    receipt: null,
    exit_code: 1,
  });
  return undefined;
}
