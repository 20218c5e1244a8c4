import type { Broker } from '@sluice/client/broker';
import { addOffsetsToTxnRequestCodec } from '@sluice/protocol/generated/messages/add-offsets-to-txn-request';
import { addOffsetsToTxnResponseCodec } from '@sluice/protocol/generated/messages/add-offsets-to-txn-response';
import { addPartitionsToTxnRequestCodec } from '@sluice/protocol/generated/messages/add-partitions-to-txn-request';
import { addPartitionsToTxnResponseCodec } from '@sluice/protocol/generated/messages/add-partitions-to-txn-response';
import { endTxnRequestCodec } from '@sluice/protocol/generated/messages/end-txn-request';
import { endTxnResponseCodec } from '@sluice/protocol/generated/messages/end-txn-response';
import { findCoordinatorRequestCodec } from '@sluice/protocol/generated/messages/find-coordinator-request';
import { findCoordinatorResponseCodec } from '@sluice/protocol/generated/messages/find-coordinator-response';
import { initProducerIdRequestCodec } from '@sluice/protocol/generated/messages/init-producer-id-request';
import { initProducerIdResponseCodec } from '@sluice/protocol/generated/messages/init-producer-id-response';
import { produceRequestCodec } from '@sluice/protocol/generated/messages/produce-request';
import { produceResponseCodec } from '@sluice/protocol/generated/messages/produce-response';
import { txnOffsetCommitRequestCodec } from '@sluice/protocol/generated/messages/txn-offset-commit-request';
import { txnOffsetCommitResponseCodec } from '@sluice/protocol/generated/messages/txn-offset-commit-response';
import type { PartitionOf } from '../machine/read-transactional.ts';

const FIND_COORDINATOR = { request: findCoordinatorRequestCodec, response: findCoordinatorResponseCodec };
const INIT_PRODUCER_ID = { request: initProducerIdRequestCodec, response: initProducerIdResponseCodec };
const ADD_PARTITIONS = { request: addPartitionsToTxnRequestCodec, response: addPartitionsToTxnResponseCodec };
const ADD_OFFSETS = { request: addOffsetsToTxnRequestCodec, response: addOffsetsToTxnResponseCodec };
const END_TXN = { request: endTxnRequestCodec, response: endTxnResponseCodec };
const PRODUCE = { request: produceRequestCodec, response: produceResponseCodec };
const TXN_OFFSET_COMMIT = { request: txnOffsetCommitRequestCodec, response: txnOffsetCommitResponseCodec };
const KeyType = { GROUP: 0, TRANSACTION: 1 } as const;
const TIMEOUT_MS = 30_000;
/** Where topics go by name. */
const NAMES_UNTIL = 12;
const CLIENTS_UNTIL = 3;

/** KIP-890: whether partitions come in by themselves, and each end raises the epoch. */
export type ClientVersion = 1 | 2;

export interface Identity {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** The first who asks makes the coordinators' topics. */
export async function findCoordinators(broker: Broker, transactionalId: string, group?: string): Promise<void> {
  await broker.request(FIND_COORDINATOR, () => ({ keyType: KeyType.TRANSACTION, coordinatorKeys: [transactionalId] }));
  if (group === undefined) return;
  await broker.request(FIND_COORDINATOR, () => ({ keyType: KeyType.GROUP, coordinatorKeys: [group] }));
}

export async function init(broker: Broker, transactionalId: string, transactionTimeoutMs: number) {
  return broker.request(INIT_PRODUCER_ID, () => ({ transactionalId, transactionTimeoutMs }));
}

export async function addPartition(broker: Broker, producer: Identity, { topic, partition }: PartitionOf) {
  const response = await broker.request(
    ADD_PARTITIONS,
    () => ({
      v3AndBelowTransactionalId: producer.transactionalId,
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: producer.producerEpoch,
      v3AndBelowTopics: [{ name: topic, partitions: [partition] }],
    }),
    { versionMax: CLIENTS_UNTIL },
  );
  return response.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode ?? -1;
}

export async function write(
  broker: Broker,
  { transactionalId }: Identity,
  version: ClientVersion,
  { topic, partition }: PartitionOf,
  records: Buffer,
): Promise<number> {
  const response = await broker.request(
    PRODUCE,
    () => ({
      transactionalId,
      acks: -1,
      timeoutMs: TIMEOUT_MS,
      topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
    }),
    { versionMax: version === 2 ? NAMES_UNTIL : NAMES_UNTIL - 1 },
  );
  return response.responses[0]?.partitionResponses[0]?.errorCode ?? -1;
}

export async function end(broker: Broker, producer: Identity, version: ClientVersion, committed: boolean) {
  return broker.request(END_TXN, () => ({ ...producer, committed }), { versionMax: version === 2 ? 5 : 4 });
}

export async function commitOffset(
  broker: Broker,
  producer: Identity,
  version: ClientVersion,
  groupId: string,
  { topic, partition }: PartitionOf,
  committedOffset: number,
): Promise<number> {
  if (version === 1) {
    const { errorCode } = await broker.request(ADD_OFFSETS, () => ({ ...producer, groupId }));
    if (errorCode !== 0) return errorCode;
  }
  const response = await broker.request(
    TXN_OFFSET_COMMIT,
    () => ({
      ...producer,
      groupId,
      topics: [{ name: topic, partitions: [{ partitionIndex: partition, committedOffset, committedMetadata: '' }] }],
    }),
    { versionMax: version === 2 ? 5 : 4 },
  );
  return response.topics[0]?.partitions[0]?.errorCode ?? -1;
}
