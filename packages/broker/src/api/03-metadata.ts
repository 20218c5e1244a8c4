/*
 * Metadata (3), versions 0–13.
 *
 * - Topics by name, by id, all (null; an empty list in v0) or none (an empty list from v1 on).
 * - An unknown name is made if the client and `auto.create.topics.enable` allow it; the first answer is
 *   UNKNOWN_TOPIC_OR_PARTITION all the same, and clients ask again.
 * - An id wins over a name beside it; neither an id nor a name fails the whole answer.
 * - v8: authorized operations (KIP-430). v9: flexible. v10: topic ids (KIP-516). v12: null names. v13: top-level error
 *   (KIP-1102).
 */
import { ZERO_UUID } from '@sluice/kernel/ids';
import { validateTopicName } from '@sluice/metadata/controller/topic-name';
import type { ClusterImage, PartitionState, TopicImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type MetadataRequest, metadataRequestCodec } from '@sluice/protocol/generated/messages/metadata-request';
import {
  type MetadataResponseInput,
  metadataResponseCodec,
} from '@sluice/protocol/generated/messages/metadata-response';
import { CLUSTER_OPERATIONS, OPERATIONS_NOT_ASKED, TOPIC_OPERATIONS } from '../authorized-operations.ts';
import type { AutoCreate } from '../auto-create.ts';
import { defineApi } from '../define-api.ts';
import { brokersOn, offlineReplicas } from '../describe-brokers.ts';
import { isInternalTopic } from '../topics.ts';

type TopicResponse = MetadataResponseInput['topics'][number];

const NULL_MEANS_ALL_FROM = 1;
/** Ids and null names are on the wire since v10, but a request may use them only later. */
const IDS_FROM = 12;

export interface MetadataServices {
  readonly image: ClusterImage;
  /** `auto.create.topics.enable` */
  autoCreates(): boolean;
  /** Begins to make the topics; what comes of it is seen by later requests. */
  readonly autoCreate: AutoCreate;
}

export function metadataApi({ image, autoCreates, autoCreate }: MetadataServices) {
  function describe(topic: TopicImage, operations: number): TopicResponse {
    return {
      errorCode: ErrorCode.NONE,
      name: topic.name,
      topicId: topic.id,
      isInternal: isInternalTopic(topic.name),
      partitions: topic.partitions.map(describePartition),
      topicAuthorizedOperations: operations,
    };
  }

  function describePartition(state: PartitionState, partitionIndex: number) {
    return {
      errorCode: state.leader < 0 ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.NONE,
      partitionIndex,
      leaderId: state.leader,
      leaderEpoch: state.leaderEpoch,
      replicaNodes: [...state.replicas],
      isrNodes: [...state.isr],
      offlineReplicas: offlineReplicas(image, state),
    };
  }

  function describeAsked(
    asked: NonNullable<MetadataRequest['topics']>,
    allowsCreation: boolean,
    operations: number,
  ): TopicResponse[] {
    const missing: string[] = [];
    const seen = new Set<string>();
    const topics: TopicResponse[] = [];
    for (const { name, topicId } of asked) {
      const known = topicId === ZERO_UUID ? image.topicsByName.get(name ?? '') : image.topicsById.get(topicId);
      const key = known?.id ?? (topicId === ZERO_UUID ? `name ${name}` : topicId);
      if (seen.has(key)) continue;
      seen.add(key);
      if (known !== undefined) {
        topics.push(describe(known, operations));
      } else if (topicId !== ZERO_UUID) {
        topics.push(unknown(null, topicId, ErrorCode.UNKNOWN_TOPIC_ID));
      } else if (validateTopicName(name ?? '') !== undefined) {
        topics.push(unknown(name, ZERO_UUID, ErrorCode.INVALID_TOPIC_EXCEPTION));
      } else {
        if (name !== null && allowsCreation) missing.push(name);
        topics.push({
          ...unknown(name, ZERO_UUID, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
          topicAuthorizedOperations: operations,
        });
      }
    }
    if (missing.length > 0) void autoCreate(missing);
    return topics;
  }

  return defineApi({
    request: metadataRequestCodec,
    response: metadataResponseCodec,
    handle(request, { apiVersion, peer }) {
      const asked = request.topics;
      const usesIds = asked?.some(({ name, topicId }) => name === null || topicId !== ZERO_UUID) ?? false;
      if (usesIds && apiVersion < IDS_FROM) return brokenRequest(asked ?? [], ErrorCode.INVALID_REQUEST);
      const isUnnamed = asked?.some(({ name, topicId }) => name === null && topicId === ZERO_UUID) ?? false;
      if (isUnnamed) return brokenRequest(asked ?? [], ErrorCode.UNKNOWN_SERVER_ERROR);
      const operations = request.includeTopicAuthorizedOperations ? TOPIC_OPERATIONS : OPERATIONS_NOT_ASKED;
      const wantsAll = asked === null || (apiVersion < NULL_MEANS_ALL_FROM && asked.length === 0);
      const topics = wantsAll
        ? [...image.topicsByName.values()].map((topic) => describe(topic, operations))
        : describeAsked(asked, request.allowAutoTopicCreation && autoCreates(), operations);
      return {
        brokers: brokersOn(image, peer.listenerName).filter(({ isFenced }) => !isFenced),
        clusterId: image.clusterId ?? null,
        controllerId: image.controllerId,
        topics,
        clusterAuthorizedOperations: request.includeClusterAuthorizedOperations
          ? CLUSTER_OPERATIONS
          : OPERATIONS_NOT_ASKED,
      };
    },
  });
}

function unknown(name: string | null, topicId: string, errorCode: number): TopicResponse {
  return { errorCode, name, topicId, isInternal: name !== null && isInternalTopic(name), partitions: [] };
}

function brokenRequest(
  asked: readonly { readonly name: string | null; readonly topicId: string }[],
  errorCode: number,
): MetadataResponseInput {
  return {
    brokers: [],
    topics: asked.map(({ name, topicId }) => unknown(name ?? '', topicId, errorCode)),
    errorCode,
  };
}
