/*
 * AlterPartition: a leader shrinks or grows the ISR of its partitions. Each change compares the partition's state, so a
 * leader that was deposed meanwhile changes nothing. A replica leaves to the eligible leader replicas (KIP-966) while
 * fewer than min.insync.replicas are left.
 */
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { brokerValues } from '../config/broker-values.ts';
import { topicNumber, topicValuesOf } from '../config/topic-values.ts';
import type { PartitionState, TopicImage } from '../image/cluster-image.ts';
import { partitionKey } from '../image/keys.ts';
import { encodePartition } from '../image/values.ts';
import type { Decided, DecisionContext, Write } from './decision.ts';
import type {
  AlteredPartition,
  AlteredPartitionReply,
  AlterPartitionReply,
  AlterPartitionRequest,
} from './requests.ts';

export function alterPartition(context: DecisionContext, request: AlterPartitionRequest): Decided<AlterPartitionReply> {
  const { image } = context;
  if (image.brokers.get(request.brokerId)?.epoch !== request.brokerEpoch) {
    return { writes: [], reply: { errorCode: ErrorCode.STALE_BROKER_EPOCH, topics: [] } };
  }
  const writes: Write[] = [];
  const topics = request.topics.map(({ topicId, partitions }) => {
    const topic = image.topicsById.get(topicId);
    const replies = partitions.map((altered) => {
      if (topic === undefined) return refused(altered, ErrorCode.UNKNOWN_TOPIC_ID);
      const state = topic.partitions[altered.partitionIndex];
      const errorCode = alterationError(context, request.brokerId, state, altered);
      if (state === undefined || errorCode !== ErrorCode.NONE) return refused(altered, errorCode);
      const next = withIsr(context, topic, state, altered);
      if (next !== state) writes.push(change(topic, altered.partitionIndex, state, next));
      return answered(altered.partitionIndex, next);
    });
    return { topicId, partitions: replies };
  });
  return { writes, reply: { errorCode: ErrorCode.NONE, topics } };
}

/** In Kafka's order: a leader that knows more than we do asks the wrong controller. */
function alterationError(
  { image }: DecisionContext,
  brokerId: number,
  state: PartitionState | undefined,
  { leaderEpoch, partitionEpoch, newIsrWithEpochs }: AlteredPartition,
): number {
  if (state === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  if (leaderEpoch > state.leaderEpoch || partitionEpoch > state.partitionEpoch) return ErrorCode.NOT_CONTROLLER;
  if (leaderEpoch < state.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH;
  if (brokerId !== state.leader) return ErrorCode.INVALID_REQUEST;
  if (partitionEpoch < state.partitionEpoch) return ErrorCode.INVALID_UPDATE_VERSION;
  const isr = newIsrWithEpochs.map((member) => member.brokerId);
  const isSet = new Set(isr).size === isr.length && isr.every((id) => state.replicas.includes(id));
  if (!isSet || !isr.includes(state.leader)) return ErrorCode.INVALID_REQUEST;
  const isEligible = newIsrWithEpochs.every((member) => {
    const broker = image.brokers.get(member.brokerId);
    const isThisRun = member.brokerEpoch === -1 || member.brokerEpoch === broker?.epoch;
    return broker?.state === 'running' && isThisRun;
  });
  return isEligible ? ErrorCode.NONE : ErrorCode.INELIGIBLE_REPLICA;
}

function withIsr(
  { image, staticConfig }: DecisionContext,
  topic: TopicImage,
  state: PartitionState,
  { newIsrWithEpochs }: AlteredPartition,
): PartitionState {
  const members = new Set(newIsrWithEpochs.map((member) => member.brokerId));
  const isr = state.replicas.filter((id) => members.has(id));
  const isUnchanged = isr.length === state.isr.length && state.isr.every((id) => members.has(id));
  if (isUnchanged) return state;
  const values = topicValuesOf(image, brokerValues(image, staticConfig), topic.name);
  const isrSizeMin = Math.min(topicNumber(values, 'min.insync.replicas'), state.replicas.length);
  const left = state.replicas.filter((id) => !members.has(id) && (state.isr.includes(id) || state.elr.includes(id)));
  return { ...state, isr, elr: isr.length < isrSizeMin ? left : [], partitionEpoch: state.partitionEpoch + 1 };
}

function change(topic: TopicImage, index: number, before: PartitionState, after: PartitionState): Write {
  const key = partitionKey(topic.id, index);
  return {
    stage: [],
    commit: [{ kind: 'put', key, value: encodePartition(after) }],
    compare: [{ key, value: encodePartition(before) }],
  };
}

function answered(partitionIndex: number, state: PartitionState): AlteredPartitionReply {
  const { leader: leaderId, leaderEpoch, isr, partitionEpoch } = state;
  return { partitionIndex, errorCode: ErrorCode.NONE, leaderId, leaderEpoch, isr, partitionEpoch };
}

function refused({ partitionIndex }: AlteredPartition, errorCode: number): AlteredPartitionReply {
  return { partitionIndex, errorCode, leaderId: -1, leaderEpoch: -1, isr: [], partitionEpoch: -1 };
}
