import type { LeaderEpoch, Offset } from '@sluice/kernel/ids';
import type { StateBatch, WriteShareState } from '../share/persister.ts';
import { type Acknowledgement, type AcknowledgeRefusal, acknowledge, isRefusal } from './acknowledge.ts';
import { type AcquiredRecords, type AcquireRequest, acquire, type BatchSpan } from './acquire.ts';
import { archiveAborted, moveStart, passMissing } from './archive.ts';
import { commit, rollBack, type ShareChange, stateBatches } from './change.ts';
import { loadWindow } from './load-window.ts';
import { endLocks, release } from './release.ts';
import { advanceStart, inFlightCount, nextFetchOffset, type ShareWindow } from './share-window.ts';

/** The settings of a group that act on its share partitions, as they are now. */
export interface SharePartitionSettings {
  /** `share.record.lock.duration.ms` */
  readonly recordLockDurationMs: number;
  /** `share.delivery.count.limit` */
  readonly deliveryCountLimit: number;
  /** `share.partition.max.record.locks` */
  readonly recordLockCountMax: number;
  /** `share.renew.acknowledge.enable` */
  readonly isRenewEnabled: boolean;
}

/** State to be written, and told how that went: nothing that it says may be answered before. */
export interface ShareWrite {
  readonly state: WriteShareState;
  /** True if there may be more to acquire than before. */
  settle(isWritten: boolean): boolean;
}

/**
 * What one share group knows of one partition (KIP-932), on the partition's leader. It decides; reading the log and writing
 * its state are its owner's. Nothing in it is done for each record where records next to each other are in the same state.
 */
export interface SharePartition {
  readonly stateEpoch: number;
  readonly startOffset: Offset;
  readonly endOffset: Offset;
  readonly inFlightCount: number;
  readonly deliveryCompleteCount: number;
  /** No lock ends before it, on the monotonic clock; Infinity if there is none. */
  readonly lockEndMs: number;
  /** Where the next fetch reads. */
  nextFetchOffset(): Offset;
  /** Records that were read there could be acquired. */
  canAcquire(): boolean;
  /** No more records than these from there on could be acquired now, but for the rest of a record batch. */
  acquirableCountMax(): number;
  /** `aborted`: record batches of aborted transactions in what was read, which are not delivered. */
  acquire(request: AcquireRequest, aborted: readonly BatchSpan[]): AcquiredRecords[];
  /** `undefined`: there is nothing to write. */
  acknowledge(
    memberId: string,
    acknowledgements: readonly Acknowledgement[],
    nowMs: number,
  ): ShareWrite | AcknowledgeRefusal | undefined;
  /** Lets go all that the member holds; left out, all that anybody holds. */
  release(memberId?: string): ShareWrite | undefined;
  /** Lets go what is locked no longer. It counts at once, whether it can be written or not. */
  endLocks(nowMs: number): ShareWrite | undefined;
  /** The log begins later now. */
  moveStart(logStartOffset: Offset): void;
  /** The log has nothing from where it was read to its end: compaction took it. */
  passMissing(fetchOffset: Offset, endOffset: Offset): void;
  /** How much is done, if that has changed without a write: until then the group seems to have more to do. */
  writePosition(): ShareWrite | undefined;
}

/** Broken builds that tests must notice. */
export type SharePartitionCanary = 'forgets-state' | 'skips-member-check' | 'forgets-count';

export interface SharePartitionOptions {
  readonly leaderEpoch: LeaderEpoch;
  readonly stateEpoch: number;
  readonly startOffset: Offset;
  /** As read from the share coordinator. */
  readonly stateBatches: readonly StateBatch[];
  settings(): SharePartitionSettings;
  readonly canary?: SharePartitionCanary | undefined;
}

/** `undefined` if the state that was read cannot be. */
export function createSharePartition(options: SharePartitionOptions): SharePartition | undefined {
  const { leaderEpoch, stateEpoch, settings, canary } = options;
  const loaded = loadWindow(options.startOffset, options.stateBatches);
  if (loaded === undefined) return undefined;
  const window: ShareWindow = loaded;
  /** As it was written, or is being written. */
  let toldPosition: number | undefined = position();

  /** What is left of the log is what lies above it. It stays as it is when the start moves over what is done. */
  function position(): number {
    return window.startOffset + window.deliveryCompleteCount;
  }

  function written(batches: StateBatch[]): StateBatch[] {
    if (canary === 'forgets-state') return [];
    return canary === 'forgets-count' ? batches.map((batch) => ({ ...batch, deliveryCount: 0 })) : batches;
  }

  function stateWith(batches: StateBatch[]): WriteShareState {
    const { startOffset, deliveryCompleteCount } = window;
    toldPosition = position();
    return { stateEpoch, leaderEpoch, startOffset, deliveryCompleteCount, stateBatches: written(batches) };
  }

  function writeOf(change: ShareChange): ShareWrite | undefined {
    if (change.runs.length === 0) return undefined;
    return {
      state: stateWith(stateBatches(change.runs)),
      settle(isWritten) {
        if (isWritten) return commit(window, change);
        toldPosition = undefined;
        rollBack(window, change);
        return false;
      },
    };
  }

  return {
    stateEpoch,
    get startOffset() {
      return window.startOffset;
    },
    get endOffset() {
      return window.endOffset;
    },
    get inFlightCount() {
      return inFlightCount(window);
    },
    get deliveryCompleteCount() {
      return window.deliveryCompleteCount;
    },
    get lockEndMs() {
      return window.lockEndMsMin;
    },
    nextFetchOffset: () => nextFetchOffset(window),
    canAcquire: () =>
      inFlightCount(window) < settings().recordLockCountMax || nextFetchOffset(window) !== window.endOffset,
    acquirableCountMax() {
      const roomCount = settings().recordLockCountMax - inFlightCount(window);
      return roomCount > 0 ? roomCount : window.endOffset - nextFetchOffset(window);
    },
    acquire(request, aborted) {
      const acquired = acquire(window, request, settings());
      return aborted.length === 0 ? acquired : archiveAborted(window, aborted, acquired, request.memberId);
    },
    acknowledge(memberId, acknowledgements, nowMs) {
      const current = settings();
      const act = canary === 'skips-member-check' ? { ...current, skipsMemberCheck: true } : current;
      const change = acknowledge(window, memberId, acknowledgements, act, nowMs);
      return isRefusal(change) ? change : writeOf(change);
    },
    release: (memberId) => writeOf(release(window, memberId, settings().deliveryCountLimit)),
    endLocks(nowMs) {
      const ended = endLocks(window, nowMs, settings().deliveryCountLimit);
      if (ended.length === 0) return undefined;
      return {
        state: stateWith(stateBatches(ended)),
        settle(isWritten) {
          if (!isWritten) toldPosition = undefined;
          return advanceStart(window);
        },
      };
    },
    moveStart: (logStartOffset) => moveStart(window, logStartOffset),
    passMissing: (fetchOffset, endOffset) => passMissing(window, fetchOffset, endOffset),
    writePosition() {
      if (position() === toldPosition) return undefined;
      return {
        state: stateWith([]),
        settle(isWritten) {
          if (!isWritten) toldPosition = undefined;
          return false;
        },
      };
    },
  };
}
