import { randomBytes, randomInt } from 'node:crypto';
import { assert } from '../assert.ts';
import type { Random } from '../random.ts';
import { uuidFromRandomBytes } from '../uuid.ts';

const BOUND_MAX = 2 ** 48 - 1;

/** The operating system's generator. */
export const realRandom: Random = {
  below(bound) {
    assert(Number.isInteger(bound) && bound > 0 && bound <= BOUND_MAX, 'the bound is within 1 … 2^48−1');
    return randomInt(bound);
  },
  bytes: (count) => randomBytes(count),
  uuid() {
    for (;;) {
      const uuid = uuidFromRandomBytes(randomBytes(16));
      if (uuid !== undefined) return uuid;
    }
  },
};
