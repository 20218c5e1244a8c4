/*
 * MurmurHash3, x86, 128 bits: four 32-bit lanes, so that it needs no 64-bit arithmetic.
 */
const C1 = 0x239b961b;
const C2 = 0xab0e9789 | 0;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93 | 0;
const BLOCK_SIZE_BYTES = 16;

/** Hashes `sizeBytes` from `start` into the four words of `target`. */
export function hash128(buffer: Buffer, start: number, sizeBytes: number, seed: number, target: Int32Array): void {
  let h1 = seed | 0;
  let h2 = h1;
  let h3 = h1;
  let h4 = h1;
  const tailStart = start + sizeBytes - (sizeBytes % BLOCK_SIZE_BYTES);

  for (let at = start; at < tailStart; at += BLOCK_SIZE_BYTES) {
    h1 ^= Math.imul(rotate(Math.imul(wordAt(buffer, at), C1), 15), C2);
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotate(Math.imul(wordAt(buffer, at + 4), C2), 16), C3);
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotate(Math.imul(wordAt(buffer, at + 8), C3), 17), C4);
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotate(Math.imul(wordAt(buffer, at + 12), C4), 18), C1);
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }

  const end = start + sizeBytes;
  h4 ^= Math.imul(rotate(Math.imul(tailWord(buffer, tailStart + 12, end), C4), 18), C1);
  h3 ^= Math.imul(rotate(Math.imul(tailWord(buffer, tailStart + 8, end), C3), 17), C4);
  h2 ^= Math.imul(rotate(Math.imul(tailWord(buffer, tailStart + 4, end), C2), 16), C3);
  h1 ^= Math.imul(rotate(Math.imul(tailWord(buffer, tailStart, end), C1), 15), C2);

  h1 ^= sizeBytes;
  h2 ^= sizeBytes;
  h3 ^= sizeBytes;
  h4 ^= sizeBytes;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = mix(h1);
  h2 = mix(h2);
  h3 = mix(h3);
  h4 = mix(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  target[0] = h1;
  target[1] = h2 + h1;
  target[2] = h3 + h1;
  target[3] = h4 + h1;
}

function wordAt(buffer: Buffer, at: number): number {
  return (
    byteAt(buffer, at) | (byteAt(buffer, at + 1) << 8) | (byteAt(buffer, at + 2) << 16) | (byteAt(buffer, at + 3) << 24)
  );
}

/** What there is of a word before `end`; zeros otherwise. */
function tailWord(buffer: Buffer, at: number, end: number): number {
  let word = 0;
  for (let index = Math.min(end, at + 4) - 1; index >= at; index--) word = (word << 8) | byteAt(buffer, index);
  return word;
}

function byteAt(buffer: Buffer, at: number): number {
  return buffer[at] as number;
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function mix(word: number): number {
  let h = word;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
