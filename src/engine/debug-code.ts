// Generated code as debuggers want it: with its source map inside, so that breakpoints in `.harn` files, call frames
// and names of variables work in any client of Node's inspector. Loaded only when somebody debugs.
import { pathToFileURL } from 'node:url';
import type { Source } from '../base/index.ts';
import { decodeMappings, encodeMappings, harnNameOf, type Mapping } from '../lang/index.ts';
import type { CompiledModule, CompiledProgram } from './compile.ts';

export interface DebugOptions {
  /** The folder that ids of modules are relative to. */
  readonly root: string;
  /** Pause where the program begins. */
  readonly pauses: boolean;
}

/** Gives modules of a program, before they are evaluated, what debuggers need. */
export function instrumentFor({ root, pauses }: DebugOptions) {
  return (module: CompiledModule, program: CompiledProgram): CompiledModule => {
    const source = program.sources.find(({ id }) => id === module.id) ?? {
      id: module.id,
      text: '',
    };
    const isEntry = module.id === program.entry;
    return withMap(pauses && isEntry ? withPause(module) : module, source, urlOf(source, root));
  };
}

/** Where editors look for a source; what is no file has a name that nothing else has. */
function urlOf({ id }: Source, root: string): string {
  if (id.startsWith('std/') || id.startsWith('<')) return `harn-source:${encodeURI(id)}`;
  return pathToFileURL(id.startsWith('/') || /^[A-Za-z]:/.test(id) ? id : `${root}/${id}`).href;
}

/** The module with its map as a comment at its end; lines and columns stay what they were. */
function withMap(module: CompiledModule, { text }: Source, url: string): CompiledModule {
  const names: string[] = [];
  const mappings = withNames(module.code, decodeMappings(module.map.mappings), text, names);
  const map = {
    ...module.map,
    sources: [url],
    sourcesContent: [text],
    names,
    mappings: encodeMappings(mappings),
  };
  const data = Buffer.from(JSON.stringify(map)).toString('base64');
  const comment = `//# sourceMappingURL=data:application/json;charset=utf-8;base64,${data}`;
  return { ...module, code: `${module.code}\n${comment}` };
}

/** A variable of the program in generated code, or a text to step over. */
const WORD = /"(?:[^"\\]|\\.)*"|(?<![\w$.])[A-Za-z_]\w*\$\d*(?![\w$])/g;

/** Adds, where a variable first stands, what it is called in the source. */
function withNames(
  code: string,
  mappings: readonly Mapping[],
  text: string,
  names: string[],
): Mapping[] {
  const lines = text.split('\n');
  const known = new Set<string>();
  const out: Mapping[] = [];
  let next = 0;
  code.split('\n').forEach((generated, line) => {
    for (const { 0: word, index: column } of generated.matchAll(WORD)) {
      const name = harnNameOf(word);
      if (name === undefined || known.has(word)) continue;
      // Before it is declared only functions are named, and they are found by their own places.
      if (
        /^\s*\(/.test(generated.slice(column + word.length)) &&
        !/function\*? $/.test(generated.slice(0, column))
      )
        continue;
      while (next < mappings.length && isBefore(mappings[next], line, column))
        out.push(mappings[next++] as Mapping);
      const near = out.at(-1)?.line === line ? out.at(-1) : mappings[next];
      const place = near === undefined ? undefined : placeOf(name, near, lines);
      if (place === undefined) continue;
      known.add(word);
      if (mappings[next]?.line === line && mappings[next]?.column === column)
        out.push(mappings[next++] as Mapping);
      out.push({ line, column, ...place, name: names.push(name) - 1 });
      // What follows the name is again what it was before it.
      if (near?.line === line && near.column <= column)
        out.push({ ...near, column: column + word.length, name: undefined });
    }
  });
  out.push(...mappings.slice(next));
  return out;
}

function isBefore(at: Mapping | undefined, line: number, column: number): boolean {
  return at !== undefined && (at.line < line || (at.line === line && at.column < column));
}

/** Where a name stands on the line of a mapping, at best from its column on; undefined when it is not there. */
function placeOf(
  name: string,
  { sourceLine, sourceColumn }: Mapping,
  lines: readonly string[],
): { sourceLine: number; sourceColumn: number } | undefined {
  const line = lines[sourceLine] ?? '';
  const pattern = new RegExp(`(?<!\\w)${name}(?!\\w)`);
  const from = line.slice(sourceColumn).search(pattern);
  const column = from === -1 ? line.search(pattern) : sourceColumn + from;
  return column === -1 ? undefined : { sourceLine, sourceColumn: column };
}

const PAUSE = 'debugger;';

/** The module with a pause before the first statement of its entry. */
function withPause(module: CompiledModule): CompiledModule {
  const { code, entry } = module;
  const name = entry.name === undefined ? '\\$main' : `${entry.name}\\$\\d*`;
  const head = new RegExp(`^function\\*? ${name}\\(.*\\) \\{\n`, 'm').exec(code);
  if (head === null) return module;
  const at = head.index + head[0].length;
  const line = code.slice(0, at).split('\n').length - 1;
  const mappings = decodeMappings(module.map.mappings);
  const first = mappings.findIndex((each) => each.line >= line);
  const found = mappings[first];
  if (found === undefined) return module;
  const moved = mappings.map((each) =>
    each.line === line ? { ...each, column: each.column + PAUSE.length } : each,
  );
  moved.splice(first, 0, { ...found, line, column: 0 });
  return {
    ...module,
    code: `${code.slice(0, at)}${PAUSE}${code.slice(at)}`,
    map: { ...module.map, mappings: encodeMappings(moved) },
  };
}
