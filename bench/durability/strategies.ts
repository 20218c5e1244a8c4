import type { Disk, DiskFile } from '@sluice/kernel/disk';

/** What one producer's record comes to: a batch of one record of 100 B, with its header. */
export const BATCH_SIZE_BYTES = 171;
/** What an entry of the journal adds to a batch. */
const ENTRY_HEADER_SIZE_BYTES = 48;
const JOURNAL_SIZE_BYTES = 16 * 1024 * 1024;
const BLOCK_SIZE_BYTES = 4096;
/** As many rounds as go by before lazily written segments are written. */
const LAZY_ROUNDS = 16;

/** One way to make a round of batches durable. */
export interface Strategy {
  /** `counts[i]` batches for partition i; settles when all are durable. */
  round(counts: readonly number[]): Promise<void>;
  /** Settles when what was put off is written and synced too. */
  end(): Promise<void>;
}

export type StrategyName = 'segments' | 'journal' | 'journal-lazy-segments';

const batch = Buffer.alloc(BATCH_SIZE_BYTES, 'x');
const entryHeader = Buffer.alloc(ENTRY_HEADER_SIZE_BYTES, 'h');

/** Files of partitions that are written one behind the other. */
async function openPartitions(disk: Disk, directory: string, count: number) {
  const files: DiskFile[] = [];
  for (let index = 0; index < count; index++) {
    await disk.makeDirectory(`${directory}/p-${index}`);
    files.push(await disk.open(`${directory}/p-${index}/0.log`, 'write'));
  }
  const sizes = files.map(() => 0);
  return {
    async write(index: number, batches: number): Promise<void> {
      await files[index]?.writev(Array<Buffer>(batches).fill(batch), sizes[index] ?? 0);
      sizes[index] = (sizes[index] ?? 0) + batches * BATCH_SIZE_BYTES;
    },
    sync: async (index: number) => files[index]?.sync(),
    async close() {
      await Promise.all(files.map((file) => file.close()));
    },
  };
}

/** A file of a fixed size, written from its start again when it is full: a sync finds no metadata to change. */
async function openJournal(disk: Disk, directory: string) {
  const file = await disk.open(`${directory}/journal`, 'write');
  await file.writev([Buffer.alloc(JOURNAL_SIZE_BYTES)], 0);
  await file.sync();
  let position = 0;
  return {
    async append(counts: readonly number[]): Promise<void> {
      const parts = counts.flatMap((count) => (count === 0 ? [] : [entryHeader, ...Array<Buffer>(count).fill(batch)]));
      const entry = Buffer.concat(parts);
      if (position + entry.length > JOURNAL_SIZE_BYTES) position = 0;
      await file.writev([entry], position);
      position += Math.ceil(entry.length / BLOCK_SIZE_BYTES) * BLOCK_SIZE_BYTES;
      await file.sync();
    },
    close: () => file.close(),
  };
}

export async function createStrategy(
  name: StrategyName,
  disk: Disk,
  directory: string,
  count: number,
): Promise<Strategy> {
  const partitions = await openPartitions(disk, directory, count);
  const journal = await openJournal(disk, directory);
  const isLazy = name === 'journal-lazy-segments';
  const unwritten = Array<number>(count).fill(0);
  const touched = new Set<number>();
  let rounds = 0;

  async function writeUnwritten(): Promise<void> {
    for (const [index, batches] of unwritten.entries()) if (batches > 0) await partitions.write(index, batches);
    unwritten.fill(0);
  }

  return {
    async round(counts) {
      const changed: number[] = [];
      for (const [index, batches] of counts.entries()) {
        if (batches === 0) continue;
        changed.push(index);
        if (isLazy) unwritten[index] = (unwritten[index] ?? 0) + batches;
        else await partitions.write(index, batches);
      }
      if (name === 'segments') {
        await Promise.all(changed.map(partitions.sync));
        return;
      }
      for (const index of changed) touched.add(index);
      await journal.append(counts);
      if (isLazy && ++rounds % LAZY_ROUNDS === 0) await writeUnwritten();
    },
    async end() {
      await writeUnwritten();
      await Promise.all([...touched].map(partitions.sync));
      await partitions.close();
      await journal.close();
    },
  };
}
