import type { NodeId } from '@sluice/kernel/ids';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { brokersOn } from '../describe-brokers.ts';
import { type CurrentLeader, isHosted, leaderOf, type Partitions } from '../partitions/hosted-partition.ts';
import type { TopicIdPartition } from './share-session.ts';

/** What ShareFetch and ShareAcknowledge tell members who ask the wrong broker (KIP-951). */
export interface CurrentLeaders {
  of(partition: TopicIdPartition & { readonly errorCode: number }): CurrentLeader;
  /** Where the leaders are that an answer names. */
  endpoints(leaders: readonly CurrentLeader[], listenerName: string): readonly NodeEndpoint[];
}

interface NodeEndpoint {
  readonly nodeId: NodeId;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

export const NO_LEADER: CurrentLeader = { leaderId: 0, leaderEpoch: 0 };

const ELSEWHERE: ReadonlySet<number> = new Set([ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.FENCED_LEADER_EPOCH]);

export function createCurrentLeaders(image: ClusterImage, partitions: Partitions): CurrentLeaders {
  return {
    of({ topicId, partition, errorCode }) {
      if (!ELSEWHERE.has(errorCode)) return NO_LEADER;
      const found = partitions.byId(topicId, partition);
      return isHosted(found) ? leaderOf(found) : (found.currentLeader ?? NO_LEADER);
    },
    endpoints(leaders, listenerName) {
      const named = new Set(leaders.filter((leader) => leader !== NO_LEADER).map(({ leaderId }) => leaderId));
      if (named.size === 0) return [];
      return brokersOn(image, listenerName)
        .filter(({ nodeId }) => named.has(nodeId))
        .map(({ nodeId, host, port, rack }) => ({ nodeId, host, port, rack }));
    },
  };
}
