import { assert } from '@sluice/kernel/assert';
import type { Clock } from '@sluice/kernel/clock';
import { failureOf, reasonOf } from '../failure-reason.ts';
import type { LogFailure } from '../log-state.ts';
import { isMet, NO_PREREQUISITES, type Prerequisite } from '../prerequisite.ts';
import { COMMIT_OVERHEAD_SIZE_BYTES, createCommitBuffer } from './commit-buffer.ts';
import { createDirtyLogs } from './dirty-logs.ts';
import { entrySizeBytes } from './format.ts';
import type { JournalFile } from './journal-file.ts';
import { createJournalRing, type JournalRingOptions } from './journal-ring.ts';
import { type JournaledBytes, type JournaledLog, lacksPrerequisite } from './journaled-log.ts';

/** One write to the journal. */
const COMMIT_SIZE_BYTES_MAX = 1024 * 1024;
/** How often a cut waits for room, which comes when segments have been synced. */
const CUT_ATTEMPTS_MAX = 3;

export interface JournalOptions extends JournalRingOptions {
  readonly clock: Clock;
  /** Commits of a busy journal begin at least this far apart, so that each covers more. */
  readonly spacingMs?: number | undefined;
}

/** Where a log's bytes were made durable. */
export type CommitOutcome =
  | { readonly kind: 'journal' }
  | { readonly kind: 'segments' }
  | { readonly kind: 'failed'; readonly failure: LogFailure };

/**
 * Makes the small writes of many logs durable together. What several logs want at once goes into the journal in one
 * write, and one sync covers it; few logs sync their own segments. Segments follow lazily: a file of the journal is used
 * again once all segments were synced that its entries stand for.
 */
export interface Journal {
  /**
   * Settles when the bytes are durable, in the journal or in the log's segments. With prerequisites they are in no segment
   * yet: they share a commit with what they need, or `segments` says that this is durable by itself.
   */
  commit(log: JournaledLog, bytes: JournaledBytes, after?: readonly Prerequisite[]): Promise<CommitOutcome>;
  /** It has not failed. */
  readonly isUsable: boolean;
  /** Whether so much of one log may go through the journal. */
  takes(sizeBytes: number): boolean;
  /**
   * Makes void what the journal says of a partition whose segments are synced and about to be cut, or about to go. Fails
   * if that cannot be made durable: the log must then stay as it is.
   */
  cut(topicId: Buffer, partition: number): Promise<void>;
  /** After all logs: with `isClean` all of them have synced their segments, and the journal is removed. */
  close(isClean: boolean): Promise<void>;
}

interface Pending {
  readonly log: JournaledLog;
  readonly bytes: JournaledBytes;
  readonly after: readonly Prerequisite[];
  readonly done: (outcome: CommitOutcome) => void;
}

/** What one commit holds: `bound` may need what is in `free`. */
interface Taken {
  readonly free: readonly Pending[];
  readonly bound: readonly Pending[];
  readonly count: number;
  readonly sizeBytes: number;
}

const NOTHING_TAKEN: Taken = { free: [], bound: [], count: 0, sizeBytes: 0 };

function isBound({ after }: Pending): boolean {
  return after.length > 0;
}

/** Whether a commit of these makes the prerequisite durable: each holds all that its log has written. */
function isAmong(pending: readonly Pending[], { log, offset }: Prerequisite): boolean {
  return pending.some(
    (each) => each.log.partition === log.partition && each.log.topic === log.topic && each.bytes.nextOffset >= offset,
  );
}

export function createJournal(options: JournalOptions): Journal {
  const { clock, logger, settings } = options;
  const soon = clock.soon ?? queueMicrotask;
  const ring = createJournalRing(options);
  const dirty = createDirtyLogs(settings.dirtyLogCountMax);
  const commitSizeBytesMax = Math.min(COMMIT_SIZE_BYTES_MAX, settings.fileSizeBytes);
  const buffer = createCommitBuffer(commitSizeBytesMax);
  const payloadsSizeBytesMax = commitSizeBytesMax - COMMIT_OVERHEAD_SIZE_BYTES;
  let pending: Pending[] = [];
  let isTurnDue = false;
  /** Logs that sync their own segments now. */
  let ownSyncCount = 0;
  /** A commit or a cut, and what follows it. */
  let writing: Promise<void> | undefined;
  let fault: string | undefined;

  function requestTurn(): void {
    if (isTurnDue) return;
    isTurnDue = true;
    soon(() => {
      isTurnDue = false;
      turn();
    });
  }

  /** Not at once: whoever waited for this commit hands over what gathered meanwhile, and shares the next one. */
  function endWriting(): void {
    writing = undefined;
    requestTurn();
  }

  function turn(): void {
    if (writing !== undefined || pending.length === 0) return;
    // Those that wait for others' records gain more than a sync: they need not wait for two, one after the other.
    const isForJournal = pending.some(isBound) || ownSyncCount + pending.length >= settings.logCountMin;
    const taken = isForJournal ? takeForJournal() : NOTHING_TAKEN;
    const file = taken.count === 0 || fault !== undefined ? undefined : ring.fileFor(taken.sizeBytes);
    if (file === undefined) {
      const left = [...taken.free, ...taken.bound, ...pending];
      pending = left.filter((each) => !each.after.every(isMet));
      for (const each of left) if (each.after.every(isMet)) void syncOwnSegments(each);
      return;
    }
    writing = commitTogether(file, taken).finally(endWriting);
  }

  /** As many as one commit holds; those whose segments would lag as one too many sync them now. */
  function takeForJournal(): Taken {
    const free: Pending[] = [];
    const bound: Pending[] = [];
    const left: Pending[] = [];
    /** What else these want comes in a later commit: never before what they have in front of it. */
    const held = new Set<JournaledLog>();
    let sizeBytes = 0;
    const leave = (each: Pending) => {
      left.push(each);
      held.add(each.log);
    };
    const take = (each: Pending, into: Pending[]) => {
      const entry = entrySizeBytes(each.bytes.sizeBytes);
      if (held.has(each.log) || sizeBytes + entry > payloadsSizeBytesMax) leave(each);
      else if (dirty.hasRoomFor(each.log)) {
        into.push(each);
        sizeBytes += entry;
      } else if (each.after.every(isMet)) void syncOwnSegments(each);
      else leave(each);
    };
    for (const each of pending) if (!isBound(each)) take(each, free);
    for (const each of pending) {
      if (!isBound(each)) continue;
      if (each.after.every((needed) => isMet(needed) || isAmong(free, needed))) take(each, bound);
      else leave(each);
    }
    pending = left;
    return { free, bound, count: free.length + bound.length, sizeBytes: sizeBytes + COMMIT_OVERHEAD_SIZE_BYTES };
  }

  async function syncOwnSegments({ log, bytes, after, done }: Pending): Promise<void> {
    // Its segment does not have it yet.
    if (after.length > 0) return done({ kind: 'segments' });
    ownSyncCount++;
    try {
      await log.syncSegments(bytes.nextOffset);
      done({ kind: 'segments' });
    } catch (error) {
      done({ kind: 'failed', failure: { reason: reasonOf(error), isDiskFull: false } });
    }
    ownSyncCount--;
  }

  /** Looks again when what a commit needs is durable, which it may be without this journal. */
  function awaitPrerequisites(each: Pending): void {
    for (const { log, offset } of each.after) {
      log.onDurable(offset, (failure) => {
        if (failure !== undefined && pending.includes(each)) {
          pending = pending.filter((other) => other !== each);
          each.done({ kind: 'failed', failure: lacksPrerequisite(failure) });
        }
        requestTurn();
      });
    }
  }

  async function commitTogether(file: JournalFile, { free, bound }: Taken): Promise<void> {
    const startedMs = clock.monotonicMs();
    const taken = [...free, ...bound];
    buffer.begin(file, ring.sequence);
    for (const { log, bytes } of free) buffer.addBatches(log, bytes);
    if (bound.length > 0) buffer.seal();
    for (const { log, bytes } of bound) buffer.addBatches(log, bytes);
    const failure = await write(file);
    if (failure === undefined) {
      for (const { log, bytes } of taken) {
        file.logs.set(log, bytes.nextOffset);
        dirty.add(log, bytes.nextOffset);
      }
    }
    for (const { done } of taken) done(failure === undefined ? { kind: 'journal' } : { kind: 'failed', failure });
    // What is bound came with what it needs: a single one of those is the work of one client, who would wait in vain.
    if (free.length <= 1) return;
    const leftMs = startedMs + (options.spacingMs ?? 0) - clock.monotonicMs();
    if (leftMs > 0) await new Promise<void>((resolve) => void clock.setTimer(leftMs, resolve));
  }

  async function write(file: JournalFile): Promise<LogFailure | undefined> {
    const content = buffer.end();
    try {
      await file.file.writev([content], file.position);
    } catch (error) {
      return broken(failureOf(error));
    }
    try {
      await file.file.sync();
    } catch (error) {
      // A second sync could succeed without having written what the first one lost: never try again.
      return broken({ reason: `sync of the journal failed: ${reasonOf(error)}`, isDiskFull: false });
    }
    file.position += content.length;
    return undefined;
  }

  /** What stands behind a failed write might not be found by a recovery: the journal gets nothing more. */
  function broken(failure: LogFailure): LogFailure {
    fault = failure.reason;
    logger.error('the journal is out of use until the next start; every log syncs its own segments', {
      reason: failure.reason,
    });
    return failure;
  }

  /** All that a partition's log was in this run, if the journal has entries of it that no cut made void. */
  function namedLogs(topicId: Buffer, partition: number): Set<JournaledLog> {
    const named = new Set<JournaledLog>();
    for (const { logs } of ring.files()) {
      for (const [log, offset] of logs) {
        if (offset > 0 && log.partition === partition && log.topicId.equals(topicId)) named.add(log);
      }
    }
    return named;
  }

  async function cut(topicId: Buffer, partition: number): Promise<void> {
    if (namedLogs(topicId, partition).size === 0) return;
    while (writing !== undefined) await writing;
    const named = namedLogs(topicId, partition);
    const [first] = named;
    // Its last entry may have been written over meanwhile.
    if (first === undefined) return;
    const done = writeCut(first, named);
    writing = done.catch(() => {}).finally(endWriting);
    await done;
  }

  async function writeCut(log: JournaledLog, named: ReadonlySet<JournaledLog>): Promise<void> {
    const sizeBytes = COMMIT_OVERHEAD_SIZE_BYTES + entrySizeBytes(0);
    for (let attempt = 1; fault === undefined && attempt <= CUT_ATTEMPTS_MAX; attempt++) {
      const file = ring.fileFor(sizeBytes);
      if (file === undefined) {
        await ring.idle();
        continue;
      }
      buffer.begin(file, ring.sequence);
      buffer.addCut(log);
      const failure = await write(file);
      if (failure !== undefined) break;
      for (const each of named) {
        for (const { logs } of ring.files()) if (logs.has(each)) logs.set(each, 0);
        dirty.remove(each);
      }
      return;
    }
    throw new Error(`the journal cannot be told of a cut: ${fault ?? 'it has no room'}`);
  }

  return {
    commit(log, bytes, after = NO_PREREQUISITES) {
      assert(bytes.sizeBytes <= settings.logSizeBytesMax, 'what goes to the journal is small');
      return new Promise((done) => {
        const each = { log, bytes, after, done };
        pending.push(each);
        awaitPrerequisites(each);
        if (writing === undefined) requestTurn();
      });
    },
    get isUsable() {
      return fault === undefined;
    },
    takes: (sizeBytes) =>
      fault === undefined && sizeBytes <= Math.min(settings.logSizeBytesMax, payloadsSizeBytesMax - entrySizeBytes(0)),
    cut,
    async close(isClean) {
      while (writing !== undefined) await writing;
      await dirty.idle();
      await ring.close(isClean);
    },
  };
}
