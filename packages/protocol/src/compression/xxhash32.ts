const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;

/** XXH32 with seed 0 of `buffer[start, end)`, unsigned: the checksum of LZ4 frames. */
export function xxhash32(buffer: Buffer, start = 0, end: number = buffer.length): number {
  const length = end - start;
  let at = start;
  let hash = PRIME_5;
  if (length >= 16) {
    let v1 = (PRIME_1 + PRIME_2) | 0;
    let v2 = PRIME_2 | 0;
    let v3 = 0;
    let v4 = -PRIME_1 | 0;
    for (; at + 16 <= end; at += 16) {
      v1 = round(v1, buffer.readInt32LE(at));
      v2 = round(v2, buffer.readInt32LE(at + 4));
      v3 = round(v3, buffer.readInt32LE(at + 8));
      v4 = round(v4, buffer.readInt32LE(at + 12));
    }
    hash = rotate(v1, 1) + rotate(v2, 7) + rotate(v3, 12) + rotate(v4, 18);
  }
  hash = (hash + length) | 0;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(rotate((hash + Math.imul(buffer.readInt32LE(at), PRIME_3)) | 0, 17), PRIME_4);
  }
  for (; at < end; at++) {
    hash = Math.imul(rotate((hash + Math.imul(buffer.readUInt8(at), PRIME_5)) | 0, 11), PRIME_1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function round(accumulator: number, lane: number): number {
  return Math.imul(rotate((accumulator + Math.imul(lane, PRIME_2)) | 0, 13), PRIME_1);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
