import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { BROKER, startFixture } from '../testing/cluster-fixture.ts';
import { ShareConsumer } from './share-consumer.ts';
import { fetched, onceBegun, shareAnswer, startShareScript } from './testing/share-script.ts';

const COORDINATOR_LOAD_IN_PROGRESS = 14;

describe('a share consumer that joins, on virtual time', () => {
  it('may be asked again after the group took too long to answer', async () => {
    let isLoading = true;
    const { consume, settled, clock, consumer } = await startShareScript({
      ShareGroupHeartbeat: () =>
        isLoading
          ? { throttleTimeMs: 0, errorCode: COORDINATOR_LOAD_IN_PROGRESS, memberEpoch: 0, heartbeatIntervalMs: 0 }
          : undefined,
      ShareFetch: () => shareAnswer([fetched(0, 0, 1)]),
    });
    await assert.rejects(consume(), { code: 'SLUICE_NETWORK' });
    isLoading = false;
    await clock.advance(10_000);
    const iterator = await consume();
    assert.equal((await settled(iterator.next())).value?.value, '0-0');
    await settled(consumer.close());
  });

  it('is one member, though its first loop was given up before it had joined', async () => {
    const { settled, clock, consumer, bodies } = await startShareScript({
      ShareFetch: onceBegun(() => 'silence'),
    });
    const givenUp = new AbortController();
    const first = consumer.consume({ topics: ['jobs'], signal: givenUp.signal });
    givenUp.abort();
    await settled(Promise.all([first, consumer.consume({ topics: ['jobs'] })]));
    await clock.advance(1_000);
    assert.deepEqual(
      bodies('ShareGroupHeartbeat').map(({ memberEpoch }) => memberEpoch),
      [0],
    );
    await settled(consumer.close());
  });

  it('is not joined any more once it is closed', async () => {
    const { settled, clock, consumer, brokers, bodies } = await startShareScript({});
    const joining = consumer.consume({ topics: ['jobs'] });
    joining.catch(() => {});
    await settled(consumer.close());
    const startMs = clock.monotonicMs();
    await assert.rejects(settled(joining));
    assert.ok(clock.monotonicMs() - startMs < 100, `${clock.monotonicMs() - startMs} ms`);
    await clock.advance(10_000);
    assert.equal(brokers[0]?.connectionCount, 0);
    assert.equal(bodies('ShareGroupHeartbeat').length, 0);
  });

  it('holds the process no longer when it could not even begin to', async () => {
    const { options, settled } = await startFixture();
    let holdCount = 0;
    const holdProcess = () => {
      holdCount++;
      return () => holdCount--;
    };
    const { network, clock } = options;
    const consumer = new ShareConsumer(
      { clientId: 'test', groupId: 'g', bootstrapBrokers: [BROKER] },
      { network, clock, random: createSimRandom(1), holdProcess },
    );
    const joining = consumer.consume({ topics: ['jobs'] });
    assert.equal(holdCount, 1);
    await assert.rejects(settled(joining), { code: 'SLUICE_NETWORK' });
    assert.equal(holdCount, 0);
  });
});
