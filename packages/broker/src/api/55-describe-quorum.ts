/*
 * DescribeQuorum (55), versions 0–2.
 *
 * - Sluice keeps its metadata in a store, not in a Raft log of brokers: the answer shows what Kafka's tools look at, the
 *   controller as the only voter and the other brokers as observers, all at the store's revision.
 * - v1: times (KIP-836). v2: directory ids, nodes and error messages (KIP-853).
 */
import type { Clock } from '@sluice/kernel/clock';
import { ZERO_UUID } from '@sluice/kernel/ids';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { describeQuorumRequestCodec } from '@sluice/protocol/generated/messages/describe-quorum-request';
import { describeQuorumResponseCodec } from '@sluice/protocol/generated/messages/describe-quorum-response';
import { defineApi } from '../define-api.ts';

const METADATA_TOPIC = '__cluster_metadata';
const METADATA_PARTITION = 0;
/** With directory ids. */
const NODES_FROM = 2;

export function describeQuorumApi({ image, clock }: { image: ClusterImage; clock: Clock }) {
  function replica(replicaId: number, hasDirectories: boolean) {
    const nowMs = clock.now();
    const directoryId = image.brokers.get(replicaId)?.logDirs[0] ?? ZERO_UUID;
    return {
      replicaId,
      replicaDirectoryId: hasDirectories ? directoryId : ZERO_UUID,
      logEndOffset: image.revision,
      lastFetchTimestamp: nowMs,
      lastCaughtUpTimestamp: nowMs,
    };
  }

  function describe(topicName: string, partitionIndex: number, hasDirectories: boolean) {
    const { controllerId } = image;
    if (topicName !== METADATA_TOPIC || partitionIndex !== METADATA_PARTITION) {
      return {
        partitionIndex,
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        errorMessage: 'Only the partition of the metadata has a quorum.',
        leaderId: 0,
        leaderEpoch: 0,
        highWatermark: 0,
        currentVoters: [],
        observers: [],
      };
    }
    return {
      partitionIndex,
      errorCode: ErrorCode.NONE,
      errorMessage: '',
      leaderId: controllerId,
      leaderEpoch: image.brokers.get(controllerId)?.epoch ?? 0,
      highWatermark: image.revision,
      currentVoters: controllerId < 0 ? [] : [replica(controllerId, hasDirectories)],
      observers: [...image.brokers.keys()].filter((id) => id !== controllerId).map((id) => replica(id, hasDirectories)),
    };
  }

  return defineApi({
    request: describeQuorumRequestCodec,
    response: describeQuorumResponseCodec,
    handle({ topics }, { apiVersion }) {
      const hasNodes = apiVersion >= NODES_FROM;
      return {
        errorCode: ErrorCode.NONE,
        errorMessage: '',
        topics: topics.map(({ topicName, partitions }) => ({
          topicName,
          partitions: partitions.map(({ partitionIndex }) => describe(topicName, partitionIndex, hasNodes)),
        })),
        nodes: (hasNodes ? [...image.brokers.values()] : []).map((broker) => ({
          nodeId: broker.id,
          listeners: broker.endpoints.map(({ name, host, port }) => ({ name, host, port })),
        })),
      };
    },
  });
}
