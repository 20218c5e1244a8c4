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

/** A search ends at a free slot: there must be one. */
const SLOT_COUNT_LEAST = 2;
/** What a log with few keys needs. */
const SLOT_COUNT_MIN = 1024;
/**
 * Slots that every put moves into the larger table, so that no put has to move them all: three million keys take a
 * second. Two would do: before the larger one is full there are as many puts as the smaller one has keys.
 */
const MOVED_AT_ONCE = 8;

/** `memorySizeBytes`: Kafka's `log.cleaner.dedupe.buffer.size`, at most; it grows with its keys. */
export function createKeyMap(memorySizeBytes: number, seed: number): KeyMap {
  const slotCountMax = Math.max(SLOT_COUNT_LEAST, 2 ** Math.floor(Math.log2(memorySizeBytes / SLOT_SIZE_BYTES)));
  const countMax = Math.max(1, Math.floor(slotCountMax * LOAD_FACTOR_MAX));
  let table = createTable(Math.min(SLOT_COUNT_MIN, slotCountMax));
  /** The one before the last growth, while not all of it has been moved; where both have a key, the new one is right. */
  let old: Table | undefined;
  let movedCount = 0;
  const hash = new Int32Array(WORDS);
  const movedHash = new Int32Array(WORDS);
  let count = 0;

  function grow(): void {
    moveAll();
    old = table;
    movedCount = 0;
    table = createTable(old.slotCount * 2);
  }

  function move(slotCount: number): void {
    if (old === undefined) return;
    const end = Math.min(old.slotCount, movedCount + slotCount);
    for (; movedCount < end; movedCount++) {
      const offset = old.offsetAt(movedCount);
      if (offset < 0) continue;
      old.copyHash(movedCount, movedHash);
      const slot = table.find(movedHash);
      if (table.offsetAt(slot) < 0) table.set(slot, movedHash, offset);
    }
    if (movedCount === old.slotCount) old = undefined;
  }

  function moveAll(): void {
    move(Number.POSITIVE_INFINITY);
  }

  /** Of the key whose hash is in `hash`, where only the old table can have it. */
  function oldOffset(): Offset {
    return old === undefined ? -1 : old.offsetAt(old.find(hash));
  }

  return {
    get count() {
      return count;
    },
    countMax,
    put(buffer, start, sizeBytes, offset) {
      hash128(buffer, start, sizeBytes, seed, hash);
      let slot = table.find(hash);
      if (table.offsetAt(slot) < 0 && oldOffset() < 0) {
        if (count >= countMax) return false;
        if (count >= table.slotCount * LOAD_FACTOR_MAX && table.slotCount < slotCountMax) {
          grow();
          slot = table.find(hash);
        }
        count++;
      }
      table.set(slot, hash, offset);
      move(MOVED_AT_ONCE);
      return true;
    },
    offsetOf(buffer, start, sizeBytes) {
      hash128(buffer, start, sizeBytes, seed, hash);
      const offset = table.offsetAt(table.find(hash));
      return offset < 0 ? oldOffset() : offset;
    },
  };
}

/** Slots with a hash and an offset each; `find` gives the one that has a hash, or the free one where it belongs. */
interface Table {
  readonly slotCount: number;
  find(hash: Int32Array): number;
  /** −1 for a free slot. */
  offsetAt(slot: number): Offset;
  copyHash(slot: number, target: Int32Array): void;
  set(slot: number, hash: Int32Array, offset: Offset): void;
}

function createTable(slotCount: number): Table {
  const hashes = new Int32Array(slotCount * WORDS);
  // One more than the offset, so that zeros are free slots: the system gives zeros only where somebody looks.
  const offsets = new Float64Array(slotCount);
  return {
    slotCount,
    find(hash) {
      for (let slot = (hash[0] as number) & (slotCount - 1); ; slot = (slot + 1) & (slotCount - 1)) {
        if (offsets[slot] === 0) return slot;
        const at = slot * WORDS;
        const isIt =
          hashes[at] === hash[0] &&
          hashes[at + 1] === hash[1] &&
          hashes[at + 2] === hash[2] &&
          hashes[at + 3] === hash[3];
        if (isIt) return slot;
      }
    },
    offsetAt: (slot) => (offsets[slot] as number) - 1,
    copyHash(slot, target) {
      for (let word = 0; word < WORDS; word++) target[word] = hashes[slot * WORDS + word] as number;
    },
    set(slot, hash, offset) {
      for (let word = 0; word < WORDS; word++) hashes[slot * WORDS + word] = hash[word] as number;
      offsets[slot] = offset + 1;
    },
  };
}
