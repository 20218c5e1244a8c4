import { ZERO_UUID } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { OffsetCommitRequest } from '@sluice/protocol/generated/messages/offset-commit-request';
import type { OffsetCommitResponseInput } from '@sluice/protocol/generated/messages/offset-commit-response';
import type { TxnOffsetCommitRequest } from '@sluice/protocol/generated/messages/txn-offset-commit-request';
import type { TxnOffsetCommitResponseInput } from '@sluice/protocol/generated/messages/txn-offset-commit-response';

const NO_RETENTION_TIME = -1;

/** The same commit as one outside of transactions. */
export function asOffsetCommit(request: TxnOffsetCommitRequest): OffsetCommitRequest {
  const { groupId, memberId, groupInstanceId, generationId, topics } = request;
  return {
    groupId,
    memberId,
    groupInstanceId,
    generationIdOrMemberEpoch: generationId,
    retentionTimeMs: NO_RETENTION_TIME,
    topics: topics.map(({ name, partitions }) => ({ name, topicId: ZERO_UUID, partitions })),
  };
}

export function asTxnResponse({ topics }: OffsetCommitResponseInput): TxnOffsetCommitResponseInput {
  return {
    throttleTimeMs: 0,
    topics: topics.map(({ name = '', partitions }) => ({ name, partitions })),
  };
}

/** The same error for all partitions. */
export function txnCommitFailure(request: TxnOffsetCommitRequest, errorCode: number): TxnOffsetCommitResponseInput {
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  }));
  return { throttleTimeMs: 0, topics };
}

/** Producers know of generations only. */
export function toTransactionError(errorCode: number): number {
  return errorCode === ErrorCode.STALE_MEMBER_EPOCH ? ErrorCode.ILLEGAL_GENERATION : errorCode;
}
