// `harn models [NAME]`: the models that are known by name, what they cost and can do, and whether their keys are here; or
// all of that of one.
import {
  Catalog,
  describeModel,
  likelyModel,
  listModels,
  listProviders,
  type ModelDetails,
  type ModelRow,
  type ProviderSummary,
} from '../../runtime/llm/index.ts';
import type { Command } from '../command.ts';
import { usageErrors } from '../errors.ts';
import type { Output } from '../output.ts';
import { modelTables } from '../project-settings.ts';
import { grouped, wrapped } from '../wording.ts';

export const models: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const tables = await modelTables(host);
    const [name] = args.positionals;
    if (name !== undefined) {
      if (args.has('available')) {
        const advice = '--available is for the whole list';
        throw usageErrors.extraArgument({
          argument: name,
          command: 'harn models --available',
          advice,
        });
      }
      const details = describeModel(host.env, name, tables);
      if (args.has('json')) output.json({ schema_version: '1', ...details });
      else show(output, details, likelyModel(new Catalog(tables), details));
      return 0;
    }
    const onlyAvailable = args.has('available');
    const rows = listModels(host.env, tables).filter((row) => row.available || !onlyAvailable);
    const { aliases } = new Catalog(tables);
    const providers = listProviders(host.env, tables);
    if (args.has('json')) {
      output.json({
        schema_version: '1',
        models: rows.map((row) => ({ ...row })),
        aliases: Object.entries(aliases).map(([alias, { id, provider }]) => ({
          alias,
          provider,
          model: id,
        })),
        providers: providers.map((row) => ({ ...row })),
      });
    } else {
      print(output, rows, aliases);
      printKeys(output, providers);
    }
    return 0;
  },
};

type Aliases = Catalog['aliases'];

function print(output: Output, rows: readonly ModelRow[], aliases: Aliases): void {
  if (rows.length === 0) {
    output.line('No key of any provider is set.');
    return;
  }
  output.table(
    ['MODEL', 'PROVIDER', 'TIER', 'CONTEXT', '$/M IN', '$/M OUT', 'KEY', 'ALIAS', 'CAN'],
    rows.map((row) => [
      row.model,
      row.provider,
      row.tier,
      tokensText(row.context),
      priceText(row.input_per_mtok),
      priceText(row.output_per_mtok),
      row.available ? 'yes' : '-',
      aliasesOf(aliases, row) || '-',
      row.capabilities.map(wordsOf).join(', '),
    ]),
  );
}

function aliasesOf(aliases: Aliases, { model, provider }: ModelRow): string {
  return Object.entries(aliases)
    .flatMap(([name, to]) => (to.id === model && to.provider === provider ? [name] : []))
    .join(', ');
}

/** Which keys are set, and which variables would set the others. */
function printKeys(output: Output, providers: readonly ProviderSummary[]): void {
  const named = (key: ProviderSummary['key']) => providers.filter((one) => one.key === key);
  const lines = [
    ['key set', named('set').map(({ provider }) => provider)],
    ['no key needed', named('not_needed').map(({ provider }) => provider)],
    ['no key', named('missing').map(({ provider, key_env }) => `${provider} (${key_env[0]})`)],
  ] as const;
  output.line();
  for (const [title, names] of lines) {
    if (names.length > 0) output.line(wrapped(`${title}: ${names.join(', ')}`, output.width));
  }
}

function show(output: Output, details: ModelDetails, likely: string | undefined): void {
  const { model, provider, capabilities: can, pricing, fallbacks } = details;
  const head = details.name === model ? '' : output.style('dim', `${details.name} → `);
  output.line(`${head}${output.style('bold', model)}`);
  output.line();
  const others = details.aliases.filter((alias) => alias !== details.name);
  output.facts([
    ['provider', `${provider} (${keyText(details)})`],
    ...(others.length === 0 ? [] : [['also', others.join(', ')] as const]),
    ['tier', details.tier],
    ['context', details.context === null ? 'not known' : `${grouped(details.context)} tokens`],
    [
      'answer',
      details.max_output === null ? 'not known' : `at most ${grouped(details.max_output)} tokens`,
    ],
    ['price', pricing === null ? 'not known' : pricingText(pricing)],
    ['can', abilities(can).join(', ') || 'nothing is known of it'],
    [
      'fallbacks',
      fallbacks
        .map(({ provider: at, model: id }) => [at, id].filter(Boolean).join(':'))
        .join(', ') || '-',
    ],
  ]);
  if (details.known) return;
  const meant = likely === undefined ? '.' : `; did you mean ${likely}?`;
  output.remark(`${model} is not in the catalog${meant} It can be asked all the same.`);
}

function keyText({ key, key_env: variables }: ModelDetails): string {
  if (key === 'set') return 'its key is set';
  return key === 'missing' ? `no key: set ${variables.join(' or ')}` : 'no key needed';
}

function pricingText(pricing: NonNullable<ModelDetails['pricing']>): string {
  const { input_per_mtok: input, output_per_mtok: answer } = pricing;
  const { cache_read_per_mtok: read, cache_write_per_mtok: write } = pricing;
  const cached = read === input ? '' : `, $${read} for input from its cache`;
  const kept = write === input ? '' : `, $${write} to put input there`;
  return `$${input} in, $${answer} out per million tokens${cached}${kept}`;
}

function abilities(can: ModelDetails['capabilities']): readonly string[] {
  return [
    ...(can.native_tools
      ? [can.max_tools === null ? 'tools' : `up to ${can.max_tools} tools`]
      : []),
    ...(can.vision_supported ? ['vision'] : []),
    ...(can.thinking ? [`thinking (${can.thinking_modes.join(', ')})`] : []),
    ...(can.prompt_caching ? ['caching of prompts'] : []),
    ...(can.tool_search.length > 0 ? [`search of tools (${can.tool_search.join(', ')})`] : []),
  ];
}

const wordsOf = (name: string) => name.replaceAll('_', ' ');

/** `128k`, `1.05M`. */
function tokensText(tokens: number): string {
  if (tokens < 1_000_000) return `${Math.floor(tokens / 1000)}k`;
  return `${Number((tokens / 1e6).toFixed(2))}M`;
}

function priceText(usd: number | null): string {
  return usd === null ? '?' : String(usd);
}
