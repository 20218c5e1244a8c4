import { assert } from '@sluice/kernel/assert';
import type { Disk } from '@sluice/kernel/disk';
import type { Offset } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { abortedTransactionsIn } from '../aborted-transactions.ts';
import type { ClockWindow } from '../clock-window.ts';
import type { DeletedFiles } from '../deleted-files.ts';
import type { FileCache } from '../file-cache.ts';
import { OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX } from '../file-names.ts';
import type { Housekeeper } from '../housekeeper.ts';
import type { IndexLoader } from '../index-loader.ts';
import { type LogState, segmentsBetween } from '../log-state.ts';
import { type Segment, segmentPath } from '../segment.ts';
import { buildKeyMap } from './build-key-map.ts';
import { cleanGroup, OutputTooLarge } from './clean-group.ts';
import { groupSegments, type IndexSizes } from './group-segments.ts';
import { createKeyMap } from './key-map.ts';
import { type CompactionPlan, totalSize } from './plan.ts';
import { dropCleaned, swapSegments } from './swap-segments.ts';
import { createTransactionFilter } from './transactions.ts';
import { CompactionError } from './walk-segment.ts';

export interface CompactLogOptions {
  readonly state: LogState;
  readonly disk: Disk;
  readonly clockWindow: ClockWindow;
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
  /** For tests: where an output becomes too large for the 32-bit places of Kafka's index, which is the default. */
  readonly outputSizeBytesMax?: number;
  /** For the tests of the tests only. */
  readonly canary?: CompactionCanary;
}

/** Ways to compact wrongly, each of which tests must notice. */
export type CompactionCanary = 'keeps-aborted-records' | 'drops-tombstones-at-once' | 'forgets-last-values';

/** Places in a segment's file are int32 in the index. */
const OUTPUT_SIZE_BYTES_MAX = 2 ** 31 - 1;

export interface CompactionStats {
  /** Everything below it has been compacted. */
  readonly cleanedOffset: Offset;
  readonly sizeBytesBefore: number;
  readonly sizeBytesAfter: number;
  readonly keyCount: number;
  readonly keyCountMax: number;
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
  const { state, clockWindow } = options;
  const { pace, canary } = resources;
  const earliestNowMs = clockWindow.earliestMs();
  const latestNowMs = clockWindow.latestMs();
  const abortedIn = async (segments: readonly Segment[]) =>
    canary === 'keeps-aborted-records'
      ? []
      : abortedTransactionsIn(segments[0]?.baseOffset ?? 0, plan.firstUncleanableOffset, state, options.indexes);

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
  const endOffset = Math.min(mapEndOffset, plan.firstUncleanableOffset);
  const indexSizes = await indexSizesOf(
    cleanable.filter(({ baseOffset }) => baseOffset < endOffset),
    options,
  );
  const groups = groupSegments(cleanable, endOffset, state.config, (segment) => indexSizes.get(segment) ?? NO_INDEXES);
  let sizeBytesBefore = 0;
  let sizeBytesAfter = 0;

  /** False: the log was cut meanwhile. */
  async function compactGroup(group: readonly Segment[], mayGrow: boolean): Promise<boolean> {
    const next = state.segments[state.segments.indexOf(group.at(-1) as Segment) + 1];
    if (isCut()) return false;
    assert(next !== undefined, 'the active segment is never compacted');
    const replacesUpTo = next.baseOffset;
    const cleaned = await cleanGroup(group, {
      ...options,
      map: canary === 'forgets-last-values' ? { ...map, offsetOf: (...key) => map.offsetOf(...key) + 1 } : map,
      mapEndOffset,
      roundEndOffset: plan.firstUncleanableOffset,
      transactions,
      earliestNowMs: canary === 'drops-tombstones-at-once' ? Number.POSITIVE_INFINITY : earliestNowMs,
      latestNowMs,
      mayGrow,
      outputSizeBytesMax: resources.outputSizeBytesMax ?? OUTPUT_SIZE_BYTES_MAX,
      replacesUpTo,
      betweenSlices: pace,
    });
    const isSwapped = await options.housekeeper.run(async () => {
      if (isCut() || !group.every((segment) => state.segments.includes(segment))) return false;
      await swapSegments(group, cleaned, { ...options, replacesUpTo });
      isCut.onOwnSwap();
      return true;
    });
    if (!isSwapped) return false;
    sizeBytesBefore += totalSize(group);
    sizeBytesAfter += cleaned.sizeBytes;
    return true;
  }

  /** What does not fit into one segment is compacted segment by segment, at last without giving tombstones their time. */
  async function compactFitting(group: readonly Segment[], mayGrow: boolean): Promise<boolean> {
    const goBack = transactions.mark();
    try {
      const isDone = await compactGroup(group, mayGrow);
      if (!isDone) await drop(group, options);
      return isDone;
    } catch (error) {
      // What a failed swap leaves is for the next start to judge.
      if (state.failure === undefined) await drop(group, options).catch(() => {});
      if (!(error instanceof OutputTooLarge)) throw error;
      if (group.length === 1 && !mayGrow) throw new CompactionError(`${error.message} would grow too large`);
      goBack();
    }
    const isAlone = group.length === 1;
    for (const segment of group) if (!(await compactFitting([segment], !isAlone))) return false;
    return true;
  }

  if (isCut()) return undefined;
  for (const group of groups) if (!(await compactFitting(group, true))) return undefined;
  return { cleanedOffset: endOffset, sizeBytesBefore, sizeBytesAfter, keyCount: map.count, keyCountMax: map.countMax };
}

const NO_INDEXES: IndexSizes = { offsetsSizeBytes: 0, timesSizeBytes: 0 };

async function indexSizesOf(
  segments: readonly Segment[],
  { disk }: CompactLogOptions,
): Promise<Map<Segment, IndexSizes>> {
  const sizes = new Map<Segment, IndexSizes>();
  for (const segment of segments) {
    const sizeOf = async (suffix: string) => (await disk.stat(segmentPath(segment, suffix)))?.sizeBytes ?? 0;
    sizes.set(segment, {
      offsetsSizeBytes: await sizeOf(OFFSET_INDEX_SUFFIX),
      timesSizeBytes: await sizeOf(TIME_INDEX_SUFFIX),
    });
  }
  return sizes;
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
