import { transactionLogKeyCodec } from '@sluice/protocol/generated/records/transaction/transaction-log-key';
import {
  type TransactionLogValue,
  transactionLogValueCodec,
} from '@sluice/protocol/generated/records/transaction/transaction-log-value';
import { Reader } from '@sluice/protocol/reader';
import type { RecordSerde } from '../runtime/coordinator-shard.ts';
import { readVersioned, recordBytes } from '../runtime/record-bytes.ts';
import {
  NO_PARTITIONS,
  NO_PRODUCER_EPOCH,
  TRANSACTION_STATUSES,
  type Transaction,
  type TransactionPartitions,
  type TransactionVersion,
} from './transaction.ts';

/** One of `__transaction_state`. */
export interface TransactionRecord {
  readonly transactionalId: string;
  /** Null: the id is forgotten. */
  readonly transaction: Transaction | null;
}

const RECORD_TYPE = 0;
const KEY_VERSION = 0;
/** With `transaction.version` 1 or 2. Version 0 is read as well. */
const VALUE_VERSION = 1;

/** The records of `__transaction_state` as Kafka 4.3 writes them. */
export const transactionRecordSerde: RecordSerde<TransactionRecord> = {
  encode({ transactionalId, transaction }) {
    return {
      key: recordBytes(transactionLogKeyCodec, { transactionalId }, RECORD_TYPE, KEY_VERSION),
      value: transaction === null ? null : bytesOfValue(transaction),
    };
  },
  decode(key, value) {
    const reader = new Reader(key, { utf8Lenient: true });
    if (reader.int16('type') !== RECORD_TYPE) return undefined;
    const { transactionalId } = transactionLogKeyCodec.decode(reader, KEY_VERSION);
    if (value === null) return { transactionalId, transaction: null };
    return {
      transactionalId,
      transaction: transactionOf(transactionalId, readVersioned(transactionLogValueCodec, value)),
    };
  },
};

function bytesOfValue(transaction: Transaction): Buffer {
  const partitions = [...transaction.partitions].map(([topic, numbers]) => ({ topic, partitionIds: [...numbers] }));
  const value = {
    producerId: transaction.producerId,
    previousProducerId: transaction.previousProducerId,
    nextProducerId: transaction.nextProducerId,
    producerEpoch: transaction.producerEpoch,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStatus: TRANSACTION_STATUSES.indexOf(transaction.status),
    transactionPartitions: transaction.status === 'Empty' ? null : partitions,
    transactionLastUpdateTimestampMs: transaction.lastUpdateMs,
    transactionStartTimestampMs: transaction.startMs,
    clientTransactionVersion: transaction.clientVersion,
  };
  return recordBytes(transactionLogValueCodec, value, VALUE_VERSION, VALUE_VERSION);
}

function transactionOf(transactionalId: string, value: TransactionLogValue): Transaction {
  const status = TRANSACTION_STATUSES[value.transactionStatus];
  if (status === undefined) throw new RangeError(`a transaction's status ${value.transactionStatus} is unknown`);
  return {
    transactionalId,
    producerId: value.producerId,
    previousProducerId: value.previousProducerId,
    nextProducerId: value.nextProducerId,
    producerEpoch: value.producerEpoch,
    lastProducerEpoch: NO_PRODUCER_EPOCH,
    timeoutMs: value.transactionTimeoutMs,
    status,
    partitions: status === 'Empty' ? NO_PARTITIONS : partitionsOf(value),
    startMs: value.transactionStartTimestampMs,
    lastUpdateMs: value.transactionLastUpdateTimestampMs,
    clientVersion: versionOf(value.clientTransactionVersion),
  };
}

function partitionsOf({ transactionPartitions }: TransactionLogValue): TransactionPartitions {
  return new Map((transactionPartitions ?? []).map(({ topic, partitionIds }) => [topic, new Set(partitionIds)]));
}

function versionOf(version: number): TransactionVersion {
  if (version === 0 || version === 1 || version === 2) return version;
  throw new RangeError(`a transaction's client version ${version} is unknown`);
}
