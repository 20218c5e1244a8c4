import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { deleteGroups } from './delete-groups.ts';
import { describeGroups } from './describe-groups.ts';
import { commitGroupOffsets, deleteGroupOffsets, fetchGroupOffsets } from './group-offsets.ts';
import { KafkaError } from './kafka-error.ts';
import { listGroups } from './list-groups.ts';
import { LATEST_TIMESTAMP } from './list-offsets.ts';
import { logOffsets } from './log-offsets.ts';
import { metadataOf, startFixture } from './testing/cluster-fixture.ts';
import { coordinators, scriptOf } from './testing/group-script.ts';
import { ALL_API_VERSIONS, type ScriptedRequest } from './testing/scripted-broker.ts';

const NOWHERE = { nodeId: -1, host: '', port: -1 };
const UNAVAILABLE = { errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, errorMessage: null };

describe('requests about groups', () => {
  it('go to each group’s coordinator, once for all of its groups', async () => {
    const deleted = ({ body }: ScriptedRequest) => ({
      throttleTimeMs: 0,
      results: (body as { groupsNames: string[] }).groupsNames.map((groupId) => ({ groupId, errorCode: 0 })),
    });
    const script = scriptOf({ FindCoordinator: coordinators((key) => (key === 'c' ? 2 : 1)), DeleteGroups: deleted });
    const { brokers, cluster, settled } = await startFixture(script, script);
    const results = await settled(deleteGroups(cluster, ['a', 'b', 'c']));
    assert.deepEqual([...results.keys()].sort(), ['a', 'b', 'c']);
    const asked = brokers.map(({ requests }) =>
      requests.flatMap(({ api, body }) =>
        api === 'DeleteGroups' ? [(body as { groupsNames: string[] }).groupsNames] : [],
      ),
    );
    assert.deepEqual(asked, [[['a', 'b']], [['c']]]);
  });

  it('wait for a coordinator that is on its way, and ask nobody twice for what is done', async () => {
    let attempts = 0;
    const asked: string[][] = [];
    const script = scriptOf({
      FindCoordinator: (request) => {
        attempts++;
        if (attempts > 1) return coordinators(() => 1)(request);
        const keys = (request.body as { coordinatorKeys: string[] }).coordinatorKeys;
        return { coordinators: keys.map((key) => ({ key, ...NOWHERE, ...UNAVAILABLE })) };
      },
      DeleteGroups: ({ body }) => {
        const { groupsNames } = body as { groupsNames: string[] };
        asked.push(groupsNames);
        const isMoving = asked.length === 1;
        return {
          throttleTimeMs: 0,
          results: groupsNames.map((groupId) => ({
            groupId,
            errorCode: groupId === 'b' && isMoving ? ErrorCode.NOT_COORDINATOR : 0,
          })),
        };
      },
    });
    const { cluster, settled } = await startFixture(script, script);
    assert.deepEqual(
      await settled(deleteGroups(cluster, ['a', 'b'])),
      new Map([
        ['a', undefined],
        ['b', undefined],
      ]),
    );
    assert.deepEqual(asked, [['a', 'b'], ['b']]);
    assert.equal(attempts, 3);
  });

  it('give up on a coordinator after the timeout', async () => {
    const script = scriptOf({
      FindCoordinator: () => ({ coordinators: [{ key: 'a', ...NOWHERE, ...UNAVAILABLE }] }),
    });
    const { cluster, settled } = await startFixture(script, script);
    await assert.rejects(settled(describeGroups(cluster, ['a'])), { code: ErrorCode.COORDINATOR_NOT_AVAILABLE });
  });

  it('ask brokers that know no batches for one group after the other', async () => {
    const keys: unknown[] = [];
    const script = scriptOf({
      ApiVersions: () => ({
        ...ALL_API_VERSIONS,
        apiKeys: ALL_API_VERSIONS.apiKeys.map((range) => {
          if (range.apiKey === 10) return { ...range, maxVersion: 0 };
          return range.apiKey === 9 ? { ...range, maxVersion: 1 } : range;
        }),
      }),
      FindCoordinator: ({ body }) => {
        keys.push((body as { key: string }).key);
        return { errorCode: 0, nodeId: 1, host: 'broker-1', port: 9092 };
      },
      OffsetFetch: ({ version, body }) => {
        assert.equal(version, 1);
        assert.deepEqual((body as { topics: unknown }).topics, []);
        return {
          topics: [
            { name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 7, metadata: null, errorCode: 0 }] },
          ],
        };
      },
    });
    const { cluster, settled } = await startFixture(script, script);
    const offsets = await settled(fetchGroupOffsets(cluster, ['a', 'b']));
    assert.deepEqual(keys, ['a', 'b']);
    assert.deepEqual(offsets.get('b'), [{ topic: 'orders', partition: 0, offset: 7, leaderEpoch: -1, metadata: '' }]);
  });
});

describe('groups', () => {
  it('are listed from all brokers, by name, filtered here where a broker is too old for it', async () => {
    const groupsOf = (...groups: readonly [string, string, string][]) =>
      scriptOf({
        ListGroups: () => ({
          errorCode: 0,
          groups: groups.map(([groupId, groupState, groupType]) => ({
            groupId,
            protocolType: 'consumer',
            groupState,
            groupType,
          })),
        }),
      });
    const { cluster, settled } = await startFixture(
      groupsOf(['b', 'Stable', 'classic'], ['d', 'Empty', 'consumer']),
      groupsOf(['c', 'Empty', 'Classic'], ['a', 'Stable', 'consumer']),
    );
    const listed = async (options = {}) => (await settled(listGroups(cluster, options))).map(({ groupId }) => groupId);
    assert.deepEqual(await listed(), ['a', 'b', 'c', 'd']);
    assert.deepEqual(await listed({ states: ['empty'] }), ['c', 'd']);
    assert.deepEqual(await listed({ states: ['Empty'], types: ['classic'] }), ['c']);
  });

  it('are described as consumer groups first, then as classic ones', async () => {
    const asked: string[] = [];
    const consumerGroup = (groupId: string, errorCode: number) => ({
      errorCode,
      errorMessage: null,
      groupId,
      groupState: 'Stable',
      groupEpoch: 3,
      assignmentEpoch: 2,
      assignorName: 'uniform',
      members: [],
    });
    const script = scriptOf({
      FindCoordinator: coordinators(() => 2),
      ConsumerGroupDescribe: ({ body }) => {
        const { groupIds } = body as { groupIds: string[] };
        asked.push(`consumer ${groupIds}`);
        return {
          throttleTimeMs: 0,
          groups: groupIds.map((groupId) =>
            consumerGroup(groupId, groupId === 'new' ? 0 : ErrorCode.GROUP_ID_NOT_FOUND),
          ),
        };
      },
      DescribeGroups: ({ body }) => {
        const { groups } = body as { groups: string[] };
        asked.push(`classic ${groups}`);
        return {
          groups: groups.map((groupId) => ({
            errorCode: groupId === 'gone' ? ErrorCode.GROUP_ID_NOT_FOUND : 0,
            groupId,
            groupState: groupId === 'dead' ? 'Dead' : 'Empty',
            protocolType: '',
            protocolData: '',
            members: [],
          })),
        };
      },
    });
    const { cluster, settled } = await startFixture(script, script);
    const described = await settled(describeGroups(cluster, ['new', 'old', 'gone', 'dead']));
    assert.deepEqual(asked, ['consumer new,old,gone,dead', 'classic old,gone,dead']);
    assert.deepEqual([...described.keys()], ['new', 'old', 'gone', 'dead']);
    const [fresh, old, gone, dead] = described.values();
    assert(fresh !== undefined && !(fresh instanceof KafkaError));
    assert.deepEqual([fresh.type, fresh.groupEpoch, fresh.coordinator], ['consumer', 3, 2]);
    assert(old !== undefined && !(old instanceof KafkaError));
    assert.deepEqual([old.type, old.state, old.groupEpoch], ['classic', 'Empty', null]);
    // Before DescribeGroups v6 a missing group was a dead one.
    for (const missing of [gone, dead]) {
      assert(missing instanceof KafkaError && missing.code === ErrorCode.GROUP_ID_NOT_FOUND);
    }
  });
});

describe('offsets of a group', () => {
  const partition = (partitionIndex: number, errorCode = 0) => ({ partitionIndex, errorCode });

  it('are committed and deleted with an outcome for each partition', async () => {
    const script = scriptOf({
      FindCoordinator: coordinators(() => 1),
      OffsetCommit: ({ version }) => {
        assert.equal(version, 9);
        return { topics: [{ name: 'orders', partitions: [partition(0), partition(1, ErrorCode.UNKNOWN_MEMBER_ID)] }] };
      },
      OffsetDelete: () => ({
        errorCode: 0,
        throttleTimeMs: 0,
        topics: [{ name: 'orders', partitions: [partition(0, ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC), partition(1)] }],
      }),
    });
    const { cluster, settled } = await startFixture(script, script);
    const partitions = [0, 1].map((index) => ({ topic: 'orders', partition: index, offset: 5 }));
    const codes = (results: readonly { error: KafkaError | undefined }[]) =>
      results.map(({ error }) => error?.codeName);
    assert.deepEqual(codes(await settled(commitGroupOffsets(cluster, 'a', partitions))), [
      undefined,
      'UNKNOWN_MEMBER_ID',
    ]);
    assert.deepEqual(codes(await settled(deleteGroupOffsets(cluster, 'a', partitions))), [
      'GROUP_SUBSCRIBED_TO_TOPIC',
      undefined,
    ]);
  });

  it('are asked for again while the coordinator loads', async () => {
    let attempts = 0;
    const script = scriptOf({
      FindCoordinator: coordinators(() => 1),
      OffsetFetch: () => {
        attempts++;
        const errorCode = attempts < 3 ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : 0;
        return { groups: [{ groupId: 'a', topics: [], errorCode }] };
      },
    });
    const { cluster, settled } = await startFixture(script, script);
    assert.deepEqual((await settled(fetchGroupOffsets(cluster, ['a']))).get('a'), []);
    assert.equal(attempts, 3);
  });
});

describe('offsets of logs', () => {
  const answer =
    (node: number) =>
    ({ body }: ScriptedRequest) => ({
      topics: (body as { topics: { name: string; partitions: { partitionIndex: number }[] }[] }).topics.map(
        ({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => ({
            partitionIndex,
            errorCode: 0,
            timestamp: -1,
            offset: node * 100 + partitionIndex,
          })),
        }),
      ),
    });

  it('come from each leader; what does not exist has its error and holds nobody up', async () => {
    const { cluster, clock, settled } = await startFixture(
      scriptOf({ ListOffsets: answer(1) }),
      scriptOf({ ListOffsets: answer(2) }),
    );
    const wanted = [0, 1, 7].map((partition) => ({ topic: 'orders', partition }));
    const startMs = clock.monotonicMs();
    const found = await settled(logOffsets(cluster, wanted, LATEST_TIMESTAMP));
    assert(clock.monotonicMs() - startMs < 1_000);
    assert.equal(found.get('orders:0'), 100);
    assert.equal(found.get('orders:1'), 201);
    const missing = found.get('orders:7');
    assert(missing instanceof KafkaError && missing.code === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });

  it('wait for a leader no longer than they may, and keep those that answered', async () => {
    const leaderless = (request: ScriptedRequest) =>
      request.api === 'Metadata' ? metadataOf('orders', [1, -1], 2) : scriptOf({ ListOffsets: answer(1) })(request);
    const { cluster, settled } = await startFixture(leaderless, leaderless);
    const wanted = [0, 1].map((partition) => ({ topic: 'orders', partition }));
    const found = await settled(logOffsets(cluster, wanted, LATEST_TIMESTAMP, 500));
    assert.equal(found.get('orders:0'), 100);
    assert(found.get('orders:1') instanceof KafkaError);
  });
});
