import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLeaderEpochs, decodeLeaderEpochs, encodeLeaderEpochs } from './leader-epochs.ts';

const entries = [
  { epoch: 1, startOffset: 10 },
  { epoch: 3, startOffset: 20 },
  { epoch: 4, startOffset: 35 },
];

describe('leader epochs', () => {
  test('end where the next one starts, the latest at the end of the log', () => {
    const epochs = createLeaderEpochs(entries);
    const end = (epoch: number) => epochs.endOffsetFor(epoch, 50);
    assert.deepEqual(end(4), { leaderEpoch: 4, endOffset: 50 });
    assert.deepEqual(end(3), { leaderEpoch: 3, endOffset: 35 });
    assert.deepEqual(end(2), { leaderEpoch: 1, endOffset: 20 }, 'one that wrote nothing: the one before it');
    assert.deepEqual(end(0), { leaderEpoch: 0, endOffset: 10 }, 'one whose records are gone');
    assert.deepEqual(end(5), { leaderEpoch: -1, endOffset: -1 }, 'one that is not known yet');
    assert.deepEqual(end(-1), { leaderEpoch: -1, endOffset: -1 });
    assert.deepEqual(createLeaderEpochs().endOffsetFor(0, 5), { leaderEpoch: -1, endOffset: -1 });
  });

  test('are known by offset', () => {
    const epochs = createLeaderEpochs(entries);
    assert.deepEqual(
      [9, 10, 19, 20, 35, 100].map((offset) => epochs.epochAt(offset)),
      [-1, 1, 1, 3, 4, 4],
    );
  });

  test('are added once, and push out what contradicts them', () => {
    const epochs = createLeaderEpochs(entries);
    assert.equal(epochs.assign(4, 40), false);
    assert.equal(epochs.assign(6, 50), true);
    assert.equal(epochs.isTrusted, true);
    assert.equal(epochs.assign(5, 30), true);
    assert.deepEqual(epochs.entries, [...entries.slice(0, 2), { epoch: 5, startOffset: 30 }]);
    assert.equal(epochs.isTrusted, false, 'batches of the epochs that were pushed out may still be there');
  });

  test('are cut at either end', () => {
    const epochs = createLeaderEpochs(entries);
    epochs.truncateFromEnd(35);
    assert.deepEqual(epochs.entries, entries.slice(0, 2));
    epochs.truncateFromStart(15);
    assert.deepEqual(epochs.entries, [
      { epoch: 1, startOffset: 15 },
      { epoch: 3, startOffset: 20 },
    ]);
    epochs.truncateFromStart(20);
    assert.deepEqual(epochs.entries, [{ epoch: 3, startOffset: 20 }]);
    epochs.truncateFromStart(25);
    assert.deepEqual(epochs.entries, [{ epoch: 3, startOffset: 25 }]);
  });

  test('are written so that only our own are trusted', () => {
    const own = decodeLeaderEpochs(Buffer.from(encodeLeaderEpochs(createLeaderEpochs(entries))));
    assert.deepEqual(own, { entries, isChecked: true });
    const kafkas = decodeLeaderEpochs(Buffer.from(encodeLeaderEpochs(createLeaderEpochs(entries, false))));
    assert.deepEqual(kafkas, { entries, isChecked: false });
  });

  test('out of order are refused', () => {
    assert.equal(typeof decodeLeaderEpochs(Buffer.from('0\n2\n1 10\n1 20\n')), 'string');
    assert.equal(typeof decodeLeaderEpochs(Buffer.from('0\n2\n1 10\n2 5\n')), 'string');
    assert.equal(typeof decodeLeaderEpochs(Buffer.from('0\n1\n1 x\n')), 'string');
  });
});
