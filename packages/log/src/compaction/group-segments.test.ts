import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSegment, type Segment } from '../segment.ts';
import { groupSegments } from './group-segments.ts';

const NO_INDEXES = { offsetsSizeBytes: 0, timesSizeBytes: 0 };
const LIMITS = { segmentSizeBytes: 100, segmentIndexSizeBytes: 50 };

function segment(baseOffset: number, sizeBytes: number): Segment {
  return createSegment({ baseOffset, directory: '/data', createdMs: 0, rollJitterMs: 0, sizeBytes });
}

function basesOf(groups: readonly (readonly Segment[])[]): number[][] {
  return groups.map((group) => group.map(({ baseOffset }) => baseOffset));
}

describe('segments are compacted into one', () => {
  it('as long as all of them fit into segment.bytes, to the byte', () => {
    const segments = [segment(0, 50), segment(10, 50), segment(20, 1), segment(30, 99), segment(40, 100)];
    assert.deepEqual(basesOf(groupSegments(segments, 50, LIMITS, () => NO_INDEXES)), [[0, 10], [20, 30], [40]]);
  });

  it('one that is larger than that stays alone', () => {
    const segments = [segment(0, 10), segment(10, 300), segment(20, 10)];
    assert.deepEqual(basesOf(groupSegments(segments, 30, LIMITS, () => NO_INDEXES)), [[0], [10], [20]]);
  });

  it('as long as their indexes fit into segment.index.bytes, either of them', () => {
    const segments = [segment(0, 1), segment(10, 1), segment(20, 1)];
    const offsets = { offsetsSizeBytes: 25, timesSizeBytes: 1 };
    const times = { offsetsSizeBytes: 1, timesSizeBytes: 26 };
    assert.deepEqual(basesOf(groupSegments(segments, 30, LIMITS, () => offsets)), [[0, 10], [20]]);
    assert.deepEqual(basesOf(groupSegments(segments, 30, LIMITS, () => times)), [[0], [10], [20]]);
  });

  it('as long as an index can say their offsets, relative to the first', () => {
    const far = 2 ** 31;
    const at = [segment(0, 1), segment(10, 1)];
    assert.deepEqual(basesOf(groupSegments(at, far, LIMITS, () => NO_INDEXES)), [[0, 10]]);
    assert.deepEqual(basesOf(groupSegments(at, far + 1, LIMITS, () => NO_INDEXES)), [[0], [10]]);
  });

  it('empty ones always, since they have no offset to say', () => {
    const far = 2 ** 32;
    const segments = [segment(0, 0), segment(far, 0), segment(2 * far, 0), segment(3 * far, 1)];
    const groups = groupSegments(segments, 3 * far + 10, LIMITS, () => NO_INDEXES);
    assert.deepEqual(basesOf(groups), [[0, far, 2 * far], [3 * far]]);
  });

  it('up to the end of what is compacted, and none behind it', () => {
    const segments = [segment(0, 1), segment(10, 1), segment(20, 1)];
    assert.deepEqual(basesOf(groupSegments(segments, 15, LIMITS, () => NO_INDEXES)), [[0, 10]]);
  });
});
