// One SKILL.md: the frontmatter as a card, in one spelling, and the text below it. Unknown fields stay on the card, so that
// newer ones do no harm; what is wrong is said beside it.
import { isJsonObject, type Json, type JsonObject } from '../../base/index.ts';

/** A skill as programs see it before its text is loaded. */
export type SkillCard = JsonObject & {
  readonly name: string;
  /** What it does and when to use it, in one sentence. */
  readonly short: string;
};

/** A SKILL.md, read. */
export interface SkillFile {
  readonly card: SkillCard;
  readonly body: string;
  /** What its author should know. */
  readonly problems: readonly string[];
}

const TEXTS = [
  ...['name', 'short', 'description', 'when_to_use', 'context', 'agent', 'model', 'effort'],
  ...['shell', 'argument_hint', 'prompt', 'invocation'],
];
const LISTS = ['allowed_tools', 'paths', 'trusted_signers', 'requires_mcp', 'mcp'];
const FLAGS = ['disable_model_invocation', 'user_invocable', 'require_signature'];
const KNOWN: ReadonlySet<string> = new Set([...TEXTS, ...LISTS, ...FLAGS, 'hooks']);

/** Reads the text of a SKILL.md. A file without a card that can be read is described by its problems alone. */
export async function readSkillFile(text: string, folder: string): Promise<SkillFile | string> {
  const found = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)^---[ \t]*(?:\r?\n|$)/m.exec(text);
  if (found === null || found.index !== 0) return 'it does not begin with frontmatter';
  const { parseYaml } = await import('./yaml.ts');
  let given: unknown;
  try {
    given = parseYaml(found[1] ?? '');
  } catch (error) {
    return `its frontmatter is no YAML: ${error instanceof Error ? error.message.split('\n')[0] : ''}`;
  }
  const data = JSON.parse(JSON.stringify(given ?? {})) as Json;
  if (!isJsonObject(data)) return 'its frontmatter is not a list of fields';
  const read = readCard(data, baseName(folder));
  if (typeof read === 'string') return read;
  return { ...read, body: text.slice(found[0].length).replace(/^\r?\n/, '') };
}

/** Fields as a card; `byDefault` is what it is called where they do not say so. Or why they are none. */
export function readCard(data: JsonObject, byDefault: string): Omit<SkillFile, 'body'> | string {
  const problems: string[] = [];
  const card: { [field: string]: Json } = {};
  for (const [key, value] of Object.entries(data)) {
    const field = key.replaceAll('-', '_');
    const read = fieldOf(field, value);
    if (read === undefined) problems.push(`${key} is not of its kind`);
    else card[field] = read;
    if (!KNOWN.has(field)) problems.push(`unknown frontmatter field ${key}`);
  }
  const name = typeof card['name'] === 'string' ? card['name'] : byDefault;
  const short = card['short'] ?? card['description'];
  if (card['short'] === undefined) problems.push('short is missing: one sentence is required');
  if (typeof short !== 'string' || short === '') return 'it has neither short nor description';
  return { card: { ...card, name, short }, problems };
}

function fieldOf(field: string, value: Json): Json | undefined {
  if (TEXTS.includes(field)) return typeof value === 'string' ? value : undefined;
  if (FLAGS.includes(field)) return typeof value === 'boolean' ? value : undefined;
  if (!LISTS.includes(field)) return value;
  // Other tools write lists as one text.
  const list =
    typeof value === 'string' ? value.split(/[\s,]+/).filter((one) => one !== '') : value;
  return Array.isArray(list) && list.every((one) => typeof one === 'string') ? list : undefined;
}

const baseName = (folder: string) => folder.slice(folder.lastIndexOf('/') + 1);
