// Whether two trees mean the same: all but places and comments.

/** Places, and what only says how a name was written. */
function isPlace(key: string): boolean {
  return key === 'span' || key.endsWith('Span') || key === 'comments' || key === 'shebang';
}

export function sameTree(a: unknown, b: unknown): boolean {
  const left: unknown[] = [a];
  const right: unknown[] = [b];
  while (left.length > 0) {
    const x = left.pop();
    const y = right.pop();
    if (Object.is(x, y)) continue;
    if (typeof x !== 'object' || typeof y !== 'object' || x === null || y === null) return false;
    if (Array.isArray(x) !== Array.isArray(y)) return false;
    const one = x as { readonly [key: string]: unknown };
    const two = y as { readonly [key: string]: unknown };
    const keys = Object.keys(one).filter((key) => !isPlace(key));
    if (keys.length !== Object.keys(two).filter((key) => !isPlace(key)).length) return false;
    for (const key of keys) {
      left.push(one[key]);
      right.push(two[key]);
    }
  }
  return true;
}
