import assert from 'node:assert/strict';
import type { Offset } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { ACKNOWLEDGE_TYPES } from '../acknowledge.ts';
import type { AcquiredRecords } from '../acquire.ts';
import {
  createSharePartition,
  type SharePartition,
  type SharePartitionCanary,
  type SharePartitionSettings,
  type ShareWrite,
} from '../share-partition.ts';
import { createBruteForce } from './brute-force.ts';
import { createFakeShareState } from './fake-share-state.ts';
import { createModelLog } from './model-log.ts';
import type { LetGo } from './model-record.ts';
import { createModelWrites } from './model-writes.ts';
import type { Step, StepOf } from './share-step.ts';

export interface ModelOptions {
  readonly settings: SharePartitionSettings;
  readonly canary?: SharePartitionCanary | undefined;
}

/** The second where nothing is in flight. */
const REFUSALS: ReadonlySet<number> = new Set([ErrorCode.INVALID_RECORD_STATE, ErrorCode.INVALID_REQUEST]);

type FetchStep = Omit<StepOf<'fetch'>, 'kind' | 'member'>;

/** Takes the steps, with a share partition and with a model beside it that knows each record by itself; throws where they differ. */
export function runShareModel(steps: readonly Step[], { settings, canary }: ModelOptions): void {
  const log = createModelLog();
  const records = createBruteForce(log, settings);
  const share = createFakeShareState();
  const writes = createModelWrites(records, share);
  const everAcquired: AcquiredRecords[] = [];
  let nowMs = 0;
  let partition = load();

  function load(): SharePartition {
    const loaded = createSharePartition({
      leaderEpoch: 0,
      stateEpoch: 0,
      startOffset: share.startOffset,
      stateBatches: share.stateBatches,
      settings: () => settings,
      canary,
    });
    assert.ok(loaded, 'the state that was written can be read');
    return loaded;
  }

  function fetch(memberId: string, { countMax, batchSize, mode, readCount }: FetchStep): readonly AcquiredRecords[] {
    if (partition.startOffset < log.startOffset) moveStart();
    if (!partition.canAcquire()) {
      assert.ok(partition.inFlightCount >= settings.recordLockCountMax, 'there is room');
      return [];
    }
    const fetchOffset = partition.nextFetchOffset();
    const spans = log.read(fetchOffset, readCount);
    const aborted = spans.filter(({ firstOffset }) => log.isAborted(firstOffset));
    const request = { memberId, mode, batchSize, recordCountMax: countMax, fetchOffset, spans, nowMs };
    const acquired = partition.acquire(request, aborted);
    for (const each of acquired) {
      for (const offset of offsetsOf(each)) records.take(offset, each.deliveryCount, memberId, nowMs);
      everAcquired.push(each);
    }
    if (spans.length === 0 && fetchOffset < log.endOffset) partition.passMissing(fetchOffset, log.endOffset);
    const position = acquired.length === 0 ? partition.writePosition() : undefined;
    if (position !== undefined) writes.beginPosition(position);
    if (mode === 'record-limit') assert.ok(countOf(acquired) <= countMax, 'more than the limit');
    return acquired;
  }

  function acknowledge(memberId: string, step: StepOf<'acknowledge'>): void {
    const target = everAcquired.at(-1 - (step.which % Math.max(1, everAcquired.length)));
    if (target === undefined) return;
    const firstOffset = target.firstOffset + step.skipFirst;
    const lastOffset = target.lastOffset - step.skipLast;
    if (firstOffset > lastOffset) return;
    const types = typesFor(step.types, lastOffset - firstOffset + 1);
    const offsets = offsetsOf({ firstOffset, lastOffset }).filter((offset) => offset >= partition.startOffset);
    const held = offsets.filter((offset) => records.isHeldBy(offset, memberId));
    const result = partition.acknowledge(memberId, [{ firstOffset, lastOffset, types }], nowMs);
    if (result !== undefined && 'errorCode' in result) {
      assert.ok(held.length < offsets.length, `${memberId} holds ${firstOffset}–${lastOffset}: ${result.message}`);
      assert.ok(REFUSALS.has(result.errorCode), `refused with ${result.errorCode}`);
      return;
    }
    // What compaction took may be a hole between that which is in flight.
    const isAllowed = offsets.every((offset) => held.includes(offset) || log.isCompacted(offset));
    assert.ok(isAllowed, `${memberId} does not hold all of ${firstOffset}–${lastOffset}`);
    const typeOf = (offset: Offset) => types[types.length === 1 ? 0 : offset - firstOffset] ?? 0;
    const isRenewed = (offset: Offset) => typeOf(offset) === ACKNOWLEDGE_TYPES.renew;
    for (const offset of held.filter(isRenewed)) records.renew(offset, nowMs);
    const changed = held.filter((offset) => !isRenewed(offset));
    begin(result, changed, (offset) => records.stateAfter(offset, typeOf(offset)));
  }

  /** It counts once it is written. */
  function begin(
    write: ShareWrite | undefined,
    offsets: readonly Offset[],
    stateAfter: (offset: Offset) => LetGo,
  ): void {
    const pending = writes.begin(write, offsets, stateAfter);
    for (const offset of offsets) records.at(offset).pending = pending;
  }

  const released = (offset: Offset) => records.stateAfter(offset, ACKNOWLEDGE_TYPES.release);

  /** It counts at once. */
  function endLocks(): void {
    const write = partition.endLocks(nowMs);
    const ended = records.offsetsFrom(partition.startOffset).filter((offset) => records.isLockOver(offset, nowMs));
    const pending = writes.begin(write, ended, released);
    for (const [offset, { state }] of pending?.after ?? []) records.letGo(offset, state);
  }

  function settle(isWritten: boolean): void {
    if (!writes.areAnyUnderWay) return;
    writes.settle(isWritten);
    endLocks();
  }

  function settleAll(): void {
    while (writes.areAnyUnderWay) settle(true);
  }

  function leave(memberId: string): void {
    const write = partition.release(memberId);
    const held = records.offsetsFrom(partition.startOffset).filter((offset) => records.isHeldBy(offset, memberId));
    begin(write, held, released);
  }

  function crash(writtenCount: number): void {
    writes.crash(writtenCount);
    records.restart(share.startOffset);
    partition = load();
  }

  function moveStart(): void {
    partition.moveStart(log.startOffset);
    records.forgetBelow(log.startOffset);
  }

  function perform(step: Step): void {
    switch (step.kind) {
      case 'append':
        log.append(step.sizes, step.isAborted);
        break;
      case 'fetch':
        fetch(`member-${step.member}`, step);
        break;
      case 'acknowledge':
        acknowledge(`member-${step.member}`, step);
        break;
      case 'settle':
        settle(step.isWritten);
        break;
      case 'pass':
        nowMs += step.ms;
        endLocks();
        break;
      case 'leave':
        leave(`member-${step.member}`);
        break;
      case 'crash':
        crash(step.writtenCount);
        break;
      case 'move-log-start':
        log.moveStart(step.by);
        moveStart();
        break;
      case 'compact':
        log.compact(step.batch);
        break;
    }
  }

  /** Of what is in flight, from the start on, so many are done. Records that nobody may get are left to the unit tests. */
  function checkCount(): void {
    if (!log.isPlain) return;
    const count = records.doneCount(partition.startOffset, partition.endOffset);
    assert.equal(partition.deliveryCompleteCount, count, 'delivery complete count');
  }

  /** All members but one are gone; that one gets what is left, and accepts it. Nothing else may be left then. */
  function drain(): void {
    settleAll();
    nowMs += settings.recordLockDurationMs;
    endLocks();
    settleAll();
    let idleCount = 0;
    while (idleCount < 3) {
      const got = fetch('drain', { countMax: 100, batchSize: 100, mode: 'batch-optimized', readCount: 1_000 });
      idleCount = got.length === 0 ? idleCount + 1 : 0;
      for (const { firstOffset, lastOffset } of got) {
        const write = partition.acknowledge('drain', [{ firstOffset, lastOffset, types: [1] }], nowMs);
        assert.ok(write !== undefined && !('errorCode' in write), 'what was just acquired can be accepted');
        const offsets = offsetsOf({ firstOffset, lastOffset }).filter((offset) => offset >= partition.startOffset);
        begin(write, offsets, () => 'done');
        settleAll();
      }
      settleAll();
    }
    for (const offset of records.offsetsFrom(0)) {
      const what = 'was neither accepted nor rejected nor archived, and is not delivered';
      assert.ok(records.isOver(offset), `${offset} ${what}`);
    }
    const leftCount = log.endOffset - share.startOffset - share.deliveryCompleteCount;
    assert.equal(leftCount, 0, 'records that seem to be left');
  }

  for (const step of steps) {
    perform(step);
    checkCount();
  }
  drain();
}

function offsetsOf({ firstOffset, lastOffset }: { firstOffset: Offset; lastOffset: Offset }): readonly Offset[] {
  return Array.from({ length: lastOffset - firstOffset + 1 }, (_, index) => firstOffset + index);
}

function typesFor(types: readonly number[], count: number): readonly number[] {
  if (types.length === 1) return types;
  return Array.from({ length: count }, (_, index) => types[index % types.length] ?? 1);
}

function countOf(acquired: readonly AcquiredRecords[]): number {
  return acquired.reduce((count, { firstOffset, lastOffset }) => count + lastOffset - firstOffset + 1, 0);
}
