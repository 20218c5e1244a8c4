import type { Offset } from '@sluice/kernel/ids';
import { reasonOf } from './failure-reason.ts';
import type { LogFailure, LogState } from './log-state.ts';
import { createOffsetWaiters } from './offset-waiters.ts';
import type { PinnedFiles } from './pinned-files.ts';
import type { Segment } from './segment.ts';

/** The syncs of one log's segments: one at a time, each of all that was written when it began. */
export interface SegmentSyncs {
  readonly isBusy: boolean;
  /** Segments with data that no sync has covered. */
  readonly unsynced: ReadonlySet<Segment>;
  /** It was written to. */
  add(segment: Segment): void;
  /** Begins a sync if somebody waits for one and what he waits for is written. */
  start(): void;
  onSynced(offset: Offset, done: (failure: string | undefined) => void): void;
  untilSynced(offset: Offset): Promise<void>;
  /** The caller has synced what it keeps. */
  forget(): void;
  /** The log has failed: so has everybody who waits. */
  fail(reason: string): void;
}

export interface SegmentSyncsOptions {
  readonly state: LogState;
  readonly pinned: PinnedFiles;
  isWrittenTo(segment: Segment): boolean;
  /** `syncedOffset` has risen; before those are told who wait for it. */
  onProgress(): void;
  fail(failure: LogFailure): void;
  onIdle(): void;
}

export function createSegmentSyncs(options: SegmentSyncsOptions): SegmentSyncs {
  const { state, pinned } = options;
  const waiters = createOffsetWaiters();
  // Without accessors: see docs/decisions/parts-of-a-log.md.
  const self = {
    isBusy: false,
    unsynced: new Set<Segment>(),
    add: (segment: Segment) => void self.unsynced.add(segment),
    start,
    onSynced,
    untilSynced: (offset: Offset) =>
      new Promise<void>((resolve, reject) => {
        onSynced(offset, (failure) => (failure === undefined ? resolve() : reject(new Error(failure))));
      }),
    forget() {
      self.unsynced = new Set();
    },
    fail: (reason: string) => waiters.fail(reason),
  };
  return self;

  function start(): void {
    if (self.isBusy || state.failure !== undefined || waiters.lowest > state.writtenOffset) return;
    self.isBusy = true;
    void syncAll();
  }

  async function syncAll(): Promise<void> {
    while (state.failure === undefined && waiters.lowest <= state.writtenOffset) {
      const target = state.writtenOffset;
      const segments = self.unsynced;
      self.unsynced = new Set();
      try {
        await pinned.sync(segments);
      } catch (error) {
        // A second fsync could succeed without having written what the first one lost: never try again.
        options.fail({ reason: `sync failed: ${reasonOf(error)}`, isDiskFull: false });
        break;
      }
      if (state.failure !== undefined) break;
      pinned.release(
        (segment) => segments.has(segment) && !self.unsynced.has(segment) && !options.isWrittenTo(segment),
      );
      state.syncedOffset = Math.max(state.syncedOffset, Math.min(target, state.writtenOffset));
      options.onProgress();
      waiters.release(state.syncedOffset);
    }
    self.isBusy = false;
    options.onIdle();
  }

  function onSynced(offset: Offset, done: (failure: string | undefined) => void): void {
    if (state.failure !== undefined) done(state.failure.reason);
    else if (offset <= state.syncedOffset) done(undefined);
    else {
      waiters.add(offset, done);
      start();
    }
  }
}
