import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaseOf, setLease } from './lease.ts';

test('the last holder gives memory back, and nobody can release what nobody holds', () => {
  const memory = Buffer.allocUnsafeSlow(10);
  let givenBack = 0;
  setLease(memory, () => givenBack++);
  const lease = leaseOf(memory.subarray(3));
  assert(lease !== undefined);
  lease.retain();
  lease.retain();
  lease.release();
  assert.equal(givenBack, 0);
  lease.release();
  assert.equal(givenBack, 1);
  assert.throws(() => lease.release(), /held/);
});
