import { describe } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import type { OffsetCommitRequestInput } from '@sluice/protocol/generated/messages/offset-commit-request';
import type { OffsetDeleteRequestInput } from '@sluice/protocol/generated/messages/offset-delete-request';
import type { OffsetFetchRequestGroupInput } from '@sluice/protocol/generated/messages/offset-fetch-request';
import { sharedScene, table } from '../testing/bad-input-table.ts';
import { ALTER_CONFIGS, DELETE_GROUPS, OFFSET_COMMIT, OFFSET_DELETE, OFFSET_FETCH } from '../testing/group-kinds.ts';
import type { GroupScene } from '../testing/group-scene.ts';

const nobody = { memberId: 'nobody' };
const longText = 'x'.repeat(32_767);

describe('bad input about offsets and groups', () => {
  const scene = sharedScene();

  const commit = async (
    scene: GroupScene,
    { version, ...input }: Partial<OffsetCommitRequestInput> & { version?: number },
  ) => {
    const { memberId, generationId } = scene;
    const right = { groupId: 'classic', memberId, generationIdOrMemberEpoch: generationId, topics: orders({}) };
    const { topics } = await scene.client.ask(OFFSET_COMMIT, version ?? 9, { ...right, ...input });
    return topics[0]?.partitions[0]?.errorCode ?? 0;
  };
  table<Partial<OffsetCommitRequestInput> & { version?: number }>('OffsetCommit', scene, commit, [
    ['an unknown member', nobody, 'UNKNOWN_MEMBER_ID'],
    ['no member', { memberId: '' }, 'UNKNOWN_MEMBER_ID'],
    ['nobody of a group with members', { memberId: '', generationIdOrMemberEpoch: -1 }, 'UNKNOWN_MEMBER_ID'],
    ['an old generation', { generationIdOrMemberEpoch: 0 }, 'ILLEGAL_GENERATION'],
    ['a generation of a group that is not there', { groupId: 'missing' }, 'GROUP_ID_NOT_FOUND'],
    ['the same before version 9', { version: 8, groupId: 'missing' }, 'ILLEGAL_GENERATION'],
    ['another instance', { groupInstanceId: 'one' }, 'FENCED_INSTANCE_ID'],
    ['an old epoch', { groupId: 'consumers', memberId: 'm', generationIdOrMemberEpoch: 0 }, 'STALE_MEMBER_EPOCH'],
    ['an epoch to come', { groupId: 'consumers', memberId: 'm', generationIdOrMemberEpoch: 99 }, 'STALE_MEMBER_EPOCH'],
    ['an unknown member of a consumer group', { groupId: 'consumers', ...nobody }, 'UNKNOWN_MEMBER_ID'],
    [
      'metadata past the limit',
      { topics: orders({ committedMetadata: 'x'.repeat(4097) }) },
      'OFFSET_METADATA_TOO_LARGE',
    ],
    [
      'metadata as long as a text may be',
      { topics: orders({ committedMetadata: longText }) },
      'OFFSET_METADATA_TOO_LARGE',
    ],
    ['an unknown partition', { topics: orders({ partitionIndex: 2 }) }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['a partition below zero', { topics: orders({ partitionIndex: -1 }) }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['an unknown topic', { topics: orders({}, 'missing') }, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['a topic without an id', { version: 10, topics: orders({}) }, 'UNKNOWN_TOPIC_ID'],
  ]);

  const fetch = async (scene: GroupScene, input: Partial<OffsetFetchRequestGroupInput>) => {
    const { groups } = await scene.client.ask(OFFSET_FETCH, 9, {
      groups: [{ groupId: 'consumers', topics: null, ...input }],
    });
    return groups[0]?.errorCode ?? 0;
  };
  table<Partial<OffsetFetchRequestGroupInput>>('OffsetFetch', scene, fetch, [
    ['an unknown member', { ...nobody, memberEpoch: 1 }, 'UNKNOWN_MEMBER_ID'],
    ['no member', { memberId: '', memberEpoch: 1 }, 'UNKNOWN_MEMBER_ID'],
    ['an old epoch', { memberId: 'm', memberEpoch: 0 }, 'STALE_MEMBER_EPOCH'],
    ['an epoch to come', { memberId: 'm', memberEpoch: 99 }, 'STALE_MEMBER_EPOCH'],
    ['no group id', { groupId: '', topics: null, memberEpoch: 1, memberId: 'm' }, 'NONE'],
  ]);

  const deleteOffsets = async (scene: GroupScene, input: Partial<OffsetDeleteRequestInput>) => {
    const right = { groupId: 'classic', topics: [{ name: 'orders', partitions: [{ partitionIndex: 0 }] }] };
    const { errorCode, topics } = await scene.client.ask(OFFSET_DELETE, 0, { ...right, ...input });
    return errorCode || (topics[0]?.partitions[0]?.errorCode ?? 0);
  };
  table<Partial<OffsetDeleteRequestInput>>('OffsetDelete', scene, deleteOffsets, [
    ['no group id', { groupId: '' }, 'INVALID_GROUP_ID'],
    ['a group that is not there', { groupId: 'missing' }, 'GROUP_ID_NOT_FOUND'],
    ['a topic that a classic member reads', {}, 'GROUP_SUBSCRIBED_TO_TOPIC'],
    ['a topic that a member reads', { groupId: 'consumers' }, 'GROUP_SUBSCRIBED_TO_TOPIC'],
    [
      'an unknown partition',
      { topics: [{ name: 'orders', partitions: [{ partitionIndex: 7 }] }] },
      'UNKNOWN_TOPIC_OR_PARTITION',
    ],
  ]);

  const deleteGroup = async (scene: GroupScene, groupId: string) => {
    const { results } = await scene.client.ask(DELETE_GROUPS, 2, { groupsNames: [groupId] });
    return results[0]?.errorCode ?? 0;
  };
  table('DeleteGroups', scene, deleteGroup, [
    ['a classic group with members', 'classic', 'NON_EMPTY_GROUP'],
    ['a consumer group with members', 'consumers', 'NON_EMPTY_GROUP'],
    ['a group that is not there', 'missing', 'GROUP_ID_NOT_FOUND'],
    ['no group id', '', 'GROUP_ID_NOT_FOUND'],
  ]);

  const configure = async (scene: GroupScene, [resourceName, name, value]: readonly [string, string, string]) => {
    const configs = [{ name, configOperation: 0, value }];
    const { responses } = await scene.client.ask(ALTER_CONFIGS, 1, {
      resources: [{ resourceType: 32, resourceName, configs }],
      validateOnly: false,
    });
    return responses[0]?.errorCode ?? 0;
  };
  table<readonly [string, string, string]>('IncrementalAlterConfigs of a group', scene, configure, [
    ['a session below the limit', ['consumers', 'consumer.session.timeout.ms', '1'], 'INVALID_CONFIG'],
    ['a session past the limit', ['consumers', 'consumer.session.timeout.ms', '99999999'], 'INVALID_CONFIG'],
    ['a session that is no number', ['consumers', 'consumer.session.timeout.ms', 'long'], 'INVALID_CONFIG'],
    ['an unknown name', ['consumers', 'no.such.setting', '1'], 'INVALID_CONFIG'],
    ['no group id', ['', 'consumer.session.timeout.ms', '50000'], 'INVALID_REQUEST'],
  ]);
});

function orders(more: object, name = 'orders') {
  const partition = { partitionIndex: 0, committedOffset: 9, committedMetadata: '', ...more };
  return [{ name, topicId: ZERO_UUID, partitions: [partition] }];
}
