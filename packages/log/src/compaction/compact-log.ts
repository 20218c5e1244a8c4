import type { Clock } from '@sluice/kernel/clock';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { abortedTransactionsIn } from '../aborted-transactions.ts';
import type { DeletedFiles } from '../deleted-files.ts';
import type { FileCache } from '../file-cache.ts';
import type { Housekeeper } from '../housekeeper.ts';
import type { IndexLoader } from '../index-loader.ts';
import { type LogState, segmentsBetween } from '../log-state.ts';
import type { Segment } from '../segment.ts';
import { buildKeyMap } from './build-key-map.ts';
import { cleanGroup } from './clean-group.ts';
import { createKeyMap } from './key-map.ts';
import { type CompactionPlan, groupSegments, totalSize } from './plan.ts';
import { dropCleaned, swapSegments } from './swap-segments.ts';
import { createTransactionFilter } from './transactions.ts';

export interface CompactLogOptions {
  readonly state: LogState;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly files: FileCache;
  readonly indexes: IndexLoader;
  readonly deletedFiles: DeletedFiles;
  readonly housekeeper: Housekeeper;
  fail(error: unknown): void;
}

/** What all logs of a broker share when they are compacted, one at a time. */
export interface CompactionResources {
  /** For the keys. */
  readonly memorySizeBytes: number;
  readonly seed: number;
  /** Called after every slice with what was read and written: limits the rate, and lets others have their turn. */
  pace(sizeBytes: number): Promise<void>;
  /** Settles once it is on disk that this log has, or had, gaps: a recovery must not take them for losses. */
  markCompacted(): Promise<void>;
}

export interface CompactionStats {
  /** Everything below it has been compacted. */
  readonly cleanedOffset: Offset;
  readonly sizeBytesBefore: number;
  readonly sizeBytesAfter: number;
  readonly keyCount: number;
}

/**
 * Compacts a log once, as far as the plan and the memory for keys allow: every key's last value stays, and offsets, order
 * and the last sequences of producers with it. `undefined` if the log was cut meanwhile; what is done so far then counts
 * for nothing but space. Fails with `DiskError` or `CompactionError`.
 */
export async function compactLog(
  plan: CompactionPlan,
  resources: CompactionResources,
  options: CompactLogOptions,
): Promise<CompactionStats | undefined> {
  const isCut = createCutWatch(options.state);
  try {
    return await compact(plan, resources, options, isCut);
  } catch (error) {
    // Files that were cut, or whose log was closed, may end anywhere.
    if (isCut()) return undefined;
    throw error;
  }
}

async function compact(
  plan: CompactionPlan,
  resources: CompactionResources,
  options: CompactLogOptions,
  isCut: CutWatch,
): Promise<CompactionStats | undefined> {
  const { state } = options;
  const { pace } = resources;
  const nowMs = options.clock.now();
  const abortedIn = (segments: readonly Segment[]) =>
    abortedTransactionsIn(segments[0]?.baseOffset ?? 0, plan.firstUncleanableOffset, state, options.indexes);

  const map = createKeyMap(resources.memorySizeBytes, resources.seed);
  const dirty = segmentsBetween(state.segments, plan.firstDirtyOffset, plan.firstUncleanableOffset);
  const mapEndOffset = await buildKeyMap(map, dirty, plan.firstDirtyOffset, plan.firstUncleanableOffset, {
    files: options.files,
    abortedTxns: await abortedIn(dirty),
    betweenSlices: pace,
  });
  if (isCut()) return undefined;

  await resources.markCompacted();
  const cleanable = segmentsBetween(state.segments, 0, plan.firstUncleanableOffset);
  const transactions = createTransactionFilter(await abortedIn(cleanable));
  if (isCut()) return undefined;
  let sizeBytesBefore = 0;
  let sizeBytesAfter = 0;
  const endOffset = Math.min(mapEndOffset, plan.firstUncleanableOffset);
  for (const group of groupSegments(cleanable, endOffset, state.config)) {
    try {
      const cleaned = await cleanGroup(group, {
        ...options,
        map,
        mapEndOffset,
        roundEndOffset: plan.firstUncleanableOffset,
        transactions,
        nowMs,
        betweenSlices: pace,
      });
      const isSwapped = await options.housekeeper.run(async () => {
        if (isCut() || !group.every((segment) => state.segments.includes(segment))) return false;
        await swapSegments(group, cleaned, options);
        isCut.onOwnSwap();
        return true;
      });
      if (!isSwapped) {
        await drop(group, options);
        return undefined;
      }
      sizeBytesBefore += totalSize(group);
      sizeBytesAfter += cleaned.sizeBytes;
    } catch (error) {
      // What a failed swap leaves is for the next start to judge.
      if (state.failure === undefined) await drop(group, options).catch(() => {});
      throw error;
    }
  }
  return { cleanedOffset: endOffset, sizeBytesBefore, sizeBytesAfter, keyCount: map.count };
}

async function drop(group: readonly Segment[], { disk }: CompactLogOptions): Promise<void> {
  const [first] = group;
  if (first !== undefined) await dropCleaned(first.directory, first.baseOffset, disk);
}

type CutWatch = (() => boolean) & { onOwnSwap(): void };

/** Whether somebody else has changed the log's files since, or it has failed. */
function createCutWatch(state: LogState): CutWatch {
  let { truncations } = state;
  const isCut = () => state.failure !== undefined || state.isTruncating || truncations !== state.truncations;
  return Object.assign(isCut, {
    onOwnSwap() {
      ({ truncations } = state);
    },
  });
}
