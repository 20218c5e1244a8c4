import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkQueueHistory, createQueueHistory, missingOf } from './queue-history.ts';

function historyOf(value: number) {
  const history = createQueueHistory();
  history.put.add(value);
  return history;
}

const receipt = (receiveCount: number, askedMs: number) => ({
  ...{ value: 1, receiveCount, askedMs },
  answeredMs: askedMs + 1,
});

describe('the judge of a queue', () => {
  it('lets a record be given until its acknowledgement is answered', () => {
    const history = historyOf(1);
    history.receipts.push(receipt(1, 0), receipt(2, 10));
    history.doneMs.set(1, 20);
    checkQueueHistory(history);
  });

  it('notices a record that is lost, but not one whose acknowledgement was not answered', () => {
    const history = historyOf(1);
    assert.deepEqual(missingOf(history), [1]);
    assert.throws(() => checkQueueHistory(history), /never given/);
    history.unheard.add(1);
    checkQueueHistory(history);
  });

  it('notices a record that is given again after its acknowledgement', () => {
    const history = historyOf(1);
    history.receipts.push(receipt(1, 0), receipt(2, 30));
    history.doneMs.set(1, 20);
    assert.throws(() => checkQueueHistory(history), /given again/);
  });

  it('notices a count that was forgotten, whichever answer was noted first', () => {
    const history = historyOf(1);
    history.receipts.push(receipt(1, 10), receipt(1, 0));
    history.doneMs.set(1, 20);
    assert.throws(() => checkQueueHistory(history), /did not rise/);
  });
});
