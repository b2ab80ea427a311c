const DISTANCE_MAX = 2;

/** Levenshtein distance of two short names. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

const plain = (name: string): string => name.toLowerCase().replace(/[_-]/g, '');

/** The known name that a misspelt one most likely means, or null. */
export function nearName(name: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = DISTANCE_MAX + 1;
  for (const candidate of known) {
    const d = distance(plain(name), plain(candidate));
    if (d < bestDistance && d < candidate.length / 2) [best, bestDistance] = [candidate, d];
  }
  return best;
}
