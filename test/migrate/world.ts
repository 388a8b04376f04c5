// Migrates programs that live in memory or in a folder, and runs them as they were and as they become.

import { createRegistry, EFFECT_GROUPS } from '../../src/builtins/index.ts';
import { emitProgram } from '../../src/engine/compile.ts';
import {
  checkProgram,
  Engine,
  loadProgram,
  nodeSourceFs,
  type SourceFs,
} from '../../src/engine/index.ts';
import { type CheckedProgram, check, type LangTools, loadLangTools } from '../../src/lang/index.ts';
import { createMockHost } from '../../src/runtime/host/index.ts';
import { RUNTIME_PROJECTIONS } from '../../src/runtime/index.ts';
import { openStore } from '../../src/store/index.ts';
import { uncaughtText } from '../../src/values/index.ts';

export type Texts = Readonly<Record<string, string>>;
export type Migration = Awaited<ReturnType<LangTools['migrate']>>;
type Program = Parameters<Engine['start']>[0];

const builtins = createRegistry(EFFECT_GROUPS).specs();

export interface Options {
  readonly edition?: '0.7' | '2026' | undefined;
  /** Random programs are full of operands that no checker would let pass. */
  readonly types?: boolean;
}

/** Checks a program of several texts; `import "./lib"` is `lib.harn`. */
export function checkTexts(texts: Texts, entry: string, options: Options = {}): CheckedProgram {
  const loader = {
    load: (path: string) => {
      const id = `${path.replace(/^\.\//, '').replace(/\.harn$/, '')}.harn`;
      const text = texts[id];
      return text === undefined ? undefined : { id, text };
    },
  };
  return check({ id: entry, text: texts[entry] ?? '' }, { loader, builtins, ...options });
}

/** Migrates texts that are files of one project. */
export async function migrateTexts(texts: Texts, options: Options = {}): Promise<Migration> {
  const { migrate } = await loadLangTools();
  const { edition, types } = options;
  const later = { ...(types === undefined ? {} : { types }) };
  return migrate(Object.keys(texts), {
    before: async (file) => checkTexts(texts, file, options),
    after: async (file, changed) =>
      checkTexts({ ...texts, ...Object.fromEntries(changed) }, file, {
        ...later,
        ...(edition === undefined ? {} : { edition: '2026' }),
      }),
  });
}

/** The texts after a migration. */
export function textsOf({ files }: Migration): Texts {
  return Object.fromEntries(files.map(({ file, after }) => [file, after]));
}

/** Code and line (from 1) of every refusal. */
export function refusals({ files }: Migration): [string, string, number][] {
  return files.flatMap(({ file, before, refused }) => {
    if (refused === undefined) return [];
    const line = before.slice(0, refused.span?.start ?? 0).split('\n').length;
    return [[file, refused.code, line] as [string, string, number]];
  });
}

/** Migrates one file on disk with what it imports left as it is. */
export async function migrateFile(path: string, root: string): Promise<Migration> {
  const { migrate } = await loadLangTools();
  const before = await checkProgram(path, { cwd: root });
  const { id } = before.entry.source;
  return migrate([id], {
    before: async () => before,
    after: (_file, texts) =>
      checkProgram(path, { cwd: root, fs: overlay(path, texts.get(id) ?? '') }),
  });
}

function overlay(path: string, text: string): SourceFs {
  const read = (file: string) =>
    file === path ? new TextEncoder().encode(text) : nodeSourceFs.read(file);
  return { ...nodeSourceFs, read };
}

/** What a run printed, and how it ended. */
export async function runFile(path: string, root: string, text?: string): Promise<string> {
  const fs = text === undefined ? nodeSourceFs : overlay(path, text);
  const { program, diagnostics } = await loadProgram({ path }, { cwd: root, fs });
  if (program === undefined) return diagnostics.map(({ message }) => message).join('\n');
  return run(program);
}

export function runTexts(texts: Texts, entry: string, options: Options = {}): Promise<string> {
  const checked = checkTexts(texts, entry, options);
  if (checked.hasErrors) throw new Error(checked.diagnostics.map((d) => d.message).join('\n'));
  return run(emitProgram(checked));
}

async function run(program: Program): Promise<string> {
  const printed: string[] = [];
  await using store = await openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });
  const engine = new Engine({
    host: createMockHost(),
    openStore: async () => store,
    sink: { write: (_stream, text) => void printed.push(text) },
  });
  const result = await engine.start(program).done;
  const output = printed.join('');
  if (result.status === 'broken') return `${output}broken: ${uncaughtText(result.error)}`;
  if (result.status === 'parked') return `${output}parked: ${result.reason}`;
  if (!result.main.ok) return `${output}failed: ${uncaughtText(result.main.error)}`;
  return `${output}value: ${JSON.stringify(result.main.value)}`;
}
