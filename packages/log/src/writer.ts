import type { Clock } from '@sluice/kernel/clock';
import type { Offset } from '@sluice/kernel/ids';
import { leaseOf } from '@sluice/kernel/lease';
import { failureOf, reasonOf } from './failure-reason.ts';
import { type FileCache, withFile } from './file-cache.ts';
import { createHiddenOffsets } from './hidden-offsets.ts';
import type { CommitOutcome, Journal } from './journal/journal.ts';
import type { JournaledLog } from './journal/journaled-log.ts';
import type { LogFailure, LogState } from './log-state.ts';
import { createOffsetWaiters } from './offset-waiters.ts';
import { createPinnedFiles } from './pinned-files.ts';
import { createRetainedBatches } from './retained-batches.ts';
import { logPath, type Segment } from './segment.ts';
import { groupSize, joinNeighbours, type PlacedBatch } from './write-group.ts';

export type Durability = 'disk' | 'os';

export interface SyncSpacing {
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>;
  readonly spacingMs: number;
}

/** A sync that covers so many batches shows that several clients wait, who gain from a shared one. */
const BUSY_BATCH_COUNT_MIN = 2;

export interface Writer {
  /** Queues a batch; batches that come while a write is under way leave together in the next one. */
  push(batch: PlacedBatch): void;
  /** Consumers must not see `[firstOffset, nextOffset)` before it is durable. */
  holdBackUntilDurable(firstOffset: Offset, nextOffset: Offset): void;
  onWritten(offset: Offset, done: (failure: string | undefined) => void): void;
  onDurable(offset: Offset, done: (failure: string | undefined) => void): void;
  /** As `onDurable`, but always after a sync of the segments, whatever `durability` says and the journal holds. */
  onSynced(offset: Offset, done: (failure: string | undefined) => void): void;
  /** Begins to make durable what is in the log now, or has it follow what is under way. */
  requestSync(): void;
  /** Settles once all that is in the log now is durable in the segments; fails if the log does. */
  sync(): Promise<void>;
  /** Settles once nothing is queued or under way, also after a failure. */
  idle(): Promise<void>;
  fail(failure: LogFailure): void;
  /**
   * After a failed write, with nothing under way: makes what is written durable and takes appends again from there on.
   * The caller has cut everything else off. Fails if the sync does; the log then stays offline.
   */
  resume(): Promise<void>;
  /** Lets go of all files, also of those with unsynced data: the caller has synced what it keeps. Only while idle. */
  releaseFiles(): void;
  /**
   * Settles once all that is written is durable in the segments' files, and nothing is under way; what is appended from
   * now on waits in the queue until `letGo`. The files may then go elsewhere. Fails if the log does.
   */
  hold(): Promise<void>;
  letGo(): void;
  /** Makes void what the journal says of this log, which is about to be cut or to move; only while idle and synced. */
  cutJournal(): Promise<void>;
  /** Takes nothing more; who still waits is told that the log is closed. */
  close(): void;
}

/** The journal that makes small writes of many logs of a data directory durable together, and the log's name in it. */
export interface LogJournal {
  /** 16 bytes. */
  readonly topicId: Buffer;
  /** That of the directory where the log lives now. */
  current(): Journal | undefined;
}

export interface WriterOptions {
  readonly state: LogState;
  readonly files: FileCache;
  readonly syncDirectory: () => Promise<void>;
  readonly durability: Durability;
  readonly journal?: LogJournal | undefined;
  /** Delays a write until all that is ready has been appended. */
  readonly soon?: ((action: () => void) => void) | undefined;
  /** Of a busy log: its syncs begin at least this far apart, so that each covers more. */
  readonly syncSpacing?: SyncSpacing | undefined;
  /** A broken strategy for tests that must notice it: durable callbacks run before the sync. */
  readonly acknowledgesBeforeSync: boolean;
  /** The high watermark or the failure changed. */
  readonly onChange: () => void;
  readonly onFailure: (failure: LogFailure) => void;
}

export function createWriter(options: WriterOptions): Writer {
  const { state, files } = options;
  const written = createOffsetWaiters();
  const durable = createOffsetWaiters();
  const synced = createOffsetWaiters();
  const soon = options.soon ?? queueMicrotask;
  const waitsForSync = options.durability === 'disk' && !options.acknowledgesBeforeSync;
  let queue: PlacedBatch[] = [];
  const hidden = createHiddenOffsets();
  // Once all that is in them is durable, they need not stay open.
  const letGo = () => untilSynced(state.logEndOffset).catch(idle);
  const pinned = createPinnedFiles(files, options.syncDirectory, letGo);
  const retained = createRetainedBatches(state.writtenOffset);
  /** Segments with data that no sync has covered. */
  let unsynced = new Set<Segment>();
  let syncWantedOffset = 0;
  let isWriting = false;
  let isHeld = false;
  /** Where the write under way, or the last one, goes. */
  let writingSegment: Segment | undefined;
  let isCommitting = false;
  let isSyncing = false;
  let uncommittedBatchCount = 0;
  let idleWaiters: (() => void)[] = [];
  const self: JournaledLog = {
    topicId: options.journal?.topicId ?? Buffer.alloc(0),
    partition: state.partition,
    get syncedOffset() {
      return state.syncedOffset;
    },
    syncSegments: () => untilSynced(state.writtenOffset),
  };

  function push(batch: PlacedBatch): void {
    queue.push(batch);
    leaseOf(batch.buffer)?.retain();
    startWriting();
  }

  function startWriting(): void {
    if (isWriting || isHeld || queue.length === 0) return;
    isWriting = true;
    soon(writeQueued);
  }

  async function writeQueued(): Promise<void> {
    while (queue.length > 0 && !isHeld && state.failure === undefined) {
      const group = takeGroup();
      try {
        await writeGroup(group);
      } catch (error) {
        fail(failureOf(error));
        break;
      }
    }
    isWriting = false;
    settleIdle();
  }

  function takeGroup(): PlacedBatch[] {
    const count = groupSize(queue);
    if (count < queue.length) return queue.splice(0, count);
    const group = queue;
    queue = [];
    return group;
  }

  async function writeGroup(group: readonly PlacedBatch[]): Promise<void> {
    const first = group[0];
    const last = group.at(-1);
    if (first === undefined || last === undefined) return;
    const { segment } = first;
    writingSegment = segment;
    const file = await pinned.acquire(segment, first.position === 0);
    await file.writev(joinNeighbours(group), first.position);
    // A sync that failed meanwhile: nothing counts as written any more.
    if (state.failure !== undefined) return;
    retain(group, last.nextOffset);
    unsynced.add(segment);
    uncommittedBatchCount += group.length;
    segment.writtenSizeBytes = last.position + last.buffer.length;
    state.writtenOffset = last.nextOffset;
    advance();
    startCommit();
    startSync();
  }

  /** What somebody wants durable stays in memory for the journal, if it is not much; the file has everything. */
  function retain(group: readonly PlacedBatch[], nextOffset: Offset): void {
    retained.keep(group);
    const isWanted = hidden.from < nextOffset || durable.lowest <= nextOffset || syncWantedOffset > state.durableOffset;
    if (isWanted && options.journal?.current()?.takes(retained.sizeBytes) === true) return;
    retained.forget(nextOffset);
  }

  function startCommit(): void {
    if (isCommitting || state.failure !== undefined || !isCommitDue()) return;
    isCommitting = true;
    void commitWritten();
  }

  /** Whether something that is written already waits to be durable. */
  function isCommitDue(): boolean {
    const { writtenOffset, durableOffset } = state;
    if (writtenOffset <= durableOffset) return false;
    return hidden.from < writtenOffset || durable.lowest <= writtenOffset || syncWantedOffset > durableOffset;
  }

  /** Makes what is written durable for as long as somebody waits for it. */
  async function commitWritten(): Promise<void> {
    while (state.failure === undefined && isCommitDue()) {
      const coveredBatchCount = uncommittedBatchCount;
      uncommittedBatchCount = 0;
      const startedMs = options.syncSpacing?.clock.monotonicMs() ?? 0;
      const outcome = await commitOnce();
      if (outcome.kind === 'failed') fail(outcome.failure);
      if (state.failure !== undefined) break;
      retained.release(state.durableOffset);
      if (outcome.kind === 'segments' && coveredBatchCount >= BUSY_BATCH_COUNT_MIN) await spacing(startedMs);
    }
    isCommitting = false;
    settleIdle();
  }

  async function commitOnce(): Promise<CommitOutcome> {
    // What the journal holds is put back into files that are there: the first bytes of a new one go the other way.
    const bytes = pinned.hasNewFile ? undefined : retained.from(state.durableOffset);
    const journal = options.journal?.current();
    if (journal === undefined || bytes === undefined || !journal.takes(bytes.sizeBytes)) {
      // What fails here has failed the log already.
      await untilSynced(state.writtenOffset).catch(() => {});
      return { kind: 'segments' };
    }
    const outcome = await journal.commit(self, bytes);
    if (outcome.kind === 'journal' && state.failure === undefined) becomeDurable(bytes.nextOffset);
    return outcome;
  }

  function becomeDurable(offset: Offset): void {
    state.durableOffset = Math.max(state.durableOffset, Math.min(offset, state.writtenOffset));
    durable.release(state.durableOffset);
    advance();
  }

  function startSync(): void {
    if (isSyncing || state.failure !== undefined || synced.lowest > state.writtenOffset) return;
    isSyncing = true;
    void syncSegments();
  }

  async function syncSegments(): Promise<void> {
    while (state.failure === undefined && synced.lowest <= state.writtenOffset) {
      const target = state.writtenOffset;
      const segments = unsynced;
      unsynced = new Set();
      try {
        await pinned.sync(segments);
      } catch (error) {
        // A second fsync could succeed without having written what the first one lost: never try again.
        fail({ reason: `sync failed: ${reasonOf(error)}`, isDiskFull: false });
        break;
      }
      if (state.failure !== undefined) break;
      pinned.release((segment) => segments.has(segment) && !isInUse(segment));
      state.syncedOffset = Math.max(state.syncedOffset, Math.min(target, state.writtenOffset));
      becomeDurable(state.syncedOffset);
      synced.release(state.syncedOffset);
    }
    isSyncing = false;
    settleIdle();
  }

  function isInUse(segment: Segment): boolean {
    return unsynced.has(segment) || (isWriting && segment === writingSegment);
  }

  /** Waits until the next sync of a busy log may begin. */
  async function spacing(startedMs: number): Promise<void> {
    if (options.syncSpacing === undefined) return;
    const { clock, spacingMs } = options.syncSpacing;
    const leftMs = startedMs + spacingMs - clock.monotonicMs();
    if (leftMs > 0) await new Promise<void>((resolve) => void clock.setTimer(leftMs, resolve));
  }

  /** Moves the high watermark: written, and nothing hidden below it. */
  function advance(): void {
    const { durableOffset, writtenOffset } = state;
    hidden.reveal(durableOffset);
    const highWatermark = Math.min(writtenOffset, hidden.from);
    written.release(writtenOffset);
    if (highWatermark <= state.highWatermark) return;
    state.highWatermark = highWatermark;
    state.producers.onHighWatermark(highWatermark);
    options.onChange();
  }

  function fail(failure: LogFailure): void {
    // A full disk passes. What fails for good while it is full must not pass with it: a sync that has lost data, say.
    const isWorse = state.failure?.isDiskFull === true && !failure.isDiskFull;
    if (state.failure !== undefined && !isWorse) return;
    options.onFailure(failure);
    stop(failure);
    options.onChange();
  }

  function stop(failure: LogFailure): void {
    state.failure = failure;
    queue = [];
    hidden.clear();
    written.fail(failure.reason);
    durable.fail(failure.reason);
    synced.fail(failure.reason);
    settleIdle();
  }

  const isIdle = () => !isWriting && !isCommitting && !isSyncing;

  function settleIdle(): void {
    if (!isIdle()) return;
    if (state.failure !== undefined) {
      pinned.release(() => true);
      retained.forget(state.writtenOffset);
    } else if (state.writtenOffset === state.logEndOffset) pinned.release((segment) => !unsynced.has(segment));
    const settled = idleWaiters;
    idleWaiters = [];
    for (const settle of settled) settle();
  }

  function onWritten(offset: Offset, done: (failure: string | undefined) => void): void {
    if (state.failure !== undefined) done(state.failure.reason);
    else if (offset <= state.writtenOffset) done(undefined);
    else written.add(offset, done);
  }

  function onDurable(offset: Offset, done: (failure: string | undefined) => void): void {
    if (state.failure !== undefined) done(state.failure.reason);
    else if (offset <= state.durableOffset) done(undefined);
    else {
      durable.add(offset, done);
      startCommit();
    }
  }

  function onSynced(offset: Offset, done: (failure: string | undefined) => void): void {
    if (state.failure !== undefined) done(state.failure.reason);
    else if (offset <= state.syncedOffset) done(undefined);
    else {
      synced.add(offset, done);
      startSync();
    }
  }

  function untilSynced(offset: Offset): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      onSynced(offset, (failure) => (failure === undefined ? resolve() : reject(new Error(failure))));
    });
  }

  function idle(): Promise<void> {
    if (isIdle()) return Promise.resolve();
    return new Promise((resolve) => idleWaiters.push(resolve));
  }

  function requestSync(): void {
    syncWantedOffset = state.logEndOffset;
    startCommit();
  }

  return {
    push,
    holdBackUntilDurable(firstOffset, nextOffset) {
      if (waitsForSync) hidden.hide(firstOffset, nextOffset);
    },
    onWritten,
    onDurable: waitsForSync ? onDurable : onWritten,
    onSynced,
    requestSync,
    sync: () => untilSynced(state.logEndOffset),
    idle,
    fail,
    async resume() {
      for (const segment of unsynced) {
        if (state.segments.includes(segment)) await withFile(files, logPath(segment), (file) => file.sync());
      }
      unsynced = new Set();
      await options.syncDirectory();
      pinned.onDirectorySynced();
      state.durableOffset = state.writtenOffset;
      state.syncedOffset = state.writtenOffset;
      retained.forget(state.writtenOffset);
      state.failure = undefined;
      advance();
      options.onChange();
    },
    releaseFiles() {
      unsynced = new Set();
      retained.forget(state.writtenOffset);
      pinned.release(() => true);
    },
    async hold() {
      isHeld = true;
      await idle();
      await untilSynced(state.writtenOffset);
      await idle();
    },
    letGo() {
      isHeld = false;
      startWriting();
    },
    async cutJournal() {
      await options.journal?.current()?.cut(self);
    },
    close: () => stop(state.failure ?? { reason: 'the log is closed', isDiskFull: false }),
  };
}
