import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  acknowledged,
  type Body,
  fetched,
  heartbeatAnswer,
  partitionAnswer,
  shareAnswer,
  startShareScript,
} from './testing/share-script.ts';

const GROUP_AUTHORIZATION_FAILED = 30;
const LEADER_NOT_AVAILABLE = 5;

const begun = (body: Body) => shareAnswer(acknowledged(body).map((partition) => partitionAnswer(partition)));

describe('consume() of a share consumer, on virtual time', () => {
  it('settles when each partition is begun, and takes no message for that', async () => {
    const { consume, bodies, settled, consumer } = await startShareScript({ ShareFetch: begun }, [1, 2, 1], 2);
    await consume();
    assert.deepEqual(
      bodies('ShareFetch').map((body) => [body.minBytes, ...acknowledged(body)]),
      [
        [0, 0, 2],
        [0, 1],
      ],
    );
    await settled(consumer.close());
  });

  it('asks again for partitions that the first answer does not name', async () => {
    const { consume, bodies, clock, settled, consumer } = await startShareScript(
      { ShareFetch: ({ minBytes }) => shareAnswer(minBytes === 0 ? [partitionAnswer(0)] : []) },
      [1, 1],
    );
    await consume();
    await clock.advance(10_000);
    assert.deepEqual(
      bodies('ShareFetch').map(({ minBytes, maxWaitMs }) => [minBytes, maxWaitMs]),
      [
        [0, 2_500],
        [1, 500],
      ],
    );
    await settled(consumer.close());
  });

  it('hands out what came with the answer', async () => {
    const { consume, bodies, settled, consumer } = await startShareScript({
      ShareFetch: () => shareAnswer([fetched(0, 7, 1)]),
    });
    const iterator = await consume();
    assert.equal((await settled(iterator.next())).value?.value, '0-7');
    assert.equal(bodies('ShareFetch').length, 1);
    await settled(consumer.close());
  });

  it('waits for partitions that the group gives only later', async () => {
    let beats = 0;
    const { consume, bodies, settled, consumer } = await startShareScript({
      ShareGroupHeartbeat: () => heartbeatAnswer(1, beats++ < 3 ? [] : [0]),
      ShareFetch: begun,
    });
    await consume();
    assert.deepEqual(consumer.assignments, [{ topic: 'jobs', partitions: [0] }]);
    assert.equal(bodies('ShareFetch').length, 1);
    await settled(consumer.close());
  });

  it('waits while a partition has an error in passing', async () => {
    let fetches = 0;
    const { consume, settled, consumer } = await startShareScript({
      ShareFetch: () => shareAnswer([partitionAnswer(0, { errorCode: fetches++ < 2 ? LEADER_NOT_AVAILABLE : 0 })]),
    });
    await consume();
    assert.equal(fetches, 3);
    await settled(consumer.close());
  });

  it('settles after three times the timeout where the group gives nothing', async () => {
    const { consume, clock, settled, consumer } = await startShareScript({
      ShareGroupHeartbeat: () => heartbeatAnswer(1, []),
    });
    const startMs = clock.monotonicMs();
    await consume();
    assert.equal(Math.round((clock.monotonicMs() - startMs) / 1_000), 15);
    await settled(consumer.close());
  });

  it('settles once it has joined where no topic has partitions', async () => {
    const { consume, clock, settled, consumer } = await startShareScript(
      { ShareGroupHeartbeat: () => heartbeatAnswer(1, []) },
      [],
    );
    const startMs = clock.monotonicMs();
    await consume();
    assert.ok(clock.monotonicMs() - startMs < 1_000);
    await settled(consumer.close());
  });

  it('fails if the partitions must not be fetched', async () => {
    const { consume, settled, consumer } = await startShareScript({
      ShareFetch: () => shareAnswer([], { errorCode: GROUP_AUTHORIZATION_FAILED }),
    });
    await assert.rejects(consume(), { apiId: 'GROUP_AUTHORIZATION_FAILED' });
    await settled(consumer.close());
  });

  it('is not held up by its signal, nor by close()', async () => {
    const { clock, settled, consumer } = await startShareScript({
      ShareGroupHeartbeat: ({ memberEpoch }) => heartbeatAnswer(memberEpoch < 0 ? memberEpoch : 1, []),
    });
    const startMs = clock.monotonicMs();
    const givenUp = new AbortController();
    const first = consumer.consume({ topics: ['jobs'], signal: givenUp.signal });
    await clock.advance(1_000);
    givenUp.abort();
    assert.equal((await settled(first)).isActive, false);
    const second = consumer.consume({ topics: ['jobs'] });
    second.catch(() => {});
    await clock.advance(100);
    await settled(consumer.close());
    await assert.rejects(settled(second), { code: 'SLUICE_USER' });
    assert.ok(clock.monotonicMs() - startMs < 2_000);
  });
});
