import type { TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import type { Clock } from '@sluice/kernel/clock';
import type { PartitionLog } from '@sluice/log/partition-log';
import type { Prerequisite } from '@sluice/log/prerequisite';
import { NO_VERIFICATION, type VerificationGuard, type VerifiedBatch } from '@sluice/log/verifications';
import { ERRORS, ErrorCode } from '@sluice/protocol/generated/errors';
import type { ProduceRequest } from '@sluice/protocol/generated/messages/produce-request';
import {
  BATCH_HEADER_SIZE_BYTES,
  baseSequence,
  CURRENT_MAGIC,
  isTransactional,
  magic,
  producerEpoch,
  producerId,
} from '@sluice/protocol/records/batch-header';
import { isHosted, type Lookup } from '../partitions/hosted-partition.ts';
import type { BrokerTransactionSettings } from './transaction-settings.ts';
import { askCoordinator, isAsked, supportOfProduce, type TransactionSupport } from './write-permission.ts';

export interface Forbidden {
  readonly errorCode: number;
  readonly message: string | null;
}

/** What goes with a partition's records to the append, or why they may not be appended. `undefined`: nobody need be asked. */
export interface Permission {
  of(topic: string, partition: number): VerificationGuard | Forbidden | undefined;
  /** What the records must not survive a crash without. */
  readonly after?: Prerequisite | undefined;
}

/** For a request without transactional batches. */
export const NOT_ASKED: Permission = { of: () => NO_VERIFICATION };
const NEVER_ASKED: Permission = { of: () => undefined };

const MIXED_PRODUCERS: Forbidden = {
  errorCode: ErrorCode.INVALID_PRODUCER_ID_MAPPING,
  message: 'Transactional records contained more than one producer ID',
};
const UNVERIFIED = 'Unable to verify the partition has been added to the transaction. Underlying error: ';

export interface ProducePermissionsOptions {
  readonly transactions: Pick<TransactionCoordinator, 'addPartitionsForWrite' | 'verifyPartitions'>;
  readonly clock: Clock;
  settings(): Pick<BrokerTransactionSettings, 'verifiesPartitions'>;
}

/** Asks the coordinator about the partitions of a Produce request in which the producer's transaction begins; a promise only then. */
export type AskPermission = (
  request: ProduceRequest,
  apiVersion: number,
  lookUp: (topicIndex: number, partition: number) => Lookup,
) => Permission | Promise<Permission>;

interface Asking extends VerifiedBatch {
  readonly partitions: Map<string, Set<number>>;
  readonly logs: PartitionLog[];
  readonly answers: Map<string, Map<number, VerificationGuard | Forbidden>>;
}

export function createProducePermissions({ transactions, clock, settings }: ProducePermissionsOptions): AskPermission {
  return (request, apiVersion, lookUp) => {
    const { transactionalId } = request;
    if (transactionalId === null) return NOT_ASKED;
    if (hasSeveralProducers(request)) return { of: () => MIXED_PRODUCERS };
    const support = supportOfProduce(apiVersion);
    if (!isAsked(support, settings())) return NEVER_ASKED;
    const start = () => startVerifications(request, support === 'adds', lookUp);
    const asking = start();
    if (asking === undefined) return NOT_ASKED;
    if (asking.partitions.size === 0) return permissionOf(asking);
    return ask(transactionalId, asking, support, start);
  };

  /** `undefined` if nobody need be asked. */
  function startVerifications(
    { topicData }: ProduceRequest,
    beginsAtZero: boolean,
    lookUp: Parameters<AskPermission>[2],
  ): Asking | undefined {
    let asking: Asking | undefined;
    for (const [topicIndex, { partitionData }] of topicData.entries()) {
      for (const { index, records } of partitionData) {
        if (!isInTransaction(records)) continue;
        const lookup = lookUp(topicIndex, index);
        if (!isHosted(lookup)) continue;
        const started = lookup.log.startVerification(producerOf(records), beginsAtZero, clock.now());
        if (started.kind === 'not-needed') continue;
        asking ??= { ...producerOf(records), partitions: new Map(), logs: [], answers: new Map() };
        if (started.kind === 'started') {
          put(asking, lookup.topic, index, started.guard);
          asking.logs.push(lookup.log);
        } else answer(asking, lookup.topic, index, { errorCode: started.errorCode, message: started.message });
      }
    }
    return asking;
  }

  async function ask(
    transactionalId: string,
    first: Asking,
    support: TransactionSupport,
    startAgain: () => Asking | undefined,
  ): Promise<Permission> {
    for (let asking = first; ; ) {
      const { producerId, producerEpoch, partitions } = asking;
      const write = { transactionalId, producerId, producerEpoch, partitions };
      const { errorCodeOf, after } = await askCoordinator(transactions, write, support, asking.logs);
      let isRefused = false;
      for (const [topic, numbers] of asking.partitions) {
        for (const partition of numbers) {
          const errorCode = errorCodeOf(topic, partition);
          if (errorCode === ErrorCode.NONE) continue;
          isRefused = true;
          answer(asking, topic, partition, forbidden(errorCode, support));
        }
      }
      if (isRefused || support !== 'adds') return permissionOf(asking, after);
      // Whoever waits for the end of the transaction before sees its markers come, and guards are worth nothing then.
      const again = startAgain();
      if (again === undefined || again.partitions.size === 0 || hasGuardsOf(again, asking)) {
        return permissionOf(asking, after);
      }
      asking = again;
    }
  }
}

function hasGuardsOf(again: Asking, { answers }: Asking): boolean {
  for (const [topic, numbers] of again.partitions) {
    for (const partition of numbers) {
      if (again.answers.get(topic)?.get(partition) !== answers.get(topic)?.get(partition)) return false;
    }
  }
  return true;
}

/** A request is of one producer: what is asked for it counts for all of its partitions. */
function hasSeveralProducers({ topicData }: ProduceRequest): boolean {
  let first: VerifiedBatch | undefined;
  for (const { partitionData } of topicData) {
    for (const { records } of partitionData) {
      if (!isInTransaction(records)) continue;
      const producer = producerOf(records);
      first ??= producer;
      if (producer.producerId !== first.producerId || producer.producerEpoch !== first.producerEpoch) return true;
    }
  }
  return false;
}

/** What a client of this version knows how to treat. */
function forbidden(errorCode: number, support: TransactionSupport): Forbidden {
  switch (errorCode) {
    case ErrorCode.INVALID_TXN_STATE:
      return { errorCode, message: 'Partition was not added to the transaction' };
    case ErrorCode.NETWORK_EXCEPTION:
    case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
    case ErrorCode.NOT_COORDINATOR:
      return { errorCode: ErrorCode.NOT_ENOUGH_REPLICAS, message: `${UNVERIFIED}${nameOf(errorCode)}` };
    case ErrorCode.CONCURRENT_TRANSACTIONS:
      return support === 'adds'
        ? { errorCode, message: null }
        : { errorCode: ErrorCode.NOT_ENOUGH_REPLICAS, message: `${UNVERIFIED}${nameOf(errorCode)}` };
    default:
      return { errorCode, message: null };
  }
}

function nameOf(errorCode: number): string {
  return ERRORS.get(errorCode)?.name ?? 'UNKNOWN_SERVER_ERROR';
}

function put(asking: Asking, topic: string, partition: number, guard: VerificationGuard): void {
  const numbers = asking.partitions.get(topic) ?? new Set<number>();
  asking.partitions.set(topic, numbers.add(partition));
  answer(asking, topic, partition, guard);
}

function answer({ answers }: Asking, topic: string, partition: number, value: VerificationGuard | Forbidden): void {
  const ofTopic = answers.get(topic) ?? new Map<number, VerificationGuard | Forbidden>();
  answers.set(topic, ofTopic.set(partition, value));
}

function permissionOf({ answers }: Asking, after?: Prerequisite): Permission {
  return { of: (topic, partition) => answers.get(topic)?.get(partition) ?? NO_VERIFICATION, after };
}

/** Whether the request may write transactional batches at all. */
export function transactionError(request: ProduceRequest): number {
  if (request.transactionalId !== null) return ErrorCode.NONE;
  const isUsed = request.topicData.some(({ partitionData }) =>
    partitionData.some(({ records }) => isInTransaction(records)),
  );
  return isUsed ? ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED : ErrorCode.NONE;
}

function producerOf(records: Buffer): VerifiedBatch {
  return {
    producerId: producerId(records, 0),
    producerEpoch: producerEpoch(records, 0),
    baseSequence: baseSequence(records, 0),
  };
}

function isInTransaction(records: Buffer | null): records is Buffer {
  return (
    records !== null &&
    records.length >= BATCH_HEADER_SIZE_BYTES &&
    magic(records, 0) === CURRENT_MAGIC &&
    isTransactional(records, 0)
  );
}
