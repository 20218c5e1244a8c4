import type { Clock } from '@sluice/kernel/clock';
import type { Offset } from '@sluice/kernel/ids';
import { baseOffset } from '@sluice/protocol/records/batch-header';
import { createHiddenOffsets } from './hidden-offsets.ts';
import type { CommitOutcome, Journal } from './journal/journal.ts';
import { type JournaledBytes, type JournaledLog, lacksPrerequisite } from './journal/journaled-log.ts';
import type { LogFailure, LogState } from './log-state.ts';
import { createOffsetWaiters } from './offset-waiters.ts';
import type { PinnedFiles } from './pinned-files.ts';
import { type Prerequisite, untilMet } from './prerequisite.ts';
import { createRetainedBatches } from './retained-batches.ts';
import type { SegmentSyncs } from './segment-syncs.ts';
import type { PlacedBatch } from './write-group.ts';

export interface SyncSpacing {
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>;
  readonly spacingMs: number;
}

/** A sync that covers so many batches shows that several clients wait, who gain from a shared one. */
const BUSY_BATCH_COUNT_MIN = 2;

/** The journal that makes small writes of many logs of a data directory durable together, and the log's name in it. */
export interface LogJournal {
  /** 16 bytes. */
  readonly topicId: Buffer;
  /** That of the directory where the log lives now. */
  current(): Journal | undefined;
}

/** Makes what is written durable for those who wait for that: in the journal, or in the segments. */
export interface Commits {
  readonly isBusy: boolean;
  /** The lowest offset that consumers must not see yet; Infinity if there is none. */
  hiddenFrom(): Offset;
  /** Consumers must not see `[firstOffset, nextOffset)` before it is durable. */
  hide(firstOffset: Offset, nextOffset: Offset): void;
  /** Just written, behind all that was written before; its memory is released here. */
  onWritten(group: readonly PlacedBatch[], nextOffset: Offset, isDurable: boolean): void;
  /**
   * Before the group is in its file: true once the journal has it and what it must not survive without, false once that
   * alone is durable, so that nothing keeps the group from its file. Fails if the log does.
   */
  commitFirst(group: readonly PlacedBatch[], after: readonly Prerequisite[]): Promise<boolean>;
  /** Whether `commitFirst` would hand the group to the journal here and now, right behind the one before it. */
  mayFollow(group: readonly PlacedBatch[]): boolean;
  /** Begins a commit if somebody waits for something that is written. */
  start(): void;
  onDurable(offset: Offset, done: (failure: string | undefined) => void): void;
  /** Everything that is in the log now shall become durable. */
  request(): void;
  /** Everything below is durable. */
  becomeDurable(offset: Offset): void;
  /** Releases the memory of what was written. */
  forget(): void;
  /** The log has failed: so has everybody who waits. */
  fail(reason: string): void;
  /** Makes void what the journal says of this log; only while idle and synced. */
  cutJournal(): Promise<void>;
  /** The same, if the journal has more than was written. */
  cutUnwritten(): Promise<void>;
}

export interface CommitsOptions {
  readonly state: LogState;
  readonly pinned: PinnedFiles;
  readonly syncs: SegmentSyncs;
  readonly journal: LogJournal | undefined;
  readonly syncSpacing: SyncSpacing | undefined;
  /** `durableOffset` has risen, and those who wait for it were told. */
  onProgress(): void;
  fail(failure: LogFailure): void;
  onIdle(): void;
}

export function createCommits(options: CommitsOptions): Commits {
  const { state, pinned, syncs } = options;
  const waiters = createOffsetWaiters();
  const hidden = createHiddenOffsets();
  const retained = createRetainedBatches(state.writtenOffset);
  let wantedOffset = 0;
  let uncommittedBatchCount = 0;
  /** The end of what the journal has, or is about to have, and the segment gets afterwards. */
  let committedFirstOffset = 0;
  /** Everything below is durable, or was handed to the journal in the order of its offsets. */
  let handedOverOffset = 0;
  const self = new SyncedBySegments(options);

  /** Whether somebody waits for something below `offset` to be durable. */
  function isWanted(offset: Offset): boolean {
    return hidden.from < offset || waiters.lowest <= offset || wantedOffset > state.durableOffset;
  }

  const isDue = () => state.writtenOffset > state.durableOffset && isWanted(state.writtenOffset);

  function start(): void {
    if (commits.isBusy || state.failure !== undefined || !isDue()) return;
    commits.isBusy = true;
    void commitAll();
  }

  async function commitAll(): Promise<void> {
    while (state.failure === undefined && isDue()) {
      const coveredBatchCount = uncommittedBatchCount;
      uncommittedBatchCount = 0;
      const startedMs = options.syncSpacing?.clock.monotonicMs() ?? 0;
      const outcome = await commitOnce();
      if (outcome.kind === 'failed') options.fail(outcome.failure);
      if (state.failure !== undefined) break;
      retained.release(state.durableOffset);
      if (outcome.kind === 'segments' && coveredBatchCount >= BUSY_BATCH_COUNT_MIN) await spacing(startedMs);
    }
    commits.isBusy = false;
    options.onIdle();
  }

  async function commitOnce(): Promise<CommitOutcome> {
    // What the journal holds is put back into files that are there: the first bytes of a new one go the other way.
    const journal = options.journal?.current();
    const mayUseJournal = !pinned.hasNewFile && journal?.takes(retained.sizeBytes) === true;
    const bytes = mayUseJournal ? retained.take(state.durableOffset) : undefined;
    if (journal === undefined || bytes === undefined) {
      // What fails here has failed the log already.
      await syncs.untilSynced(state.writtenOffset).catch(() => {});
      return { kind: 'segments' };
    }
    handOver(bytes.nextOffset);
    const outcome = await journal.commit(self, bytes);
    retained.giveBack();
    if (outcome.kind === 'journal' && state.failure === undefined) becomeDurable(bytes.nextOffset);
    return outcome;
  }

  const isHandedOver = (offset: Offset) => offset <= Math.max(state.durableOffset, handedOverOffset);

  function handOver(nextOffset: Offset): void {
    handedOverOffset = Math.max(handedOverOffset, nextOffset);
  }

  /** The journal, if it may have the group before the group's file does. */
  function journalFor(group: readonly PlacedBatch[]): Journal | undefined {
    const journal = options.journal?.current();
    const hasPlace = (group[0]?.position ?? 0) > 0 && !pinned.hasNewFile;
    return hasPlace && journal?.takes(sizeOf(group)) === true ? journal : undefined;
  }

  function mayFollow(group: readonly PlacedBatch[]): boolean {
    const [first] = group;
    return first !== undefined && isHandedOver(baseOffset(first.buffer, 0)) && journalFor(group) !== undefined;
  }

  async function commitFirst(group: readonly PlacedBatch[], after: readonly Prerequisite[]): Promise<boolean> {
    const [first] = group;
    const last = group.at(-1);
    if (first === undefined || last === undefined) return false;
    const firstOffset = baseOffset(first.buffer, 0);
    // The journal must not have it behind a hole, nor for a file that a power loss might take.
    if (!isHandedOver(firstOffset)) await untilDurable(firstOffset);
    if (state.failure !== undefined) return false;
    const journal = journalFor(group);
    if (journal === undefined) {
      const failures = await Promise.all(after.map(untilMet));
      const reason = failures.find((failure) => failure !== undefined);
      if (reason !== undefined) options.fail(lacksPrerequisite(reason));
      return false;
    }
    const bytes: JournaledBytes = {
      segmentBaseOffset: first.segment.baseOffset,
      position: first.position,
      baseOffset: firstOffset,
      nextOffset: last.nextOffset,
      buffers: group.map(({ buffer }) => buffer),
      sizeBytes: sizeOf(group),
    };
    committedFirstOffset = last.nextOffset;
    handOver(last.nextOffset);
    const outcome = await journal.commit(self, bytes, after);
    if (outcome.kind === 'failed') options.fail(outcome.failure);
    return outcome.kind === 'journal';
  }

  /** Or failed. */
  function untilDurable(offset: Offset): Promise<unknown> | undefined {
    return offset <= state.durableOffset ? undefined : new Promise((resolve) => onDurable(offset, resolve));
  }

  function onDurable(offset: Offset, done: (failure: string | undefined) => void): void {
    if (state.failure !== undefined) done(state.failure.reason);
    else if (offset <= state.durableOffset) done(undefined);
    else {
      waiters.add(offset, done);
      start();
    }
  }

  function becomeDurable(offset: Offset): void {
    state.durableOffset = Math.max(state.durableOffset, Math.min(offset, state.writtenOffset));
    hidden.reveal(state.durableOffset);
    waiters.release(state.durableOffset);
    options.onProgress();
  }

  async function cutJournal(): Promise<void> {
    handedOverOffset = 0;
    await options.journal?.current()?.cut(self.topicId, self.partition);
  }

  /** Waits until the next sync of a busy log may begin. */
  async function spacing(startedMs: number): Promise<void> {
    if (options.syncSpacing === undefined) return;
    const { clock, spacingMs } = options.syncSpacing;
    const leftMs = startedMs + spacingMs - clock.monotonicMs();
    if (leftMs > 0) await new Promise<void>((resolve) => void clock.setTimer(leftMs, resolve));
  }

  // Without accessors: see docs/decisions/parts-of-a-log.md.
  const commits = {
    isBusy: false,
    hiddenFrom: () => hidden.from,
    hide: (firstOffset: Offset, nextOffset: Offset) => hidden.hide(firstOffset, nextOffset),
    commitFirst,
    mayFollow,
    onWritten(group: readonly PlacedBatch[], nextOffset: Offset, isDurable: boolean) {
      if (!isDurable) uncommittedBatchCount += group.length;
      // What somebody wants durable stays in memory for the journal, if it is not much; the file has everything.
      retained.keep(group);
      if (nextOffset >= committedFirstOffset) committedFirstOffset = 0;
      const mayStay =
        !isDurable && isWanted(nextOffset) && options.journal?.current()?.takes(retained.sizeBytes) === true;
      if (!mayStay) retained.forget(nextOffset);
    },
    start,
    onDurable,
    request() {
      wantedOffset = state.logEndOffset;
      start();
    },
    becomeDurable,
    forget: () => retained.forget(state.writtenOffset),
    fail(reason: string) {
      hidden.clear();
      waiters.fail(reason);
    },
    cutJournal,
    async cutUnwritten() {
      if (committedFirstOffset > state.writtenOffset) await cutJournal();
      committedFirstOffset = 0;
      handedOverOffset = 0;
    },
  };
  return commits;
}

/** The log, for the journal. */
class SyncedBySegments implements JournaledLog {
  readonly topicId: Buffer;
  readonly topic: string;
  readonly partition: number;
  readonly syncSegments: SegmentSyncs['untilSynced'];
  readonly #state: LogState;

  constructor({ state, syncs, journal }: CommitsOptions) {
    this.topicId = journal?.topicId ?? NO_TOPIC_ID;
    this.topic = state.topic;
    this.partition = state.partition;
    this.syncSegments = syncs.untilSynced;
    this.#state = state;
  }

  get syncedOffset(): Offset {
    return this.#state.syncedOffset;
  }
}

const NO_TOPIC_ID = Buffer.alloc(0);

function sizeOf(group: readonly PlacedBatch[]): number {
  return group.reduce((sum, { buffer }) => sum + buffer.length, 0);
}
