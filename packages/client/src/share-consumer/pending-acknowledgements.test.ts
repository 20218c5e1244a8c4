import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type Acknowledgement,
  AcknowledgeType,
  acknowledgementOf,
  acknowledgementOfOffsets,
} from './acknowledgement.ts';
import { acknowledgementBatches } from './acknowledgement-batches.ts';
import { outcomeOf } from './acknowledgement-outcome.ts';
import { createPendingAcknowledgements, type Taken } from './pending-acknowledgements.ts';
import { PLACE, testAcquired } from './testing/test-acquired.ts';

const { ACCEPT, GAP, REJECT, RELEASE, RENEW } = AcknowledgeType;
const INVALID_RECORD_STATE = 121;
const COORDINATOR_NOT_AVAILABLE = 15;

const said = (offset: number, type: AcknowledgeType = ACCEPT, lockEndMs = 100) =>
  acknowledgementOf(testAcquired(offset, lockEndMs), type, true);

function pendingOf(...acknowledgements: readonly Acknowledgement[]) {
  const pending = createPendingAcknowledgements();
  for (const each of acknowledgements) pending.add(each);
  return pending;
}

const offsetsOf = ({ partitions }: Taken) =>
  partitions.map(({ acknowledgements }) => acknowledgements.map(({ firstOffset }) => firstOffset));

describe('acknowledgements that wait for a request', () => {
  it('leave together, in order, as runs of offsets of which the same is said', () => {
    const pending = pendingOf(said(3, RELEASE), said(1), said(0), said(2, REJECT), said(4, RELEASE));
    const [partition] = pending.take(0).partitions;
    assert.deepEqual(acknowledgementBatches(partition?.acknowledgements ?? []), [
      { firstOffset: 0, lastOffset: 1, acknowledgeTypes: [ACCEPT] },
      { firstOffset: 2, lastOffset: 2, acknowledgeTypes: [REJECT] },
      { firstOffset: 3, lastOffset: 4, acknowledgeTypes: [RELEASE] },
    ]);
    assert.equal(pending.count, 0);
  });

  it('of locks that may have ended go apart from the others', () => {
    const gap = acknowledgementOfOffsets(PLACE, { firstOffset: 9, lastOffset: 12 }, GAP);
    const pending = pendingOf(said(0, ACCEPT, 10), said(1, ACCEPT, 100), said(2, ACCEPT, 20), said(3, ACCEPT, 10), gap);
    assert.deepEqual(offsetsOf(pending.take(50)), [[0, 3]]);
    assert.deepEqual(offsetsOf(pending.take(50)), [[1, 9]]);
    assert.deepEqual(offsetsOf(pending.take(50)), [[2]]);
  });

  it('of one record go one after the other', () => {
    const first = said(5, RENEW);
    const pending = pendingOf(first, said(5, ACCEPT), said(6));
    assert.equal(pending.hasRenewals, true);
    const taken = pending.take(0);
    assert.deepEqual([taken.hasRenewals, offsetsOf(taken)], [true, [[5, 6]]]);
    assert.equal(taken.partitions[0]?.acknowledgements[0], first);
    assert.deepEqual([pending.hasRenewals, offsetsOf(pending.take(0))], [false, [[5]]]);
  });

  it('all leave, each once, however they are mixed', () => {
    const any = fc.record({ offset: fc.nat(20), lockEndMs: fc.constantFrom(10, 20, 100, 200), isApart: fc.boolean() });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 60 }), (specs) => {
        const all = specs.map(({ offset, lockEndMs, isApart }) => ({ ...said(offset, ACCEPT, lockEndMs), isApart }));
        const pending = pendingOf(...all);
        const taken = new Set<Acknowledgement>();
        while (pending.count > 0) {
          const [partition] = pending.take(50).partitions;
          const offsets = partition?.acknowledgements.map(({ firstOffset }) => firstOffset) ?? [];
          assert.ok(offsets.length > 0);
          assert.deepEqual(
            offsets,
            [...new Set(offsets)].sort((a, b) => a - b),
          );
          for (const each of partition?.acknowledgements ?? []) taken.add(each);
        }
        assert.deepEqual(taken, new Set(all));
      }),
    );
  });
});

describe("a broker's answer to acknowledgements", () => {
  it('that refuses several locks at once is asked again for each apart', () => {
    const late = said(0, ACCEPT, 60);
    const fine = said(1, ACCEPT, 100);
    const { again, failed } = outcomeOf([late, fine], INVALID_RECORD_STATE, 50);
    assert.deepEqual([again.length, failed.length], [2, 0]);
    const pending = pendingOf(...again);
    assert.deepEqual([offsetsOf(pending.take(50)), offsetsOf(pending.take(50))], [[[0]], [[1]]]);
    assert.deepEqual(outcomeOf([late], INVALID_RECORD_STATE, 50).failed, [late]);
  });

  it('that fails in passing is asked again while the lock lasts', () => {
    const held = said(0, ACCEPT, 60);
    const over = said(1, ACCEPT, 50);
    const outcome = outcomeOf([held, over], COORDINATOR_NOT_AVAILABLE, 50);
    assert.deepEqual([outcome.again, outcome.failed, outcome.mustPause], [[held], [over], true]);
  });

  it('of a broker that leads no longer is final', () => {
    assert.equal(outcomeOf([said(0)], 6, 0).failed.length, 1);
  });
});
