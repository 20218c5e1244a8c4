import type { Disk } from '@sluice/kernel/disk';
import type { Logger } from '@sluice/kernel/logger';
import {
  CLEANED_SUFFIX,
  DELETED_SUFFIX,
  LOG_SUFFIX,
  OFFSET_INDEX_SUFFIX,
  parseSegmentFileName,
  REPLACES_SUFFIX,
  SNAPSHOT_SUFFIX,
  SWAP_SUFFIX,
  segmentFileName,
  TIME_INDEX_SUFFIX,
  TXN_CHECKSUM_SUFFIX,
  TXN_INDEX_SUFFIX,
} from './file-names.ts';
import { PARTIAL_SUFFIX } from './import/bring-file.ts';
import { walkHeaders } from './walk-file.ts';

/**
 * What a crash (ours or Kafka's) left in a partition's directory: removes files that were to be deleted, half-written
 * compactions and indexes without a log; finishes compactions whose output was complete. Returns the names that remain.
 */
export async function clearLeftovers(disk: Disk, directory: string, logger: Logger): Promise<string[]> {
  let names = await disk.list(directory);
  // Nearly always: thousands of partitions are looked at after a crash.
  const isTidy = names.every((name) => (parseSegmentFileName(name)?.state ?? '') === '');
  if (!isTidy) {
    await clearUnfinished(names, disk, directory, logger);
    names = await disk.list(directory);
  }
  const logs = new Set(names.filter((name) => isLive(name, LOG_SUFFIX)).map(offsetOf));
  const orphans = names.filter((name) => isIndex(name, '') && !logs.has(offsetOf(name)));
  await remove(disk, directory, orphans);
  return names.filter((name) => !orphans.includes(name));
}

/** Of deletions and compactions. */
async function clearUnfinished(names: readonly string[], disk: Disk, directory: string, logger: Logger): Promise<void> {
  const inState = (state: string) => names.filter((name) => parseSegmentFileName(name)?.state === state);

  await remove(disk, directory, inState(DELETED_SUFFIX));
  await remove(disk, directory, inState(PARTIAL_SUFFIX));
  const cleaned = inState(CLEANED_SUFFIX);
  const swaps = inState(SWAP_SUFFIX);
  const complete = new Set(swaps.map(offsetOf).filter((offset) => isComplete(offset, swaps, cleaned)));
  const incomplete = swaps.filter((name) => !complete.has(offsetOf(name)));
  await remove(disk, directory, incomplete);
  // The `.cleaned` files are what tells that the others are not complete: they go last, whatever a power loss keeps.
  if (incomplete.length > 0) await disk.syncDirectory(directory);
  await remove(disk, directory, cleaned);
  for (const offset of [...complete].sort((left, right) => left - right)) {
    logger.info('finishing a compaction that a crash interrupted', { path: directory, baseOffset: offset });
    await finishSwap(disk, directory, offset);
  }
}

/**
 * Ours is, once all of its files are `.swap`. Kafka's may be one of several outputs of a segment that it split; they come
 * one by one, so those behind the first incomplete one are not used.
 */
function isComplete(offset: number, swaps: readonly string[], cleaned: readonly string[]): boolean {
  const isOurs = swaps.includes(`${segmentFileName(offset, REPLACES_SUFFIX)}${SWAP_SUFFIX}`);
  return isOurs ? !cleaned.some((name) => offsetOf(name) === offset) : offset < Math.min(...cleaned.map(offsetOf));
}

/** Puts a complete output in the place of the segments that it replaces. */
async function finishSwap(disk: Disk, directory: string, baseOffset: number): Promise<void> {
  const names = await disk.list(directory);
  const log = segmentFileName(baseOffset, LOG_SUFFIX);
  const replaces = `${segmentFileName(baseOffset, REPLACES_SUFFIX)}${SWAP_SUFFIX}`;
  const isWaiting = names.includes(`${log}${SWAP_SUFFIX}`);
  const replacedUpTo = Math.max(
    names.includes(replaces) ? Number(await disk.readFile(`${directory}/${replaces}`)) : 0,
    isWaiting ? await endOffsetOf(disk, `${directory}/${log}${SWAP_SUFFIX}`) : 0,
  );
  const replaced = names.filter((name) => {
    const parsed = parseSegmentFileName(name);
    if (parsed === undefined || parsed.state !== '' || parsed.suffix === SNAPSHOT_SUFFIX) return false;
    if (parsed.offset !== baseOffset) return parsed.offset > baseOffset && parsed.offset < replacedUpTo;
    // Beside a log that is in its place nobody knows whose indexes these are: they are made again from the log.
    return isWaiting || isIndex(name, '');
  });
  const indexes = names.filter((name) => offsetOf(name) === baseOffset && isIndex(name, SWAP_SUFFIX));
  await remove(disk, directory, isWaiting ? replaced : [...replaced, ...indexes]);
  await disk.syncDirectory(directory);
  if (isWaiting) {
    for (const name of [...indexes, `${log}${SWAP_SUFFIX}`]) {
      await disk.rename(`${directory}/${name}`, `${directory}/${name.slice(0, -SWAP_SUFFIX.length)}`);
    }
    await disk.syncDirectory(directory);
  }
  await disk.unlink(`${directory}/${replaces}`);
}

const INDEX_SUFFIXES = [OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX, TXN_INDEX_SUFFIX, TXN_CHECKSUM_SUFFIX];

function isIndex(name: string, state: string): boolean {
  const parsed = parseSegmentFileName(name);
  return parsed !== undefined && parsed.state === state && INDEX_SUFFIXES.includes(parsed.suffix);
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
