import assert from 'node:assert/strict';
import type { Offset } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { ACKNOWLEDGE_TYPES } from '../acknowledge.ts';
import type { AcquiredRecords, AcquireMode, BatchSpan } from '../acquire.ts';
import {
  createSharePartition,
  type SharePartition,
  type SharePartitionCanary,
  type SharePartitionSettings,
  type ShareWrite,
} from '../share-partition.ts';
import { createFakeShareState } from './fake-share-state.ts';

/** What happens to a share partition, by the numbers that a generator picks. */
export type Step =
  | { readonly kind: 'append'; readonly sizes: readonly number[]; readonly isAborted: boolean }
  | {
      readonly kind: 'fetch';
      readonly member: number;
      readonly countMax: number;
      readonly batchSize: number;
      readonly mode: AcquireMode;
      /** Record batches that one read gives. */
      readonly readCount: number;
    }
  /** Of something that was once acquired, by whoever: late, twice, for others. */
  | {
      readonly kind: 'acknowledge';
      readonly member: number;
      readonly which: number;
      readonly types: readonly number[];
      readonly skipFirst: number;
      readonly skipLast: number;
    }
  | { readonly kind: 'settle'; readonly isWritten: boolean }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'leave'; readonly member: number }
  /** The first so many writes that are under way reach the share coordinator, the others do not. */
  | { readonly kind: 'crash'; readonly writtenCount: number }
  | { readonly kind: 'move-log-start'; readonly by: number }
  | { readonly kind: 'compact'; readonly batch: number };

/** One record as a brute force sees it. */
interface ModelRecord {
  isAborted: boolean;
  isInLog: boolean;
  state: 'available' | 'acquired' | 'done';
  holder: string;
  lockedUntilMs: number;
  count: number;
  /** The acknowledgement that is being written. */
  pending: PendingWrite | undefined;
  /** What a crash leaves of it. */
  written: { readonly state: 'available' | 'done'; readonly count: number } | undefined;
  /** Members were told that it is done. */
  isAnswered: boolean;
}

interface PendingWrite {
  readonly write: ShareWrite;
  /** As it is after the write, by offset. */
  readonly after: ReadonlyMap<Offset, { readonly state: 'available' | 'done'; readonly count: number }>;
}

export interface ModelOptions {
  readonly settings: SharePartitionSettings;
  readonly canary?: SharePartitionCanary | undefined;
}

/** The second where nothing is in flight. */
const REFUSALS: ReadonlySet<number> = new Set([ErrorCode.INVALID_RECORD_STATE, ErrorCode.INVALID_REQUEST]);

/** Takes the steps, with a share partition and with a model beside it that knows each record by itself; throws where they differ. */
export function runShareModel(steps: readonly Step[], { settings, canary }: ModelOptions): void {
  const records: ModelRecord[] = [];
  let spans: BatchSpan[] = [];
  const share = createFakeShareState();
  const pendings: PendingWrite[] = [];
  const everAcquired: AcquiredRecords[] = [];
  let nowMs = 0;
  let logStart = 0;
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

  function recordAt(offset: Offset): ModelRecord {
    const record = records[offset];
    assert.ok(record, `offset ${offset} was never appended`);
    return record;
  }

  function append(sizes: readonly number[], isAborted: boolean): void {
    for (const size of sizes) {
      const firstOffset = records.length;
      for (let i = 0; i < size; i++) {
        records.push({
          isAborted,
          isInLog: true,
          state: 'available',
          holder: '',
          lockedUntilMs: 0,
          count: 0,
          pending: undefined,
          written: undefined,
          isAnswered: false,
        });
      }
      spans.push({ firstOffset, lastOffset: firstOffset + size - 1 });
    }
  }

  function readAt(offset: Offset, readCount: number): BatchSpan[] {
    const from = spans.findIndex(({ lastOffset }) => lastOffset >= Math.max(offset, logStart));
    return from < 0 ? [] : spans.slice(from, from + readCount);
  }

  function fetch(memberId: string, countMax: number, batchSize: number, mode: AcquireMode, readCount: number) {
    if (partition.startOffset < logStart) moveLogStart();
    if (!partition.canAcquire()) {
      assert.ok(partition.inFlightCount >= settings.recordLockCountMax, 'there is room');
      return [];
    }
    const fetchOffset = partition.nextFetchOffset();
    const read = readAt(fetchOffset, readCount);
    const aborted = read.filter(({ firstOffset }) => recordAt(firstOffset).isAborted);
    const request = { memberId, mode, batchSize, recordCountMax: countMax, fetchOffset, spans: read, nowMs };
    const acquired = partition.acquire(request, aborted);
    for (const { firstOffset, lastOffset, deliveryCount } of acquired) {
      for (let offset = firstOffset; offset <= lastOffset; offset++) take(offset, deliveryCount, memberId);
    }
    for (const records of acquired) everAcquired.push(records);
    if (mode === 'record-limit') assert.ok(countOf(acquired) <= countMax, 'more than the limit');
    return acquired;
  }

  function take(offset: Offset, deliveryCount: number, memberId: string): void {
    const record = recordAt(offset);
    assert.ok(offset >= logStart, `${offset} is below the log's start`);
    assert.ok(!record.isAborted || !record.isInLog, `${offset} is of an aborted transaction`);
    assert.ok(!record.isAnswered, `${offset} was accepted, and is delivered again`);
    assert.equal(record.pending, undefined, `${offset} is being acknowledged, and is delivered`);
    assert.notEqual(record.state, 'acquired', `${offset} is held by ${record.holder}, and is given to ${memberId}`);
    assert.equal(record.state, 'available', `${offset} is done`);
    assert.equal(deliveryCount, record.count + 1, `the delivery count of ${offset}`);
    assert.ok(deliveryCount <= settings.deliveryCountLimit, `${offset} is delivered too often`);
    record.state = 'acquired';
    record.holder = memberId;
    record.count = deliveryCount;
    record.lockedUntilMs = nowMs + settings.recordLockDurationMs;
  }

  function stateAfter(record: ModelRecord, type: number): 'available' | 'done' {
    const isFree = type === ACKNOWLEDGE_TYPES.release && record.count < settings.deliveryCountLimit;
    return isFree ? 'available' : 'done';
  }

  function acknowledge(step: Extract<Step, { kind: 'acknowledge' }>): void {
    const target = everAcquired.at(-1 - (step.which % Math.max(1, everAcquired.length)));
    if (target === undefined) return;
    const firstOffset = target.firstOffset + step.skipFirst;
    const lastOffset = target.lastOffset - step.skipLast;
    if (firstOffset > lastOffset) return;
    const types = typesFor(step.types, lastOffset - firstOffset + 1);
    const memberId = `member-${step.member}`;
    const offsets: Offset[] = [];
    for (let offset = firstOffset; offset <= lastOffset; offset++) {
      if (offset >= partition.startOffset) offsets.push(offset);
    }
    const held = offsets.filter((offset) => {
      const { state, holder, pending } = recordAt(offset);
      return state === 'acquired' && holder === memberId && pending === undefined;
    });
    const result = partition.acknowledge(memberId, [{ firstOffset, lastOffset, types }], nowMs);
    if (result !== undefined && 'errorCode' in result) {
      assert.ok(held.length < offsets.length, `${memberId} holds ${firstOffset}–${lastOffset}: ${result.message}`);
      assert.ok(REFUSALS.has(result.errorCode), `refused with ${result.errorCode}`);
      return;
    }
    // What compaction took may be a hole between that which is in flight.
    const isAllowed = offsets.every((offset) => held.includes(offset) || !recordAt(offset).isInLog);
    assert.ok(isAllowed, `${memberId} does not hold all of ${firstOffset}–${lastOffset}`);
    const typeOf = (offset: Offset) => types[types.length === 1 ? 0 : offset - firstOffset] ?? 0;
    for (const offset of held) {
      if (typeOf(offset) !== ACKNOWLEDGE_TYPES.renew) continue;
      recordAt(offset).lockedUntilMs = nowMs + settings.recordLockDurationMs;
    }
    const changed = held.filter((offset) => typeOf(offset) !== ACKNOWLEDGE_TYPES.renew);
    begin(result, changed, (record, offset) => stateAfter(record, typeOf(offset)));
  }

  function begin(
    write: ShareWrite | undefined,
    offsets: readonly Offset[],
    after: (record: ModelRecord, offset: Offset) => 'available' | 'done',
  ): void {
    assert.equal(write !== undefined, offsets.length > 0, 'a write for what has changed');
    if (write === undefined) return;
    const pending = pendingOf(write, offsets, after);
    for (const offset of offsets) recordAt(offset).pending = pending;
    pendings.push(pending);
  }

  function pendingOf(
    write: ShareWrite,
    offsets: readonly Offset[],
    after: (record: ModelRecord, offset: Offset) => 'available' | 'done',
  ): PendingWrite {
    const states = offsets.map((offset) => {
      const record = recordAt(offset);
      return [offset, { state: after(record, offset), count: record.count }] as const;
    });
    return { write, after: new Map(states) };
  }

  /** It reaches the share coordinator. */
  function write({ write: { state }, after }: PendingWrite): void {
    share.write(state);
    for (const [offset, written] of after) recordAt(offset).written = written;
    for (const [offset, record] of records.slice(0, state.startOffset).entries()) {
      const isOver = record.state === 'done' || record.isAborted || !record.isInLog || offset < logStart;
      assert.ok(isOver, `${offset} is left behind, and is not done`);
    }
  }

  function become(record: ModelRecord, state: 'available' | 'done'): void {
    record.state = state;
    record.holder = '';
  }

  function settle(isWritten: boolean): void {
    const pending = pendings.shift();
    if (pending === undefined) return;
    if (isWritten) write(pending);
    pending.write.settle(isWritten);
    for (const [offset, { state }] of pending.after) {
      const record = recordAt(offset);
      if (record.pending !== pending) continue;
      record.pending = undefined;
      if (!isWritten) continue;
      become(record, state);
      if (state === 'done') record.isAnswered = true;
    }
    endLocks();
  }

  function endLocks(): void {
    const write = partition.endLocks(nowMs);
    const ended = [...records.keys()].filter((offset) => {
      const { state, pending, lockedUntilMs } = recordAt(offset);
      return state === 'acquired' && pending === undefined && lockedUntilMs <= nowMs && offset >= partition.startOffset;
    });
    assert.equal(write !== undefined, ended.length > 0, 'locks that have ended');
    if (write === undefined) return;
    const pending = pendingOf(write, ended, (record) => stateAfter(record, ACKNOWLEDGE_TYPES.release));
    for (const [offset, { state }] of pending.after) become(recordAt(offset), state);
    pendings.push(pending);
  }

  function leave(memberId: string): void {
    const write = partition.release(memberId);
    const held = [...records.keys()].filter((offset) => {
      const { state, holder, pending } = recordAt(offset);
      return offset >= partition.startOffset && state === 'acquired' && holder === memberId && pending === undefined;
    });
    begin(write, held, (record) => stateAfter(record, ACKNOWLEDGE_TYPES.release));
  }

  function crash(writtenCount: number): void {
    for (const pending of pendings.splice(0).slice(0, writtenCount)) write(pending);
    for (const [offset, record] of records.entries()) {
      record.pending = undefined;
      record.holder = '';
      record.state = offset < share.startOffset ? 'done' : (record.written?.state ?? 'available');
      record.count = record.written?.count ?? 0;
    }
    partition = load();
  }

  function moveLogStart(): void {
    partition.moveStart(logStart);
    for (const record of records.slice(0, logStart)) record.pending = undefined;
  }

  function compact(index: number): void {
    if (spans.length === 0) return;
    const gone = spans[index % spans.length];
    spans = spans.filter((span) => span !== gone);
    if (gone === undefined) return;
    for (let offset = gone.firstOffset; offset <= gone.lastOffset; offset++) recordAt(offset).isInLog = false;
  }

  function perform(step: Step): void {
    switch (step.kind) {
      case 'append':
        append(step.sizes, step.isAborted);
        break;
      case 'fetch':
        fetch(`member-${step.member}`, step.countMax, step.batchSize, step.mode, step.readCount);
        break;
      case 'acknowledge':
        acknowledge(step);
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
        logStart = Math.min(records.length, logStart + step.by);
        moveLogStart();
        break;
      case 'compact':
        compact(step.batch);
        break;
    }
  }

  /** Of what is in flight, from the start on, so many are done. Records that nobody may get are left to the unit tests. */
  function checkCount(): void {
    if (records.some(({ isInLog, isAborted }) => !isInLog || isAborted)) return;
    let count = 0;
    for (let offset = partition.startOffset; offset < partition.endOffset; offset++) {
      const { state, pending } = recordAt(offset);
      if ((pending?.after.get(offset)?.state ?? state) === 'done') count++;
    }
    assert.equal(partition.deliveryCompleteCount, count, 'delivery complete count');
  }

  /** All members but one are gone; that one gets what is left, and accepts it. Nothing else may be left then. */
  function drain(): void {
    while (pendings.length > 0) settle(true);
    nowMs += settings.recordLockDurationMs;
    endLocks();
    while (pendings.length > 0) settle(true);
    let idleCount = 0;
    while (idleCount < 3) {
      const got = fetch('drain', 100, 100, 'batch-optimized', 1_000);
      idleCount = got.length === 0 ? idleCount + 1 : 0;
      for (const { firstOffset, lastOffset } of got) {
        const write = partition.acknowledge('drain', [{ firstOffset, lastOffset, types: [1] }], nowMs);
        assert.ok(write !== undefined && !('errorCode' in write), 'what was just acquired can be accepted');
        const offsets: Offset[] = [];
        for (let offset = firstOffset; offset <= lastOffset; offset++) {
          if (offset >= partition.startOffset) offsets.push(offset);
        }
        begin(write, offsets, () => 'done');
        settle(true);
      }
    }
    for (const [offset, record] of records.entries()) {
      const isOver = record.state === 'done' || record.isAborted || !record.isInLog || offset < logStart;
      assert.ok(isOver, `${offset} was neither accepted nor rejected nor archived, and is not delivered`);
    }
  }

  for (const step of steps) {
    perform(step);
    checkCount();
  }
  drain();
}

function typesFor(types: readonly number[], count: number): readonly number[] {
  if (types.length === 1) return types;
  return Array.from({ length: count }, (_, index) => types[index % types.length] ?? 1);
}

function countOf(acquired: readonly AcquiredRecords[]): number {
  return acquired.reduce((count, { firstOffset, lastOffset }) => count + lastOffset - firstOffset + 1, 0);
}
