import type { Disk } from '@sluice/kernel/disk';
import type { Logger } from '@sluice/kernel/logger';
import {
  CLEANED_SUFFIX,
  DELETED_SUFFIX,
  LOG_SUFFIX,
  parseSegmentFileName,
  REPLACES_SUFFIX,
  SNAPSHOT_SUFFIX,
  SWAP_SUFFIX,
  segmentFileName,
} from './file-names.ts';
import { walkHeaders } from './walk-file.ts';

/**
 * What a crash (ours or Kafka's) left in a partition's directory: removes files that were to be deleted, half-written
 * compactions and indexes without a log; finishes compactions whose output was complete. Returns the names that remain.
 */
export async function clearLeftovers(disk: Disk, directory: string, logger: Logger): Promise<string[]> {
  let names = await disk.list(directory);
  const inState = (state: string) => names.filter((name) => parseSegmentFileName(name)?.state === state);

  await remove(disk, directory, inState(DELETED_SUFFIX));
  const cleaned = inState(CLEANED_SUFFIX);
  const firstCleaned = Math.min(...cleaned.map(offsetOf));
  // A split that was interrupted: its outputs come one by one, so those behind the first incomplete one are not used.
  const swaps = inState(SWAP_SUFFIX).filter((name) => offsetOf(name) < firstCleaned);
  await remove(disk, directory, [...inState(SWAP_SUFFIX).filter((name) => !swaps.includes(name)), ...cleaned]);
  if (swaps.length > 0) await finishSwaps(disk, directory, swaps, names, logger);

  names = await disk.list(directory);
  const logs = new Set(names.filter((name) => isLive(name, LOG_SUFFIX)).map(offsetOf));
  const orphans = names.filter((name) => {
    const parsed = parseSegmentFileName(name);
    if (parsed === undefined || parsed.state !== '') return false;
    return parsed.suffix.endsWith('index') && !logs.has(parsed.offset);
  });
  await remove(disk, directory, orphans);
  return names.filter((name) => !orphans.includes(name));
}

/** Puts complete outputs in the place of the segments that they replace: those from the first output to the last. */
async function finishSwaps(
  disk: Disk,
  directory: string,
  swaps: readonly string[],
  names: readonly string[],
  logger: Logger,
): Promise<void> {
  logger.info('finishing a compaction that a crash interrupted', { path: directory, files: swaps.length });
  const offsets = swaps.map(offsetOf);
  const first = Math.min(...offsets);
  const last = Math.max(...offsets, (await replacedUpTo(disk, directory, swaps)) - 1);
  // An output whose log is in its place already: only the segments that it stands for may still be there.
  const waiting = new Set(swaps.filter((name) => parseSegmentFileName(name)?.suffix === LOG_SUFFIX).map(offsetOf));
  const inPlace = new Set(offsets.filter((offset) => !waiting.has(offset)));
  const replaced = names.filter((name) => {
    const parsed = parseSegmentFileName(name);
    if (parsed === undefined || parsed.state !== '' || parsed.suffix === SNAPSHOT_SUFFIX) return false;
    return parsed.offset >= first && parsed.offset <= last && !inPlace.has(parsed.offset);
  });
  await remove(disk, directory, replaced);
  for (const name of swaps) {
    const parsed = parseSegmentFileName(name);
    if (parsed === undefined || parsed.suffix === REPLACES_SUFFIX) continue;
    await disk.rename(`${directory}/${name}`, `${directory}/${segmentFileName(parsed.offset, parsed.suffix)}`);
  }
  await disk.syncDirectory(directory);
  await remove(
    disk,
    directory,
    swaps.filter((name) => name.includes(REPLACES_SUFFIX)),
  );
}

/** The end of what is replaced: as the compaction wrote it down, or, for one of Kafka's, as its output tells. */
async function replacedUpTo(disk: Disk, directory: string, swaps: readonly string[]): Promise<number> {
  let end = 0;
  for (const name of swaps) {
    const suffix = parseSegmentFileName(name)?.suffix;
    const path = `${directory}/${name}`;
    if (suffix === REPLACES_SUFFIX) end = Math.max(end, Number(await disk.readFile(path)));
    else if (suffix === LOG_SUFFIX) end = Math.max(end, await endOffsetOf(disk, path));
  }
  return end;
}

async function endOffsetOf(disk: Disk, path: string): Promise<number> {
  const file = await disk.open(path, 'read');
  try {
    let end = 0;
    await walkHeaders(file, 0, await file.size(), ({ lastOffset }) => {
      end = lastOffset + 1;
      return 'next';
    });
    return end;
  } finally {
    await file.close();
  }
}

function isLive(name: string, suffix: string): boolean {
  const parsed = parseSegmentFileName(name);
  return parsed !== undefined && parsed.state === '' && parsed.suffix === suffix;
}

function offsetOf(name: string): number {
  return parseSegmentFileName(name)?.offset ?? -1;
}

async function remove(disk: Disk, directory: string, names: readonly string[]): Promise<void> {
  for (const name of names) await disk.unlink(`${directory}/${name}`);
}
