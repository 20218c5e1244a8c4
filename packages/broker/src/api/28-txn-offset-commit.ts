/*
 * TxnOffsetCommit (28), versions 0–5.
 *
 * - Offsets that count once the producer's transaction is committed; until then OffsetFetch with requireStable waits.
 * - Partitions that do not exist are UNKNOWN_TOPIC_OR_PARTITION; the others are committed, all or none.
 * - The group without a name is INVALID_GROUP_ID, though it takes plain commits.
 * - The transaction's coordinator is asked first whether the group's partition is in the transaction (KIP-890).
 * - v2: leader epochs; COORDINATOR_LOAD_IN_PROGRESS, which older clients take for the end. v3: flexible; group members are
 *   fenced by their generation (KIP-447). v4: TRANSACTION_ABORTABLE. v5: brings the group's partition into the transaction.
 */
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import { txnCommitFailure } from '@sluice/coordinator/group/offsets/txn-commit';
import type { TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import type { Clock } from '@sluice/kernel/clock';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import {
  type TxnOffsetCommitRequest,
  txnOffsetCommitRequestCodec,
} from '@sluice/protocol/generated/messages/txn-offset-commit-request';
import {
  type TxnOffsetCommitResponseInput,
  txnOffsetCommitResponseCodec,
} from '@sluice/protocol/generated/messages/txn-offset-commit-response';
import { defineApi } from '../define-api.ts';
import { mergeTopics, separateUnknown } from '../groups/existing-partitions.ts';
import { requestContext } from '../groups/request-context.ts';
import type { Partitions } from '../partitions/hosted-partition.ts';
import { createCommitPermissions } from '../transactions/commit-permission.ts';
import type { BrokerTransactionSettings } from '../transactions/transaction-settings.ts';

const LOAD_IN_PROGRESS_FROM = 2;

export interface TxnOffsetCommitServices {
  readonly image: ClusterImage;
  readonly clock: Clock;
  readonly partitions: Partitions;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  transactionSettings(): BrokerTransactionSettings;
}

type Answer = TxnOffsetCommitResponseInput;

export function txnOffsetCommitApi(services: TxnOffsetCommitServices) {
  const { image, groups } = services;
  const askPermission = createCommitPermissions({
    ...services,
    settings: services.transactionSettings,
    partitionOf: groups.partitionOf,
  });

  async function commit(request: TxnOffsetCommitRequest, info: Parameters<typeof requestContext>[0]): Promise<Answer> {
    if (request.groupId === '') return txnCommitFailure(request, ErrorCode.INVALID_GROUP_ID);
    const permission = await askPermission(request, info.apiVersion);
    if ('errorCode' in permission) return txnCommitFailure(request, permission.errorCode);
    return groups.commitOffsetsInTransaction(request, permission, requestContext(info));
  }

  return defineApi({
    request: txnOffsetCommitRequestCodec,
    response: txnOffsetCommitResponseCodec,
    async handle(request, info): Promise<Answer> {
      const { known, unknown } = separateUnknown(request.topics, (topic) => image.topicsByName.get(topic.name));
      const refused = unknown.map(({ topic, partitions: answers }) => ({ name: topic.name, partitions: answers }));
      if (known.length === 0) return { throttleTimeMs: 0, topics: refused };
      const response = await commit({ ...request, topics: known }, info);
      const answer = info.apiVersion < LOAD_IN_PROGRESS_FROM ? withoutLoadInProgress(response) : response;
      if (refused.length === 0) return answer;
      return { throttleTimeMs: 0, topics: mergeTopics(refused, answer.topics.map(mutable), ({ name }) => name) };
    },
  });
}

function mutable({ name, partitions }: Answer['topics'][number]) {
  return { name, partitions: [...partitions] };
}

function withoutLoadInProgress({ topics, ...rest }: Answer): Answer {
  const told = (errorCode: number) =>
    errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.COORDINATOR_NOT_AVAILABLE : errorCode;
  return {
    ...rest,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, errorCode }) => ({ partitionIndex, errorCode: told(errorCode) })),
    })),
  };
}
