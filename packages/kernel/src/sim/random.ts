import { assert } from '../assert.ts';
import type { Random } from '../random.ts';
import { uuidFromRandomBytes } from '../uuid.ts';

const BOUND_MAX = 2 ** 48 - 1;
const TWO_32 = 2 ** 32;
const TWO_48 = 2 ** 48;

/** Randomness that a seed repeats. */
export interface SimRandom extends Random {
  /** A number, 0 ≤ n < 1, with 32 random bits. */
  fraction(): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** An independent generator whose course does not depend on how much is drawn from this one afterwards. */
  fork(): SimRandom;
}

/** sfc32 (Chris Doty-Humphrey's small fast counting generator), seeded with any whole number. */
export function createSimRandom(seed: number): SimRandom {
  const next = sfc32(seed);
  const random: SimRandom = {
    below(bound) {
      assert(Number.isInteger(bound) && bound > 0 && bound <= BOUND_MAX, 'the bound is within 1 … 2^48−1');
      if (bound <= TWO_32) return unbiased(next, TWO_32, bound);
      return unbiased(() => next() + (next() & 0xffff) * TWO_32, TWO_48, bound);
    },
    bytes(count) {
      const bytes = Buffer.alloc(count);
      for (let index = 0; index < count; index++) bytes[index] = next() & 0xff;
      return bytes;
    },
    uuid() {
      for (;;) {
        const uuid = uuidFromRandomBytes(random.bytes(16));
        if (uuid !== undefined) return uuid;
      }
    },
    fraction: () => next() / TWO_32,
    chance: (probability) => next() / TWO_32 < probability,
    fork: () => createSimRandom(next()),
  };
  return random;
}

/** Draws again where the last, incomplete multiple of `bound` would favour small numbers. */
function unbiased(draw: () => number, range: number, bound: number): number {
  const limit = range - (range % bound);
  for (;;) {
    const value = draw();
    if (value < limit) return value % bound;
  }
}

function sfc32(seed: number): () => number {
  let a = seed | 0;
  let b = Math.floor(seed / TWO_32) | 0;
  let c = 0x9e3779b9;
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // The first outputs of neighbouring seeds are alike.
  for (let round = 0; round < 15; round++) next();
  return next;
}
