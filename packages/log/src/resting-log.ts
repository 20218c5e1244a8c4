import type { LeaderEpoch, Offset, TimestampMs } from '@sluice/kernel/ids';
import { type KnownLog, knownStableOffset } from './known-log.ts';
import { createLeaderEpochs } from './leader-epochs.ts';
import type { ManagedLog } from './managed-log.ts';
import type { LogConfig, ProducerSummary, ReadOptions, ReadResult } from './partition-log.ts';

/** What a log can be asked, or asked to do, while its files are closed. */
export type RestingAnswers = Pick<
  ManagedLog,
  | 'logStartOffset'
  | 'logEndOffset'
  | 'writtenOffset'
  | 'durableOffset'
  | 'highWatermark'
  | 'lastStableOffset'
  | 'generation'
  | 'recoveryPoint'
  | 'logStartOffsetWanted'
  | 'sizeBytes'
  | 'segmentCount'
  | 'known'
  | 'endOffsetForEpoch'
  | 'activeProducers'
  | 'flush'
  | 'checkpoint'
  | 'expireProducers'
  | 'removeDeletedSegments'
>;

const NOTHING: ReadResult = { kind: 'batches', buffers: [], sizeBytes: 0 };

/** What a log says of itself without its files. A class, because a broker may hold thousands. */
export class RestingLog implements RestingAnswers {
  readonly #known: KnownLog;

  constructor(known: KnownLog) {
    this.#known = known;
  }

  get logStartOffset(): Offset {
    return this.#known.logStartOffset;
  }
  get logEndOffset(): Offset {
    return this.#known.logEndOffset;
  }
  get writtenOffset(): Offset {
    return this.#known.logEndOffset;
  }
  get durableOffset(): Offset {
    return this.#known.logEndOffset;
  }
  get highWatermark(): Offset {
    return this.#known.logEndOffset;
  }
  get lastStableOffset(): Offset {
    return knownStableOffset(this.#known);
  }
  get generation(): number {
    return 0;
  }
  get recoveryPoint(): Offset {
    return this.#known.recoveryPoint;
  }
  get logStartOffsetWanted(): Offset {
    return this.#known.logStartOffset;
  }
  get sizeBytes(): number {
    return this.#known.sizeBytes;
  }
  get segmentCount(): number {
    return this.#known.segmentCount;
  }

  known(): KnownLog {
    return this.#known;
  }

  endOffsetForEpoch(epoch: LeaderEpoch): { leaderEpoch: LeaderEpoch; endOffset: Offset } {
    return createLeaderEpochs(this.#known.epochs).endOffsetFor(epoch, this.#known.logEndOffset);
  }

  activeProducers(): ProducerSummary[] {
    return [];
  }

  /** `undefined`: the batches must come from its files. */
  readWithoutFiles(offset: Offset, { upTo }: ReadOptions): ReadResult | undefined {
    const { logStartOffset, logEndOffset } = this.#known;
    if (offset < logStartOffset || offset > logEndOffset) return { kind: 'out-of-range' };
    return offset >= (upTo === 'last-stable' ? this.lastStableOffset : logEndOffset) ? NOTHING : undefined;
  }

  /** Whether retention may find something to delete once it has the files. */
  mayHaveTooMuch({ cleanupDelete, retentionMs, retentionSizeBytes }: LogConfig, earliestNowMs: TimestampMs): boolean {
    const { sizeBytes, oldestSizeBytes, oldestTimestampMs } = this.#known;
    if (!cleanupDelete || sizeBytes === 0) return false;
    if (retentionSizeBytes >= 0 && sizeBytes - oldestSizeBytes >= retentionSizeBytes) return true;
    if (retentionMs < 0) return false;
    return oldestTimestampMs < 0 || earliestNowMs - oldestTimestampMs > retentionMs;
  }

  async flush(): Promise<void> {}

  /** There is little behind its recovery point, and there will be no more. */
  async checkpoint(): Promise<void> {}

  /** They are looked at when it is opened. */
  expireProducers(): void {}

  /** They go when it is opened. */
  async removeDeletedSegments(): Promise<void> {}
}
