import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type PartitionFacts, planReset } from './plan.ts';
import type { ResetTarget } from './reset-target.ts';

const FACTS: PartitionFacts = { topic: 'orders', partition: 0, current: 50, startOffset: 10, endOffset: 100 };

function offsetOf(target: ResetTarget, facts: Partial<PartitionFacts> = {}): readonly [number, boolean] | null {
  const planned = planReset(target, { ...FACTS, ...facts });
  return planned === null ? null : [planned.offset, planned.warning !== null];
}

describe('a planned reset', () => {
  it('goes where it is told, within the log and else with a warning', () => {
    assert.deepEqual(offsetOf({ kind: 'earliest' }), [10, false]);
    assert.deepEqual(offsetOf({ kind: 'latest' }), [100, false]);
    assert.deepEqual(offsetOf({ kind: 'offset', offset: 100 }), [100, false]);
    assert.deepEqual(offsetOf({ kind: 'offset', offset: 101 }), [100, true]);
    assert.deepEqual(offsetOf({ kind: 'offset', offset: 9 }), [10, true]);
    assert.deepEqual(offsetOf({ kind: 'shift', by: -40 }), [10, false]);
    assert.deepEqual(offsetOf({ kind: 'shift', by: -41 }), [10, true]);
    assert.deepEqual(offsetOf({ kind: 'file', path: 'x' }, { wanted: 70 }), [70, false]);
    assert.deepEqual(offsetOf({ kind: 'file', path: 'x' }, { wanted: 700 }), [100, true]);
  });

  it('takes the end where no record is as new as the time', () => {
    assert.deepEqual(offsetOf({ kind: 'time', timestampMs: 1 }, { found: 42 }), [42, false]);
    assert.deepEqual(offsetOf({ kind: 'time', timestampMs: 1 }, { found: -1 }), [100, true]);
  });

  it('leaves the current offset as it is, even outside of the log; without one it is the end', () => {
    assert.deepEqual(offsetOf({ kind: 'current' }, { current: 3 }), [3, false]);
    assert.deepEqual(offsetOf({ kind: 'current' }, { current: null }), [100, false]);
  });

  it('takes the end where a share group has done all, and says what it has done behind its start else', () => {
    const at = (current: number, lag: number | null) => offsetOf({ kind: 'current' }, { current, lag });
    assert.deepEqual(at(50, 0), [100, false]);
    assert.deepEqual(at(50, 50), [50, false]);
    assert.deepEqual(at(50, 20), [50, true]);
    assert.deepEqual(at(50, null), [50, false]);
  });

  it('cannot shift what was never committed', () => {
    assert.equal(offsetOf({ kind: 'shift', by: 1 }, { current: null }), null);
  });

  it('never leaves the log, but for the current offset, and says when it is not what was asked for', () => {
    const offset = fc.integer({ min: 0, max: 1_000 });
    const facts = fc
      .tuple(offset, offset, fc.option(offset), fc.integer({ min: -1, max: 0 }), fc.integer({ min: -50, max: 1_050 }))
      .map(([a, b, current, found, wanted]) => {
        const [startOffset, endOffset] = [Math.min(a, b), Math.max(a, b)];
        return { ...FACTS, startOffset, endOffset, current, found: found < 0 ? -1 : startOffset, wanted };
      });
    const target: fc.Arbitrary<ResetTarget> = fc.oneof(
      fc.constant({ kind: 'earliest' as const }),
      fc.constant({ kind: 'latest' as const }),
      fc.constant({ kind: 'time' as const, timestampMs: 0 }),
      fc.constant({ kind: 'file' as const, path: 'x' }),
      fc.integer({ min: -50, max: 1_050 }).map((offset) => ({ kind: 'offset' as const, offset })),
      fc.integer({ min: -2_000, max: 2_000 }).map((by) => ({ kind: 'shift' as const, by })),
    );
    fc.assert(
      fc.property(target, facts, (to, known) => {
        const planned = planReset(to, known);
        if (planned === null) return to.kind === 'shift' && known.current === null;
        assert(planned.offset >= known.startOffset && planned.offset <= known.endOffset);
        if (to.kind === 'offset') assert.equal(planned.warning === null, planned.offset === to.offset);
        return true;
      }),
    );
  });
});
