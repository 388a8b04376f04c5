// Step 4: from an entry source to all modules that it reaches. Reading goes through a synchronous port; a module is
// identified by the id of its source, so two spellings of one file are one module.
import { DiagnosticSink, nearestName, type Source, toleranceFor } from '../../base/index.ts';
import { type ParseOptions, type ParseResult, parse } from '../1-parse/parser.ts';
import type { Edition, ImportDeclaration, Module } from '../ast.ts';
import { importErrors } from './errors.ts';
import { ModuleRecord } from './records.ts';

/** Finds the source that an import names. */
export interface ModuleLoader {
  /**
   * The source of `path` as written in `from` (`./x`, `lib/x.harn`, `std/text`, a package), or undefined when there
   * is none. Equal modules must have equal ids.
   */
  load(path: string, from: Source): Source | undefined;
  /** Paths that every importer can name (`std/text`), for suggestions. */
  readonly known?: (() => Iterable<string>) | undefined;
  /** Paths that `from` could have written in the manner of `path` (`./lib/util`, a package), without extension. */
  readonly near?: ((path: string, from: Source) => Iterable<string>) | undefined;
}

export interface ModuleGraph {
  /** Dependencies before dependents. */
  readonly modules: readonly ModuleRecord[];
  readonly entry: ModuleRecord;
  /** Holds the syntax errors of all modules. */
  readonly sink: DiagnosticSink;
}

interface Visit {
  readonly record: ModuleRecord;
  readonly imports: readonly ImportDeclaration[];
  next: number;
}

export interface GraphOptions {
  readonly loader: ModuleLoader;
  /** The edition of a module where configuration decides it; otherwise its spelling does. */
  readonly edition?: Edition | ((source: Source) => Edition | undefined) | undefined;
  /** For modules whose spelling shows no edition; without it they follow the entry. */
  readonly fallbackEdition?: Edition | undefined;
  /** Stands for `parse` where the same texts are read again and again. */
  readonly parse?: ((source: Source, options: ParseOptions) => ParseResult) | undefined;
}

/** Loads everything reachable. Iterative, so that a long chain of imports cannot overflow the stack. */
export function buildModuleGraph(
  entry: Source,
  { loader, edition, fallbackEdition, parse: read = parse }: GraphOptions,
): ModuleGraph {
  const byId = new Map<string, ModuleRecord>();
  const modules: ModuleRecord[] = [];
  const sink = new DiagnosticSink();

  const open = (source: Source, fallback: Edition | undefined): Visit => {
    const decided = typeof edition === 'function' ? edition(source) : edition;
    const options = { edition: decided, fallbackEdition: fallback, sink };
    const before = sink.errorCount;
    const { module } = read(source, options);
    const record = new ModuleRecord(source, module, module.edition);
    record.isWhole = sink.errorCount === before;
    byId.set(source.id, record);
    return { record, imports: importsOf(module), next: 0 };
  };

  const first = open(entry, fallbackEdition);
  const stack: Visit[] = [first];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const node = top.imports[top.next];
    if (node === undefined) {
      modules.push(top.record);
      stack.pop();
      continue;
    }
    top.next += 1;
    const source = loader.load(node.path, top.record.source);
    if (source === undefined) {
      top.record.targets.set(node, undefined);
      const { path, pathSpan } = node;
      const inside = fileInside(path, top.record.source, loader);
      const suggestion =
        inside === undefined ? nearestPath(path, top.record.source, loader) : undefined;
      const at = { span: pathSpan };
      top.record.report(importErrors.targetNotFound({ path, suggestion, inside }, at));
      continue;
    }
    const known = byId.get(source.id);
    if (known !== undefined) {
      top.record.targets.set(node, known);
      continue;
    }
    const visit = open(source, fallbackEdition ?? first.record.edition);
    top.record.targets.set(node, visit.record);
    stack.push(visit);
  }
  return { modules, entry: first.record, sink };
}

const EXTENSION = '.harn';

/** The first file in a folder that was meant to be imported as a whole. */
function fileInside(path: string, from: Source, { near }: ModuleLoader): string | undefined {
  const folder = `${path.replace(/\/+$/, '')}/`;
  return [...(near?.(path, from) ?? [])].find((each) => each.startsWith(folder));
}

/** What was probably meant: a path one knows, misspelt, in another folder, or without its `std/`. */
function nearestPath(
  path: string,
  from: Source,
  { known, near }: ModuleLoader,
): string | undefined {
  if (!path.startsWith('.')) {
    const paths = [...(known?.() ?? [])];
    const inStd = paths.find((each) => each === `std/${path}`) ?? nearestName(path, paths);
    if (inStd !== undefined) return inStd;
  }
  const isFull = path.endsWith(EXTENSION);
  const name = isFull ? path.slice(0, -EXTENSION.length) : path;
  const paths = [...(near?.(path, from) ?? [])];
  const last = name.slice(name.lastIndexOf('/') + 1);
  const tolerance = Math.min(toleranceFor(last), last.length - 1);
  const found =
    nearestName(name, paths, tolerance) ??
    onlyOne(paths.filter((each) => each.endsWith(`/${last}`)));
  return found === undefined || !isFull ? found : found + EXTENSION;
}

function onlyOne(paths: readonly string[]): string | undefined {
  return paths.length === 1 ? paths[0] : undefined;
}

function importsOf(module: Module): ImportDeclaration[] {
  return module.body.filter((s): s is ImportDeclaration => s.kind === 'ImportDeclaration');
}
