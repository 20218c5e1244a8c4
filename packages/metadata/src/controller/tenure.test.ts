import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { openEmbeddedStore } from '../store/embedded-store.ts';
import { type MetadataStore, StoreError } from '../store/metadata-store.ts';
import { codeOf, LEASE_TTL_MS, register, startCluster, startNode } from '../testing/test-node.ts';
import type { Decision } from './decision.ts';

/** The store as a node sees it that can no longer renew its lease once the line is cut. */
function lineTo(store: MetadataStore) {
  let isCut = false;
  const seen: MetadataStore = {
    ...store,
    keepAliveLease: async (lease) => {
      if (isCut) throw new StoreError('unavailable', 'cut off');
      return store.keepAliveLease(lease);
    },
  };
  return {
    store: seen,
    isCut: () => isCut,
    cut: () => {
      isCut = true;
    },
  };
}

describe('tenure of the controller', () => {
  it('hands over when it closes', async () => {
    const clock = createSimClock();
    const store = openEmbeddedStore({ path: ':memory:', clock });
    const first = await startNode(1, store, clock);
    const second = await startNode(2, store, clock);
    await register(first, store, 1);
    assert.deepEqual([first.controller.active, second.controller.active], [true, false]);
    assert.equal(await codeOf(second, 't'), 41);
    await first.close();
    await clock.settle();
    assert.equal(second.controller.active, true);
    assert.equal(second.image.controllerId, 2);
    assert.equal(await codeOf(first, 't'), 41);
    assert.equal(await codeOf(second, 't'), 0);
    await second.close();
    await store.close();
  });

  it('keeps its key by renewing it', async () => {
    const cluster = await startCluster();
    await cluster.clock.advance(LEASE_TTL_MS * 20);
    assert.equal(cluster.controller.active, true);
    assert.equal(await codeOf(cluster, 't'), 0);
    await cluster.close();
  });

  it('stops by its own clock when it cannot renew, and writes nothing once another has the key', async () => {
    const clock = createSimClock();
    const store = openEmbeddedStore({ path: ':memory:', clock });
    const line = lineTo(store);
    const first = await startNode(1, line.store, clock);
    const second = await startNode(2, store, clock);
    await register(first, store, 1);
    line.cut();
    await clock.advance(LEASE_TTL_MS * 2);
    assert.equal(second.controller.active, true);
    assert.equal(first.controller.active, false);
    assert.equal(await codeOf(first, 'late'), 41);
    assert.equal(await codeOf(second, 'fine'), 0);
    assert.deepEqual([...first.image.topicsByName.keys()], ['fine']);
    await first.close();
    await second.close();
    await store.close();
  });

  it('stops by its own clock even if nobody tells it that the key is gone', async () => {
    const clock = createSimClock();
    const store = openEmbeddedStore({ path: ':memory:', clock });
    const line = lineTo(store);
    const watched: MetadataStore = {
      ...line.store,
      watch: (prefix, fromRevision, onBatch, onEnd) =>
        store.watch(
          prefix,
          fromRevision,
          (batch) => {
            if (!line.isCut()) onBatch(batch);
          },
          onEnd,
        ),
    };
    const node = await startNode(1, watched, clock);
    line.cut();
    await clock.advance(LEASE_TTL_MS / 2);
    assert.equal(node.controller.active, true);
    await clock.advance(LEASE_TTL_MS);
    assert.equal(node.controller.active, false);
    await node.close();
    await store.close();
  });

  it('does not write although it still thinks that it is the controller', async () => {
    const clock = createSimClock();
    const store = openEmbeddedStore({ path: ':memory:', clock });
    const node = await startNode(1, store, clock);
    await register(node, store, 1);
    const write: Decision<undefined, string> = () => {
      // Gone before the transaction that follows, and this node has not seen it yet.
      void store.txn({ compare: [], success: [{ kind: 'delete', key: 'controller' }] });
      return { writes: [{ stage: [], commit: [{ kind: 'put', key: 'x', value: '' }] }], reply: '' };
    };
    const outcome = await node.controller.run(write, undefined);
    assert.ok(outcome.kind === 'refused' && outcome.errorCode === 41);
    assert.equal((await store.get('x')).kv, undefined);
    await node.close();
    await store.close();
  });
});
