import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { metadataRequestCodec } from '@sluice/protocol/generated/messages/metadata-request';
import { metadataResponseCodec } from '@sluice/protocol/generated/messages/metadata-response';
import { openBroker } from './broker.ts';
import { BROKER, metadataOf, startFixture } from './testing/cluster-fixture.ts';

const METADATA = { request: metadataRequestCodec, response: metadataResponseCodec };
const askAll = () => ({ topics: null });

describe('a broker', () => {
  it('is asked in the newest version that both sides have', async () => {
    const { brokers, options, settled } = await startFixture(({ api }) =>
      api === 'ApiVersions'
        ? { errorCode: 0, apiKeys: [{ apiKey: 3, minVersion: 2, maxVersion: 7 }] }
        : metadataOf('orders', [1]),
    );
    const broker = await settled(openBroker(BROKER, options));
    assert.equal(broker.versionOf(METADATA), 7);
    assert.equal(broker.versionOf(METADATA, 4), 4);
    assert.equal(broker.versionOf(METADATA, 1), undefined);
    const answer = await settled(broker.request(METADATA, askAll));
    assert.equal(answer.topics[0]?.name, 'orders');
    assert.deepEqual(brokers[0]?.requests.at(-1)?.version, 7);
  });

  it('is asked for its versions again in one that it knows, when it refuses the newest', async () => {
    const { brokers, options, settled } = await startFixture(({ version }) =>
      version > 2
        ? { errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 2 }] }
        : { errorCode: 0, apiKeys: [{ apiKey: 3, minVersion: 0, maxVersion: 1 }] },
    );
    const broker = await settled(openBroker(BROKER, options));
    assert.equal(broker.versionOf(METADATA), 1);
    assert.deepEqual(
      brokers[0]?.requests.map(({ version }) => version),
      [4, 2],
    );
  });

  it('says when it does not serve an API', async () => {
    const { options, settled } = await startFixture(() => ({ errorCode: 0, apiKeys: [] }));
    const broker = await settled(openBroker(BROKER, options));
    await assert.rejects(broker.request(METADATA, askAll), { name: 'ClientError', tag: 'unsupported' });
  });

  it('fails what waits when the connection ends, and everything after it', async () => {
    const { options, settled } = await startFixture(({ api }) => (api === 'Metadata' ? 'close' : undefined));
    const broker = await settled(openBroker(BROKER, options));
    const both = Promise.allSettled([broker.request(METADATA, askAll), broker.request(METADATA, askAll)]);
    for (const result of await settled(both)) {
      assert.equal(result.status === 'rejected' && result.reason.tag, 'closed');
    }
    assert.equal(broker.isOpen, false);
    await assert.rejects(broker.request(METADATA, askAll), { tag: 'closed' });
  });

  it('times out when no answer comes, and is not used again', async () => {
    const { clock, options, settled } = await startFixture(() => undefined);
    const broker = await settled(openBroker(BROKER, options));
    const startMs = clock.monotonicMs();
    await assert.rejects(settled(broker.request(METADATA, askAll, { timeoutMs: 300 })), { tag: 'timeout' });
    assert(clock.monotonicMs() - startMs >= 300);
    assert.equal(broker.isOpen, false);
  });

  it('is told apart from a server of another protocol', async () => {
    const { network, options, settled } = await startFixture();
    await network.host('web').listen('web', 80, (connection) => ({
      onData: () => connection.write([Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]),
      onDrain() {},
      onClose() {},
    }));
    await assert.rejects(settled(openBroker({ host: 'web', port: 80 }, options)), { tag: 'not-kafka' });
  });

  it('that is not there is named in the error', async () => {
    const { options, settled } = await startFixture();
    await assert.rejects(settled(openBroker(BROKER, options)), {
      tag: 'refused',
      message: 'nothing listens on broker-1:9092',
    });
  });
});
