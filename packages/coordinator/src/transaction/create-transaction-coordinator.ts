import type { Clock } from '@sluice/kernel/clock';
import type { LeaderEpoch, ProducerId, TimestampMs } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import type { Prerequisite } from '@sluice/log/prerequisite';
import type { Codec } from '@sluice/protocol/compression/codec';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { TransactionState as DescribedTransaction } from '@sluice/protocol/generated/messages/describe-transactions-response';
import type { InitProducerIdRequest } from '@sluice/protocol/generated/messages/init-producer-id-request';
import { toGroupError } from '../group/coordinator-error.ts';
import { partitionOfGroup } from '../group/group-partition.ts';
import { inSlices } from '../group/in-slices.ts';
import type { NextProducerId } from '../producer-id-source.ts';
import { NOTHING, type Pending, type ShardTimers } from '../runtime/coordinator-shard.ts';
import { createCoordinatorRuntime } from '../runtime/create-runtime.ts';
import { undescribedTransaction } from './describe-transaction.ts';
import { filterOf, type ListedTransaction } from './list-transactions.ts';
import { createMarkerSender, type WriteMarkers } from './marker-sender.ts';
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID, type Transaction } from './transaction.ts';
import type { PartitionErrors, TransactionCoordinator } from './transaction-coordinator.ts';
import type { TransactionCanary, TransactionSettings } from './transaction-environment.ts';
import { type TransactionRecord, transactionRecordSerde } from './transaction-record-serde.ts';
import type { AddedForWrite, ProducerAnswer } from './transaction-request.ts';
import { createTransactionShard, type TransactionShard, type TransactionStep } from './transaction-shard.ts';

export const TRANSACTION_STATE_TOPIC = '__transaction_state';
/** EndTxn raises the epoch from this version on (KIP-890). */
const EPOCH_BUMP_FROM = 5;
/** KIP-939: a transaction that an outer coordinator ends has no timeout. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

export interface TransactionCoordinatorOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  settings(): TransactionSettings;
  readonly nextProducerId: NextProducerId;
  readonly writeMarkers: WriteMarkers;
  /** See `TransactionEnvironment`. */
  readonly canary?: TransactionCanary | undefined;
  /** Of `__transaction_state`. */
  partitionCount(): number;
  /** `max.message.bytes` of `__transaction_state`. */
  batchSizeBytesMax(): number;
}

/** All transactional ids of the partitions of `__transaction_state` that this broker leads. */
export function createTransactionCoordinator(options: TransactionCoordinatorOptions): TransactionCoordinator {
  const { clock, logger, settings, nextProducerId } = options;
  const ledEpochs = new Map<number, LeaderEpoch>();
  const markers = createMarkerSender({ clock, logger, write: options.writeMarkers });
  const runtime = createCoordinatorRuntime<TransactionShard, TransactionRecord>({
    ...options,
    topic: TRANSACTION_STATE_TOPIC,
    serde: transactionRecordSerde,
    // As Kafka does, whatever the topic says.
    codec: (): Codec => 'none',
    createShard: (partition: number, timers: ShardTimers<TransactionRecord>) =>
      createTransactionShard({
        settings,
        timers,
        canary: options.canary,
        logger: logger.with({ partition }),
        sendMarkers: (ended, after) => void sendMarkers(partition, ended, after),
      }),
  });
  const partitionOf = (transactionalId: string) => partitionOfGroup(transactionalId, options.partitionCount());

  async function sendMarkers(partition: number, ended: Transaction, after: Prerequisite | undefined): Promise<void> {
    const epoch = ledEpochs.get(partition);
    if (epoch === undefined) return;
    const areWritten = await markers.send(ended, epoch, after, () => ledEpochs.get(partition) !== epoch);
    if (!areWritten) return;
    void runtime.run<never>(partition, (shard, now) => shard.markersWritten(ended, now));
    // At once: what waits goes into the same batch as the end that it waited for.
    for (let isLooking = true; isLooking; ) {
      isLooking = false;
      void runtime.run<never>(partition, (shard, now) => {
        const step = shard.takeWaiting(ended.transactionalId, now);
        isLooking = step !== undefined;
        return step ?? NOTHING;
      });
    }
  }

  /** Takes the decision, and once more if it needs a new producer id. */
  async function askForProducer(
    transactionalId: string,
    decide: (
      shard: TransactionShard,
      newProducerId: ProducerId | undefined,
      now: TimestampMs,
      pending: Pending<ProducerAnswer>,
    ) => TransactionStep,
  ): Promise<{ errorCode: number; producerId: ProducerId; producerEpoch: number }> {
    const partition = partitionOf(transactionalId);
    let newProducerId: ProducerId | undefined;
    for (;;) {
      const given = newProducerId;
      const result = await runtime.run<ProducerAnswer>(partition, (shard, now, pending) =>
        decide(shard, given, now, pending),
      );
      if ('errorCode' in result) return noProducer(toGroupError(result.errorCode));
      const { response } = result;
      if (response.kind === 'producer') return { errorCode: ErrorCode.NONE, ...response };
      if (response.kind === 'refused') return noProducer(response.errorCode);
      const next = await nextProducerId();
      if ('errorCode' in next) return noProducer(next.errorCode);
      newProducerId = next.producerId;
    }
  }

  return {
    partitionOf,
    async initProducerId(request) {
      const fault = faultOf(request, settings());
      if (fault !== ErrorCode.NONE) return noProducer(fault);
      const { transactionalId, producerId, producerEpoch } = request;
      if (transactionalId === null) {
        const given = await nextProducerId();
        return 'errorCode' in given ? noProducer(given.errorCode) : { errorCode: 0, ...given, producerEpoch: 0 };
      }
      const timeoutMs = request.enable2Pc ? NO_TIMEOUT_MS : request.transactionTimeoutMs;
      const expected = producerId === NO_PRODUCER_ID ? undefined : { producerId, producerEpoch };
      const { errorCode, ...producer } = await askForProducer(transactionalId, (shard, newProducerId, now, pending) =>
        shard.init({ transactionalId, timeoutMs, expected }, newProducerId, now, pending),
      );
      return { errorCode, producerId: producer.producerId, producerEpoch: producer.producerEpoch };
    },
    async addPartitions(transactionalId, asked) {
      if (transactionalId === '') return ErrorCode.INVALID_REQUEST;
      const result = await runtime.run<number>(partitionOf(transactionalId), (shard, now, pending) =>
        shard.add(transactionalId, asked, now, pending),
      );
      return 'response' in result ? result.response : toGroupError(result.errorCode);
    },
    async addPartitionsForWrite(transactionalId, asked) {
      if (transactionalId === '') return { errorCode: ErrorCode.INVALID_REQUEST };
      const result = await runtime.run<AddedForWrite>(partitionOf(transactionalId), (shard, now, pending) =>
        shard.addForWrite(transactionalId, asked, now, pending),
      );
      return 'response' in result ? result.response : { errorCode: toGroupError(result.errorCode) };
    },
    async verifyPartitions(transactionalId, asked) {
      if (transactionalId === '') return () => ErrorCode.INVALID_REQUEST;
      const result = await runtime.run<PartitionErrors>(partitionOf(transactionalId), (shard, _now, pending) =>
        shard.verify(transactionalId, asked, pending),
      );
      if ('response' in result) return result.response;
      const errorCode = toGroupError(result.errorCode);
      return () => errorCode;
    },
    async endTransaction({ transactionalId, producerId, producerEpoch, committed }, apiVersion) {
      if (transactionalId === '') return { throttleTimeMs: 0, errorCode: ErrorCode.INVALID_REQUEST };
      const clientVersion = apiVersion >= EPOCH_BUMP_FROM ? 2 : 0;
      const asked = { producerId, producerEpoch, isCommit: committed, clientVersion } as const;
      const answer = await askForProducer(transactionalId, (shard, newProducerId, now, pending) =>
        shard.end(transactionalId, asked, newProducerId, now, pending),
      );
      const base = { throttleTimeMs: 0, errorCode: answer.errorCode };
      if (clientVersion < 2) return base;
      return { ...base, producerId: answer.producerId, producerEpoch: answer.producerEpoch };
    },
    async describeTransactions(transactionalIds) {
      const describe = async (transactionalId: string) => {
        if (transactionalId === '') return undescribedTransaction('', ErrorCode.INVALID_REQUEST);
        const result = await runtime.run<DescribedTransaction>(partitionOf(transactionalId), (shard, _now, pending) =>
          shard.describe(transactionalId, pending),
        );
        return 'response' in result
          ? result.response
          : undescribedTransaction(transactionalId, toGroupError(result.errorCode));
      };
      return { throttleTimeMs: 0, transactionStates: await inSlices(transactionalIds, clock, describe) };
    },
    async listTransactions(request) {
      const nothing = { throttleTimeMs: 0, unknownStateFilters: [], transactionStates: [] };
      if (runtime.loading.size > 0) return { ...nothing, errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS };
      const asked = filterOf(request);
      if ('message' in asked) return { ...nothing, errorCode: ErrorCode.INVALID_REGULAR_EXPRESSION };
      const listed = await Promise.all(
        [...runtime.loaded].map((partition) =>
          runtime.run<readonly ListedTransaction[]>(partition, (shard, now, pending) =>
            shard.list(asked.filter, now, pending),
          ),
        ),
      );
      const transactionStates = listed.flatMap((result) => ('response' in result ? result.response : []));
      return {
        throttleTimeMs: 0,
        errorCode: ErrorCode.NONE,
        unknownStateFilters: asked.unknownStates,
        transactionStates,
      };
    },
    onElected(partition, log, leaderEpoch) {
      ledEpochs.set(partition, leaderEpoch);
      runtime.load(partition, log, leaderEpoch);
    },
    onResigned(partition) {
      ledEpochs.delete(partition);
      runtime.unload(partition);
    },
    async close() {
      ledEpochs.clear();
      markers.close();
      await runtime.close();
    },
  };
}

function noProducer(errorCode: number) {
  return { errorCode, producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH };
}

function faultOf(request: InitProducerIdRequest, settings: TransactionSettings): number {
  const { transactionalId, producerId, producerEpoch, transactionTimeoutMs } = request;
  // An id without an epoch or an epoch without an id is no producer.
  if ((producerId === NO_PRODUCER_ID) !== (producerEpoch === NO_PRODUCER_EPOCH)) return ErrorCode.INVALID_REQUEST;
  if (transactionalId === null) return ErrorCode.NONE;
  if (transactionalId === '') return ErrorCode.INVALID_REQUEST;
  if (request.enable2Pc && !settings.isTwoPhaseCommitEnabled) return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
  if (request.keepPreparedTxn) return ErrorCode.UNSUPPORTED_VERSION;
  const isValid = request.enable2Pc || (transactionTimeoutMs > 0 && transactionTimeoutMs <= settings.timeoutMsMax);
  return isValid ? ErrorCode.NONE : ErrorCode.INVALID_TRANSACTION_TIMEOUT;
}
