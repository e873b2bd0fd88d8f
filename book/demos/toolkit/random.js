// Chance that can be repeated: the same seed gives the same numbers in every browser, and in Python
// (book/demos/random.py is this file's twin; a test holds the two together).

/**
 * mulberry32 by Tommy Ettinger (public domain): a 32-bit counter, scrambled. Returns a function that draws from [0, 1).
 * It is for starting positions and shuffles, not for statistics that need long streams or for secrets.
 */
export function seeded(seed) {
  let counter = seed >>> 0;
  return () => {
    counter = (counter + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(counter ^ (counter >>> 15), counter | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` different integers out of 0..n-1, in random order (the head of a Fisher–Yates shuffle). */
export function choose(n, count, random) {
  const indices = Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const other = i + Math.floor(random() * (n - i));
    [indices[i], indices[other]] = [indices[other], indices[i]];
  }
  return indices.slice(0, count);
}

/** All of 0..n-1 in random order. */
export const permutation = (n, random) => choose(n, n, random);
