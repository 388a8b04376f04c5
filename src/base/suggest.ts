// "Did you mean": the nearest known name by edit distance.

/** How far a suggestion may be: short names tolerate less. Used for variables. */
export function toleranceFor(name: string): number {
  const length = [...name].length;
  if (length <= 2) return 1;
  return length <= 5 ? 2 : 3;
}

/**
 * The candidate nearest to `name` within `tolerance` edits; ties go to the nearer length, then to the alphabet.
 * Names that start with `__` are internal and never suggested.
 */
export function nearestName(
  name: string,
  candidates: Iterable<string>,
  tolerance: number = toleranceFor(name),
): string | undefined {
  let best: string | undefined;
  let bestDistance = tolerance + 1;
  for (const candidate of candidates) {
    if (candidate === name || candidate.startsWith('__')) continue;
    if (Math.abs(candidate.length - name.length) >= bestDistance + 1) continue;
    const distance = editDistance(name, candidate, bestDistance);
    if (distance > tolerance || distance >= candidate.length) continue;
    if (distance < bestDistance || isBetterTie(name, candidate, best, distance === bestDistance)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function isBetterTie(
  name: string,
  candidate: string,
  best: string | undefined,
  isTie: boolean,
): boolean {
  if (!isTie || best === undefined) return false;
  const gap = Math.abs(candidate.length - name.length) - Math.abs(best.length - name.length);
  return gap < 0 || (gap === 0 && candidate < best);
}

/** Levenshtein distance; gives up with `limit + 1` when it must exceed `limit`. */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    let rowMin = i;
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const cost = Math.min(
        substitution,
        (previous[j] as number) + 1,
        (current[j - 1] as number) + 1,
      );
      current.push(cost);
      if (cost < rowMin) rowMin = cost;
    }
    if (rowMin > limit) return limit + 1;
    previous = current;
  }
  return previous[b.length] as number;
}
