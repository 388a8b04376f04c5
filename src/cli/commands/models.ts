// `harn models`: the models that are known by name, what they cost and can do, and whether their keys are here.
import { listModels } from '../../runtime/llm/index.ts';
import type { Command } from '../command.ts';
import type { Output } from '../output.ts';
import { modelTables } from '../project-settings.ts';

type ModelRow = ReturnType<typeof listModels>[number];

export const models: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const rows = listModels(host.env, await modelTables(host)).filter(
      ({ available }) => available || !args.has('available'),
    );
    if (args.has('json')) {
      output.json({ schema_version: '1', models: rows.map((row) => ({ ...row })) });
    } else print(output, rows);
    return 0;
  },
};

function print(output: Output, rows: readonly ModelRow[]): void {
  if (rows.length === 0) {
    output.line('No key of any provider is set.');
    return;
  }
  output.table(
    ['provider', 'model', 'tier', 'context', '$/M in', '$/M out', 'can', 'key'],
    rows.map((row) => [
      row.provider,
      row.model,
      row.tier,
      thousands(row.context),
      priceText(row.input_per_mtok),
      priceText(row.output_per_mtok),
      row.capabilities.join(' '),
      row.available ? 'yes' : '-',
    ]),
  );
}

function thousands(tokens: number): string {
  return tokens < 1_000_000 ? `${Math.floor(tokens / 1000)}k` : `${(tokens / 1e6).toFixed(1)}M`;
}

function priceText(usd: number | null): string {
  return usd === null ? '?' : String(usd);
}
