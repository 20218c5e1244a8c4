import { randomBytes, randomInt } from 'node:crypto';
import { assert } from '../assert.ts';
import type { Random } from '../random.ts';
import { uuidFromRandomBytes } from '../uuid.ts';

const BOUND_MAX = 2 ** 48 - 1;
const UUID_SIZE_BYTES = 16;
/** Few bytes at a time, for ids, are cut from a larger draw: asking the system costs as much as the rest of a request. */
const DRAW_SIZE_BYTES = 4096;
const CUT_SIZE_BYTES_MAX = 64;

let drawn = Buffer.alloc(0);
let drawnAt = 0;

/** No byte is given out twice. */
function bytes(count: number): Buffer {
  if (count > CUT_SIZE_BYTES_MAX) return randomBytes(count);
  if (drawnAt + count > drawn.length) {
    drawn = randomBytes(DRAW_SIZE_BYTES);
    drawnAt = 0;
  }
  drawnAt += count;
  return drawn.subarray(drawnAt - count, drawnAt);
}

/** The operating system's generator. */
export const realRandom: Random = {
  below(bound) {
    assert(Number.isInteger(bound) && bound > 0 && bound <= BOUND_MAX, 'the bound is within 1 … 2^48−1');
    return randomInt(bound);
  },
  bytes,
  uuid() {
    for (;;) {
      const uuid = uuidFromRandomBytes(bytes(UUID_SIZE_BYTES));
      if (uuid !== undefined) return uuid;
    }
  },
};
