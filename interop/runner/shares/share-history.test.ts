import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ShareFate } from '../contract.ts';
import { createShareHistory } from './share-history.ts';

const place = '0-7';

/** Each time that it is taken is its next delivery. */
function told(...notes: readonly (readonly [member: string, atMs: number, fate?: ShareFate, code?: number])[]) {
  const history = createShareHistory();
  let times = 0;
  for (const [member, atMs, fate, code = 0] of notes) {
    if (fate === undefined) history.hear({ member, atMs, took: [[place, ++times]] });
    else history.hear({ member, atMs, acked: [[place, fate, code]] });
  }
  return history.judge([place]);
}

describe('the history of a share group', () => {
  it('counts what was accepted, and why records came again', () => {
    const verdict = told(
      ['a', 1],
      ['a', 2, 'release'],
      ['b', 3],
      ['b', 4, 'accept', 121],
      ['c', 5],
      ['d', 6],
      ['d', 7, 'accept'],
    );
    assert.deepEqual(verdict.violations, []);
    assert.deepEqual(verdict.redeliveries, { released: 1, refused: 1, abandoned: 1 });
    assert.equal(verdict.accepted, 1);
    assert.equal(verdict.deliveries, 4);
  });

  it('takes it that the broker has accepted what is gone and of which nobody heard', () => {
    const verdict = told(['a', 1], ['a', 2, 'accept', -1]);
    assert.deepEqual(verdict.violations, []);
    assert.equal(verdict.unheard, 1);
  });

  it('notices a record that came to nobody', () => {
    assert.match(told().violations.join(), /came to nobody/);
  });

  it('notices a record that was released and never came again', () => {
    assert.match(told(['a', 1], ['a', 2, 'release']).violations.join(), /never came again/);
  });

  it('notices a record that two accept', () => {
    assert.match(told(['a', 1], ['a', 2, 'accept'], ['b', 3], ['b', 4, 'accept']).violations.join(), /and accept by b/);
  });

  it('notices that what was accepted is accepted, or released, by whoever got it later', () => {
    assert.match(told(['a', 1], ['b', 2], ['a', 3, 'accept'], ['b', 4, 'accept']).violations.join(), /accept by b/);
    const released = told(['a', 1], ['b', 2], ['a', 3, 'accept'], ['b', 4, 'release']);
    assert.match(released.violations.join(), /at its delivery 1, and release by b at 2/);
  });

  it('lets a release be whose answer came with a fetch that waited, when somebody else had accepted', () => {
    const verdict = told(['a', 1], ['b', 2], ['b', 3, 'accept'], ['a', 4, 'release']);
    assert.deepEqual(verdict.violations, []);
    assert.equal(verdict.heardLate, 1);
  });

  it('notices a record that comes long after it was accepted, and lets pass what was on its way', () => {
    assert.match(told(['a', 1], ['a', 2, 'accept'], ['b', 9_000]).violations.join(), /came to b/);
    assert.deepEqual(told(['a', 1], ['a', 2, 'accept'], ['b', 100], ['b', 101, 'accept', 121]).violations, []);
  });
});
