// The printer of generated JavaScript. Code is composed as plain strings; a place in the source travels inside the
// string as a mark, and `printCode` removes the marks while it builds the source map. So the emitter can move and
// nest code freely and the map stays right.
import { LineIndex } from '../../base/index.ts';
import { encodeMappings, type Mapping, type SourceMapJson } from './source-map.ts';

const OPEN = '\u0001';
const CLOSE = '\u0002';

/** A piece of JavaScript, possibly with marks inside. */
export type Js = string;

/** Marks the code that follows as coming from this source offset. V8 reports a call at its callee, so put it there. */
export function mark(offset: number): Js {
  return `${OPEN}${offset.toString(36)}${CLOSE}`;
}

/** A line without the marks at its beginning. */
export function unmarked(line: Js): Js {
  let at = 0;
  while (line.startsWith(OPEN, at)) at = line.indexOf(CLOSE, at) + 1;
  return line.slice(at);
}

/** A JavaScript string literal; control characters are escaped, so a literal can never look like a mark. */
export function quote(text: string): Js {
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

/** A property key in an object literal. `__proto__` is computed, because the plain form sets the prototype. */
export function propertyKey(name: string): Js {
  if (name === '__proto__') return '["__proto__"]';
  return isIdentifierName(name) ? name : quote(name);
}

/** `.name`, or `["name"]` where the name is no identifier. */
export function member(name: string): Js {
  return isIdentifierName(name) ? `.${name}` : `[${quote(name)}]`;
}

function isIdentifierName(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name);
}

/** Code without marks, and the map that leads from its lines to the source. */
export interface PrintedCode {
  readonly code: string;
  readonly map: SourceMapJson;
}

/** Removes the marks and builds the map. */
export function printCode(
  marked: Js,
  source: { readonly id: string; readonly text: string },
): PrintedCode {
  const index = new LineIndex(source.text);
  const mappings: Mapping[] = [];
  let code = '';
  let line = 0;
  let lineStart = 0;
  let at = 0;
  for (let open = marked.indexOf(OPEN); open !== -1; open = marked.indexOf(OPEN, at)) {
    const plain = marked.slice(at, open);
    const lastBreak = plain.lastIndexOf('\n');
    if (lastBreak !== -1) {
      line += countBreaks(plain);
      lineStart = code.length + lastBreak + 1;
    }
    code += plain;
    const close = marked.indexOf(CLOSE, open);
    const position = index.positionOf(Number.parseInt(marked.slice(open + 1, close), 36));
    const column = code.length - lineStart;
    // Of several marks at one place look-ups find the last, which is the innermost.
    mappings.push({
      line,
      column,
      sourceLine: position.line - 1,
      sourceColumn: position.column - 1,
    });
    at = close + 1;
  }
  code += marked.slice(at);
  return {
    code,
    map: { version: 3, sources: [source.id], names: [], mappings: encodeMappings(mappings) },
  };
}

function countBreaks(text: string): number {
  let count = 0;
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) count += 1;
  return count;
}
