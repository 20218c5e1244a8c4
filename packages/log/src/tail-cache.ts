import type { Offset } from '@sluice/kernel/ids';
import type { Lease } from '@sluice/kernel/lease';
import { createTailRun, type TailRun } from './tail-run.ts';

/** Small batches are copied side by side into runs, so that thousands of them cost few objects and few buffers. */
export const SMALL_BATCH_SIZE_BYTES_MAX = 8 * 1024;
const RUN_SIZE_BYTES_MIN = 4 * 1024;
const RUN_SIZE_BYTES_MAX = 64 * 1024;
const RUN_GROWTH = 4;
/** A larger batch is copied too if it is but a small share of the memory behind it, so as not to keep all of that. */
const COPY_BELOW_SHARE = 1 / 8;
const COPY_SIZE_BYTES_MAX = 64 * 1024;
/** Copying a large one costs more, so more may be wasted; but one batch must not keep a frame of 100 MB. */
const COPY_LARGE_BELOW_SHARE = 1 / 16;
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

export interface TailReadOptions {
  /** Only batches that end below it. */
  readonly bound: Offset;
  readonly maxBytes: number;
  /** The first batch comes even if it is larger than `maxBytes`. */
  readonly minOneBatch: boolean;
}

export interface TailRead {
  readonly buffers: readonly Buffer[];
  readonly sizeBytes: number;
  /** To be called when nobody looks at the buffers any more; there if their memory is used again then. */
  readonly release?: () => void;
}

/** One log's cached batches: always a contiguous run that ends at the log's end. */
export interface LogTail {
  /** Takes the batch behind those that are there; batches come in offset order. Returns the memory that it keeps. */
  push(batch: CachedBatch): Buffer;
  /** Whole batches from the one that holds `offset`; `undefined` if that is not here. */
  read(offset: Offset, options: TailReadOptions): TailRead | undefined;
  /** Drops what begins below `offset`, and its neighbours in memory: compaction has left less of it on disk. */
  dropBelow(offset: Offset): void;
  /** Drops everything, as truncation and closing do. */
  clear(): void;
}

interface Queue<T> {
  items: (T | undefined)[];
  head: number;
}

interface OneLog {
  readonly runs: Queue<TailRun>;
  generation: number;
  /** Runs that left before their turn. */
  droppedCount: number;
}

export function createTailCache(budgetBytes: number): TailCache {
  let sizeBytes = 0;
  /** Which log gives up its oldest run next. A cleared log leaves entries behind, which are skipped by generation. */
  const order: Queue<{ log: OneLog; generation: number }> = { items: [], head: 0 };

  function evict(): void {
    while (sizeBytes > budgetBytes) {
      const next = shift(order);
      if (next === undefined) return;
      if (next.generation !== next.log.generation) continue;
      if (next.log.droppedCount > 0) {
        next.log.droppedCount--;
        continue;
      }
      const run = shift(next.log.runs);
      if (run === undefined) continue;
      sizeBytes -= run.memorySizeBytes;
      run.lease?.release();
    }
  }

  function add(log: OneLog, run: TailRun): void {
    run.lease?.retain();
    log.runs.items.push(run);
    order.items.push({ log, generation: log.generation });
    sizeBytes += run.memorySizeBytes;
  }

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    budgetBytes,
    forLog() {
      const log: OneLog = { runs: { items: [], head: 0 }, generation: 0, droppedCount: 0 };
      const { runs } = log;
      let nextRunSizeBytes = RUN_SIZE_BYTES_MIN;

      function pushSmall(batch: CachedBatch): Buffer {
        const last = runs.items.at(-1);
        const kept = last?.add(batch);
        if (kept !== undefined) return kept;
        const run = createTailRun(
          Buffer.allocUnsafeSlow(Math.max(nextRunSizeBytes, batch.buffer.length)),
          batch.baseOffset,
        );
        nextRunSizeBytes = Math.min(nextRunSizeBytes * RUN_GROWTH, RUN_SIZE_BYTES_MAX);
        add(log, run);
        return run.add(batch) ?? batch.buffer;
      }

      return {
        push(batch) {
          let kept: Buffer;
          if (batch.buffer.length <= SMALL_BATCH_SIZE_BYTES_MAX) {
            kept = pushSmall(batch);
          } else {
            kept = ownMemory(batch.buffer);
            add(log, createTailRun(kept, batch.baseOffset, batch.lastOffset));
          }
          evict();
          return kept;
        },
        read: (offset, options) => read(runs, offset, options),
        dropBelow(offset) {
          for (let run = runs.items[runs.head]; run !== undefined; run = runs.items[runs.head]) {
            if (run.baseOffset >= offset) return;
            shift(runs);
            log.droppedCount++;
            sizeBytes -= run.memorySizeBytes;
            run.lease?.release();
          }
        },
        clear() {
          for (let index = runs.head; index < runs.items.length; index++) {
            const run = runs.items[index];
            sizeBytes -= run?.memorySizeBytes ?? 0;
            run?.lease?.release();
          }
          runs.items = [];
          runs.head = 0;
          log.generation++;
          log.droppedCount = 0;
          nextRunSizeBytes = RUN_SIZE_BYTES_MIN;
        },
      };
    },
  };
}

function read(runs: Queue<TailRun>, offset: Offset, options: TailReadOptions): TailRead | undefined {
  const first = find(runs, offset);
  if (first === -1) return undefined;
  const buffers: Buffer[] = [];
  const leases: Lease[] = [];
  let sizeBytes = 0;
  for (let index = first; index < runs.items.length; index++) {
    const run = runs.items[index];
    const part = run?.read(offset, {
      bound: options.bound,
      maxBytes: options.maxBytes - sizeBytes,
      minOneBatch: options.minOneBatch && buffers.length === 0,
    });
    if (part === undefined) break;
    if (run?.lease !== undefined) {
      run.lease.retain();
      leases.push(run.lease);
    }
    buffers.push(part.buffer);
    sizeBytes += part.buffer.length;
    if (!part.isWholeRest) break;
  }
  return leases.length === 0 ? { buffers, sizeBytes } : { buffers, sizeBytes, release: () => releaseAll(leases) };
}

function releaseAll(leases: Lease[]): void {
  // Emptied, so that a second call does nothing.
  for (const lease of leases.splice(0)) lease.release();
}

/** The run that holds `offset`; −1 if that lies before the first. A gap between two batches belongs to the later one. */
function find(queue: Queue<TailRun>, offset: Offset): number {
  let low = queue.head;
  let high = queue.items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const run = queue.items[middle];
    if (run !== undefined && run.lastOffset < offset) low = middle + 1;
    else high = middle;
  }
  const run = queue.items[low];
  return run === undefined || (low === queue.head && offset < run.baseOffset) ? -1 : low;
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
  if (buffer.length > COPY_SIZE_BYTES_MAX) {
    return buffer.length < buffer.buffer.byteLength * COPY_LARGE_BELOW_SHARE ? Buffer.from(buffer) : buffer;
  }
  return buffer.length < buffer.buffer.byteLength * COPY_BELOW_SHARE ? Buffer.from(buffer) : buffer;
}
