// Which tools a prompt speaks of. Calls (`name({...})`, `<tool_call>`) and known names between backticks count; fenced
// code and what is marked as an old example do not. Marks: `harn-tool-surface: ignore-line`, `ignore-next-line`,
// `ignore-start` and `ignore-end`, in a comment.

/** A tool that a prompt speaks of, and the argument names that it writes there. */
export interface Mention {
  readonly name: string;
  readonly args: readonly string[];
}

const MARK = /harn-tool-surface:\s*(ignore-line|ignore-next-line|ignore-start|ignore-end)\b/;
const FENCE = /^\s*(?:```|~~~)/;
const CALL = /(?<![\w.:])([A-Za-z_][\w:-]*)\s*\(\s*\{/g;
const TAGGED = /<tool_call>\s*(?:\{[^}]*?"?name"?\s*:\s*"([^"]+)"|([A-Za-z_][\w:.-]*)\s*\()/g;
const QUOTED = /`([A-Za-z_][\w:.-]*)(?:\([^`]*\))?`/g;

/** The tools a prompt speaks of, each mention once. `known` are the names that count wherever they are quoted. */
export function mentionsIn(prompt: string, known: readonly string[]): readonly Mention[] {
  const text = bindingText(prompt);
  const names = new Set(known);
  const mentions: Mention[] = [];
  for (const match of text.matchAll(CALL)) {
    const body = braced(text, match.index + match[0].length - 1);
    const args = [...body.matchAll(/["']?([A-Za-z_]\w*)["']?\s*:/g)].map(
      ([, name]) => name as string,
    );
    mentions.push({ name: match[1] as string, args });
  }
  for (const [, listed, called] of text.matchAll(TAGGED)) {
    mentions.push({ name: (listed ?? called) as string, args: [] });
  }
  for (const [, name] of text.matchAll(QUOTED)) {
    if (names.has(name as string)) mentions.push({ name: name as string, args: [] });
  }
  return mentions;
}

/** The prompt without its fenced code and the lines that are marked. */
function bindingText(prompt: string): string {
  const kept: string[] = [];
  let fenced = false;
  let ignored = false;
  let skipNext = false;
  for (const line of prompt.split('\n')) {
    const mark = MARK.exec(line)?.[1];
    const skip = skipNext || ignored || fenced || mark !== undefined;
    skipNext = mark === 'ignore-next-line';
    if (mark === 'ignore-start') ignored = true;
    if (mark === 'ignore-end') ignored = false;
    if (FENCE.test(line)) {
      fenced = !fenced;
      continue;
    }
    if (!skip) kept.push(line);
  }
  return kept.join('\n');
}

/** From an opening brace to the one that closes it, or to the end. */
function braced(text: string, from: number): string {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return text.slice(from, at);
  }
  return text.slice(from);
}
