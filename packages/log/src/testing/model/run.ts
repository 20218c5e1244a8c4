import assert from 'node:assert/strict';
import type { Offset } from '@sluice/kernel/ids';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import { CODECS } from '@sluice/protocol/compression/codec';
import type { LogDirectory } from '../../log-directory.ts';
import type { ManagedLog } from '../../managed-log.ts';
import type { LogConfig } from '../../partition-log.ts';
import { appendOptions } from '../test-log.ts';
import { encodeBatch, encodeMarker, isTransactional, markerAt, producerOf } from './batches.ts';
import type { Canary } from './canaries.ts';
import type { Circumstances, Command } from './commands.ts';
import {
  checkCommitted,
  checkCompacted,
  checkContent,
  checkFetch,
  checkRange,
  checkTimes,
  type ReadBatch,
  readWhole,
} from './compare.ts';
import {
  BASE,
  DELETE_RETENTION_MS,
  openModelDirectory,
  openModelLog,
  POLICIES,
  SEGMENT_SIZE_BYTES,
} from './open-model.ts';
import {
  createReferenceLog,
  cutReference,
  decisionsOf,
  openTransactionsOf,
  type ReferenceBatch,
} from './reference-log.ts';

/** Does the commands to a log in a data directory and to its model, comparing whatever can be asked. */
export async function liveLike(commands: readonly Command[], how: Circumstances, canary?: Canary): Promise<void> {
  const clock = createSimClock();
  const reference = createReferenceLog();
  let disk = createSimDisk({ clock, zeroTails: how.zeroTails });
  let policy = POLICIES[how.policy] ?? {};
  let serial = 0;
  let compacting: Promise<void> = Promise.resolve();
  let isCompacting = false;
  const nextSequence = new Map<number, number>();
  let directory = await open();
  let log = await partition();

  for (const [index, command] of commands.entries()) {
    await run(command).catch((cause: unknown) => {
      throw new Error(`${messageOf(cause)}, at command ${index}, ${command.kind}`, { cause });
    });
    noteCompacted();
  }
  await compacting;
  await checkAll();
  await directory.close();

  function config(): LogConfig {
    return { ...BASE, ...policy };
  }

  function open(): Promise<LogDirectory> {
    return openModelDirectory(disk, clock, how, canary);
  }

  function partition(): Promise<ManagedLog> {
    return openModelLog(directory, config(), canary);
  }

  async function run(command: Command): Promise<void> {
    switch (command.kind) {
      case 'send':
        return send(command);
      case 'end-transaction':
        return endTransaction(producerOf(command.producer), command.isAbort);
      case 'retry':
        return retry(producerOf(command.producer));
      case 'settle':
        return settle();
      case 'pass-turns':
        return passTurns(command.count);
      case 'wait':
        return clock.advance(command.ms);
      case 'look':
        return look(command.at, command.maxBytes);
      case 'look-at-all':
        return checkAll();
      case 'new-epoch':
        reference.leaderEpoch++;
        return;
      case 'set-policy':
        policy = POLICIES[command.policy] ?? {};
        return log.reconfigure(config());
      case 'delete-below':
        return deleteBelow(command.at);
      case 'retain-bytes':
        return retainBytes(command.sizeBytes);
      case 'retain-time':
        return retainTime(command.ms, command.jumpMs);
      case 'checkpoint':
        return directory.checkpoint();
      case 'compact':
        await compacting;
        await settle();
        await directory.checkpoint();
        beginCompacting();
        await compacting;
        return checkAll();
      case 'begin-compacting':
        beginCompacting();
        return;
      case 'truncate':
        return truncate(command.at);
      case 'restart':
        return restart();
      case 'lose-power':
        return losePower(command.seed);
    }
  }

  function send({ producer, records, codec, isDurable }: Extract<Command, { kind: 'send' }>): void {
    const producerId = producerOf(producer);
    const baseSequence = producerId === -1 ? -1 : (nextSequence.get(producerId) ?? 0);
    const baseOffset = reference.endOffset;
    const batch: ReferenceBatch = {
      baseOffset,
      lastOffset: baseOffset + records.length - 1,
      leaderEpoch: reference.leaderEpoch,
      codec: CODECS[codec % CODECS.length] ?? 'none',
      producerId,
      baseSequence,
      isTransactional: isTransactional(producerId),
      marker: undefined,
      records: records.map(({ key, size, age }, index) => ({
        offset: baseOffset + index,
        key: `key-${key}`,
        value: size < 0 ? null : `${serial++}-${'x'.repeat(size)}`,
        timestampMs: clock.now() - age,
      })),
      isDurable,
      isAcked: false,
    };
    append(batch, encodeBatch(batch));
    if (producerId !== -1) nextSequence.set(producerId, baseSequence + records.length);
  }

  function endTransaction(producerId: number, isAbort: boolean): void {
    if (!openTransactionsOf(reference).has(producerId)) return;
    const marker = markerAt(reference, producerId, isAbort ? 'ABORT' : 'COMMIT', clock.now());
    append(marker, encodeMarker(marker));
  }

  function append(batch: ReferenceBatch, bytes: Buffer): void {
    const result = log.append(
      bytes,
      appendOptions({
        durable: batch.isDurable,
        leaderEpoch: batch.leaderEpoch,
        nowMs: clock.now(),
        origin: batch.marker === undefined ? 'client' : 'coordinator',
      }),
    );
    assert.equal(result.kind, 'appended', JSON.stringify(result));
    assert(result.kind === 'appended');
    assert.equal(result.firstOffset, batch.baseOffset, 'I3: offsets follow each other');
    reference.batches.push(batch);
    reference.endOffset = batch.lastOffset + 1;
    const done = (failure: string | undefined) => {
      batch.isAcked = failure === undefined;
    };
    if (batch.isDurable) log.onDurable(reference.endOffset, done);
    else log.onWritten(reference.endOffset, done);
  }

  /** I4: what a producer sent last is known for a retry, whatever was done to the log since. */
  function retry(producerId: number): void {
    const last = reference.batches.findLast((batch) => batch.producerId === producerId && batch.marker === undefined);
    if (producerId === -1 || last === undefined || nextSequence.get(producerId) === 0) return;
    const result = log.append(encodeBatch(last), appendOptions({ durable: true, nowMs: clock.now() }));
    assert.equal(result.kind, 'duplicate', `I4: a retry of ${last.baseOffset}: ${JSON.stringify(result)}`);
    assert(result.kind === 'duplicate');
    assert.equal(result.firstOffset, last.baseOffset, 'I4: a duplicate has its first offset');
  }

  async function settle(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      log.onDurable(log.logEndOffset, (failure) => (failure === undefined ? resolve() : reject(new Error(failure))));
    });
  }

  async function passTurns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) await Promise.resolve();
  }

  function beginCompacting(): void {
    if (!log.isCompacted) return;
    noteCompacted();
    isCompacting = true;
    const mine = Promise.all([compacting, directory.compact()]).then(() => {
      noteCompacted();
      if (compacting === mine) isCompacting = false;
    });
    compacting = mine;
  }

  /** What has been compacted, or may be by now. */
  function noteCompacted(): void {
    const { compaction } = log;
    if (compaction.cleanedOffset === undefined && !log.isCompacted) return;
    reference.compactedBelow = Math.max(reference.compactedBelow, compaction.plan().firstUncleanableOffset);
    reference.stableBelow = reference.endOffset;
    for (const { records, marker } of reference.batches) {
      if (marker !== undefined) continue;
      for (const { offset, value } of records) {
        if (value !== null || offset >= reference.compactedBelow || reference.tombstonesSeenMs.has(offset)) continue;
        reference.tombstonesSeenMs.set(offset, clock.monotonicMs());
      }
    }
  }

  function offsetAt(share: number, from = log.logStartOffset, to = reference.endOffset): Offset {
    return from + Math.floor(share * (to - from + 1) * 0.999);
  }

  async function look(share: number, maxBytes: number): Promise<void> {
    await settle();
    const isQuiet = !isCompacting;
    const actual = await readWhole(log, maxBytes);
    const decisions = decisionsOf(reference);
    noteCompacted();
    checkContent(actual, reference, decisions, clock.monotonicMs() - DELETE_RETENTION_MS);
    // What a fetch gives may be less from one to the next while the log is compacted, and nothing else.
    if (!isQuiet) return;
    const offset = offsetAt(share);
    await checkFetch(log, actual, offset, maxBytes);
    await checkCommitted(log, actual, reference, decisions, offset);
    await checkTimes(log, actual, [timestampNear(actual, share)]);
  }

  async function checkAll(): Promise<void> {
    await compacting;
    await settle();
    noteCompacted();
    assert.equal(log.failure, undefined);
    assert.equal(log.logEndOffset, reference.endOffset, 'the end of the log');
    assert.equal(log.logStartOffset, reference.logStartOffset, 'I16: the start of the log');
    const actual = await readWhole(log);
    const decisions = decisionsOf(reference);
    checkContent(actual, reference, decisions, clock.monotonicMs() - DELETE_RETENTION_MS);
    for (let offset = log.logStartOffset; offset <= log.logEndOffset; offset++)
      await checkFetch(log, actual, offset, 1);
    await checkRange(log);
    for (const share of [0, 0.4, 0.8]) {
      await checkFetch(log, actual, offsetAt(share), 700);
      await checkCommitted(log, actual, reference, decisions, offsetAt(share));
    }
    const shares = [0, 0.3, 0.6, 0.9, 1];
    await checkTimes(
      log,
      actual,
      shares.map((share) => timestampNear(actual, share)),
    );
    checkCompacted(actual, reference, decisions, log.compaction.cleanedOffset ?? 0);
  }

  function timestampNear(actual: readonly ReadBatch[], share: number): number {
    const timestamps = actual.flatMap(({ records }) => records.map(({ timestampMs }) => timestampMs));
    const chosen = timestamps[Math.floor(share * (timestamps.length - 1))] ?? clock.now();
    return chosen + Math.round(share * 10) - 5;
  }

  async function deleteBelow(share: number): Promise<void> {
    await settle();
    const offset = offsetAt(share, log.logStartOffset, log.highWatermark);
    reference.logStartAskedOffset = Math.max(reference.logStartAskedOffset, offset);
    await log.deleteRecordsBelow(offset);
    reference.logStartOffset = Math.max(reference.logStartOffset, offset);
  }

  async function retainBytes(sizeBytes: number): Promise<void> {
    await settle();
    await compacting;
    const before = { sizeBytes: log.sizeBytes, start: log.logStartOffset };
    log.reconfigure({ ...config(), retentionSizeBytes: sizeBytes });
    await log.applyRetention();
    if (log.logStartOffset > before.start) {
      assert(config().cleanupDelete, 'I16: nothing goes unless the policy says so');
      assert(log.sizeBytes >= sizeBytes, 'I16: no more goes than the limit asks');
    } else if (config().cleanupDelete) {
      // An emptied or a grown segment in front may be all that there is.
      assert(before.sizeBytes < sizeBytes + 2 * SEGMENT_SIZE_BYTES, 'what is too much goes');
    }
    noteDeleted();
  }

  /** The true time is the monotonic one: the wall clock may have jumped, and jumps back afterwards (F15). */
  async function retainTime(retentionMs: number, jumpMs: number): Promise<void> {
    await settle();
    await compacting;
    const actual = await readWhole(log);
    const trueNowMs = clock.now();
    const start = log.logStartOffset;
    log.reconfigure({ ...config(), retentionMs });
    clock.jump(jumpMs);
    await log.applyRetention();
    clock.jump(-jumpMs);
    const records = actual.flatMap((batch) => batch.records).filter(({ offset }) => offset >= start);
    for (const { offset, timestampMs } of records) {
      if (offset >= log.logStartOffset) continue;
      assert(config().cleanupDelete, 'I16: nothing goes unless the policy says so');
      assert(trueNowMs - timestampMs > retentionMs, `I16: offset ${offset} was not too old yet`);
    }
    const isAllOld = records.every(({ timestampMs }) => trueNowMs - timestampMs > retentionMs);
    const isUntouched = reference.compactedBelow === 0;
    if (jumpMs === 0 && isAllOld && isUntouched && config().cleanupDelete) {
      assert.equal(log.logStartOffset, reference.endOffset, 'what is too old goes');
    }
    noteDeleted();
  }

  function noteDeleted(): void {
    assert(log.logStartOffset >= reference.logStartOffset, 'I16: the start of the log only rises');
    reference.logStartOffset = log.logStartOffset;
    reference.logStartAskedOffset = Math.max(reference.logStartAskedOffset, log.logStartOffset);
    log.reconfigure(config());
  }

  /** As when a replica finds that others have gone on without its end; never into what counts as stable. */
  async function truncate(share: number): Promise<void> {
    noteCompacted();
    const from = Math.max(log.logStartOffset, reference.stableBelow);
    if (from > reference.endOffset) return;
    const offset = offsetAt(share, from);
    await settle();
    await log.truncateTo(offset);
    cutReference(reference, offset);
    adoptSequences();
  }

  async function restart(): Promise<void> {
    await settle();
    await directory.close();
    await compacting;
    noteCompacted();
    directory = await open();
    log = await partition();
    checkSequences();
    await checkAll();
  }

  async function losePower(seed: number): Promise<void> {
    noteCompacted();
    disk.crash();
    const acked = reference.batches.filter(({ isDurable, isAcked }) => isDurable && isAcked);
    await directory.close().catch(() => {});
    await compacting.catch(() => {});
    compacting = Promise.resolve();
    isCompacting = false;
    disk = disk.reboot(seed);
    directory = await open();
    log = await partition();
    const ackedEnd = (acked.at(-1)?.lastOffset ?? -1) + 1;
    assert(log.logEndOffset >= ackedEnd, `I1: the log ends at ${log.logEndOffset}, and ${ackedEnd} was acknowledged`);
    assert(log.logEndOffset <= reference.endOffset, 'nothing came from nowhere');
    assert(log.logStartOffset >= reference.logStartOffset, 'I16: an answered deletion stays');
    assert(log.logStartOffset <= reference.logStartAskedOffset, 'I16: nothing is deleted that nobody asked for');
    reference.logStartOffset = log.logStartOffset;
    cutReference(reference, log.logEndOffset);
    reference.leaderEpoch++;
    checkSequences();
    await checkAll();
  }

  /** I4: a producer's state survives as long as its last batch does. */
  function checkSequences(): void {
    const known = new Map(log.activeProducers().map((each) => [each.producerId, each.lastSequence]));
    const last = new Map<number, ReferenceBatch>();
    for (const batch of reference.batches) if (batch.baseSequence >= 0) last.set(batch.producerId, batch);
    for (const [producerId, { baseSequence, records, lastOffset }] of last) {
      if (lastOffset < reference.logStartOffset) continue;
      assert.equal(known.get(producerId), baseSequence + records.length - 1, `I4: the state of producer ${producerId}`);
    }
    adoptSequences();
  }

  /** Producers ask the broker where they are, as Kafka's do after an error. */
  function adoptSequences(): void {
    nextSequence.clear();
    for (const { producerId, lastSequence } of log.activeProducers()) {
      nextSequence.set(producerId, Math.max(0, lastSequence + 1));
    }
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
