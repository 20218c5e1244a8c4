import { assert } from '@sluice/kernel/assert';
import type { Disk } from '@sluice/kernel/disk';
import type { DeletedFiles } from '../deleted-files.ts';
import type { FileCache } from '../file-cache.ts';
import { CLEANED_SUFFIX, LOG_SUFFIX, REPLACES_SUFFIX, SWAP_SUFFIX } from '../file-names.ts';
import type { LogState } from '../log-state.ts';
import { logPath, type Segment, segmentPath, segmentPaths } from '../segment.ts';

export interface SwapOptions {
  readonly state: LogState;
  readonly disk: Disk;
  readonly files: FileCache;
  readonly deletedFiles: DeletedFiles;
  /** Takes the log offline: its files are neither the old ones nor the new ones. */
  fail(error: unknown): void;
}

/**
 * Puts a compaction's output in the place of the segments that it was made of. The log's rename to `.swap` decides: a
 * crash before it leaves the old segments, one behind it leads to the new one (`clearLeftovers` goes on from there).
 */
export async function swapSegments(group: readonly Segment[], cleaned: Segment, options: SwapOptions): Promise<void> {
  const { state, disk } = options;
  const paths = [...segmentPaths(cleaned), segmentPath(cleaned, REPLACES_SUFFIX)];
  const output: string[] = [];
  const next = state.segments[state.segments.indexOf(group.at(-1) as Segment) + 1];
  assert(next !== undefined, 'the active segment is never compacted');
  await disk.replaceFile(`${segmentPath(cleaned, REPLACES_SUFFIX)}${CLEANED_SUFFIX}`, String(next.baseOffset));
  for (const path of paths) if (await exists(disk, `${path}${CLEANED_SUFFIX}`)) output.push(path);
  // Names and content of all of it are on disk before any of it counts.
  await disk.syncDirectory(cleaned.directory);
  const log = logPath(cleaned);
  for (const path of [...output.filter((each) => each !== log), log]) {
    await disk.rename(`${path}${CLEANED_SUFFIX}`, `${path}${SWAP_SUFFIX}`);
  }
  await disk.syncDirectory(cleaned.directory);

  const { promise, resolve } = Promise.withResolvers<void>();
  state.swapping = promise;
  try {
    await replaceFiles(group, cleaned, output, options);
    const index = state.segments.indexOf(group[0] as Segment);
    assert(index >= 0, 'what is replaced is in the log');
    // An empty output stays: its file name is where the log, or this part of it, begins.
    state.segments.splice(index, group.length, cleaned);
    state.truncations++;
  } catch (error) {
    options.fail(error);
    throw error;
  } finally {
    state.swapping = undefined;
    resolve();
  }
}

async function replaceFiles(
  group: readonly Segment[],
  cleaned: Segment,
  output: readonly string[],
  { disk, files, deletedFiles, state }: SwapOptions,
): Promise<void> {
  // Who reads on finishes with the old files; nobody new comes before the swap is over.
  const old = group.flatMap(segmentPaths);
  await Promise.all(old.map((path) => files.forget(path)));
  const replaced = segmentPaths(cleaned).filter((path) => path !== segmentPath(cleaned, LOG_SUFFIX));
  // Indexes that do not fit the new log must not be found beside it.
  for (const path of replaced) await disk.unlink(path);
  const others = group.filter(({ baseOffset }) => baseOffset !== cleaned.baseOffset).flatMap(segmentPaths);
  await deletedFiles.add(others, state.config.fileDeleteDelayMs);
  const log = logPath(cleaned);
  const replaces = segmentPath(cleaned, REPLACES_SUFFIX);
  for (const path of [...output.filter((each) => each !== log && each !== replaces), log]) {
    await disk.rename(`${path}${SWAP_SUFFIX}`, path);
  }
  await disk.syncDirectory(cleaned.directory);
  // Last: until then a crash must know what is replaced.
  await disk.unlink(`${replaces}${SWAP_SUFFIX}`);
}

/** Of a compaction that came to nothing. */
export async function dropCleaned(cleaned: Segment, disk: Disk): Promise<void> {
  for (const path of segmentPaths(cleaned)) await disk.unlink(`${path}${CLEANED_SUFFIX}`);
}

async function exists(disk: Disk, path: string): Promise<boolean> {
  return (await disk.stat(path)) !== undefined;
}
