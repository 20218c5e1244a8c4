import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCluster } from './cluster.ts';
import { BROKER, metadataOf, startFixture } from './testing/cluster-fixture.ts';

const answerMetadata = ({ api }: { api: string }) => (api === 'Metadata' ? metadataOf('orders', [1], 2) : undefined);

describe('a cluster', () => {
  it('dials a broker once for callers that come at the same time', async () => {
    const { brokers, cluster, settled } = await startFixture(answerMetadata);
    await settled(Promise.all([cluster.metadata('all'), cluster.metadata([]), cluster.any()]));
    assert.equal(brokers[0]?.connectionCount, 1);
    await settled(Promise.all([cluster.broker(1), cluster.broker(1)]));
    assert.equal(brokers[0]?.connectionCount, 2);
  });

  it('asks the next bootstrap address when the first does not answer', async () => {
    const { options, settled } = await startFixture(answerMetadata);
    const cluster = createCluster({ ...options, bootstrap: [{ host: 'gone', port: 1 }, BROKER] });
    assert.equal((await settled(cluster.any())).address, 'broker-1:9092');
  });

  it('fails as the first bootstrap address did when none answers', async () => {
    const { options, settled } = await startFixture();
    const bootstrap = [
      { host: 'gone', port: 1 },
      { host: 'gone', port: 2 },
    ];
    const cluster = createCluster({ ...options, bootstrap });
    await assert.rejects(settled(cluster.any()), { tag: 'refused', address: 'gone:1' });
  });

  it('dials again after a connection was lost', async () => {
    const { brokers, cluster, clock, settled } = await startFixture(answerMetadata);
    const first = await settled(cluster.any());
    brokers[0]?.dropConnections();
    await clock.advance(50);
    assert.equal(first.isOpen, false);
    assert.equal((await settled(cluster.any())).isOpen, true);
  });

  it('leaves nothing open after it was closed', async () => {
    const { brokers, cluster, clock, settled } = await startFixture(answerMetadata, answerMetadata);
    await settled(cluster.metadata([]));
    await settled(cluster.broker(2));
    // One is still being dialled when the cluster is closed.
    const late = cluster.broker(1);
    cluster.close();
    await settled(late.catch(() => {}));
    await clock.advance(5_000);
    assert.deepEqual(
      brokers.map(({ connectionCount }) => connectionCount),
      [0, 0],
    );
  });
});
