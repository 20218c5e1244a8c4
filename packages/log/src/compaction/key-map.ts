import type { Offset } from '@sluice/kernel/ids';
import { hash128 } from './hash128.ts';

/**
 * The largest offset of each key, in bounded memory: 128 bits of a key's hash stand for the key, so that two of five
 * million keys share them with a probability of about 10^-25. The seed keeps writers from making such keys.
 */
export interface KeyMap {
  readonly count: number;
  readonly countMax: number;
  /** False if there is no room for another key; the map is then as it was. */
  put(buffer: Buffer, start: number, sizeBytes: number, offset: Offset): boolean;
  /** −1 for a key that was never put. */
  offsetOf(buffer: Buffer, start: number, sizeBytes: number): Offset;
}

/** Four words of hash and an offset. */
const SLOT_SIZE_BYTES = 24;
const WORDS = 4;
/** Fuller, and searches grow long. */
const LOAD_FACTOR_MAX = 0.75;
const EMPTY = -1;

/** A search ends at a free slot: there must be one. */
const SLOT_COUNT_LEAST = 2;
/** What a log with few keys needs. */
const SLOT_COUNT_MIN = 1024;

/** `memorySizeBytes`: Kafka's `log.cleaner.dedupe.buffer.size`, at most; it grows with its keys. */
export function createKeyMap(memorySizeBytes: number, seed: number): KeyMap {
  const slotCountMax = Math.max(SLOT_COUNT_LEAST, 2 ** Math.floor(Math.log2(memorySizeBytes / SLOT_SIZE_BYTES)));
  const countMax = Math.max(1, Math.floor(slotCountMax * LOAD_FACTOR_MAX));
  let slotCount = Math.min(SLOT_COUNT_MIN, slotCountMax);
  let hashes = new Int32Array(slotCount * WORDS);
  let offsets = new Float64Array(slotCount).fill(EMPTY);
  const hash = new Int32Array(WORDS);
  let count = 0;

  /** The slot that has the hash, or the free one where it belongs. */
  function find(a: number, b: number, c: number, d: number): number {
    for (let slot = a & (slotCount - 1); ; slot = (slot + 1) & (slotCount - 1)) {
      if (offsets[slot] === EMPTY) return slot;
      const at = slot * WORDS;
      if (hashes[at] === a && hashes[at + 1] === b && hashes[at + 2] === c && hashes[at + 3] === d) return slot;
    }
  }

  function findKey(buffer: Buffer, start: number, sizeBytes: number): number {
    hash128(buffer, start, sizeBytes, seed, hash);
    return find(hash[0] as number, hash[1] as number, hash[2] as number, hash[3] as number);
  }

  function grow(): void {
    const [oldHashes, oldOffsets] = [hashes, offsets];
    slotCount *= 2;
    hashes = new Int32Array(slotCount * WORDS);
    offsets = new Float64Array(slotCount).fill(EMPTY);
    for (let old = 0; old < oldOffsets.length; old++) {
      const offset = oldOffsets[old] as number;
      if (offset === EMPTY) continue;
      const words = oldHashes.subarray(old * WORDS, (old + 1) * WORDS);
      const slot = find(words[0] as number, words[1] as number, words[2] as number, words[3] as number);
      hashes.set(words, slot * WORDS);
      offsets[slot] = offset;
    }
  }

  return {
    get count() {
      return count;
    },
    countMax,
    put(buffer, start, sizeBytes, offset) {
      let slot = findKey(buffer, start, sizeBytes);
      if (offsets[slot] === EMPTY) {
        if (count >= countMax) return false;
        if (count >= slotCount * LOAD_FACTOR_MAX && slotCount < slotCountMax) {
          grow();
          slot = findKey(buffer, start, sizeBytes);
        }
        count++;
        hashes.set(hash, slot * WORDS);
      }
      offsets[slot] = offset;
      return true;
    },
    offsetOf(buffer, start, sizeBytes) {
      return offsets[findKey(buffer, start, sizeBytes)] as number;
    },
  };
}
