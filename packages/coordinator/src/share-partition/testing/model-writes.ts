import assert from 'node:assert/strict';
import type { Offset } from '@sluice/kernel/ids';
import type { ShareWrite } from '../share-partition.ts';
import type { BruteForce } from './brute-force.ts';
import type { FakeShareState } from './fake-share-state.ts';
import type { LetGo, PendingWrite } from './model-record.ts';

/** The writes of a modelled share partition that are under way, first come, first written. */
export interface ModelWrites {
  readonly areAnyUnderWay: boolean;
  /** There must be a write if, and only if, records change; they are as told after it. */
  begin(
    write: ShareWrite | undefined,
    offsets: readonly Offset[],
    stateAfter: (offset: Offset) => LetGo,
  ): PendingWrite | undefined;
  /** A write that changes no record. */
  beginPosition(write: ShareWrite): void;
  /** The first is written and answered, or fails. */
  settle(isWritten: boolean): void;
  /** The first so many are written, and nobody is told of any. */
  crash(writtenCount: number): void;
}

export function createModelWrites(records: BruteForce, share: FakeShareState): ModelWrites {
  const pendings: PendingWrite[] = [];

  /** It reaches the share coordinator. */
  function write({ write: { state }, after }: PendingWrite): void {
    share.write(state);
    for (const [offset, written] of after) records.at(offset).written = written;
    for (let offset = 0; offset < state.startOffset; offset++) {
      assert.ok(records.isOver(offset), `${offset} is left behind, and is not done`);
    }
  }

  return {
    get areAnyUnderWay() {
      return pendings.length > 0;
    },
    begin(write, offsets, stateAfter) {
      assert.equal(write !== undefined, offsets.length > 0, 'a write for what has changed');
      if (write === undefined) return undefined;
      const after = offsets.map(
        (offset) => [offset, { state: stateAfter(offset), count: records.at(offset).count }] as const,
      );
      const pending = { write, after: new Map(after) };
      pendings.push(pending);
      return pending;
    },
    beginPosition(write) {
      pendings.push({ write, after: new Map() });
    },
    settle(isWritten) {
      const pending = pendings.shift();
      if (pending === undefined) return;
      if (isWritten) write(pending);
      pending.write.settle(isWritten);
      for (const [offset, { state }] of pending.after) {
        const record = records.at(offset);
        if (record.pending !== pending) continue;
        record.pending = undefined;
        if (!isWritten) continue;
        records.letGo(offset, state);
        if (state === 'done') record.isAnswered = true;
      }
    },
    crash(writtenCount) {
      for (const pending of pendings.splice(0).slice(0, writtenCount)) write(pending);
    },
  };
}
