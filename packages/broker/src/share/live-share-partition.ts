import type { Persister, SharePartitionKey } from '@sluice/coordinator/share/persister';
import type { Acknowledgement } from '@sluice/coordinator/share-partition/acknowledge';
import type { SharePartition, ShareWrite } from '@sluice/coordinator/share-partition/share-partition';
import type { Clock, Timer } from '@sluice/kernel/clock';
import type { LeaderEpoch, Offset } from '@sluice/kernel/ids';
import type { HostedPartition } from '../partitions/hosted-partition.ts';
import { isFenced, type ShareOutcome, shareErrorOf, WRITTEN } from './share-outcome.ts';
import type { ShareGroupSettings } from './share-settings.ts';

/** A share partition on the leader of its partition: it writes what is decided, ends locks in time, and wakes who waits. */
export interface LiveSharePartition {
  readonly key: SharePartitionKey;
  readonly hosted: HostedPartition;
  /** In which it was loaded: in another it is worthless. */
  readonly leaderEpoch: LeaderEpoch;
  readonly state: SharePartition;
  /** It is worthless: its state must be read again. */
  readonly isDropped: boolean;
  /** Somebody reads from disk to acquire: until that is done nobody else does. */
  isReading: boolean;
  /** As it was lately, to read about as much as is wanted. */
  bytesPerRecord: number;
  batchSizeBytes: number;
  settings(): ShareGroupSettings;
  /** Up to which members of the group see records. */
  endOffset(): Offset;
  /** There is something to read that could be acquired now, or an error to be told. */
  hasMore(): boolean;
  acknowledge(memberId: string, acknowledgements: readonly Acknowledgement[]): ShareOutcome | Promise<ShareOutcome>;
  /** Lets go what the member holds; left out, what anybody holds. */
  release(memberId?: string): ShareOutcome | Promise<ShareOutcome>;
  /** Records were acquired. */
  onAcquired(): void;
  /** The log had nothing there, or nothing that anybody may get. */
  onNothingFound(fetchOffset: Offset, missingUpTo: Offset | undefined): void;
  /** Calls back when there may be more, first come, first served, until there is no more; returns the way to stop it. */
  wait(waiter: () => void): () => void;
  wake(): void;
  drop(): void;
}

export interface LiveOptions {
  readonly key: SharePartitionKey;
  readonly hosted: HostedPartition;
  readonly state: SharePartition;
  readonly persister: Persister;
  readonly clock: Clock;
  settings(): ShareGroupSettings;
  onDropped(): void;
}

const BYTES_PER_RECORD = 1_024;

export function createLiveSharePartition(options: LiveOptions): LiveSharePartition {
  const { key, hosted, state, persister, clock, settings, onDropped } = options;
  const { log, leaderEpoch } = hosted;
  const waiters = new Set<() => void>();
  const stopWatching = log.watch(wake);
  let isDropped = false;
  let lockTimer: { readonly atMs: number; readonly timer: Timer } | undefined;

  function hasMore(): boolean {
    if (isDropped || live.isReading) return false;
    if (!log.isReadable) return true;
    if (log.logStartOffset > state.startOffset) {
      state.moveStart(log.logStartOffset);
      writePosition();
    }
    return state.canAcquire() && state.nextFetchOffset() < endOffset();
  }

  function endOffset(): Offset {
    return settings().isCommittedOnly ? log.lastStableOffset : log.highWatermark;
  }

  function wake(): void {
    for (const waiter of waiters) {
      if (!hasMore() && !isDropped) return;
      waiter();
    }
  }

  async function write(change: ShareWrite): Promise<ShareOutcome> {
    const result = await persister.write(key, change.state);
    if ('response' in result) {
      if (change.settle(true)) wake();
      return WRITTEN;
    }
    change.settle(false);
    if (isFenced(result.errorCode)) drop();
    else setLockTimer();
    return shareErrorOf(result);
  }

  function writePosition(): void {
    const change = isDropped ? undefined : state.writePosition();
    if (change !== undefined) void write(change);
  }

  function setLockTimer(): void {
    const atMs = state.lockEndMs;
    if (isDropped || atMs === Number.POSITIVE_INFINITY || (lockTimer?.atMs ?? Number.POSITIVE_INFINITY) <= atMs) return;
    lockTimer?.timer.cancel();
    lockTimer = { atMs, timer: clock.setTimer(Math.max(0, atMs - clock.monotonicMs()), endLocks) };
  }

  function endLocks(): void {
    lockTimer = undefined;
    const change = state.endLocks(clock.monotonicMs());
    if (change !== undefined) void write(change);
    setLockTimer();
    wake();
  }

  function drop(): void {
    if (isDropped) return;
    isDropped = true;
    lockTimer?.timer.cancel();
    stopWatching();
    onDropped();
    wake();
  }

  const live: LiveSharePartition = {
    key,
    hosted,
    leaderEpoch,
    state,
    get isDropped() {
      return isDropped;
    },
    isReading: false,
    bytesPerRecord: BYTES_PER_RECORD,
    batchSizeBytes: 0,
    settings,
    endOffset,
    hasMore,
    acknowledge(memberId, acknowledgements) {
      const change = state.acknowledge(memberId, acknowledgements, clock.monotonicMs());
      if (change === undefined) return WRITTEN;
      return 'errorCode' in change ? change : write(change);
    },
    release(memberId) {
      const change = state.release(memberId);
      return change === undefined ? WRITTEN : write(change);
    },
    onAcquired: setLockTimer,
    onNothingFound(fetchOffset, missingUpTo) {
      if (missingUpTo !== undefined) state.passMissing(fetchOffset, missingUpTo);
      writePosition();
    },
    wait(waiter) {
      waiters.add(waiter);
      return () => void waiters.delete(waiter);
    },
    wake,
    drop,
  };
  return live;
}
