// `harn check`: looks for mistakes in programs and what they import, without running anything. Findings that only a
// run that gets there would meet count as errors too, because that is what they will be.
import type { Diagnostic, Json, Source } from '../../base/index.ts';
import { type Checker, createChecker } from '../../engine/index.ts';
import type { Host } from '../../runtime/host/index.ts';
import type { Command } from '../command.ts';
import type { Output } from '../output.ts';
import { listPrograms, plural } from '../program-files.ts';
import { diagnosticToJson, editionOf, guardLoad, printDiagnostics } from '../source-files.ts';
import { watchPrograms } from '../watch.ts';

/** What was found, over all files, each finding once. */
class Findings {
  readonly diagnostics: Diagnostic[] = [];
  readonly sources = new Map<string, Source>();
  dropped = 0;
  readonly #seen = new Set<string>();

  add(found: readonly Diagnostic[], sources: readonly Source[]): void {
    for (const source of sources) this.sources.set(source.id, source);
    for (const diagnostic of found) {
      const { code, message, span } = diagnostic;
      const key = `${span.source}:${span.start}:${code}:${message}`;
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      this.diagnostics.push(diagnostic);
    }
  }

  count(severity: Diagnostic['severity']): number {
    return this.diagnostics.filter((each) => each.severity === severity).length;
  }
}

export const check: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const edition = editionOf(host, args.value('edition'));
    const checker = await createChecker({
      cwd: host.system.cwd(),
      edition,
      strictTypes: args.has('strict-types'),
    });
    const look = async () => {
      checker.refresh();
      const files = await listPrograms(host, args.positionals, 'harn check');
      const findings = await checkFiles(host, files, checker);
      if (args.has('json')) output.json(toJson(files, findings));
      else print(output, files.length, findings);
      return findings.count('error') === 0 ? 0 : 1;
    };
    if (!args.has('watch')) return look();
    return watchPrograms(host, output, async () => {
      await look();
    });
  },
};

async function checkFiles(
  host: Host,
  files: readonly string[],
  checker: Checker,
): Promise<Findings> {
  const findings = new Findings();
  for (const path of files) {
    const { diagnostics, latent, sources, dropped } = await guardLoad(host, { path }, () =>
      checker.check(path),
    );
    findings.add([...diagnostics, ...latent], sources);
    findings.dropped += dropped;
  }
  return findings;
}

function toJson(files: readonly string[], findings: Findings): Json {
  const sources = [...findings.sources.values()];
  return {
    files,
    diagnostics: findings.diagnostics.map((each) => diagnosticToJson(each, sources)),
    summary: {
      files: files.length,
      errors: findings.count('error'),
      warnings: findings.count('warning'),
      not_shown: findings.dropped,
    },
  };
}

function print(output: Output, files: number, findings: Findings): void {
  printDiagnostics(output, findings.diagnostics, [...findings.sources.values()]);
  const errors = findings.count('error');
  const warnings = findings.count('warning');
  const counts = `${plural(files, 'file')}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
  const more = findings.dropped === 0 ? '' : `, and ${findings.dropped} more not shown`;
  output.line(output.style(errors > 0 ? 'red' : 'green', counts + more));
}
