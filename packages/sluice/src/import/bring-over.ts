import { type Disk, DiskError } from '@sluice/kernel/disk';
import { PARTITION_METADATA } from '@sluice/log/file-names';
import { forEachBounded } from '@sluice/log/for-each-bounded';
import { copyFile, ImportStopped } from '@sluice/log/import/bring-file';
import { newSegmentName } from '@sluice/log/import/plan-partition';
import { encodePartitionMetadata } from '@sluice/log/partition-metadata';
import type { ImportProgress } from './import-types.ts';
import type { PartitionFiles } from './plan-files.ts';

/** Partitions whose files are brought over at once; each copies one file at a time. */
const CONCURRENCY_MAX = 4;

export interface BringOptions {
  readonly disk: Disk;
  readonly target: string;
  readonly partitions: readonly PartitionFiles[];
  readonly onProgress: (progress: ImportProgress) => void;
  readonly isStopping: () => boolean;
}

export interface Brought {
  readonly linkedFiles: number;
  readonly linkedBytes: number;
  readonly copiedFiles: number;
  readonly copiedBytes: number;
}

/** What a plan will move, before it does. */
export function totalsOf(partitions: readonly PartitionFiles[]): Brought {
  const files = partitions.flatMap((partition) => partition.files);
  const linked = files.filter(({ mode }) => mode === 'link');
  const copied = files.filter(({ mode }) => mode === 'copy');
  const bytesOf = (some: typeof files) => some.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  return {
    linkedFiles: linked.length,
    linkedBytes: bytesOf(linked),
    copiedFiles: copied.length,
    copiedBytes: bytesOf(copied),
  };
}

/**
 * Brings all files into the target, each whole or not at all; those that an earlier attempt brought stay as they are.
 * What is linked that turns out not to be possible is copied.
 */
export async function bringOver(options: BringOptions): Promise<void> {
  const { disk, target, partitions, onProgress, isStopping } = options;
  const totals = totalsOf(partitions);
  const progress = {
    files: 0,
    filesTotal: totals.linkedFiles + totals.copiedFiles,
    bytes: 0,
    bytesTotal: totals.copiedBytes,
  };
  const report = () => onProgress({ ...progress });

  async function bringOne(partition: PartitionFiles): Promise<void> {
    const { source, topic, files, newSegmentAt } = partition;
    const directory = `${target}/${source.name}`;
    await disk.makeDirectory(directory);
    const there = new Set(await disk.list(directory));
    for (const file of files) {
      if (isStopping()) throw new ImportStopped('stopped');
      const from = `${source.path}/${file.name}`;
      const to = `${directory}/${file.name}`;
      if (there.has(file.name)) {
        if (file.mode === 'copy') progress.bytes += file.sizeBytes;
      } else if (file.mode === 'copy' || !(await link(disk, from, to))) {
        const onBytes = (count: number) => {
          progress.bytes += count;
          report();
        };
        await copyFile(disk, from, to, { ...file, onBytes, isStopping });
      }
      progress.files++;
      report();
    }
    if (newSegmentAt !== undefined)
      await (await disk.open(`${directory}/${newSegmentName(newSegmentAt)}`, 'write')).close();
    await writeSmall(disk, `${directory}/${PARTITION_METADATA}`, encodePartitionMetadata(topic.id));
    await disk.syncDirectory(directory);
  }

  report();
  await forEachBounded(partitions, CONCURRENCY_MAX, bringOne);
  await disk.syncDirectory(target);
}

/** False where there can be no link. */
async function link(disk: Disk, from: string, to: string): Promise<boolean> {
  try {
    await disk.link(from, to);
    return true;
  } catch (error) {
    if (error instanceof DiskError && (error.tag === 'no-link' || error.tag === 'denied')) return false;
    throw error;
  }
}

async function writeSmall(disk: Disk, path: string, content: string): Promise<void> {
  const file = await disk.open(path, 'write');
  try {
    await file.truncate(0);
    await file.writev([Buffer.from(content)], 0);
    await file.sync();
  } finally {
    await file.close();
  }
}
