import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import type { LogCompaction, OwnCompaction } from './compaction/log-compaction.ts';
import type { Housekeeper } from './housekeeper.ts';
import { type KnownLog, knownOf } from './known-log.ts';
import type { LogCuts } from './log-cuts.ts';
import { type LogState, lastStableOffset } from './log-state.ts';
import type { ManagedLog } from './managed-log.ts';
import type { LogConfig, OffsetQuery, PartitionLog, ProducerSummary } from './partition-log.ts';
import { lastSequenceOf } from './producer-entry.ts';
import type { VerificationStart } from './producer-state.ts';
import type { VerifiedBatch } from './verifications.ts';
import type { Writer } from './writer.ts';

/** What a log is made of, and what only its maker can do. */
export interface LogParts
  extends Pick<PartitionLog, 'append' | 'read' | 'offsetForTimestamp' | 'abortedTransactions' | 'close'>,
    Pick<ManagedLog, 'applyRetention' | 'copyTo' | 'abandon'> {
  readonly state: LogState;
  readonly writer: Writer;
  readonly housekeeper: Housekeeper;
  readonly cuts: LogCuts;
  readonly compaction: OwnCompaction;
  readonly watchers: Set<() => void>;
  /** Nothing is deleted by its settings until the topic's own are known. */
  readonly isConfigProvisional: boolean;
  /** See `PartitionLog.commitGroup`. */
  commitGroup(): object | undefined;
  /** What lies behind the offset is about to go. */
  onCut(offset: Offset): Promise<void>;
  /** Its directory's failure is told once, not once for each log. */
  onDirectoryFailed(): void;
}

/** A log as others see it. A class, see docs/decisions/parts-of-a-log.md. */
export class AssembledLog implements ManagedLog {
  readonly topic: string;
  readonly partition: number;
  readonly isReady = true;
  readonly append: PartitionLog['append'];
  readonly read: PartitionLog['read'];
  readonly offsetForTimestamp: (query: OffsetQuery) => ReturnType<PartitionLog['offsetForTimestamp']>;
  readonly abortedTransactions: PartitionLog['abortedTransactions'];
  readonly copyTo: ManagedLog['copyTo'];
  readonly close: () => Promise<void>;
  readonly abandon: () => Promise<void>;
  private readonly state: LogState;
  private readonly parts: LogParts;
  private isConfigProvisional: boolean;

  constructor(parts: LogParts) {
    this.parts = parts;
    this.state = parts.state;
    this.topic = parts.state.topic;
    this.partition = parts.state.partition;
    this.append = parts.append;
    this.read = parts.read;
    this.offsetForTimestamp = parts.offsetForTimestamp;
    this.abortedTransactions = parts.abortedTransactions;
    this.copyTo = parts.copyTo;
    this.close = parts.close;
    this.abandon = parts.abandon;
    this.isConfigProvisional = parts.isConfigProvisional;
  }

  get directory(): string {
    return this.state.directory;
  }

  get logStartOffset(): Offset {
    return this.state.logStartOffset;
  }

  get logEndOffset(): Offset {
    return this.state.logEndOffset;
  }

  get writtenOffset(): Offset {
    return this.state.writtenOffset;
  }

  get durableOffset(): Offset {
    return this.state.durableOffset;
  }

  get highWatermark(): Offset {
    return this.state.highWatermark;
  }

  get generation(): number {
    return this.state.truncations;
  }

  get lastStableOffset(): Offset {
    return lastStableOffset(this.state);
  }

  get sizeBytes(): number {
    return this.state.segments.reduce((total, segment) => total + segment.sizeBytes, 0);
  }

  get segmentCount(): number {
    return this.state.segments.length;
  }

  get commitGroup(): object | undefined {
    return this.parts.commitGroup();
  }

  get failure(): string | undefined {
    return this.state.failure?.reason;
  }

  get isReadable(): boolean {
    return this.state.failure?.isDiskFull ?? true;
  }

  get recoveryPoint(): Offset {
    return this.parts.housekeeper.recoveryPoint;
  }

  get logStartOffsetWanted(): Offset {
    return this.parts.cuts.wantedLogStartOffset();
  }

  get compaction(): LogCompaction {
    return this.parts.compaction;
  }

  get isCompacted(): boolean {
    return this.state.config.cleanupCompact && !this.isConfigProvisional;
  }

  whenReady(action: () => void): void {
    action();
  }

  known(): KnownLog {
    const { housekeeper, compaction } = this.parts;
    return knownOf(this.state, housekeeper.recoveryPoint, compaction.cleanedOffset);
  }

  startVerification(batch: VerifiedBatch, beginsAtZero: boolean, nowMs: TimestampMs): VerificationStart {
    return this.state.producers.startVerification(batch, beginsAtZero, nowMs);
  }

  onWritten(offset: Offset, done: (failure: string | undefined) => void): void {
    this.parts.writer.onWritten(offset, done);
  }

  onDurable(offset: Offset, done: (failure: string | undefined) => void): void {
    this.parts.writer.onDurable(offset, done);
  }

  watch(changed: () => void): () => void {
    const { watchers } = this.parts;
    watchers.add(changed);
    return () => watchers.delete(changed);
  }

  endOffsetForEpoch(epoch: number): ReturnType<PartitionLog['endOffsetForEpoch']> {
    return this.state.epochs.endOffsetFor(epoch, this.state.logEndOffset);
  }

  activeProducers(): ProducerSummary[] {
    return [...this.state.producers.entries()].map((entry) => ({
      producerId: entry.producerId,
      producerEpoch: entry.producerEpoch,
      lastSequence: lastSequenceOf(entry),
      lastTimestampMs: entry.lastTimestampMs,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTxnStartOffset: entry.currentTxnFirstOffset,
    }));
  }

  deleteRecordsBelow(offset: Offset): Promise<void> {
    return this.parts.cuts.deleteRecordsBelow(offset);
  }

  async truncateTo(offset: Offset): Promise<void> {
    const { cuts } = this.parts;
    const place = await cuts.placeOfCut(offset);
    await this.parts.onCut(place);
    return cuts.truncateTo(place);
  }

  async startAt(offset: Offset): Promise<void> {
    await this.parts.onCut(offset);
    return this.parts.cuts.startAt(offset);
  }

  removeDeletedSegments(): Promise<void> {
    return this.parts.cuts.removeDeletedSegments();
  }

  reconfigure(config: LogConfig): void {
    this.state.config = config;
    this.isConfigProvisional = false;
  }

  flush(): Promise<void> {
    return this.parts.writer.sync();
  }

  checkpoint(): Promise<void> {
    return this.parts.housekeeper.checkpoint();
  }

  expireProducers(nowMs: TimestampMs): void {
    this.state.producers.expire(nowMs, this.state.config.producerIdExpirationMs);
  }

  async applyRetention(): Promise<void> {
    if (!this.isConfigProvisional) await this.parts.applyRetention();
  }

  fail(reason: string): void {
    this.parts.onDirectoryFailed();
    this.parts.writer.fail({ reason, isDiskFull: false });
  }
}
