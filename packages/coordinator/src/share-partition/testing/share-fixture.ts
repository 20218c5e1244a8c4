import assert from 'node:assert/strict';
import type { Offset } from '@sluice/kernel/ids';
import type { StateBatch } from '../../share/persister.ts';
import type { Acknowledgement } from '../acknowledge.ts';
import type { AcquiredRecords, AcquireRequest, BatchSpan } from '../acquire.ts';
import { createSharePartition, type SharePartitionSettings } from '../share-partition.ts';

export const LOCK_MS = 30_000;

export interface FixtureOptions {
  readonly startOffset?: Offset;
  readonly stateBatches?: readonly StateBatch[];
  readonly settings?: Partial<SharePartitionSettings>;
}

/** A share partition on a log of record batches of these sizes, whose writes are settled by hand. */
export function shareFixture(batchSizes: readonly number[], options: FixtureOptions = {}) {
  const settings = {
    recordLockDurationMs: LOCK_MS,
    deliveryCountLimit: 5,
    recordLockCountMax: 2_000,
    isRenewEnabled: true,
    ...options.settings,
  };
  const spans: BatchSpan[] = [];
  let end = 0;
  for (const size of batchSizes) {
    spans.push({ firstOffset: end, lastOffset: end + size - 1 });
    end += size;
  }
  const partition = createSharePartition({
    leaderEpoch: 3,
    stateEpoch: 1,
    startOffset: options.startOffset ?? 0,
    stateBatches: options.stateBatches ?? [],
    settings: () => settings,
  });
  assert.ok(partition);
  const clock = { nowMs: 0 };

  /** `first–last×count`, as members are told. */
  function acquire(memberId: string, request: Partial<AcquireRequest> = {}, aborted: readonly BatchSpan[] = []) {
    assert.ok(partition);
    const fetchOffset = partition.nextFetchOffset();
    const read = spans.filter(({ lastOffset }) => lastOffset >= fetchOffset);
    const acquired = partition.acquire(
      {
        memberId,
        mode: 'batch-optimized',
        batchSize: 500,
        recordCountMax: 500,
        fetchOffset,
        spans: read,
        nowMs: clock.nowMs,
        ...request,
      },
      aborted,
    );
    return acquired.map(show);
  }

  /** Begins it; fails if it is refused or changes nothing. */
  function begin(memberId: string, ...acknowledgements: Acknowledgement[]) {
    assert.ok(partition);
    const write = partition.acknowledge(memberId, acknowledgements, clock.nowMs);
    assert.ok(write !== undefined && !('errorCode' in write), JSON.stringify(write));
    return write;
  }

  function errorOf(memberId: string, ...acknowledgements: Acknowledgement[]): number {
    assert.ok(partition);
    const result = partition.acknowledge(memberId, acknowledgements, clock.nowMs);
    return result !== undefined && 'errorCode' in result ? result.errorCode : 0;
  }

  return {
    partition,
    spans,
    settings,
    clock,
    acquire,
    begin,
    errorOf,
    /** Begins it, and it is written. */
    acknowledge(memberId: string, ...acknowledgements: Acknowledgement[]) {
      const write = begin(memberId, ...acknowledgements);
      write.settle(true);
      return write.state;
    },
  };
}

export function all(firstOffset: Offset, lastOffset: Offset, type: number): Acknowledgement {
  return { firstOffset, lastOffset, types: [type] };
}

function show({ firstOffset, lastOffset, deliveryCount }: AcquiredRecords): string {
  return `${firstOffset}–${lastOffset}×${deliveryCount}`;
}
