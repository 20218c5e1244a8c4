import assert from 'node:assert/strict';
import type { Offset } from '@sluice/kernel/ids';
import { ACKNOWLEDGE_TYPES } from '../acknowledge.ts';
import type { SharePartitionSettings } from '../share-partition.ts';
import type { ModelLog } from './model-log.ts';
import { type LetGo, type ModelRecord, newRecord } from './model-record.ts';

/** What a share group knows of a partition, record by record; fails where something happens to one that may not. */
export interface BruteForce {
  at(offset: Offset): ModelRecord;
  /** Of all that was ever appended, from here on. */
  offsetsFrom(offset: Offset): readonly Offset[];
  take(offset: Offset, deliveryCount: number, memberId: string, nowMs: number): void;
  renew(offset: Offset, nowMs: number): void;
  letGo(offset: Offset, state: LetGo): void;
  /** The member may say what becomes of it. */
  isHeldBy(offset: Offset, memberId: string): boolean;
  isLockOver(offset: Offset, nowMs: number): boolean;
  stateAfter(offset: Offset, acknowledgeType: number): LetGo;
  /** Nobody gets it any more, and nobody has to. */
  isOver(offset: Offset): boolean;
  /** Of `[startOffset, endOffset)`, also those whose change is being written. */
  doneCount(startOffset: Offset, endOffset: Offset): number;
  /** The log's start has moved: what is being written of records below it does not matter. */
  forgetBelow(offset: Offset): void;
  /** The broker is back: only what is written counts, below the written start offset everything is done. */
  restart(startOffset: Offset): void;
}

export function createBruteForce(log: ModelLog, settings: SharePartitionSettings): BruteForce {
  const records: ModelRecord[] = [];

  function all(): readonly ModelRecord[] {
    while (records.length < log.endOffset) records.push(newRecord());
    return records;
  }

  function at(offset: Offset): ModelRecord {
    const record = all()[offset];
    assert.ok(record, `offset ${offset} was never appended`);
    return record;
  }

  function renew(offset: Offset, nowMs: number): void {
    at(offset).lockedUntilMs = nowMs + settings.recordLockDurationMs;
  }

  return {
    at,
    offsetsFrom: (offset) => [...all().keys()].slice(offset),
    take(offset, deliveryCount, memberId, nowMs) {
      const record = at(offset);
      assert.ok(offset >= log.startOffset, `${offset} is below the log's start`);
      assert.ok(!log.isAborted(offset) || log.isCompacted(offset), `${offset} is of an aborted transaction`);
      assert.ok(!record.isAnswered, `${offset} was accepted, and is delivered again`);
      assert.equal(record.pending, undefined, `${offset} is being acknowledged, and is delivered`);
      assert.notEqual(record.state, 'acquired', `${offset} is held by ${record.holder}, and is given to ${memberId}`);
      assert.equal(record.state, 'available', `${offset} is done`);
      assert.equal(deliveryCount, record.count + 1, `the delivery count of ${offset}`);
      assert.ok(deliveryCount <= settings.deliveryCountLimit, `${offset} is delivered too often`);
      record.state = 'acquired';
      record.holder = memberId;
      record.count = deliveryCount;
      renew(offset, nowMs);
    },
    renew,
    letGo(offset, state) {
      const record = at(offset);
      record.state = state;
      record.holder = '';
    },
    isHeldBy(offset, memberId) {
      const { state, holder, pending } = at(offset);
      return state === 'acquired' && holder === memberId && pending === undefined;
    },
    isLockOver(offset, nowMs) {
      const { state, pending, lockedUntilMs } = at(offset);
      return state === 'acquired' && pending === undefined && lockedUntilMs <= nowMs;
    },
    stateAfter(offset, acknowledgeType) {
      const isFree = acknowledgeType === ACKNOWLEDGE_TYPES.release && at(offset).count < settings.deliveryCountLimit;
      return isFree ? 'available' : 'done';
    },
    isOver(offset) {
      const isGone = offset < log.startOffset || log.isCompacted(offset);
      return isGone || log.isAborted(offset) || at(offset).state === 'done';
    },
    doneCount(startOffset, endOffset) {
      let count = 0;
      for (let offset = startOffset; offset < endOffset; offset++) {
        const { state, pending } = at(offset);
        if ((pending?.after.get(offset)?.state ?? state) === 'done') count++;
      }
      return count;
    },
    forgetBelow(offset) {
      for (const record of all().slice(0, offset)) record.pending = undefined;
    },
    restart(startOffset) {
      for (const [offset, record] of all().entries()) {
        record.pending = undefined;
        record.holder = '';
        record.state = offset < startOffset ? 'done' : (record.written?.state ?? 'available');
        record.count = record.written?.count ?? 0;
      }
    },
  };
}
