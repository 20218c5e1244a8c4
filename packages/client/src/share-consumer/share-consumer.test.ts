import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  fetched,
  heartbeatAnswer,
  onceBegun,
  partitionAnswer,
  shareAnswer,
  startShareScript,
} from './testing/share-script.ts';

const FENCED_MEMBER_EPOCH = 110;
const NOT_LEADER_OR_FOLLOWER = 6;
const INVALID_SHARE_SESSION_EPOCH = 123;

describe('a share consumer, on virtual time', () => {
  it('fetches only when somebody waits and nothing is left, and takes acknowledgements along', async () => {
    let next = 0;
    const { consume, settled, clock, bodies, consumer } = await startShareScript({
      ShareFetch: () => {
        next += 3;
        return shareAnswer([fetched(0, next - 3, 3)]);
      },
    });
    const iterator = await consume({ maxAcknowledgeWaitTime: 60_000 });
    for (const offset of [0, 1, 2]) {
      const { value } = await settled(iterator.next());
      assert.equal(value?.value, `0-${offset}`);
      value?.accept();
    }
    await clock.advance(20_000);
    assert.equal(bodies('ShareFetch').length, 1, 'the reader is behind');
    await settled(iterator.next());
    const [, second] = bodies('ShareFetch');
    assert.deepEqual(
      second?.topics[0]?.partitions[0]?.acknowledgementBatches.map(({ lastOffset }) => lastOffset),
      [2],
    );
    assert.equal(bodies('ShareAcknowledge').length, 0);
    await settled(consumer.close());
  });

  it('sends acknowledgements by themselves where no fetch is due', async () => {
    const { consume, settled, clock, bodies } = await startShareScript({
      ShareFetch: () => shareAnswer([fetched(0, 0, 3)]),
    });
    const iterator = await consume({ maxAcknowledgeWaitTime: 200 });
    (await settled(iterator.next())).value?.accept();
    (await settled(iterator.next())).value?.accept();
    await clock.advance(150);
    assert.equal(bodies('ShareAcknowledge').length, 0);
    await clock.advance(100);
    assert.equal(bodies('ShareAcknowledge').length, 1);
  });

  it('hands out nothing whose lock may have ended', async () => {
    let fetches = 0;
    const { consume, settled, clock } = await startShareScript({
      ShareFetch: () => shareAnswer([fetched(0, fetches++ * 10, 3)]),
    });
    const iterator = await consume();
    assert.equal((await settled(iterator.next())).value?.value, '0-0');
    await clock.advance(30_000);
    assert.equal((await settled(iterator.next())).value?.value, '0-10', '0-1 and 0-2 may be others by now');
  });

  it('joins again when the group took it for gone', async () => {
    let isFenced = false;
    const { consume, clock, bodies, consumer } = await startShareScript({
      ShareGroupHeartbeat({ memberEpoch }) {
        if (isFenced && memberEpoch > 0) return { ...heartbeatAnswer(0, null), errorCode: FENCED_MEMBER_EPOCH };
        return undefined;
      },
      ShareFetch: onceBegun(() => 'silence'),
    });
    let rejoins = 0;
    consumer.on('consumer:group:rejoin', () => rejoins++);
    await consume();
    isFenced = true;
    await clock.advance(5_100);
    isFenced = false;
    await clock.advance(1_000);
    assert.equal(rejoins, 1);
    assert.deepEqual(
      bodies('ShareGroupHeartbeat').map(({ memberEpoch }) => memberEpoch),
      [0, 1, 0],
    );
    assert.deepEqual(consumer.assignments, [{ topic: 'jobs', partitions: [0] }]);
  });

  it('begins another session when the broker does not know its own, and says what that means', async () => {
    let isLost = false;
    const { consume, settled, bodies, consumer } = await startShareScript({
      ShareFetch: ({ shareSessionEpoch }) =>
        isLost && shareSessionEpoch !== 0
          ? shareAnswer([], { errorCode: INVALID_SHARE_SESSION_EPOCH })
          : shareAnswer([fetched(0, bodies('ShareFetch').length * 10, 1)]),
    });
    const iterator = await consume({ maxAcknowledgeWaitTime: 60_000 });
    const { value: first } = await settled(iterator.next());
    const { value: held } = await settled(iterator.next());
    isLost = true;
    first?.accept();
    assert.equal((await settled(iterator.next())).done, false);
    assert.deepEqual(
      bodies('ShareFetch').map(({ shareSessionEpoch }) => shareSessionEpoch),
      [0, 1, 2, 0],
    );
    held?.accept();
    await assert.rejects(settled(consumer.commit()), ({ failures }) => failures.length === 2);
  });

  it('counts nothing that an answer does not speak of', async () => {
    const { consume, settled, consumer } = await startShareScript({
      ShareFetch: ({ shareSessionEpoch }) => shareAnswer(shareSessionEpoch === 0 ? [fetched(0, 0, 1)] : []),
    });
    const iterator = await consume({ maxAcknowledgeWaitTime: 60_000 });
    (await settled(iterator.next())).value?.accept();
    // Goes with the next fetch.
    iterator.next().catch(() => {});
    await assert.rejects(settled(consumer.commit()), ({ failures }) => failures.length === 1);
    await settled(consumer.close());
  });

  it('follows a partition to its new leader, by what the old one says', async () => {
    const leader = { leaderId: 2, leaderEpoch: 1 };
    const nodeEndpoints = [{ nodeId: 2, host: 'broker-2', port: 9092, rack: null }];
    let fetches = 0;
    const { consume, settled, brokers } = await startShareScript(
      {
        ShareFetch: () =>
          fetches++ === 0
            ? shareAnswer([partitionAnswer(0, { errorCode: NOT_LEADER_OR_FOLLOWER, currentLeader: leader })], {
                nodeEndpoints,
              })
            : shareAnswer([fetched(0, 5, 1)]),
      },
      [1],
      2,
    );
    const iterator = await consume();
    assert.equal((await settled(iterator.next())).value?.value, '0-5');
    assert.deepEqual(
      brokers.map(({ requests }) => requests.filter(({ api }) => api === 'ShareFetch').length),
      [1, 1],
    );
  });

  it('asks one broker at a time where records are limited', async () => {
    const { consume, settled, clock, brokers, consumer } = await startShareScript(
      { ShareFetch: onceBegun(() => 'silence') },
      [1, 2],
      2,
    );
    const iterator = await consume({ acquireMode: 'record_limit' });
    const fetchCounts = () => brokers.map(({ requests }) => requests.filter(({ api }) => api === 'ShareFetch').length);
    assert.deepEqual(fetchCounts(), [1, 1]);
    const next = iterator.next();
    await clock.advance(1_000);
    assert.equal(
      fetchCounts().reduce((sum, count) => sum + count),
      3,
    );
    await settled(consumer.close());
    assert.equal((await next).done, true);
  });

  it('lets no fetch wait so long that closing could not wait for what it took along', async () => {
    const { consume, settled, bodies, consumer } = await startShareScript({
      ShareFetch: () => shareAnswer([fetched(0, 0, 1)]),
    });
    const iterator = await consume({ maxWaitTime: 60_000 });
    await settled(iterator.next());
    await settled(iterator.next());
    assert.deepEqual(
      bodies('ShareFetch').map(({ maxWaitMs }) => maxWaitMs),
      [2_500, 2_500],
    );
    await settled(consumer.close());
  });

  it('closes within its timeout, also where no broker answers', async () => {
    const { consume, settled, clock, consumer } = await startShareScript({
      ShareFetch: () => shareAnswer([fetched(0, 0, 1)]),
      ShareAcknowledge: () => 'silence',
      ShareGroupHeartbeat: ({ memberEpoch }) => (memberEpoch < 0 ? 'silence' : undefined),
    });
    const iterator = await consume();
    const { value } = await settled(iterator.next());
    value?.accept();
    const startMs = clock.monotonicMs();
    await assert.rejects(settled(consumer.close()), { code: 'SLUICE_ACKNOWLEDGEMENT' });
    assert.ok(clock.monotonicMs() - startMs <= 6_000);
  });
});
