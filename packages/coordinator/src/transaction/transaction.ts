import type { ProducerEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';

export type TransactionStatus =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort';

/** By their ids in the log. Kafka's `Dead` (6) and `PrepareEpochFence` (7) are never written. */
export const TRANSACTION_STATUSES: readonly TransactionStatus[] = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
];

/** Partitions by the names of their topics. */
export type TransactionPartitions = ReadonlyMap<string, ReadonlySet<number>>;

/** KIP-890: 0 stands for all before it; 2 raises the producer's epoch with every transaction. */
export type TransactionVersion = 0 | 1 | 2;

/** What is known of a transactional id. Never changed in place: the next state takes its place. */
export interface Transaction {
  readonly transactionalId: string;
  readonly producerId: ProducerId;
  /** Before the last change. */
  readonly previousProducerId: ProducerId;
  /** Takes the place of `producerId`, whose epochs are used up, when the transaction is complete; −1 otherwise. */
  readonly nextProducerId: ProducerId;
  readonly producerEpoch: ProducerEpoch;
  /** What the producer may still believe in, if the answer that raised it was lost; −1 otherwise. Not in the log. */
  readonly lastProducerEpoch: ProducerEpoch;
  readonly timeoutMs: number;
  readonly status: TransactionStatus;
  readonly partitions: TransactionPartitions;
  /** When the first partition came in; −1 if there was none. */
  readonly startMs: TimestampMs;
  readonly lastUpdateMs: TimestampMs;
  readonly clientVersion: TransactionVersion;
}

export const NO_PARTITIONS: TransactionPartitions = new Map();
export const NO_PRODUCER_ID = -1;
export const NO_PRODUCER_EPOCH = -1;
const PRODUCER_EPOCH_MAX = 32_767;

/** The last epoch is kept for the fencing of its producer. */
export function isEpochExhausted(epoch: ProducerEpoch): boolean {
  return epoch >= PRODUCER_EPOCH_MAX - 1;
}

/** Its markers are being written. */
export function isEnding({ status }: Transaction): boolean {
  return status === 'PrepareCommit' || status === 'PrepareAbort';
}

export function newTransaction(
  transactionalId: string,
  producerId: ProducerId,
  timeoutMs: number,
  now: TimestampMs,
): Transaction {
  return {
    transactionalId,
    producerId,
    previousProducerId: NO_PRODUCER_ID,
    nextProducerId: NO_PRODUCER_ID,
    producerEpoch: NO_PRODUCER_EPOCH,
    lastProducerEpoch: NO_PRODUCER_EPOCH,
    timeoutMs,
    status: 'Empty',
    partitions: NO_PARTITIONS,
    startMs: -1,
    lastUpdateMs: now,
    clientVersion: 0,
  };
}

/** The state with these changes. */
export function changed(transaction: Transaction, changes: Partial<Transaction>): Transaction {
  return { ...transaction, previousProducerId: transaction.producerId, ...changes };
}

/** With partitions that it may have already. */
export function withPartitions(
  transaction: Transaction,
  added: TransactionPartitions,
  clientVersion: TransactionVersion,
  now: TimestampMs,
): Transaction {
  const partitions = new Map(transaction.partitions);
  for (const [topic, numbers] of added) partitions.set(topic, new Set([...(partitions.get(topic) ?? []), ...numbers]));
  const startMs = transaction.status === 'Ongoing' ? transaction.startMs : now;
  return changed(transaction, { status: 'Ongoing', partitions, startMs, lastUpdateMs: now, clientVersion });
}

export function hasPartitions(transaction: Transaction, asked: TransactionPartitions): boolean {
  for (const [topic, numbers] of asked) {
    const known = transaction.partitions.get(topic);
    for (const partition of numbers) if (known?.has(partition) !== true) return false;
  }
  return true;
}

/** All its markers are written. */
export function completed(transaction: Transaction, now: TimestampMs): Transaction {
  const isRotated = transaction.clientVersion >= 2 && transaction.nextProducerId !== NO_PRODUCER_ID;
  return changed(transaction, {
    status: transaction.status === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort',
    ...(isRotated ? { producerId: transaction.nextProducerId, producerEpoch: 0 } : {}),
    nextProducerId: NO_PRODUCER_ID,
    partitions: NO_PARTITIONS,
    lastUpdateMs: now,
  });
}
