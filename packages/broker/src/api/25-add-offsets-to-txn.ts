/*
 * AddOffsetsToTxn (25), versions 0–4.
 *
 * - The partition of `__consumer_offsets` that keeps the group comes into the transaction.
 * - v2: PRODUCER_FENCED, which older clients know as INVALID_PRODUCER_EPOCH. v3: flexible. v4: TRANSACTION_ABORTABLE
 *   (KIP-890).
 */
import { GROUP_METADATA_TOPIC } from '@sluice/coordinator/group/create-group-coordinator';
import type { GroupCoordinator } from '@sluice/coordinator/group/group-coordinator';
import type { TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { addOffsetsToTxnRequestCodec } from '@sluice/protocol/generated/messages/add-offsets-to-txn-request';
import { addOffsetsToTxnResponseCodec } from '@sluice/protocol/generated/messages/add-offsets-to-txn-response';
import { defineApi } from '../define-api.ts';

const FENCED_FROM = 2;

export interface AddOffsetsToTxnServices {
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
}

export function addOffsetsToTxnApi({ groups, transactions }: AddOffsetsToTxnServices) {
  return defineApi({
    request: addOffsetsToTxnRequestCodec,
    response: addOffsetsToTxnResponseCodec,
    async handle({ transactionalId, producerId, producerEpoch, groupId }, { apiVersion }) {
      const partitions = new Map([[GROUP_METADATA_TOPIC, new Set([groups.partitionOf(groupId)])]]);
      const asked = { producerId, producerEpoch, partitions, clientVersion: 0 } as const;
      const errorCode = await transactions.addPartitions(transactionalId, asked);
      const isUnknownError = apiVersion < FENCED_FROM && errorCode === ErrorCode.PRODUCER_FENCED;
      return { throttleTimeMs: 0, errorCode: isUnknownError ? ErrorCode.INVALID_PRODUCER_EPOCH : errorCode };
    },
  });
}
