/*
 * TxnOffsetCommit (28), versions 0–5.
 *
 * - Offsets that count once the producer's transaction is committed; until then OffsetFetch with requireStable waits.
 * - Partitions that do not exist are UNKNOWN_TOPIC_OR_PARTITION; the others are committed, all or none.
 * - The transaction's coordinator is asked first whether the group's partition is in the transaction (KIP-890).
 * - v2: leader epochs; COORDINATOR_LOAD_IN_PROGRESS, which older clients take for the end. v3: flexible; group members are
 *   fenced by their generation (KIP-447). v4: TRANSACTION_ABORTABLE. v5: brings the group's partition into the transaction.
 */
import { GROUP_METADATA_TOPIC } from '@sluice/coordinator/group/create-group-coordinator';
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import { txnCommitFailure } from '@sluice/coordinator/group/offsets/txn-commit';
import type { TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import type { Clock } from '@sluice/kernel/clock';
import { NO_VERIFICATION, type VerificationGuard } from '@sluice/log/verifications';
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
import { NO_SEQUENCE } from '@sluice/protocol/records/batch-header';
import { defineApi } from '../define-api.ts';
import { mergeTopics, separateUnknown } from '../groups/existing-partitions.ts';
import { requestContext } from '../groups/request-context.ts';
import { checkUsable, isHosted, type Partitions } from '../partitions/hosted-partition.ts';
import type { BrokerTransactionSettings } from '../transactions/transaction-settings.ts';
import { askCoordinator, supportOfTxnOffsetCommit } from '../transactions/write-permission.ts';

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
type Permission = { readonly verification: VerificationGuard | undefined } | { readonly errorCode: number };

export function txnOffsetCommitApi(services: TxnOffsetCommitServices) {
  const { image, clock, partitions, groups, transactions, transactionSettings } = services;

  /** The guard for the group's partition, or why the producer may not write there. */
  async function permissionFor(request: TxnOffsetCommitRequest, apiVersion: number): Promise<Permission> {
    const { transactionalId, groupId, producerId, producerEpoch } = request;
    if (!transactionSettings().verifiesPartitions) return { verification: undefined };
    const partition = groups.partitionOf(groupId);
    const lookup = checkUsable(partitions.byName(GROUP_METADATA_TOPIC, partition), -1);
    if (!isHosted(lookup)) return { errorCode: ErrorCode.NOT_COORDINATOR };
    const support = supportOfTxnOffsetCommit(apiVersion);
    const batch = { producerId, producerEpoch, baseSequence: NO_SEQUENCE };
    const started = lookup.log.startVerification(batch, support === 'adds', clock.now());
    if (started.kind === 'not-needed') return { verification: NO_VERIFICATION };
    if (started.kind === 'refused') return { errorCode: started.errorCode };
    const partitionsAsked = new Map([[GROUP_METADATA_TOPIC, new Set([partition])]]);
    const write = { transactionalId, producerId, producerEpoch, partitions: partitionsAsked };
    const errorCode = (await askCoordinator(transactions, write, support))(GROUP_METADATA_TOPIC, partition);
    return errorCode === ErrorCode.NONE ? { verification: started.guard } : { errorCode };
  }

  async function commit(request: TxnOffsetCommitRequest, info: Parameters<typeof requestContext>[0]): Promise<Answer> {
    const permission = await permissionFor(request, info.apiVersion);
    if ('errorCode' in permission) return txnCommitFailure(request, permission.errorCode);
    return groups.commitOffsetsInTransaction(request, permission.verification, requestContext(info));
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
