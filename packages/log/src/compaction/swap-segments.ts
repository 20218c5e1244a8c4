import { assert } from '@sluice/kernel/assert';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import type { DeletedFiles } from '../deleted-files.ts';
import type { FileCache } from '../file-cache.ts';
import { CLEANED_SUFFIX, LOG_SUFFIX, parseSegmentFileName, REPLACES_SUFFIX, SWAP_SUFFIX } from '../file-names.ts';
import type { IndexLoader } from '../index-loader.ts';
import type { LogState } from '../log-state.ts';
import { logPath, type Segment, segmentPath, segmentPaths } from '../segment.ts';

export interface SwapOptions {
  readonly state: LogState;
  readonly disk: Disk;
  readonly files: FileCache;
  readonly deletedFiles: DeletedFiles;
  readonly indexes: IndexLoader;
  /** The base offset of the segment behind the group. */
  readonly replacesUpTo: Offset;
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
  for (const path of paths) if (await exists(disk, `${path}${CLEANED_SUFFIX}`)) output.push(path);
  // Names and content of all of it are on disk before any of it counts.
  await disk.syncDirectory(cleaned.directory);
  const log = logPath(cleaned);
  for (const path of output.filter((each) => each !== log)) {
    await disk.rename(`${path}${CLEANED_SUFFIX}`, `${path}${SWAP_SUFFIX}`);
  }

  const { promise, resolve } = Promise.withResolvers<void>();
  state.swapping = promise;
  try {
    // From here on a start after a crash may go on with it, so nothing else may happen to this log any more.
    await disk.rename(`${log}${CLEANED_SUFFIX}`, `${log}${SWAP_SUFFIX}`);
    await disk.syncDirectory(cleaned.directory);
    await options.indexes.idle();
    await replaceFiles(group, cleaned, output, options);
    const index = state.segments.indexOf(group[0] as Segment);
    assert(index >= 0, 'what is replaced is in the log');
    // An empty output stays: its file name is where the log, or this part of it, begins.
    state.segments.splice(index, group.length, cleaned);
    state.truncations++;
    // Else readers would find what is not in the log any more, without the index that says what of it was aborted.
    state.tail.dropBelow(options.replacesUpTo);
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
  // Somebody may have opened the old file once more until now.
  await files.forget(log);
  await disk.syncDirectory(cleaned.directory);
  // Last: until then a crash must know what is replaced.
  await disk.unlink(`${replaces}${SWAP_SUFFIX}`);
}

/**
 * Removes what a compaction that came to nothing has left at a base offset. While an output's log is `.cleaned` its other
 * files count for nothing, so it goes when they are gone for good.
 */
export async function dropCleaned(directory: string, baseOffset: Offset, disk: Disk): Promise<void> {
  const names = (await disk.list(directory)).filter((name) => parseSegmentFileName(name)?.offset === baseOffset);
  const inState = (state: string) => names.filter((name) => parseSegmentFileName(name)?.state === state);
  const swaps = inState(SWAP_SUFFIX);
  for (const name of swaps) await disk.unlink(`${directory}/${name}`);
  if (swaps.length > 0) await disk.syncDirectory(directory);
  for (const name of inState(CLEANED_SUFFIX)) await disk.unlink(`${directory}/${name}`);
}

async function exists(disk: Disk, path: string): Promise<boolean> {
  return (await disk.stat(path)) !== undefined;
}
