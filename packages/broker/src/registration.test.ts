import assert from 'node:assert/strict';
import { it } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import type { Controller } from '@sluice/metadata/controller/controller-types';
import { openEmbeddedStore } from '@sluice/metadata/store/embedded-store';
import type { LeaseId, MetadataStore } from '@sluice/metadata/store/metadata-store';
import { startNode } from '@sluice/metadata/testing/test-node';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { keepRegistered } from './registration.ts';

const times = { sessionTimeoutMs: 9_000, renewIntervalMs: 2_000 };

/** A registered broker whose leases a test can end, and whose controller it can make refuse. */
async function registered() {
  const clock = createSimClock();
  const store = openEmbeddedStore({ path: ':memory:', clock });
  const node = await startNode(1, store, clock);
  const leases: LeaseId[] = [];
  let refusals = 0;
  let refused = 0;
  const watched: MetadataStore = {
    ...store,
    async grantLease(ttlMs) {
      const lease = await store.grantLease(ttlMs);
      leases.push(lease);
      return lease;
    },
  };
  const controller: Controller = {
    ...node.controller,
    async run(decision, request, options) {
      if (refusals === 0) return node.controller.run(decision, request, options);
      refusals -= 1;
      refused += 1;
      return { kind: 'refused', errorCode: ErrorCode.NOT_CONTROLLER, errorMessage: 'not now' };
    },
  };
  const registration = await keepRegistered({
    nodeId: 1,
    endpoints: [],
    rack: null,
    logDirs: ['D'],
    store: watched,
    controller,
    image: node.image,
    clock,
    random: createSimRandom(1),
    logger: silentLogger,
    times,
  });
  return {
    clock,
    refusedCount: () => refused,
    isAlive: () => node.image.brokers.get(1)?.state === 'running',
    async lose(refusalsThen: number) {
      refusals = refusalsThen;
      for (const lease of leases.splice(0)) await store.revokeLease(lease);
      await clock.settle();
    },
    async close() {
      await registration.close();
      await node.close();
      await store.close();
    },
  };
}

it('a registration outlives its session timeout by being renewed', async () => {
  const broker = await registered();
  await broker.clock.advance(times.sessionTimeoutMs * 10);
  assert.ok(broker.isAlive());
  await broker.close();
});

it('a registration that was lost is made again with the next renewal', async () => {
  const broker = await registered();
  await broker.lose(0);
  assert.equal(broker.isAlive(), false);
  await broker.clock.advance(times.renewIntervalMs);
  assert.ok(broker.isAlive());
  await broker.close();
});

it('a broker that is refused after it was lost does not wait a whole interval, with nobody in the cluster', async () => {
  const broker = await registered();
  await broker.lose(3);
  await broker.clock.advance(times.renewIntervalMs);
  assert.equal(broker.isAlive(), false);
  await broker.clock.advance(times.renewIntervalMs * 0.75);
  assert.ok(broker.isAlive());
  await broker.close();
});

it('a broker that is refused for good asks ever less often, and no less often than its interval', async () => {
  const broker = await registered();
  await broker.lose(Number.POSITIVE_INFINITY);
  await broker.clock.advance(times.renewIntervalMs + 60_000);
  assert.ok(broker.refusedCount() >= 60_000 / times.renewIntervalMs);
  assert.ok(broker.refusedCount() <= 60_000 / times.renewIntervalMs + 5);
  await broker.close();
});
