import { DiskError } from '@sluice/kernel/disk';
import type { LeaderEpoch, Offset, TimestampMs, Uuid } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ClockWindow } from './clock-window.ts';
import type { LogCompaction } from './compaction/log-compaction.ts';
import type { CompactionPlan } from './compaction/plan.ts';
import { reasonOf } from './failure-reason.ts';
import { type KnownLog, knownOffsetFor, knownStableOffset } from './known-log.ts';
import { createLeaderEpochs } from './leader-epochs.ts';
import type { LogHome } from './log-home.ts';
import type { ManagedLog } from './managed-log.ts';
import type {
  AppendOptions,
  AppendResult,
  LogConfig,
  OffsetQuery,
  ProducerSummary,
  ReadOptions,
  ReadResult,
  TimestampedOffset,
} from './partition-log.ts';
import { partitionName } from './partition-name.ts';
import { refuse } from './refusal.ts';

/** What the logs of a data directory share. */
export interface LazyLogHost {
  readonly path: string;
  readonly logger: Logger;
  readonly clockWindow: ClockWindow;
  /** Reads the log's files and what they hold. */
  open(log: LazyLog, config: LogConfig, isConfigProvisional: boolean): Promise<ManagedLog>;
  /** Of a log that was made just now: it has no files yet. */
  openBlank(log: LazyLog, config: LogConfig, isConfigProvisional: boolean): ManagedLog;
  /** It has its files, and work of its own from now on. */
  onAwake(log: LazyLog): void;
  /** Its files could not be opened, for a reason that may be the directory's. */
  onUnopened(log: LazyLog, reason: string): void;
}

export interface LazyLogOptions {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid | undefined;
  readonly config: LogConfig;
  /** Nothing is deleted by it until the topic's own settings are known. */
  readonly isConfigProvisional: boolean;
  readonly known: KnownLog;
  /** It was made just now, in a directory without files: there is nothing to read. */
  readonly isNew: boolean;
  readonly host: LazyLogHost;
  readonly home: LogHome;
}

interface Watcher {
  readonly changed: () => void;
  stop: (() => void) | undefined;
}

const NOTHING: ReadResult = { kind: 'batches', buffers: [], sizeBytes: 0 };
const DONE = Promise.resolve();

/**
 * A log that reads its files at its first use. Until then it answers from what is known of it, and costs a few hundred
 * bytes: a broker may hold thousands that nobody uses. A class, because a log of closures would cost as much as an open one.
 */
export class LazyLog implements ManagedLog {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid | undefined;
  readonly home: LogHome;
  readonly #host: LazyLogHost;
  readonly #known: KnownLog;
  readonly #isNew: boolean;
  #config: LogConfig;
  #isConfigProvisional: boolean;
  /** Once it is awake. */
  #log: ManagedLog | undefined;
  #failure: string | undefined;
  /** Who waits for its files, first come first; `undefined` while nobody reads them. */
  #waiting: (() => void)[] | undefined;
  #watchers: Set<Watcher> | undefined;

  constructor(options: LazyLogOptions) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.topicId = options.topicId;
    this.home = options.home;
    this.#host = options.host;
    this.#known = options.known;
    this.#isNew = options.isNew;
    this.#config = options.config;
    this.#isConfigProvisional = options.isConfigProvisional;
  }

  get isAwake(): boolean {
    return this.#log !== undefined;
  }

  get isReady(): boolean {
    return this.#log !== undefined || this.#failure !== undefined || this.#isNew;
  }

  whenReady(action: () => void): void {
    if (this.isReady) {
      action();
      return;
    }
    if (this.#waiting !== undefined) {
      this.#waiting.push(action);
      return;
    }
    this.#waiting = [action];
    this.#host.open(this, this.#config, this.#isConfigProvisional).then(
      (log) => this.wakeWith(log),
      (error: unknown) => this.#onUnopened(error),
    );
  }

  #ready(): Promise<void> {
    return this.isReady ? DONE : new Promise((resolve) => this.whenReady(resolve));
  }

  /** `log` has the files open already. */
  wakeWith(log: ManagedLog): void {
    this.#log = log;
    if (!this.#isConfigProvisional) log.reconfigure(this.#config);
    for (const watcher of this.#watchers ?? []) watcher.stop = log.watch(watcher.changed);
    if (this.#failure !== undefined) log.fail(this.#failure);
    this.#host.onAwake(this);
    this.#runWaiting();
  }

  #onUnopened(error: unknown): void {
    const reason = reasonOf(error);
    this.#host.logger.error('a partition cannot be opened', { path: this.directory, reason });
    this.#failure ??= reason;
    this.#runWaiting();
    // Descriptors come back; who asks then may find it well.
    if (error instanceof DiskError && error.tag === 'too-many-files') this.#failure = undefined;
    else this.#host.onUnopened(this, reason);
    this.#notify();
  }

  /** In the order in which they came, before anybody else gets to the log. */
  #runWaiting(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const action of waiting) action();
  }

  #notify(): void {
    for (const { changed } of this.#watchers ?? []) changed();
  }

  /** The log with its files; fails as it does. */
  async #awake(): Promise<ManagedLog> {
    await this.#ready();
    return this.#now() ?? this.#fail();
  }

  /** The log with its files, if that needs no waiting. */
  #now(): ManagedLog | undefined {
    if (this.#log === undefined && this.#failure === undefined && this.#isNew) {
      this.wakeWith(this.#host.openBlank(this, this.#config, this.#isConfigProvisional));
    }
    return this.#log;
  }

  get #problem(): string {
    return this.#failure ?? 'there were too many open files';
  }

  #fail(): never {
    throw new Error(this.#problem);
  }

  get directory(): string {
    return this.#log?.directory ?? `${this.#host.path}/${partitionName(this.topic, this.partition)}`;
  }
  get logStartOffset(): Offset {
    return this.#log === undefined ? this.#known.logStartOffset : this.#log.logStartOffset;
  }
  get logEndOffset(): Offset {
    return this.#log === undefined ? this.#known.logEndOffset : this.#log.logEndOffset;
  }
  get writtenOffset(): Offset {
    return this.#log === undefined ? this.#known.logEndOffset : this.#log.writtenOffset;
  }
  get durableOffset(): Offset {
    return this.#log === undefined ? this.#known.logEndOffset : this.#log.durableOffset;
  }
  get highWatermark(): Offset {
    return this.#log === undefined ? this.#known.logEndOffset : this.#log.highWatermark;
  }
  get lastStableOffset(): Offset {
    return this.#log === undefined ? knownStableOffset(this.#known) : this.#log.lastStableOffset;
  }
  get generation(): number {
    return this.#log?.generation ?? 0;
  }
  get recoveryPoint(): Offset {
    return this.#log === undefined ? this.#known.recoveryPoint : this.#log.recoveryPoint;
  }
  get logStartOffsetWanted(): Offset {
    return this.#log === undefined ? this.#known.logStartOffset : this.#log.logStartOffsetWanted;
  }
  get sizeBytes(): number {
    return this.#log === undefined ? this.#known.sizeBytes : this.#log.sizeBytes;
  }
  get segmentCount(): number {
    return this.#log === undefined ? this.#known.segmentCount : this.#log.segmentCount;
  }
  get failure(): string | undefined {
    return this.#log === undefined ? this.#failure : this.#log.failure;
  }
  get isReadable(): boolean {
    return this.#log === undefined ? this.#failure === undefined : this.#log.isReadable;
  }
  get isCompacted(): boolean {
    return this.#log?.isCompacted ?? (this.#config.cleanupCompact && !this.#isConfigProvisional);
  }

  known(): KnownLog {
    return this.#log === undefined ? this.#known : this.#log.known();
  }

  append(records: Buffer, options: AppendOptions): AppendResult {
    const log = this.#now();
    if (log !== undefined) return log.append(records, options);
    if (this.#failure !== undefined) return refuse(ErrorCode.KAFKA_STORAGE_ERROR, this.#failure);
    // For callers that did not wait; clients try again.
    this.whenReady(() => {});
    return refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER, 'the log is being opened');
  }

  startVerification(...args: Parameters<ManagedLog['startVerification']>): ReturnType<ManagedLog['startVerification']> {
    // Of a log that is not ready the append itself is refused.
    return this.#now()?.startVerification(...args) ?? { kind: 'not-needed' };
  }

  onWritten(offset: Offset, done: (failure: string | undefined) => void): void {
    const log = this.#now();
    if (log !== undefined) log.onWritten(offset, done);
    else if (this.#failure !== undefined) done(this.#failure);
    else if (offset <= this.#known.logEndOffset) done(undefined);
    else this.whenReady(() => this.onWritten(offset, done));
  }

  onDurable(offset: Offset, done: (failure: string | undefined) => void): void {
    const log = this.#now();
    if (log !== undefined) log.onDurable(offset, done);
    else if (this.#failure !== undefined) done(this.#failure);
    else if (offset <= this.#known.logEndOffset) done(undefined);
    else this.whenReady(() => this.onDurable(offset, done));
  }

  watch(changed: () => void): () => void {
    if (this.#log !== undefined) return this.#log.watch(changed);
    const watcher: Watcher = { changed, stop: undefined };
    this.#watchers ??= new Set();
    this.#watchers.add(watcher);
    return () => {
      this.#watchers?.delete(watcher);
      watcher.stop?.();
    };
  }

  read(offset: Offset, options: ReadOptions): ReadResult | Promise<ReadResult> {
    if (this.#log !== undefined) return this.#log.read(offset, options);
    if (this.#failure !== undefined) return { kind: 'failed', reason: this.#failure };
    const { logStartOffset, logEndOffset } = this.#known;
    if (offset < logStartOffset || offset > logEndOffset) return { kind: 'out-of-range' };
    if (offset >= (options.upTo === 'last-stable' ? this.lastStableOffset : logEndOffset)) return NOTHING;
    return this.#ready().then(() => this.#log?.read(offset, options) ?? { kind: 'failed', reason: this.#problem });
  }

  async offsetForTimestamp(query: OffsetQuery): Promise<TimestampedOffset | undefined> {
    if (this.#log !== undefined) return this.#log.offsetForTimestamp(query);
    const known = knownOffsetFor(query, this.#known);
    return known ?? (await this.#awake()).offsetForTimestamp(query);
  }

  endOffsetForEpoch(epoch: LeaderEpoch): { leaderEpoch: LeaderEpoch; endOffset: Offset } {
    if (this.#log !== undefined) return this.#log.endOffsetForEpoch(epoch);
    return createLeaderEpochs(this.#known.epochs).endOffsetFor(epoch, this.#known.logEndOffset);
  }

  activeProducers(): ProducerSummary[] {
    return this.#log?.activeProducers() ?? [];
  }

  async deleteRecordsBelow(offset: Offset): Promise<void> {
    await (await this.#awake()).deleteRecordsBelow(offset);
  }

  async truncateTo(offset: Offset): Promise<void> {
    await (await this.#awake()).truncateTo(offset);
  }

  reconfigure(config: LogConfig): void {
    this.#config = config;
    this.#isConfigProvisional = false;
    this.#log?.reconfigure(config);
  }

  async flush(): Promise<void> {
    await this.#log?.flush();
  }

  async checkpoint(): Promise<void> {
    // At rest there is little behind its recovery point, and there will be no more.
    await this.#log?.checkpoint();
  }

  expireProducers(nowMs: TimestampMs): void {
    // Those of a log at rest are looked at when it is opened.
    this.#log?.expireProducers(nowMs);
  }

  async applyRetention(): Promise<void> {
    if (this.#log === undefined && !this.#mayHaveTooMuch()) return;
    await (await this.#awake()).applyRetention();
  }

  #mayHaveTooMuch(): boolean {
    const { cleanupDelete, retentionMs, retentionSizeBytes } = this.#config;
    const { sizeBytes, oldestSizeBytes, oldestTimestampMs } = this.#known;
    if (!cleanupDelete || this.#isConfigProvisional || this.#failure !== undefined || sizeBytes === 0) return false;
    if (retentionSizeBytes >= 0 && sizeBytes - oldestSizeBytes >= retentionSizeBytes) return true;
    if (retentionMs < 0) return false;
    return oldestTimestampMs < 0 || this.#host.clockWindow.earliestMs() - oldestTimestampMs > retentionMs;
  }

  get compaction(): LogCompaction {
    return this.#log?.compaction ?? this.#restingCompaction();
  }

  #restingCompaction(): LogCompaction {
    const { cleanedOffset, logStartOffset, logEndOffset, sizeBytes } = this.#known;
    const awake = async () => (await this.#awake()).compaction;
    return {
      cleanedOffset,
      prepare: async () => {
        if (sizeBytes > 0 && (cleanedOffset ?? 0) < logEndOffset) await (await awake()).prepare();
      },
      plan: () => nothingToCompact(cleanedOffset ?? logStartOffset),
      run: async (plan, resources) => (await awake()).run(plan, resources),
      onCut: (offset) => this.#log?.compaction.onCut(offset) ?? false,
    };
  }

  async removeDeletedSegments(): Promise<void> {
    // Those of a log at rest go when it is opened.
    await this.#log?.removeDeletedSegments();
  }

  async startAt(offset: Offset): Promise<void> {
    await (await this.#awake()).startAt(offset);
  }

  fail(reason: string): void {
    if (this.#log !== undefined) {
      this.#log.fail(reason);
      return;
    }
    this.#failure ??= reason;
    this.#notify();
  }

  async copyTo(...args: Parameters<ManagedLog['copyTo']>): ReturnType<ManagedLog['copyTo']> {
    return (await this.#awake()).copyTo(...args);
  }

  abortedTransactions(fromOffset: Offset, toOffset: Offset): ReturnType<ManagedLog['abortedTransactions']> {
    if (this.#log !== undefined) return this.#log.abortedTransactions(fromOffset, toOffset);
    return this.#awake().then((log) => log.abortedTransactions(fromOffset, toOffset));
  }

  async close(): Promise<void> {
    // A clean stop leaves nothing behind a recovery point.
    const isUnchecked = this.#known.recoveryPoint < this.#known.logEndOffset;
    if (isUnchecked && this.failure === undefined) await this.#ready();
    await this.#end((log) => log.close());
  }

  abandon(): Promise<void> {
    return this.#end((log) => log.abandon());
  }

  async #end(end: (log: ManagedLog) => Promise<void>): Promise<void> {
    if (this.#waiting !== undefined) await new Promise<void>((resolve) => this.whenReady(resolve));
    if (this.#log !== undefined) return end(this.#log);
    this.fail('the log is closed');
    this.#watchers = undefined;
  }
}

function nothingToCompact(cleanedOffset: Offset): CompactionPlan {
  return {
    firstDirtyOffset: cleanedOffset,
    firstUncleanableOffset: cleanedOffset,
    dirtyRatio: 0,
    dirtySizeBytes: 0,
    delayMs: 0,
    isDue: false,
  };
}
