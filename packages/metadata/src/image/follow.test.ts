import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { openEmbeddedStore } from '../store/embedded-store.ts';
import { StoreError } from '../store/metadata-store.ts';
import type { ImageDelta } from './cluster-image.ts';
import { followImage } from './follow.ts';
import { formatCluster } from './format-cluster.ts';
import { clusterKey, configKey, featureKey } from './keys.ts';
import { CorruptValueError, encodeConfig, encodeFeature } from './values.ts';

const logger = silentLogger;

function openStore(historyEventCountMax = 1_000) {
  return openEmbeddedStore({ path: ':memory:', clock: createSimClock(), historyEventCountMax });
}

const put = (key: string, value: string) => ({ compare: [], success: [{ kind: 'put', key, value } as const] });
const failed = (error: Error): never => assert.fail(error);

describe('image follower', () => {
  it('has what was there, then what comes, and tells listeners after it moved', async () => {
    const store = openStore();
    await formatCluster(store, { clusterId: 'C', features: new Map([['f', 1]]) });
    const follower = await followImage({ store, logger, onFailure: failed });
    assert.equal(follower.image.clusterId, 'C');
    assert.equal(follower.image.features.get('f'), 1);
    const deltas: ImageDelta[] = [];
    const stop = follower.onDelta((delta) => {
      assert.equal(follower.image.revision, delta.revision);
      deltas.push(delta);
    });
    const { revision } = await store.txn(put(featureKey('f'), encodeFeature({ level: 2 })));
    await follower.reached(revision);
    assert.equal(follower.image.features.get('f'), 2);
    assert.deepEqual(
      deltas.map((delta) => [delta.revision, delta.featuresChanged]),
      [[revision, true]],
    );
    stop();
    const later = await store.txn(put(featureKey('f'), encodeFeature({ level: 3 })));
    await follower.reached(later.revision);
    assert.equal(deltas.length, 1);
    follower.close();
    await store.close();
  });

  it('formats a cluster once', async () => {
    const store = openStore();
    assert.equal(await formatCluster(store, { clusterId: 'first' }), 'first');
    assert.equal(await formatCluster(store, { clusterId: 'second' }), 'first');
    await store.close();
  });

  it('loads again when the store has forgotten where it stood, and tells all that changed as one delta', async () => {
    const real = openStore(10);
    await real.txn(put(featureKey('gone'), encodeFeature({ level: 1 })));
    // The first watch starts only when we let it, long after its revision was compacted.
    let start: () => void = () => assert.fail('no watch yet');
    let watches = 0;
    const store: typeof real = {
      ...real,
      watch(prefix, fromRevision, onBatch, onEnd) {
        watches += 1;
        if (watches > 1) return real.watch(prefix, fromRevision, onBatch, onEnd);
        start = () => real.watch(prefix, fromRevision, onBatch, onEnd);
        return { cancel() {} };
      },
    };
    const follower = await followImage({ store, logger, onFailure: failed });
    const deltas: ImageDelta[] = [];
    follower.onDelta((delta) => deltas.push(delta));
    await real.txn({ compare: [], success: [{ kind: 'delete', key: featureKey('gone') }] });
    for (let level = 0; level < 50; level += 1) {
      await real.txn(put(configKey('topic', 't'), encodeConfig(new Map([['level', level.toString()]]))));
    }
    const { revision } = await real.range('');
    start();
    await follower.reached(revision);
    assert.equal(follower.image.features.has('gone'), false);
    assert.equal(follower.image.config('topic', 't').get('level'), '49');
    assert.equal(deltas.length, 1);
    assert.equal(deltas[0]?.featuresChanged, true);
    assert.deepEqual(deltas[0]?.configsChanged, [{ type: 'topic', name: 't' }]);
    const next = await real.txn(put(featureKey('new'), encodeFeature({ level: 1 })));
    await follower.reached(next.revision);
    follower.close();
    await real.close();
  });

  it('fails on a corrupt value, with its key, and leaves nobody waiting', async () => {
    const store = openStore();
    const failure = Promise.withResolvers<Error>();
    const follower = await followImage({ store, logger, onFailure: failure.resolve });
    const waiting = follower.reached(100);
    await store.txn(put(clusterKey, 'nonsense'));
    const error = await failure.promise;
    assert.ok(error instanceof CorruptValueError);
    assert.equal(error.key, clusterKey);
    await assert.rejects(waiting, CorruptValueError);
    await assert.rejects(follower.reached(100), CorruptValueError);
    await store.close();
  });

  it('does not start on a corrupt value', async () => {
    const store = openStore();
    await store.txn(put(clusterKey, '{}'));
    await assert.rejects(followImage({ store, logger, onFailure: failed }), CorruptValueError);
    await store.close();
  });

  it('fails when the store does', async () => {
    const real = openStore();
    const failure = Promise.withResolvers<Error>();
    const broken = new StoreError('unavailable', 'gone');
    let end: () => void = () => assert.fail('no watch yet');
    const follower = await followImage({
      store: {
        ...real,
        watch(_prefix, _from, _onBatch, onEnd) {
          end = () => onEnd({ kind: 'failed', error: broken });
          return { cancel() {} };
        },
      },
      logger,
      onFailure: failure.resolve,
    });
    const waiting = follower.reached(100);
    end();
    assert.equal(await failure.promise, broken);
    await assert.rejects(waiting, (error) => error === broken);
    await real.close();
  });
});
