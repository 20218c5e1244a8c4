const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const SHIFT = 24;

/** The 32-bit murmur2 of Kafka's default partitioner, as Java's signed int. */
export function murmur2(key: Uint8Array): number {
  const length = key.length;
  const view = new DataView(key.buffer, key.byteOffset, length);
  let hash = SEED ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let lane = Math.imul(view.getInt32(at, true), MULTIPLIER);
    lane ^= lane >>> SHIFT;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(lane, MULTIPLIER);
  }
  if (at < length) {
    for (let last = length - 1; last >= at; last--) hash ^= view.getUint8(last) << (8 * (last - at));
    hash = Math.imul(hash, MULTIPLIER);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return (hash ^ (hash >>> 15)) | 0;
}

/** The partition that Java's producer picks for a record with a key. Kafka clears the sign bit; it does not negate. */
export function partitionOfKey(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fffffff) % partitionCount;
}
