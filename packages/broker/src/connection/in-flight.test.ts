import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInFlight } from './in-flight.ts';

function member(isMidRequest = true) {
  const state = { resumed: 0, isMidRequest, resume: () => void state.resumed++ };
  return state;
}

test('reading stops at the limit, not one byte below it', () => {
  const inFlight = createInFlight(100);
  const one = member();
  inFlight.addWhole(99);
  assert.equal(inFlight.mayRead(one), true);
  inFlight.addWhole(1);
  assert.equal(inFlight.mayRead(one), false);
});

test('all that wait go on once three quarters of the limit are left', () => {
  const inFlight = createInFlight(100);
  const [one, two] = [member(), member()];
  inFlight.addWhole(100);
  inFlight.wait(one);
  inFlight.wait(two);
  inFlight.removeWhole(24);
  assert.deepEqual([one.resumed, two.resumed], [0, 0]);
  inFlight.removeWhole(1);
  assert.deepEqual([one.resumed, two.resumed], [1, 1]);
});

test('when only incomplete requests are left, one after the other may read on', () => {
  const inFlight = createInFlight(100);
  const [one, two] = [member(), member()];
  inFlight.addPartial(60);
  inFlight.addPartial(60);
  inFlight.wait(one);
  inFlight.wait(two);
  assert.deepEqual([one.resumed, two.resumed], [1, 0]);
  assert.equal(inFlight.mayRead(one), true);
  assert.equal(inFlight.mayRead(two), false);
  inFlight.leave(one);
  assert.deepEqual([one.resumed, two.resumed], [1, 1]);
  assert.equal(inFlight.mayRead(two), true);
});

test('who has sent nothing of a request is not chosen to read on: that could keep all others waiting', () => {
  const inFlight = createInFlight(100);
  const [idle, half] = [member(false), member()];
  inFlight.addPartial(100);
  inFlight.wait(idle);
  inFlight.wait(half);
  assert.deepEqual([idle.resumed, half.resumed], [0, 1]);
  inFlight.removePartial(100);
  assert.deepEqual([idle.resumed, half.resumed], [1, 1]);
});
