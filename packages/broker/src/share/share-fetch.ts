import type { AcquiredRecords, AcquireMode } from '@sluice/coordinator/share-partition/acquire';
import type { Clock } from '@sluice/kernel/clock';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { CurrentLeader, HostedPartition } from '../partitions/hosted-partition.ts';
import type { LiveSharePartition } from './live-share-partition.ts';
import { readShared, type SharedRead, sliceAcquired } from './read-shared.ts';
import { isLive, type OpenedShare } from './share-partitions.ts';
import type { TopicIdPartition } from './share-session.ts';

export interface ShareFetchRequest {
  readonly groupId: string;
  readonly memberId: string;
  /** In the order of reading. */
  readonly partitions: readonly TopicIdPartition[];
  readonly waitMsMax: number;
  readonly sizeBytesMin: number;
  readonly sizeBytesMax: number;
  readonly recordCountMax: number;
  readonly batchSize: number;
  readonly mode: AcquireMode;
}

export interface ShareFetched extends TopicIdPartition {
  readonly errorCode: number;
  readonly message: string | null;
  readonly currentLeader?: CurrentLeader;
  readonly records: readonly Buffer[];
  readonly acquired: readonly AcquiredRecords[];
}

export interface ShareFetchResult {
  readonly fetched: readonly ShareFetched[];
  /** The records have left, or are not sent. */
  release(): void;
}

/** A partition that cannot be fetched from here. */
export interface ShareLookupError {
  readonly errorCode: number;
  readonly currentLeader?: CurrentLeader;
}

export interface ShareFetchPorts {
  readonly clock: Clock;
  lookUp(partition: TopicIdPartition): HostedPartition | ShareLookupError;
  open(groupId: string, hosted: HostedPartition): OpenedShare | Promise<OpenedShare>;
  /** Calls back when waiting must end; returns the way to stop listening. */
  onEnding(end: () => void): () => void;
}

interface Target extends TopicIdPartition {
  live: LiveSharePartition | undefined;
  isOpening: boolean;
  stopWaiting: (() => void) | undefined;
  /** Set once, when it is known. */
  result: ShareFetched | undefined;
}

const NO_RECORDS: readonly Buffer[] = [];
/** After so many looks in a row that gave nothing, others have their turn. */
const EMPTY_LOOK_COUNT_MAX = 16;

/**
 * Acquires records of the partitions for a member, in their order and within the limits. As long as there is less than the
 * minimum, it waits in each partition's queue: for appends, for records that are let go, and for locks that end.
 */
export function fetchShared(request: ShareFetchRequest, ports: ShareFetchPorts): Promise<ShareFetchResult> {
  const { clock } = ports;
  const finished = Promise.withResolvers<ShareFetchResult>();
  const releases: (() => void)[] = [];
  let leftCount = request.recordCountMax;
  let isFinished = false;
  let isBusy = false;
  /** There may be more since the look that is under way began. */
  let isPoked = false;
  let isDue = false;
  let emptyLookCount = 0;
  const targets = request.partitions.map(
    ({ topicId, partition }): Target => ({
      topicId,
      partition,
      live: undefined,
      isOpening: false,
      stopWaiting: undefined,
      result: undefined,
    }),
  );

  function finish(): void {
    if (isFinished) return;
    isFinished = true;
    timer?.cancel();
    stopListening();
    for (const { stopWaiting } of targets) stopWaiting?.();
    finished.resolve({
      fetched: targets.flatMap((target) => target.result ?? (target.live === undefined ? [] : [resultOf(target)])),
      release() {
        for (const release of releases) release();
      },
    });
  }

  function open(target: Target): void {
    target.stopWaiting?.();
    target.live = undefined;
    const hosted = ports.lookUp(target);
    if ('errorCode' in hosted) {
      target.result = resultOf(target, hosted);
      return;
    }
    target.isOpening = true;
    const opened = ports.open(request.groupId, hosted);
    if (!(opened instanceof Promise)) {
      onOpened(target, opened);
      return;
    }
    void opened.then((settled) => {
      if (isFinished) return;
      onOpened(target, settled);
      attempt();
    });
  }

  function onOpened(target: Target, opened: OpenedShare): void {
    target.isOpening = false;
    if (!isLive(opened)) {
      target.result = resultOf(target, opened);
      return;
    }
    target.live = opened;
    target.stopWaiting = opened.wait(attempt);
  }

  /** Acquires what there is now; finishes if that is enough. Safe to be called at any time. */
  function attempt(): void {
    if (isBusy) isPoked = true;
    if (isFinished || isBusy) return;
    isPoked = false;
    for (const target of targets) if (target.live?.isDropped === true && target.result === undefined) open(target);
    if (targets.every(({ result }) => result !== undefined && result.errorCode !== ErrorCode.NONE)) {
      finish();
      return;
    }
    const ready = targets.filter(({ live, result }) => result === undefined && live?.hasMore() === true);
    isBusy = true;
    const shareOfBytes = Math.floor(request.sizeBytesMax / Math.max(1, ready.length));
    readOn({
      ready,
      next: 0,
      reads: [],
      sizeBytes: 0,
      sizeBytesEach: shareOfBytes,
      isFull: false,
      hasDelivered: false,
    });
  }

  function readOn(round: Round): void {
    for (;;) {
      const target = round.ready[round.next];
      if (target === undefined || leftCount <= 0) {
        endRound(round);
        return;
      }
      round.next++;
      const { live } = target;
      if (live === undefined || !live.hasMore()) continue;
      const read = readShared(live, { recordCountMax: leftCount, sizeBytesMax: round.sizeBytesEach });
      if (!(read instanceof Promise)) {
        onRead(round, target, live, read);
        continue;
      }
      live.isReading = true;
      void read.then((settled) => {
        live.isReading = false;
        if (isFinished) settled.release();
        else {
          onRead(round, target, live, settled);
          readOn(round);
        }
        live.wake();
      });
      return;
    }
  }

  /** Nothing is acquired before there is enough of it. */
  function onRead(round: Round, target: Target, live: LiveSharePartition, read: SharedRead): void {
    if (read.missingUpTo !== undefined) {
      live.onNothingFound(read.fetchOffset, read.missingUpTo);
      read.release();
      return;
    }
    round.reads.push({ target, live, read });
    round.sizeBytes += read.sizeBytes;
    if (read.isFull || isFatal(read.errorCode)) round.isFull = true;
    if (round.isFull || round.sizeBytes >= request.sizeBytesMin || isDue) deliver(round);
  }

  function deliver(round: Round): void {
    for (const { target, live, read } of round.reads.splice(0)) {
      if (isFatal(read.errorCode)) {
        target.result = resultOf(target, { errorCode: read.errorCode });
        round.hasDelivered = true;
        continue;
      }
      const acquired = live.state.acquire(
        {
          memberId: request.memberId,
          mode: request.mode,
          batchSize: request.batchSize,
          recordCountMax: leftCount,
          fetchOffset: read.fetchOffset,
          spans: read.batches,
          nowMs: clock.monotonicMs(),
        },
        read.aborted,
      );
      live.onAcquired();
      if (acquired.length === 0) {
        read.release();
        live.onNothingFound(read.fetchOffset, undefined);
        continue;
      }
      round.hasDelivered = true;
      leftCount -= countOf(acquired);
      releases.push(read.release);
      target.result = { ...resultOf(target), records: sliceAcquired(read.batches, acquired), acquired };
    }
  }

  function endRound(round: Round): void {
    if (isDue) deliver(round);
    for (const { read } of round.reads) read.release();
    isBusy = false;
    if (round.hasDelivered || isDue || hasNoMinimum()) {
      finish();
      return;
    }
    // What was read is nobody's to get, such as records of aborted transactions: there may be more behind it.
    const isEmpty = round.sizeBytes > 0 && round.reads.length === 0;
    if (!isEmpty && !isPoked) return;
    if (++emptyLookCount % EMPTY_LOOK_COUNT_MAX > 0) attempt();
    else clock.setTimer(0, attempt);
  }

  /** As in Kafka: whoever wants to know only that records could be had is told at once; while all are locked it waits. */
  function hasNoMinimum(): boolean {
    if (request.sizeBytesMin > 0 || targets.some(({ isOpening }) => isOpening)) return false;
    return targets.some(({ live }) => live !== undefined && !live.isReading && live.state.canAcquire());
  }

  const timer = clock.setTimer(Math.max(0, request.waitMsMax), () => {
    isDue = true;
    if (!isBusy) attempt();
  });
  const stopListening = ports.onEnding(finish);
  for (const target of targets) open(target);
  attempt();
  return finished.promise;
}

/** One look at all partitions that have something. */
interface Round {
  readonly ready: readonly Target[];
  next: number;
  readonly reads: { readonly target: Target; readonly live: LiveSharePartition; readonly read: SharedRead }[];
  sizeBytes: number;
  readonly sizeBytesEach: number;
  isFull: boolean;
  hasDelivered: boolean;
}

/** The log's start has moved while it was read: the next look begins there. */
function isFatal(errorCode: number): boolean {
  return errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.OFFSET_OUT_OF_RANGE;
}

function resultOf(
  { topicId, partition }: TopicIdPartition,
  error: { errorCode: number; message?: string | null; currentLeader?: CurrentLeader } = { errorCode: ErrorCode.NONE },
): ShareFetched {
  const { errorCode, message = null, currentLeader } = error;
  const leader = currentLeader === undefined ? {} : { currentLeader };
  return { topicId, partition, errorCode, message, ...leader, records: NO_RECORDS, acquired: [] };
}

function countOf(acquired: readonly AcquiredRecords[]): number {
  return acquired.reduce((count, { firstOffset, lastOffset }) => count + lastOffset - firstOffset + 1, 0);
}
