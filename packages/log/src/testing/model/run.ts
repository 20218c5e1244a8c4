import assert from 'node:assert/strict';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import type { LogDirectory } from '../../log-directory.ts';
import type { ManagedLog } from '../../managed-log.ts';
import type { LogConfig } from '../../partition-log.ts';
import { producerOf } from './batches.ts';
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
import { createModelDeletions } from './deletions.ts';
import { type LivingLog, offsetAt } from './living-log.ts';
import { BASE, DELETE_RETENTION_MS, openModelDirectory, openModelLog, POLICIES } from './open-model.ts';
import { createModelProducers } from './producers.ts';
import { createReferenceLog, cutReference, decisionsOf } from './reference-log.ts';

/** Does the commands to a log in a data directory and to its model, comparing whatever can be asked. */
export async function liveLike(commands: readonly Command[], how: Circumstances, canary?: Canary): Promise<void> {
  const clock = createSimClock();
  const reference = createReferenceLog();
  let disk = createSimDisk({ clock, zeroTails: how.zeroTails });
  let policy = POLICIES[how.policy] ?? {};
  let compacting: Promise<void> = Promise.resolve();
  let isCompacting = false;
  let directory = await open();
  let log = await partition();
  const life: LivingLog = {
    clock,
    reference,
    get log() {
      return log;
    },
    get compacting() {
      return compacting;
    },
    config,
    settle,
  };
  const producers = createModelProducers(life);
  const deletions = createModelDeletions(life);

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
        return producers.send(command);
      case 'end-transaction':
        return producers.endTransaction(producerOf(command.producer), command.isAbort);
      case 'retry':
        return producers.retry(producerOf(command.producer));
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
        return deletions.deleteBelow(command.at);
      case 'retain-bytes':
        return deletions.retainBytes(command.sizeBytes);
      case 'retain-time':
        return deletions.retainTime(command.ms, command.jumpMs);
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

  async function look(share: number, maxBytes: number): Promise<void> {
    await settle();
    const isQuiet = !isCompacting;
    const actual = await readWhole(log, maxBytes);
    const decisions = decisionsOf(reference);
    noteCompacted();
    checkContent(actual, reference, decisions, clock.monotonicMs() - DELETE_RETENTION_MS);
    // What a fetch gives may be less from one to the next while the log is compacted, and nothing else.
    if (!isQuiet) return;
    const offset = offsetAt(life, share);
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
      await checkFetch(log, actual, offsetAt(life, share), 700);
      await checkCommitted(log, actual, reference, decisions, offsetAt(life, share));
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

  /** As when a replica finds that others have gone on without its end; never into what counts as stable. */
  async function truncate(share: number): Promise<void> {
    noteCompacted();
    const from = Math.max(log.logStartOffset, reference.stableBelow);
    if (from > reference.endOffset) return;
    const offset = offsetAt(life, share, from);
    await settle();
    await log.truncateTo(offset);
    const cut = reference.batches.find(({ baseOffset, lastOffset }) => baseOffset < offset && offset <= lastOffset);
    cutReference(reference, Math.max(cut?.baseOffset ?? offset, reference.logStartOffset));
    producers.adoptSequences();
  }

  async function restart(): Promise<void> {
    await settle();
    await directory.close();
    await compacting;
    noteCompacted();
    directory = await open();
    log = await partition();
    producers.checkSequences();
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
    producers.checkSequences();
    await checkAll();
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
