// Two texts compared line by line (Myers' shortest edit script), for artifacts that show a change.

/** The lines of both texts: ` ` kept, `-` only before, `+` only after. */
export function lineDiff(before: string, after: string): readonly string[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  const most = Math.min(a.length, b.length) - head;
  while (tail < most && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const kept = (lines: readonly string[]) => lines.map((line) => ` ${line}`);
  return [
    ...kept(a.slice(0, head)),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...kept(a.slice(a.length - tail)),
  ];
}

/** More edits than this are shown as all out, all in: the search is quadratic in them. */
const MAX_EDITS = 2000;

function middle(a: readonly string[], b: readonly string[]): readonly string[] {
  const trace = search(a, b);
  if (trace === undefined) return [...a.map((line) => `-${line}`), ...b.map((line) => `+${line}`)];
  const out: string[] = [];
  let [x, y] = [a.length, b.length];
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    const reach = trace[edits] as ReadonlyMap<number, number>;
    const k = x - y;
    const down = k === -edits || (k !== edits && at(reach, k - 1) < at(reach, k + 1));
    const fromK = down ? k + 1 : k - 1;
    const fromX = edits === 0 ? 0 : at(reach, fromK);
    const fromY = edits === 0 ? 0 : fromX - fromK;
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      out.push(` ${a[x]}`);
    }
    if (edits === 0) break;
    out.push(down ? `+${b[fromY]}` : `-${a[fromX]}`);
    [x, y] = [fromX, fromY];
  }
  return out.reverse();
}

/** How far each diagonal gets with 0, 1, 2, ... edits, as it was before that many. */
function search(
  a: readonly string[],
  b: readonly string[],
): readonly ReadonlyMap<number, number>[] | undefined {
  const reach = new Map<number, number>([[1, 0]]);
  const trace: ReadonlyMap<number, number>[] = [];
  const most = Math.min(a.length + b.length, MAX_EDITS);
  for (let edits = 0; edits <= most; edits += 1) {
    trace.push(new Map(reach));
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && at(reach, k - 1) < at(reach, k + 1));
      let x = down ? at(reach, k + 1) : at(reach, k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      reach.set(k, x);
      if (x >= a.length && x - k >= b.length) return trace;
    }
  }
  return undefined;
}

function at(reach: ReadonlyMap<number, number>, k: number): number {
  return reach.get(k) ?? -1;
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
