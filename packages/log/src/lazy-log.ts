import { DiskError } from '@sluice/kernel/disk';
import type { LeaderEpoch, Offset, TimestampMs, Uuid } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ClockWindow } from './clock-window.ts';
import type { LogCompaction } from './compaction/log-compaction.ts';
import { createRestingCompaction } from './compaction/resting-compaction.ts';
import { reasonOf } from './failure-reason.ts';
import { type KnownLog, knownOffsetFor } from './known-log.ts';
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
import { type RestingAnswers, RestingLog } from './resting-log.ts';

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

const DONE = Promise.resolve();

/**
 * A log that reads its files at its first use. Until then it answers as a `RestingLog` does, and costs a few hundred
 * bytes: a broker may hold thousands that nobody uses. A class, because a log of closures would cost as much as an open one.
 */
export class LazyLog implements ManagedLog {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid | undefined;
  readonly home: LogHome;
  readonly #host: LazyLogHost;
  readonly #resting: RestingLog;
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
    this.#resting = new RestingLog(options.known);
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

  /** Who answers what needs no files. */
  get #answers(): RestingAnswers {
    return this.#log ?? this.#resting;
  }

  get directory(): string {
    return this.#log?.directory ?? `${this.#host.path}/${partitionName(this.topic, this.partition)}`;
  }
  get logStartOffset(): Offset {
    return this.#answers.logStartOffset;
  }
  get logEndOffset(): Offset {
    return this.#answers.logEndOffset;
  }
  get writtenOffset(): Offset {
    return this.#answers.writtenOffset;
  }
  get durableOffset(): Offset {
    return this.#answers.durableOffset;
  }
  get highWatermark(): Offset {
    return this.#answers.highWatermark;
  }
  get lastStableOffset(): Offset {
    return this.#answers.lastStableOffset;
  }
  get generation(): number {
    return this.#answers.generation;
  }
  get recoveryPoint(): Offset {
    return this.#answers.recoveryPoint;
  }
  get logStartOffsetWanted(): Offset {
    return this.#answers.logStartOffsetWanted;
  }
  get sizeBytes(): number {
    return this.#answers.sizeBytes;
  }
  get segmentCount(): number {
    return this.#answers.segmentCount;
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
    return this.#answers.known();
  }

  append(records: Buffer, options: AppendOptions): AppendResult {
    const log = this.#now();
    if (log !== undefined) return log.append(records, options);
    if (this.#failure !== undefined) return refuse(ErrorCode.KAFKA_STORAGE_ERROR, this.#failure);
    // For callers that did not wait; clients try again.
    this.whenReady(() => {});
    return refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER, 'the log is being opened');
  }

  get commitGroup(): object | undefined {
    return this.#log?.commitGroup;
  }

  startVerification(...args: Parameters<ManagedLog['startVerification']>): ReturnType<ManagedLog['startVerification']> {
    // Of a log that is not ready the append itself is refused.
    return this.#now()?.startVerification(...args) ?? { kind: 'not-needed' };
  }

  onWritten(offset: Offset, done: (failure: string | undefined) => void): void {
    this.#whenReached(offset, done, (log) => log.onWritten(offset, done));
  }

  onDurable(offset: Offset, done: (failure: string | undefined) => void): void {
    this.#whenReached(offset, done, (log) => log.onDurable(offset, done));
  }

  /** At rest all that is known to be there is durable. */
  #whenReached(offset: Offset, done: (failure: string | undefined) => void, ask: (log: ManagedLog) => void): void {
    const log = this.#now();
    if (log !== undefined) ask(log);
    else if (this.#failure !== undefined) done(this.#failure);
    else if (offset <= this.#resting.logEndOffset) done(undefined);
    else this.whenReady(() => this.#whenReached(offset, done, ask));
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
    const answer = this.#resting.readWithoutFiles(offset, options);
    return answer ?? this.#readFromFiles(offset, options);
  }

  async #readFromFiles(offset: Offset, options: ReadOptions): Promise<ReadResult> {
    await this.#ready();
    return this.#log?.read(offset, options) ?? { kind: 'failed', reason: this.#problem };
  }

  async offsetForTimestamp(query: OffsetQuery): Promise<TimestampedOffset | undefined> {
    if (this.#log !== undefined) return this.#log.offsetForTimestamp(query);
    const known = knownOffsetFor(query, this.#resting.known());
    return known ?? (await this.#awake()).offsetForTimestamp(query);
  }

  endOffsetForEpoch(epoch: LeaderEpoch): { leaderEpoch: LeaderEpoch; endOffset: Offset } {
    return this.#answers.endOffsetForEpoch(epoch);
  }

  activeProducers(): ProducerSummary[] {
    return this.#answers.activeProducers();
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

  flush(): Promise<void> {
    return this.#answers.flush();
  }

  checkpoint(): Promise<void> {
    return this.#answers.checkpoint();
  }

  expireProducers(nowMs: TimestampMs): void {
    this.#answers.expireProducers(nowMs);
  }

  async applyRetention(): Promise<void> {
    if (this.#log === undefined && !this.#mayHaveTooMuch()) return;
    await (await this.#awake()).applyRetention();
  }

  #mayHaveTooMuch(): boolean {
    if (this.#isConfigProvisional || this.#failure !== undefined) return false;
    return this.#resting.mayHaveTooMuch(this.#config, this.#host.clockWindow.earliestMs());
  }

  get compaction(): LogCompaction {
    if (this.#log !== undefined) return this.#log.compaction;
    return createRestingCompaction(this.#resting.known(), async () => (await this.#awake()).compaction);
  }

  removeDeletedSegments(): Promise<void> {
    return this.#answers.removeDeletedSegments();
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
    const isUnchecked = this.#resting.recoveryPoint < this.#resting.logEndOffset;
    if (isUnchecked && this.failure === undefined) await this.#ready();
    await this.#end((log) => log.close());
  }

  abandon(): Promise<void> {
    return this.#end((log) => log.abandon());
  }

  async #end(end: (log: ManagedLog) => Promise<void>): Promise<void> {
    if (this.#waiting !== undefined) await this.#ready();
    if (this.#log !== undefined) return end(this.#log);
    this.fail('the log is closed');
    this.#watchers = undefined;
  }
}
