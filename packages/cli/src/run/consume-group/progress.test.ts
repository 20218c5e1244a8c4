import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createProgress } from './progress.ts';

const A = { topic: 'orders', partition: 0 };
const B = { topic: 'orders', partition: 1 };

describe('the progress of a member', () => {
  it('goes forward only, and names what is not committed yet', () => {
    const progress = createProgress();
    progress.hold([A, B]);
    progress.advance(A, 5);
    progress.advance(B, 7);
    progress.advance(A, 3);
    assert.equal(progress.of(A), 5);
    const first = progress.uncommitted();
    assert.deepEqual(first, [
      { ...A, offset: 5 },
      { ...B, offset: 7 },
    ]);
    // Read while the commit was on its way.
    progress.advance(A, 6);
    progress.committed(first);
    assert.deepEqual(progress.uncommitted(), [{ ...A, offset: 6 }]);
  });

  it('forgets partitions that were taken away, even when their commit succeeds late', () => {
    const progress = createProgress();
    progress.hold([A, B]);
    progress.advance(A, 5);
    progress.advance(B, 7);
    const late = progress.uncommitted();
    progress.hold([B]);
    progress.committed(late);
    assert.equal(progress.of(A), undefined);
    assert.equal(progress.of(B), 7);
    progress.hold([A, B]);
    progress.advance(A, 5);
    // Others may have committed in between: what is the same as then must be committed again.
    assert.deepEqual(progress.uncommitted(), [{ ...A, offset: 5 }]);
  });
});
