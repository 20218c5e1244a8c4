import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { testCluster } from '../testing/test-cluster.ts';
import { allocateProducerIds, PRODUCER_ID_BLOCK_COUNT } from './allocate-producer-ids.ts';
import { changeBrokerState, registerBroker } from './register-broker.ts';

const registration = {
  brokerId: 7,
  incarnationId: 'first',
  endpoints: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092, securityProtocol: 'PLAINTEXT' as const }],
  rack: 'r1',
  logDirs: ['D'],
  lease: '1',
  state: 'fenced' as const,
};

describe('broker registration', () => {
  it('makes a broker whose epoch is the revision', () => {
    const cluster = testCluster({ brokers: [] });
    assert.equal(cluster.decide(registerBroker, registration).errorCode, 0);
    const { lease: _lease, brokerId: id, ...rest } = registration;
    assert.deepEqual(cluster.image.brokers.get(7), { id, ...rest, epoch: cluster.image.revision });
  });

  it('is refused while another process of the number lives, not after', () => {
    const cluster = testCluster({ brokers: [] });
    cluster.decide(registerBroker, { ...registration, state: 'running' });
    const other = { ...registration, incarnationId: 'second' };
    assert.equal(cluster.decide(registerBroker, other).errorCode, 101);
    const epoch = cluster.image.brokers.get(7)?.epoch ?? -1;
    assert.equal(cluster.decide(registerBroker, { ...registration, state: 'running' }).errorCode, 0);
    assert.ok((cluster.image.brokers.get(7)?.epoch ?? -1) > epoch);
    cluster.apply([{ kind: 'delete', key: 'live/7' }]);
    assert.equal(cluster.decide(registerBroker, other).errorCode, 0);
    assert.equal(cluster.image.brokers.get(7)?.incarnationId, 'second');
  });

  it('changes the state under the same epoch, for the epoch alone', () => {
    const cluster = testCluster({ brokers: [] });
    cluster.decide(registerBroker, registration);
    const brokerEpoch = cluster.image.brokers.get(7)?.epoch ?? -1;
    const change = { brokerId: 7, brokerEpoch, lease: '1', state: 'running' as const };
    assert.equal(cluster.decide(changeBrokerState, change).errorCode, 0);
    assert.equal(cluster.image.brokers.get(7)?.state, 'running');
    assert.equal(cluster.image.brokers.get(7)?.epoch, brokerEpoch);
    assert.equal(cluster.decide(changeBrokerState, { ...change, brokerEpoch: brokerEpoch + 1 }).errorCode, 77);
    assert.equal(cluster.decide(changeBrokerState, { ...change, brokerId: 8 }).errorCode, 102);
  });
});

describe('AllocateProducerIds', () => {
  it('never gives an id twice', () => {
    const cluster = testCluster();
    const brokerEpoch = cluster.image.brokers.get(1)?.epoch ?? -1;
    const first = cluster.decide(allocateProducerIds, { brokerId: 1, brokerEpoch });
    const second = cluster.decide(allocateProducerIds, { brokerId: 1, brokerEpoch });
    assert.deepEqual(first, { errorCode: 0, errorMessage: null, producerIdStart: 0, producerIdLen: 1_000 });
    assert.equal(second.producerIdStart, PRODUCER_ID_BLOCK_COUNT);
    assert.equal(cluster.image.nextProducerId, 2 * PRODUCER_ID_BLOCK_COUNT);
  });

  it('refuses a broker that was registered anew since', () => {
    const cluster = testCluster();
    assert.equal(cluster.decide(allocateProducerIds, { brokerId: 1, brokerEpoch: 99 }).errorCode, 77);
    assert.equal(cluster.decide(allocateProducerIds, { brokerId: 9, brokerEpoch: 1 }).errorCode, 77);
    assert.equal(cluster.image.nextProducerId, 0);
  });
});
