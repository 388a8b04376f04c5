// Checks many files one after the other, and again when some of them have changed: modules are parsed once for all
// programs that import them, and a program none of whose texts has changed keeps its findings.
import path from 'node:path';
import { HarnError, type Source } from '../base/index.ts';
import {
  type BuiltinSpec,
  check,
  type Edition,
  type ModuleLoader,
  ParseCache,
} from '../lang/index.ts';
import { sourceErrors } from './errors.ts';
import { nodeSourceFs, type SourceFs, SourceLoader } from './loader.ts';
import { checkManifest, type ManifestSettings, manifestSettings } from './manifest.ts';
import type { LoadedProgram } from './program.ts';
import { type NamedTemplate, namedTemplates, templateFaults } from './template-faults.ts';
import { loadTemplateFiles, type TemplateFiles } from './template-load.ts';
import { toolSurfaceFaults } from './tool-surface-faults.ts';

export interface CheckerOptions {
  /** The folder that relative paths start from. */
  readonly cwd: string;
  /** What was asked for; else the nearest `harn.toml` decides, else each file. */
  readonly edition?: Edition | undefined;
  /** Strict type mode, whatever manifests say. */
  readonly strictTypes?: boolean | undefined;
  readonly fs?: SourceFs;
}

/** What holds where no manifest can be read. */
const UNSAID: ManifestSettings = { edition: undefined, strictTypes: false };

/** A program that was checked, and all that decided what was found. */
interface Kept {
  readonly entry: Source;
  readonly settings: ManifestSettings;
  readonly loads: readonly {
    readonly from: Source;
    readonly path: string;
    readonly found: Source | undefined;
  }[];
  readonly result: LoadedProgram;
  /** The templates that its modules name. */
  readonly templates: readonly NamedTemplate[];
}

/** Looks for mistakes in files. Use one for all files of a command, and tell it when they may have changed. */
export class Checker {
  readonly #options: CheckerOptions;
  readonly #builtins: readonly BuiltinSpec[];
  readonly #parses = new ParseCache();
  readonly #kept = new Map<string, Kept>();
  #fs: SourceFs;
  #settings = new Map<string, Promise<ManifestSettings>>();
  #manifests = new Map<string, ReturnType<typeof checkManifest>>();
  #templates: Promise<TemplateFiles> | undefined;
  #reused = 0;

  constructor(options: CheckerOptions, builtins: readonly BuiltinSpec[]) {
    this.#options = options;
    this.#builtins = builtins;
    this.#fs = onceEach(options.fs ?? nodeSourceFs);
  }

  /** How many programs had not changed when they were asked for again. */
  get reused(): number {
    return this.#reused;
  }

  /** Files may have changed. Until this is called each is read once. */
  refresh(): void {
    this.#fs = onceEach(this.#options.fs ?? nodeSourceFs);
    this.#settings = new Map();
    this.#manifests = new Map();
    this.#templates = undefined;
  }

  /** What is wrong with a file and what it imports; nothing is compiled. Throws a coded error for a file that cannot be read. */
  async check(file: string): Promise<LoadedProgram> {
    const { cwd } = this.#options;
    const loader = new SourceLoader({ root: cwd, fs: this.#fs });
    const entry = loader.entry(file);
    const folder = path.dirname(path.resolve(cwd, file));
    const settings = await this.#settingsOf(folder);
    const known = this.#kept.get(file);
    if (known !== undefined && isCurrent(known, { entry, settings, loader })) {
      this.#reused += 1;
      return this.#withManifest(folder, await this.#withTemplates(known));
    }
    const kept = await this.#check(entry, settings, loader);
    this.#kept.set(file, kept);
    return this.#withManifest(folder, await this.#withTemplates(kept));
  }

  async #check(entry: Source, settings: ManifestSettings, loader: ModuleLoader): Promise<Kept> {
    const loads: { from: Source; path: string; found: Source | undefined }[] = [];
    const noting: ModuleLoader = {
      known: loader.known,
      near: loader.near,
      load(importPath, from) {
        const found = loader.load(importPath, from);
        loads.push({ from, path: importPath, found });
        return found;
      },
    };
    const builtins = this.#builtins;
    const { parse } = this.#parses;
    const checked = check(entry, { builtins, loader: noting, ...settings, parse });
    const { diagnostics, latent, dropped, modules } = checked;
    const sources = modules.map(({ source }) => source);
    const faults = await toolSurfaceFaults(modules);
    const all = faults.length === 0 ? diagnostics : [...diagnostics, ...faults];
    const result = { program: undefined, diagnostics: all, latent, dropped, sources };
    return { entry, settings, loads, result, templates: await namedTemplates(modules) };
  }

  /** With what is wrong with the templates that it names, which may have changed when the program has not. */
  async #withTemplates({ result, templates }: Kept): Promise<LoadedProgram> {
    if (templates.length === 0) return result;
    this.#templates ??= loadTemplateFiles(this.#options.cwd, this.#fs);
    const faults = templateFaults(templates, await this.#templates);
    return { ...result, diagnostics: [...result.diagnostics, ...faults] };
  }

  /** With what is odd about the project's manifest. */
  async #withManifest(folder: string, result: LoadedProgram): Promise<LoadedProgram> {
    let checked = this.#manifests.get(folder);
    if (checked === undefined) {
      checked = checkManifest(folder, { cwd: this.#options.cwd, fs: this.#fs });
      this.#manifests.set(folder, checked);
    }
    const { source, findings = [] } = (await checked) ?? {};
    if (source === undefined || findings.length === 0) return result;
    const diagnostics = [...findings, ...result.diagnostics];
    return { ...result, diagnostics, sources: [...result.sources, source] };
  }

  /** What was asked for, else what the manifest says. */
  async #settingsOf(folder: string): Promise<ManifestSettings> {
    const { edition: asked, strictTypes: isStrict = false } = this.#options;
    let found = this.#settings.get(folder);
    if (found === undefined) {
      found = manifestSettings(folder, this.#fs).catch((error: unknown) => {
        // What is wrong with the manifest is told with its place, beside what is wrong with the programs.
        if (HarnError.is(error) && error.code === sourceErrors.$code('badManifest')) return UNSAID;
        throw error;
      });
      this.#settings.set(folder, found);
    }
    const { edition, strictTypes } = await found;
    return { edition: asked ?? edition, strictTypes: isStrict || strictTypes };
  }
}

/** Whether a program would be made of the same texts again. The loader has to know where each importing file is. */
function isCurrent(
  { entry, settings, loads }: Kept,
  now: {
    readonly entry: Source;
    readonly settings: ManifestSettings;
    readonly loader: ModuleLoader;
  },
): boolean {
  if (entry.id !== now.entry.id || entry.text !== now.entry.text) return false;
  const { edition, strictTypes } = now.settings;
  if (settings.edition !== edition || settings.strictTypes !== strictTypes) return false;
  return loads.every(({ from, path: importPath, found }) => {
    const again = now.loader.load(importPath, from);
    return again?.id === found?.id && again?.text === found?.text;
  });
}

/** A file system that is asked once for each file. */
function onceEach(fs: SourceFs): SourceFs {
  return {
    kind: remembered((file: string) => fs.kind(file)),
    read: remembered((file: string) => fs.read(file)),
    realPath: remembered((file: string) => fs.realPath(file)),
    list: remembered((folder: string) => fs.list?.(folder) ?? []),
  };
}

/** What throws is asked again. */
function remembered<R>(ask: (file: string) => R): (file: string) => R {
  const known = new Map<string, R>();
  return (file) => {
    if (known.has(file)) return known.get(file) as R;
    const answer = ask(file);
    known.set(file, answer);
    return answer;
  };
}
