/*
 * AlterPartitionReassignments (45), versions 0–1.
 *
 * - Gives partitions other replicas. On one broker there is only one choice, the one that they have: it changes nothing and
 *   is no error. `kafka-reassign-partitions` asks for it before it moves logs between directories.
 * - null ends a reassignment; there never is one.
 * - v1: allow_replication_factor_change (KIP-1044), which changes nothing here.
 */
import type { ClusterImage, PartitionState } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { alterPartitionReassignmentsRequestCodec } from '@sluice/protocol/generated/messages/alter-partition-reassignments-request';
import { alterPartitionReassignmentsResponseCodec } from '@sluice/protocol/generated/messages/alter-partition-reassignments-response';
import { defineApi } from '../define-api.ts';

interface Refusal {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

const ACCEPTED: Refusal = { errorCode: ErrorCode.NONE, errorMessage: null };

export function alterPartitionReassignmentsApi({ image }: { readonly image: ClusterImage }) {
  function answer(state: PartitionState | undefined, replicas: readonly number[] | null): Refusal {
    if (state === undefined) {
      return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: 'There is no such partition.' };
    }
    if (replicas === null) {
      return { errorCode: ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, errorMessage: null };
    }
    const problem = assignmentProblem(replicas, state);
    return problem === undefined
      ? ACCEPTED
      : { errorCode: ErrorCode.INVALID_REPLICA_ASSIGNMENT, errorMessage: problem };
  }

  function assignmentProblem(replicas: readonly number[], state: PartitionState): string | undefined {
    if (replicas.length === 0) return 'The assignment has no replicas.';
    for (const id of replicas) if (!image.brokers.has(id)) return `Broker ${id} is not registered.`;
    if (new Set(replicas).size !== replicas.length) return 'The assignment has a broker more than once.';
    const isSame = replicas.length === state.replicas.length && replicas.every((id) => state.replicas.includes(id));
    return isSame ? undefined : 'Replicas cannot be moved between brokers yet.';
  }

  return defineApi({
    request: alterPartitionReassignmentsRequestCodec,
    response: alterPartitionReassignmentsResponseCodec,
    async handle({ topics, allowReplicationFactorChange }) {
      return {
        throttleTimeMs: 0,
        allowReplicationFactorChange,
        ...ACCEPTED,
        // As Kafka says it to a request that names nothing.
        errorMessage: topics.length === 0 ? '' : null,
        responses: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex, replicas }) => {
            const state = image.topicsByName.get(name)?.partitions[partitionIndex];
            return { partitionIndex, ...answer(state, replicas) };
          }),
        })),
      };
    },
  });
}
