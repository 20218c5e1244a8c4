import type { LeaderEpoch } from '@sluice/kernel/ids';
import type { PartitionLog } from '@sluice/log/partition-log';
import type { DescribeTransactionsResponseInput } from '@sluice/protocol/generated/messages/describe-transactions-response';
import type { EndTxnRequest } from '@sluice/protocol/generated/messages/end-txn-request';
import type { EndTxnResponseInput } from '@sluice/protocol/generated/messages/end-txn-response';
import type { InitProducerIdRequest } from '@sluice/protocol/generated/messages/init-producer-id-request';
import type { InitProducerIdResponseInput } from '@sluice/protocol/generated/messages/init-producer-id-response';
import type { ListTransactionsRequest } from '@sluice/protocol/generated/messages/list-transactions-request';
import type { ListTransactionsResponseInput } from '@sluice/protocol/generated/messages/list-transactions-response';
import type { AddPartitions } from './add-partitions.ts';
import type { AddedForWrite } from './transaction-request.ts';

/** The error code of one partition. */
export type PartitionErrors = (topic: string, partition: number) => number;

/**
 * What the broker's handlers ask of the transactional ids whose coordinator it is. Each answer is as Kafka would give
 * it, its error codes included: nothing rejects but on a bug.
 */
export interface TransactionCoordinator {
  /** The partition of `__transaction_state` that keeps the id: Java's hash of it, without its sign. */
  partitionOf(transactionalId: string): number;

  initProducerId(request: InitProducerIdRequest): Promise<InitProducerIdResponseInput>;
  /** AddPartitionsToTxn and AddOffsetsToTxn: an error code for all. */
  addPartitions(transactionalId: string, asked: AddPartitions): Promise<number>;
  /** Produce v12 or TxnOffsetCommit v5 on behalf of their producers. */
  addPartitionsForWrite(transactionalId: string, asked: AddPartitions): Promise<AddedForWrite>;
  /** Whether the partitions are in the producer's open transaction. */
  verifyPartitions(transactionalId: string, asked: AddPartitions): Promise<PartitionErrors>;
  endTransaction(request: EndTxnRequest, apiVersion: number): Promise<EndTxnResponseInput>;
  describeTransactions(transactionalIds: readonly string[]): Promise<DescribeTransactionsResponseInput>;
  listTransactions(request: ListTransactionsRequest): Promise<ListTransactionsResponseInput>;

  /** This broker leads the partition of `__transaction_state` from now on. */
  onElected(partition: number, log: PartitionLog, leaderEpoch: LeaderEpoch): void;
  /** It does no more. */
  onResigned(partition: number): void;
  close(): Promise<void>;
}
