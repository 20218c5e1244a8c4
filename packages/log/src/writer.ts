import type { Offset } from '@sluice/kernel/ids';
import { leaseOf } from '@sluice/kernel/lease';
import { createCommits, type LogJournal, type SyncSpacing } from './commits.ts';
import { failureOf } from './failure-reason.ts';
import { type FileCache, withFile } from './file-cache.ts';
import type { LogFailure, LogState } from './log-state.ts';
import { createOffsetWaiters } from './offset-waiters.ts';
import { createPinnedFiles } from './pinned-files.ts';
import { isMet, type Prerequisite } from './prerequisite.ts';
import { logPath, type Segment } from './segment.ts';
import { createSegmentSyncs } from './segment-syncs.ts';
import { groupSize, joinNeighbours, type PlacedBatch, unmetPrerequisites } from './write-group.ts';

export type Durability = 'disk' | 'os';

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

/** More wait in the queue, and go together. */
const GROUPS_DEPARTING_MAX = 64;

/** A group on its way into its file. */
interface Departing {
  readonly group: readonly PlacedBatch[];
  /** What it must not survive without, and those before it. */
  readonly after: readonly Prerequisite[];
  /** It must wait for this: true once it is durable already. */
  readonly committed: Promise<boolean> | undefined;
}

export function createWriter(options: WriterOptions): Writer {
  const { state, files } = options;
  const written = createOffsetWaiters();
  const soon = options.soon ?? queueMicrotask;
  const waitsForSync = options.durability === 'disk' && !options.acknowledgesBeforeSync;
  let queue: PlacedBatch[] = [];
  // Once all that is in them is durable, they need not stay open.
  const letGo = () => syncs.untilSynced(state.logEndOffset).catch(idle);
  const pinned = createPinnedFiles(files, options.syncDirectory, letGo);
  let isWriting = false;
  /** The group that is being written, and those behind it that the journal has, or is about to have, before their file. */
  const departing: Departing[] = [];
  let isFollowing = false;
  let isHeld = false;
  /** Where the write under way, or the last one, goes. */
  let writingSegment: Segment | undefined;
  let idleWaiters: (() => void)[] = [];
  const syncs = createSegmentSyncs({
    state,
    pinned,
    isWrittenTo: (segment) => isWriting && segment === writingSegment,
    onProgress: () => commits.becomeDurable(state.syncedOffset),
    fail,
    onIdle: settleIdle,
  });
  const commits = createCommits({
    state,
    pinned,
    syncs,
    journal: options.journal,
    syncSpacing: options.syncSpacing,
    onProgress: advance,
    fail,
    onIdle: settleIdle,
  });

  function push(batch: PlacedBatch): void {
    queue.push(batch);
    leaseOf(batch.buffer)?.retain();
    startWriting();
  }

  function startWriting(): void {
    if (isHeld || queue.length === 0) return;
    if (!isWriting) {
      isWriting = true;
      soon(writeQueued);
    } else if (departing.length > 0 && !isFollowing) {
      isFollowing = true;
      soon(follow);
    }
  }

  async function writeQueued(): Promise<void> {
    for (let next = depart(); next !== undefined; next = depart()) {
      try {
        const isCommitted = next.committed !== undefined && (await next.committed);
        if (state.failure !== undefined) break;
        // Behind a group that the journal did not take after all it may count only when that one does.
        await writeGroup(next.group, isCommitted && state.durableOffset >= state.writtenOffset);
      } catch (error) {
        fail(failureOf(error));
        break;
      }
      departing.shift();
    }
    // Of a log that failed the journal must not get anything behind what is cut off.
    for (const { committed } of departing.splice(0)) await committed;
    isWriting = false;
    settleIdle();
  }

  /** What is to be written next. */
  function depart(): Departing | undefined {
    if (state.failure !== undefined) return undefined;
    if (departing.length === 0 && queue.length > 0 && !isHeld) {
      const group = takeGroup();
      const after = unmetPrerequisites(group);
      // A crash that took what the group needs must find nothing of it: it is durable before it is in its file.
      departing.push({ group, after, committed: after.length > 0 ? commits.commitFirst(group, after) : undefined });
    }
    return departing[0];
  }

  /** Groups behind one that waits for the journal go there as well, each in its turn: they share the next commit. */
  function follow(): void {
    isFollowing = false;
    for (let last = departing.at(-1); last !== undefined; last = departing.at(-1)) {
      if (isHeld || state.failure !== undefined || last.committed === undefined) return;
      if (queue.length === 0 || departing.length >= GROUPS_DEPARTING_MAX) return;
      const group = queue.slice(0, groupSize(queue));
      if (!commits.mayFollow(group)) return;
      queue.splice(0, group.length);
      const unmet = [...last.after.filter((each) => !isMet(each)), ...unmetPrerequisites(group)];
      // Met or not: without a prerequisite it would come before those that have one, and before what it follows.
      const after = unmet.length > 0 ? unmet : last.after.slice(-1);
      departing.push({ group, after, committed: commits.commitFirst(group, after) });
    }
  }

  function takeGroup(): PlacedBatch[] {
    const count = groupSize(queue);
    if (count < queue.length) return queue.splice(0, count);
    const group = queue;
    queue = [];
    return group;
  }

  async function writeGroup(group: readonly PlacedBatch[], isDurable: boolean): Promise<void> {
    const first = group[0];
    const last = group.at(-1);
    if (first === undefined || last === undefined) return;
    const { segment } = first;
    writingSegment = segment;
    const file = pinned.opened(segment) ?? (await pinned.acquire(segment, first.position === 0));
    await file.writev(joinNeighbours(group), first.position);
    // A sync that failed meanwhile: nothing counts as written any more.
    if (state.failure !== undefined) return;
    commits.onWritten(group, last.nextOffset, isDurable);
    syncs.add(segment);
    segment.writtenSizeBytes = last.position + last.buffer.length;
    state.writtenOffset = last.nextOffset;
    if (isDurable) commits.becomeDurable(last.nextOffset);
    else advance();
    commits.start();
    syncs.start();
  }

  /** Moves the high watermark: written, and nothing hidden below it. */
  function advance(): void {
    const { writtenOffset } = state;
    const highWatermark = Math.min(writtenOffset, commits.hiddenFrom());
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
    written.fail(failure.reason);
    commits.fail(failure.reason);
    syncs.fail(failure.reason);
    settleIdle();
  }

  function isIdle(): boolean {
    return !isWriting && !commits.isBusy && !syncs.isBusy;
  }

  function settleIdle(): void {
    if (!isIdle()) return;
    if (state.failure !== undefined) {
      pinned.release(() => true);
      commits.forget();
    } else if (state.writtenOffset === state.logEndOffset) pinned.release((segment) => !syncs.unsynced.has(segment));
    const settled = idleWaiters;
    idleWaiters = [];
    for (const settle of settled) settle();
  }

  function onWritten(offset: Offset, done: (failure: string | undefined) => void): void {
    if (state.failure !== undefined) done(state.failure.reason);
    else if (offset <= state.writtenOffset) done(undefined);
    else written.add(offset, done);
  }

  function idle(): Promise<void> {
    if (isIdle()) return Promise.resolve();
    return new Promise((resolve) => idleWaiters.push(resolve));
  }

  return {
    push,
    holdBackUntilDurable(firstOffset, nextOffset) {
      if (waitsForSync) commits.hide(firstOffset, nextOffset);
    },
    onWritten,
    onDurable: waitsForSync ? commits.onDurable : onWritten,
    onSynced: syncs.onSynced,
    requestSync: commits.request,
    sync: () => syncs.untilSynced(state.logEndOffset),
    idle,
    fail,
    async resume() {
      for (const segment of syncs.unsynced) {
        if (state.segments.includes(segment)) await withFile(files, logPath(segment), (file) => file.sync());
      }
      syncs.forget();
      await options.syncDirectory();
      pinned.onDirectorySynced();
      await commits.cutUnwritten();
      state.syncedOffset = state.writtenOffset;
      commits.forget();
      state.failure = undefined;
      commits.becomeDurable(state.writtenOffset);
      options.onChange();
    },
    releaseFiles() {
      syncs.forget();
      commits.forget();
      pinned.release(() => true);
    },
    async hold() {
      isHeld = true;
      await idle();
      await syncs.untilSynced(state.writtenOffset);
      await idle();
    },
    letGo() {
      isHeld = false;
      startWriting();
    },
    cutJournal: commits.cutJournal,
    close: () => stop(state.failure ?? { reason: 'the log is closed', isDiskFull: false }),
  };
}
