import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { realClock } from '@sluice/kernel/real/clock';
import { createMemoryDisk } from '@sluice/kernel/sim/disk';
import { openEmbeddedStore } from '@sluice/metadata/store/embedded-store';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { alterShareGroupOffsetsRequestCodec } from '@sluice/protocol/generated/messages/alter-share-group-offsets-request';
import { alterShareGroupOffsetsResponseCodec } from '@sluice/protocol/generated/messages/alter-share-group-offsets-response';
import { describeConfigsRequestCodec } from '@sluice/protocol/generated/messages/describe-configs-request';
import { describeConfigsResponseCodec } from '@sluice/protocol/generated/messages/describe-configs-response';
import { describeShareGroupOffsetsRequestCodec } from '@sluice/protocol/generated/messages/describe-share-group-offsets-request';
import { describeShareGroupOffsetsResponseCodec } from '@sluice/protocol/generated/messages/describe-share-group-offsets-response';
import { findCoordinatorRequestCodec } from '@sluice/protocol/generated/messages/find-coordinator-request';
import { findCoordinatorResponseCodec } from '@sluice/protocol/generated/messages/find-coordinator-response';
import { listGroupsRequestCodec } from '@sluice/protocol/generated/messages/list-groups-request';
import { listGroupsResponseCodec } from '@sluice/protocol/generated/messages/list-groups-response';
import { createTopic, produce } from '../testing/requests.ts';
import { startTestBroker } from '../testing/test-broker.ts';
import type { TestClient } from '../testing/test-client.ts';

const ALTER = { request: alterShareGroupOffsetsRequestCodec, response: alterShareGroupOffsetsResponseCodec };
const OFFSETS = { request: describeShareGroupOffsetsRequestCodec, response: describeShareGroupOffsetsResponseCodec };
const FIND = { request: findCoordinatorRequestCodec, response: findCoordinatorResponseCodec };
const LIST = { request: listGroupsRequestCodec, response: listGroupsResponseCodec };
const CONFIGS = { request: describeConfigsRequestCodec, response: describeConfigsResponseCodec };
const TOPIC_RESOURCE = 2;
const settings = { 'offsets.topic.num.partitions': '2', 'share.coordinator.state.topic.num.partitions': '3' };

async function alter(client: TestClient, startOffset: number): Promise<number | undefined> {
  await client.ask(FIND, 6, { keyType: 0, coordinatorKeys: ['workers'] });
  const topics = [{ topicName: 'queue', partitions: [{ partitionIndex: 0, startOffset }] }];
  const { errorCode, responses } = await client.ask(ALTER, 0, { groupId: 'workers', topics });
  assert.equal(errorCode, ErrorCode.NONE);
  return responses[0]?.partitions[0]?.errorCode;
}

async function offsets(client: TestClient) {
  const { groups } = await client.ask(OFFSETS, 1, { groups: [{ groupId: 'workers', topics: null }] });
  return groups[0]?.topics[0]?.partitions[0];
}

describe('share groups over a connection', () => {
  test('the first state of a share partition makes __share_group_state, which is never compacted', async () => {
    await using broker = await startTestBroker({ settings });
    const client = await broker.connect();
    const topicId = await createTopic(client, 'queue');
    assert.equal(await alter(client, 0), ErrorCode.NONE);
    const { coordinators } = await client.ask(FIND, 6, { keyType: 2, coordinatorKeys: [`workers:${topicId}:0`] });
    assert.equal(coordinators[0]?.errorCode, ErrorCode.NONE);
    const { results } = await client.ask(CONFIGS, 4, {
      resources: [
        {
          resourceType: TOPIC_RESOURCE,
          resourceName: '__share_group_state',
          configurationKeys: ['cleanup.policy', 'retention.ms', 'min.insync.replicas'],
        },
      ],
    });
    const configs = Object.fromEntries((results[0]?.configs ?? []).map(({ name, value }) => [name, value]));
    assert.deepEqual(configs, { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'min.insync.replicas': '1' });
  });

  test('what a group knows of its partitions is there again after a restart', async () => {
    const disk = createMemoryDisk(realClock);
    const store = openEmbeddedStore({ path: ':memory:', clock: realClock });
    {
      await using broker = await startTestBroker({ settings, disk, store });
      const client = await broker.connect();
      await createTopic(client, 'queue');
      await produce(client, ['a', 'b', 'c'], { topic: 'queue' });
      assert.equal(await alter(client, 1), ErrorCode.NONE);
    }
    await using broker = await startTestBroker({ settings, disk, store });
    const client = await broker.connect();
    const { groups } = await client.ask(LIST, 5, { statesFilter: [], typesFilter: ['share'] });
    assert.deepEqual(
      groups.map(({ groupId, groupState, groupType }) => [groupId, groupState, groupType]),
      [['workers', 'Empty', 'share']],
    );
    const partition = await offsets(client);
    assert.equal(partition?.startOffset, 1);
    assert.equal(partition.lag, 2);
    await broker.close();
    await store.close();
  });
});
