import type { Offset } from '@sluice/kernel/ids';

/**
 * A batch smaller than its share of the memory behind it is copied, so that it does not keep a large frame alive. Small
 * frames lie side by side in Node's pool: their neighbours are cached as well, so nothing is gained by a copy.
 */
const COPY_BELOW_SHARE = 1 / 8;
const COPY_SIZE_BYTES_MAX = 64 * 1024;
/** What a cached batch costs besides its bytes: its view, its entry and its places in the two queues. */
const ENTRY_SIZE_BYTES = 256;
/** Consumed slots at the front of a queue before it is compacted. */
const QUEUE_SLACK_MAX = 1024;

/** Recent appends of all logs of a broker under one memory budget; the oldest leave first, whichever log they are of. */
export interface TailCache {
  readonly sizeBytes: number;
  readonly budgetBytes: number;
  /** The part that one log fills and reads. */
  forLog(): LogTail;
}

export interface CachedBatch {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly buffer: Buffer;
}

/** One log's cached batches: always a contiguous run that ends at the log's end. */
export interface LogTail {
  readonly count: number;
  /** Takes the batch behind those that are there; batches come in offset order. Returns the memory that it keeps. */
  push(batch: CachedBatch): Buffer;
  /** Index of the batch that holds `offset`, or −1 if it is not here. */
  find(offset: Offset): number;
  at(index: number): CachedBatch | undefined;
  /** Drops everything, as truncation and closing do. */
  clear(): void;
}

interface Queue<T> {
  items: (T | undefined)[];
  head: number;
}

export function createTailCache(budgetBytes: number): TailCache {
  let sizeBytes = 0;
  /** Which log gives up its oldest batch next. A cleared log leaves entries behind, which are skipped by generation. */
  const order: Queue<{ log: OneLog; generation: number }> = { items: [], head: 0 };

  function evict(): void {
    while (sizeBytes > budgetBytes) {
      const next = shift(order);
      if (next === undefined) return;
      if (next.generation !== next.log.generation) continue;
      const batch = shift(next.log.batches);
      if (batch !== undefined) sizeBytes -= batch.buffer.length + ENTRY_SIZE_BYTES;
    }
  }

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    budgetBytes,
    forLog() {
      const log: OneLog = { batches: { items: [], head: 0 }, generation: 0 };
      const { batches } = log;
      const at = (index: number) => batches.items[batches.head + index];
      return {
        get count() {
          return batches.items.length - batches.head;
        },
        push(batch) {
          const buffer = ownMemory(batch.buffer);
          batches.items.push(buffer === batch.buffer ? batch : { ...batch, buffer });
          order.items.push({ log, generation: log.generation });
          sizeBytes += buffer.length + ENTRY_SIZE_BYTES;
          evict();
          return buffer;
        },
        find: (offset) => find(batches, offset),
        at,
        clear() {
          for (let index = batches.head; index < batches.items.length; index++) {
            sizeBytes -= (batches.items[index]?.buffer.length ?? 0) + ENTRY_SIZE_BYTES;
          }
          batches.items = [];
          batches.head = 0;
          log.generation++;
        },
      };
    },
  };
}

interface OneLog {
  readonly batches: Queue<CachedBatch>;
  generation: number;
}

function find(queue: Queue<CachedBatch>, offset: Offset): number {
  let low = queue.head;
  let high = queue.items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const batch = queue.items[middle];
    if (batch !== undefined && batch.lastOffset < offset) low = middle + 1;
    else high = middle;
  }
  const batch = queue.items[low];
  // Offsets before the first cached batch are not here; a gap between two batches belongs to the later one.
  if (batch === undefined || (low === queue.head && offset < batch.baseOffset)) return -1;
  return low - queue.head;
}

function shift<T>(queue: Queue<T>): T | undefined {
  const item = queue.items[queue.head];
  if (item === undefined) return undefined;
  queue.items[queue.head++] = undefined;
  if (queue.head === queue.items.length) {
    queue.items = [];
    queue.head = 0;
  } else if (queue.head > QUEUE_SLACK_MAX && queue.head * 2 > queue.items.length) {
    queue.items = queue.items.slice(queue.head);
    queue.head = 0;
  }
  return item;
}

function ownMemory(buffer: Buffer): Buffer {
  if (buffer.length > COPY_SIZE_BYTES_MAX || buffer.buffer.byteLength <= Buffer.poolSize) return buffer;
  return buffer.length < buffer.buffer.byteLength * COPY_BELOW_SHARE ? Buffer.from(buffer) : buffer;
}
