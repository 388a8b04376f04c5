// Layout: a small document algebra (after Wadler and Prettier) and the renderer that decides where lines break.
// A group stays on one line when it fits; what holds a hard break never does.

export type Doc = string | Layout;

type Layout =
  | { readonly kind: 'concat'; readonly parts: readonly Doc[]; readonly forced: boolean }
  | { readonly kind: 'indent'; readonly body: Doc; readonly forced: boolean }
  | { readonly kind: 'group'; readonly body: Doc; readonly forced: boolean }
  | { readonly kind: 'line'; readonly flat: string; readonly forced: boolean }
  | {
      readonly kind: 'ifBreak';
      readonly broken: string;
      readonly flat: string;
      readonly forced: false;
    }
  | { readonly kind: 'literal'; readonly text: string; readonly forced: false }
  | { readonly kind: 'suffix'; readonly text: string; readonly forced: true }
  | { readonly kind: 'choice'; readonly states: readonly Doc[]; readonly forced: boolean };

export function isForced(doc: Doc): boolean {
  return typeof doc !== 'string' && doc.forced;
}

export function concat(parts: readonly Doc[]): Doc {
  return { kind: 'concat', parts, forced: parts.some(isForced) };
}

/** One level deeper. */
export function indent(...parts: readonly Doc[]): Doc {
  const body = concat(parts);
  return { kind: 'indent', body, forced: isForced(body) };
}

export function group(...parts: readonly Doc[]): Doc {
  const body = concat(parts);
  return { kind: 'group', body, forced: isForced(body) };
}

/** The same group, broken whether it fits or not. */
export function brokenOpen(doc: Doc): Doc {
  return typeof doc !== 'string' && doc.kind === 'group' ? { ...doc, forced: true } : doc;
}

/** A space, or a line break in a broken group. */
export const line: Doc = { kind: 'line', flat: ' ', forced: false };

/** Nothing, or a line break in a broken group. */
export const softline: Doc = { kind: 'line', flat: '', forced: false };

/** Always a line break. */
export const hardline: Doc = { kind: 'line', flat: '', forced: true };

export function ifBreak(broken: string, flat = ''): Doc {
  return { kind: 'ifBreak', broken, flat, forced: false };
}

/** Text of several lines that keeps its own indentation. */
export function literal(text: string): Doc {
  return text.includes('\n') ? { kind: 'literal', text, forced: false } : text;
}

/** A remark at the end of the line, whatever else comes on it. */
export function suffix(text: string): Doc {
  return { kind: 'suffix', text, forced: true };
}

/** The first state when it fits on one line, else the first of the others whose first line fits, else the last. */
export function choice(states: readonly Doc[]): Doc {
  return { kind: 'choice', states, forced: states.every(isForced) };
}

export function join(separator: Doc, docs: readonly Doc[]): Doc {
  return concat(docs.flatMap((doc, i) => (i === 0 ? [doc] : [separator, doc])));
}

type Mode = 'flat' | 'break';

interface Task {
  readonly depth: number;
  readonly mode: Mode;
  readonly doc: Doc;
}

const STEP = 2;

/** Whether what comes next stays within `room` up to the next line break. */
function fits(first: Task, rest: readonly Task[], room: number): boolean {
  let left = room;
  let waiting = rest.length;
  const tasks: Task[] = [first];
  while (left >= 0) {
    let task = tasks.pop();
    if (task === undefined) {
      if (waiting === 0) return true;
      waiting -= 1;
      task = rest[waiting] as Task;
    }
    const { mode, doc, depth } = task;
    if (typeof doc === 'string') {
      left -= doc.length;
      continue;
    }
    switch (doc.kind) {
      case 'concat':
        for (let i = doc.parts.length - 1; i >= 0; i -= 1)
          tasks.push({ depth, mode, doc: doc.parts[i] as Doc });
        break;
      case 'indent':
        tasks.push({ depth, mode, doc: doc.body });
        break;
      case 'group':
        tasks.push({ depth, mode: doc.forced ? 'break' : 'flat', doc: doc.body });
        break;
      case 'choice': {
        const state = (doc.forced ? doc.states.at(-1) : doc.states[0]) as Doc;
        tasks.push({ depth, mode: isForced(state) ? 'break' : 'flat', doc: state });
        break;
      }
      case 'line':
        if (mode === 'break' || doc.forced) return true;
        left -= doc.flat.length;
        break;
      case 'ifBreak':
        left -= (mode === 'break' ? doc.broken : doc.flat).length;
        break;
      case 'literal':
        left -= doc.text.indexOf('\n');
        return left >= 0;
      case 'suffix':
        break;
    }
  }
  return false;
}

/** Lays a document out. Lines end without spaces. */
export function render(root: Doc, width: number): string {
  const out: string[] = [];
  const tasks: Task[] = [{ depth: 0, mode: 'break', doc: root }];
  let column = 0;
  let suffixes = '';
  let pendingIndent = 0;
  const write = (text: string) => {
    if (text === '') return;
    if (column === 0 && pendingIndent > 0) {
      out.push(' '.repeat(pendingIndent));
      column = pendingIndent;
    }
    out.push(text);
    column += text.length;
  };
  const newline = (depth: number) => {
    if (suffixes !== '') out.push(suffixes);
    suffixes = '';
    trimEnd(out);
    out.push('\n');
    column = 0;
    pendingIndent = depth * STEP;
  };
  const room = () => width - Math.max(column, column === 0 ? pendingIndent : 0);
  const chosen = (states: readonly Doc[], depth: number): Task => {
    const flat: Task = { depth, mode: 'flat', doc: states[0] as Doc };
    if (!isForced(flat.doc) && fits(flat, tasks, room())) return flat;
    for (const doc of states.slice(1, -1)) {
      const task: Task = { depth, mode: 'break', doc };
      if (fits(task, tasks, room())) return task;
    }
    return { depth, mode: 'break', doc: states.at(-1) as Doc };
  };
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    const { depth, mode, doc } = task;
    if (typeof doc === 'string') {
      write(doc);
      continue;
    }
    switch (doc.kind) {
      case 'concat':
        for (let i = doc.parts.length - 1; i >= 0; i -= 1)
          tasks.push({ depth, mode, doc: doc.parts[i] as Doc });
        break;
      case 'indent':
        tasks.push({ depth: depth + 1, mode, doc: doc.body });
        break;
      case 'group': {
        const flat: Task = { depth, mode: 'flat', doc: doc.body };
        const oneLine = mode === 'flat' || (!doc.forced && fits(flat, tasks, room()));
        tasks.push(oneLine ? flat : { depth, mode: 'break', doc: doc.body });
        break;
      }
      case 'choice':
        tasks.push(
          mode === 'flat' ? { depth, mode, doc: doc.states[0] as Doc } : chosen(doc.states, depth),
        );
        break;
      case 'line':
        if (mode === 'break' || doc.forced) newline(depth);
        else write(doc.flat);
        break;
      case 'ifBreak':
        write(mode === 'break' ? doc.broken : doc.flat);
        break;
      case 'literal':
        write(doc.text);
        column = doc.text.length - doc.text.lastIndexOf('\n') - 1;
        break;
      case 'suffix':
        suffixes += ` ${doc.text}`;
        break;
    }
  }
  if (suffixes !== '') out.push(suffixes);
  return out.join('');
}

function trimEnd(out: string[]): void {
  const last = out.length - 1;
  const text = out[last];
  if (text?.endsWith(' ') === true) out[last] = text.trimEnd();
}
