import { ZERO_UUID } from '@sluice/kernel/ids';
import type { SimRandom } from '@sluice/kernel/sim/random';
import type { OffsetCommitRequest } from '@sluice/protocol/generated/messages/offset-commit-request';
import type { OffsetFetchRequestGroup } from '@sluice/protocol/generated/messages/offset-fetch-request';
import type { OffsetFetchResponseGroupInput } from '@sluice/protocol/generated/messages/offset-fetch-response';
import { byTopic } from './blobs.ts';

const RECORDS_MAX = 100;

/** How far a member has read, by "topic-partition". */
export interface Positions {
  fetchRequest(owned: Iterable<string>): OffsetFetchRequestGroup;
  onFetched(response: OffsetFetchResponseGroupInput): void;
  /** Of some records more than before. Its metadata says who committed, and for which time. */
  commitRequest(
    owned: Iterable<string>,
    member: { memberId: string; groupInstanceId: string | null; generation: number },
  ): OffsetCommitRequest;
}

export function createPositions(name: string, groupId: string, random: SimRandom): Positions {
  const positions = new Map<string, number>();
  let commits = 0;
  return {
    fetchRequest: (owned) => offsetsOf(groupId, byTopic(owned)),
    onFetched({ topics }) {
      for (const { name: topic = '', partitions } of topics) {
        for (const { partitionIndex, committedOffset } of partitions) {
          positions.set(`${topic}-${partitionIndex}`, Math.max(0, committedOffset));
        }
      }
    },
    commitRequest(owned, { memberId, groupInstanceId, generation }) {
      const committedMetadata = `${name}/${commits++}`;
      const topics = [...byTopic(owned)].map(([topic, partitions]) => ({
        name: topic,
        topicId: ZERO_UUID,
        partitions: partitions.map((partitionIndex) => {
          const key = `${topic}-${partitionIndex}`;
          const committedOffset = (positions.get(key) ?? 0) + random.below(RECORDS_MAX);
          positions.set(key, committedOffset);
          return { partitionIndex, committedOffset, committedLeaderEpoch: -1, committedMetadata };
        }),
      }));
      const retentionTimeMs = -1;
      return { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch: generation, retentionTimeMs, topics };
    },
  };
}

export function offsetsOf(groupId: string, topics: ReadonlyMap<string, number[]>): OffsetFetchRequestGroup {
  return {
    groupId,
    memberId: null,
    memberEpoch: -1,
    topics: [...topics].map(([name, partitionIndexes]) => ({ name, topicId: ZERO_UUID, partitionIndexes })),
  };
}
