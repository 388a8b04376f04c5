// `[fmt]` and `[lint]` of the nearest harn.toml at or above a file. Looking up stops where a repository begins.
import { isJsonObject, type Json } from '../base/index.ts';
import type { Host } from '../runtime/host/index.ts';
import { cliErrors } from './errors.ts';

export interface ToolSettings {
  readonly lineWidth: number | undefined;
  /** Names of lint rules that the project does not want. */
  readonly disabled: readonly string[];
  readonly requireFileHeader: boolean;
  readonly complexityThreshold: number | undefined;
}

const NONE: ToolSettings = {
  lineWidth: undefined,
  disabled: [],
  requireFileHeader: false,
  complexityThreshold: undefined,
};

/** Settings by folder: a manifest is read once. */
export class SettingsReader {
  readonly #host: Host;
  readonly #known = new Map<string, Promise<ToolSettings>>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** @throws HARN-CLI-122 when a manifest is no TOML or a setting has the wrong type. */
  of(file: string): Promise<ToolSettings> {
    const path = file.startsWith('/') ? file : `${this.#host.system.cwd()}/${file}`;
    return this.#folder(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  }

  #folder(folder: string): Promise<ToolSettings> {
    const known = this.#known.get(folder);
    if (known !== undefined) return known;
    const found = this.#look(folder);
    this.#known.set(folder, found);
    return found;
  }

  async #look(folder: string): Promise<ToolSettings> {
    const { fs } = this.#host;
    const path = `${folder}/harn.toml`;
    if (await fs.exists(path)) return readSettings(path, await fs.readText(path));
    if (folder === '' || (await fs.exists(`${folder}/.git`))) return NONE;
    return this.#folder(folder.slice(0, folder.lastIndexOf('/')));
  }
}

async function readSettings(path: string, content: string): Promise<ToolSettings> {
  // Most manifests have neither, and a parser is not loaded to find that out.
  if (!/\[\s*(fmt|lint)\s*\]|^\s*(fmt|lint)\s*=/m.test(content)) return NONE;
  const { parseToml, tomlReason } = await import('../text/index.ts');
  let manifest: Json;
  try {
    manifest = await parseToml(content);
  } catch (cause) {
    throw cliErrors.badToml({ path, reason: tomlReason(cause) }, { cause });
  }
  const section = (name: string) => {
    const value = isJsonObject(manifest) ? manifest[name] : undefined;
    return isJsonObject(value) ? value : {};
  };
  const wrong = (what: string) => cliErrors.badToml({ path, reason: what });
  const number = (value: Json | undefined, what: string) => {
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
    throw wrong(`${what} is a number above 0`);
  };
  const { line_width: width } = section('fmt');
  const {
    disabled = [],
    require_file_header: header = false,
    complexity_threshold: threshold,
  } = section('lint');
  const isList = Array.isArray(disabled) && disabled.every((each) => typeof each === 'string');
  if (!isList) throw wrong('[lint] disabled is a list of names of rules');
  if (typeof header !== 'boolean') throw wrong('[lint] require_file_header is true or false');
  return {
    lineWidth: number(width, '[fmt] line_width'),
    disabled: disabled as readonly string[],
    requireFileHeader: header,
    complexityThreshold: number(threshold, '[lint] complexity_threshold'),
  };
}
