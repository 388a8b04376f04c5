// The prompt templates that programs name, looked at without filling them: whether they are there and can be rendered, and
// which names they take. Paths mean what they mean to `render`. Loaded by checks only.
import path from 'node:path';
import { isJsonObject } from '../base/index.ts';
import { templateNames, templateProblems } from '../builtins/index.ts';
import { nodeSourceFs, type SourceFs } from './loader.ts';

/** What is known about a template. */
export type TemplateFacts =
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'broken';
      readonly file: string;
      readonly detail: string;
      readonly line: number;
    }
  | {
      readonly kind: 'template';
      readonly file: string;
      readonly used: ReadonlySet<string>;
      readonly needed: ReadonlySet<string>;
      /** False when it includes something that is only known while rendering. */
      readonly isWhole: boolean;
    }
  /** Nobody can say: it is outside of what is looked at. */
  | { readonly kind: 'unknown' };

const ASSET = /^@([A-Za-z0-9_-]*)\/(.*)$/s;

/** Looks at templates for programs below a folder. */
export class TemplateFiles {
  readonly #root: string;
  readonly #fs: SourceFs;
  readonly #parseToml: (text: string) => unknown;
  readonly #known = new Map<string, TemplateFacts>();

  constructor(root: string, fs: SourceFs, parseToml: (text: string) => unknown) {
    this.#root = root;
    this.#fs = fs;
    this.#parseToml = parseToml;
  }

  /** The template that a module names; `module` is the id of its source. */
  facts(module: string, template: string): TemplateFacts {
    if (template === '' || template.includes('\0')) return { kind: 'unknown' };
    const file = this.#fileOf(path.dirname(path.resolve(this.#root, module)), template);
    return file === undefined ? { kind: 'missing' } : this.#read(file, []);
  }

  /** `around` are the templates that include this one: one that includes itself is nobody's to judge here. */
  #read(file: string, around: readonly string[]): TemplateFacts {
    const known = this.#known.get(file);
    if (known !== undefined) return known;
    if (around.includes(file)) return { kind: 'unknown' };
    const facts = this.#look(file, [...around, file]);
    this.#known.set(file, facts);
    return facts;
  }

  #look(file: string, around: readonly string[]): TemplateFacts {
    if (this.#fs.kind(file) !== 'file') return { kind: 'missing' };
    const text = this.#textOf(file);
    if (text === undefined) return { kind: 'unknown' };
    const shown = path.relative(this.#root, file).split(path.sep).join('/');
    const [problem] = templateProblems(text);
    if (problem !== undefined) {
      const line = text.slice(0, problem.offset).split('\n').length;
      const detail =
        problem.kind === 'syntax' ? problem.detail : `there is no filter \`${problem.name}\``;
      return { kind: 'broken', file: shown, detail, line };
    }
    const { used, needed, includes } = templateNames(text);
    const all = { used: new Set(used), needed: new Set(needed) };
    let isWhole = true;
    for (const { path: included, given } of includes) {
      const inner = this.#included(file, included, around);
      if (inner.kind !== 'template') {
        isWhole = false;
        continue;
      }
      isWhole &&= inner.isWhole;
      for (const name of inner.used) all.used.add(name);
      for (const name of inner.needed) if (!given.includes(name)) all.needed.add(name);
    }
    return { kind: 'template', file: shown, ...all, isWhole };
  }

  #included(from: string, template: string | undefined, around: readonly string[]): TemplateFacts {
    if (template === undefined) return { kind: 'unknown' };
    const file = this.#fileOf(path.dirname(from), template);
    return file === undefined ? { kind: 'missing' } : this.#read(file, around);
  }

  #textOf(file: string): string | undefined {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.#fs.read(file));
    } catch {
      return undefined;
    }
  }

  /** The file that a path means; undefined when its root is not there. */
  #fileOf(folder: string, template: string): string | undefined {
    const match = ASSET.exec(template);
    if (match === null) return path.resolve(folder, template);
    const [, alias = '', rest = ''] = match;
    const project = this.#projectOf(folder);
    if (project === undefined || rest.split('/').includes('..')) return undefined;
    if (alias === '') return path.join(project, rest);
    const root = this.#aliasOf(project, alias);
    return root === undefined ? undefined : path.join(project, root, rest);
  }

  #projectOf(folder: string): string | undefined {
    for (let at = folder; ; at = path.dirname(at)) {
      if (this.#fs.kind(path.join(at, 'harn.toml')) === 'file') return at;
      if (at === path.dirname(at)) return undefined;
    }
  }

  #aliasOf(project: string, alias: string): string | undefined {
    try {
      const manifest = this.#parseToml(this.#textOf(path.join(project, 'harn.toml')) ?? '');
      const roots = isJsonObject(manifest) ? manifest['asset_roots'] : undefined;
      const root = isJsonObject(roots) ? roots[alias] : undefined;
      return typeof root === 'string' ? root : undefined;
    } catch {
      // What is wrong with the manifest is told elsewhere.
      return undefined;
    }
  }
}

/** Templates of programs whose ids are paths below `root`. */
export async function templateFiles(root: string, fs: SourceFs = nodeSourceFs) {
  const { parse } = await import('smol-toml');
  return new TemplateFiles(root, fs, parse);
}
