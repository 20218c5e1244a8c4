import { describeGroups } from '@sluice/client/describe-groups';
import {
  type CommittedOffset,
  commitGroupOffsets,
  deleteGroupOffsets,
  fetchGroupOffsets,
} from '@sluice/client/group-offsets';
import { KafkaError } from '@sluice/client/kafka-error';
import type { DeletedOffsets, GroupKind, GroupPosition } from './group-kind.ts';
import { resolveScope, sorted } from './scope-partitions.ts';

/** Groups that share out partitions: of the classic protocol and of KIP-848. */
export const consumerGroups: GroupKind = {
  command: 'group',
  noun: 'group',
  types: ['', 'classic', 'consumer'],
  hasNoOffsets: 'has committed nothing',
  describe: describeGroups,

  async positions(cluster, groupIds) {
    const committed = await fetchGroupOffsets(cluster, groupIds);
    return new Map([...committed].map(([groupId, offsets]) => [groupId, positionsIn(offsets)]));
  },

  setOffsets: commitGroupOffsets,

  async deleteOffsets(cluster, groupId, scopes) {
    const { partitions, unknownTopics } = await resolveScope(cluster, scopes);
    const missing = [...unknownTopics].map(([topic, outcome]) => ({ topic, partition: null, outcome }));
    if (partitions.length === 0) return missing;
    const deleted = await deleteGroupOffsets(cluster, groupId, partitions);
    const outcomes = sorted(deleted).map(
      ({ topic, partition, error }): DeletedOffsets => ({ topic, partition, outcome: error ?? 'deleted' }),
    );
    return [...missing, ...outcomes];
  },
};

function positionsIn(offsets: readonly CommittedOffset[] | KafkaError): readonly GroupPosition[] | KafkaError {
  if (offsets instanceof KafkaError) return offsets;
  return offsets.map(({ leaderEpoch, ...each }) => ({ ...each, leaderEpoch: leaderEpoch < 0 ? null : leaderEpoch }));
}
