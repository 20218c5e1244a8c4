import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock, type SimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import type { ManagedLog } from '@sluice/log/managed-log';
import { untilMet } from '@sluice/log/prerequisite';
import { openTestLog } from '@sluice/log/testing/test-log';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { TransactionStateInput } from '@sluice/protocol/generated/messages/describe-transactions-response';
import { createAppendBatch } from '../runtime/append-batch.ts';
import { createTransactionCoordinator } from '../transaction/create-transaction-coordinator.ts';
import type { TransactionMarker } from '../transaction/marker-sender.ts';
import type { Transaction, TransactionPartitions } from '../transaction/transaction.ts';
import type { TransactionCoordinator } from '../transaction/transaction-coordinator.ts';
import type { TransactionSettings } from '../transaction/transaction-environment.ts';
import { transactionRecordSerde } from '../transaction/transaction-record-serde.ts';

export const TRANSACTIONAL_ID = 'payments';
export const TIMEOUT_MS = 60_000;

export interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface TransactionFixture {
  readonly coordinator: TransactionCoordinator;
  readonly clock: SimClock;
  readonly disk: SimDisk;
  readonly log: ManagedLog;
  /** All that were written or tried, in order. */
  readonly markers: TransactionMarker[];
  /** What partitions answer to their markers from now on; markers wait while it is `undefined`. */
  answerMarkers(errorCode: number | undefined): void;
  init(expected?: Producer, timeoutMs?: number): Promise<Producer & { readonly errorCode: number }>;
  add(producer: Producer, topics: Record<string, readonly number[]>, clientVersion?: 0 | 2): Promise<number>;
  /** EndTxn v4, or v5 with `clientVersion` 2. */
  end(producer: Producer, isCommit: boolean, clientVersion?: 0 | 2): Promise<Producer & { readonly errorCode: number }>;
  describe(): Promise<TransactionStateInput>;
  /** All that is due now happens, disk operations included. */
  settle(): Promise<void>;
  /** Leads the partition again, as after an election. */
  reload(): Promise<void>;
}

export interface TransactionFixtureOptions {
  readonly settings?: Partial<TransactionSettings>;
  /** What the log says already. */
  readonly known?: Transaction;
}

/** The transaction coordinator with one partition on a simulated disk, in virtual time. */
export async function openTransactions(options: TransactionFixtureOptions = {}): Promise<TransactionFixture> {
  const clock = createSimClock({ startMs: 1_700_000_000_000 });
  const disk = createSimDisk({ clock });
  const log = await openTestLog({ disk, clock });
  if (options.known !== undefined) write(log, options.known);
  const markers: TransactionMarker[] = [];
  let markerAnswer: number | undefined = ErrorCode.NONE;
  let onAnswer = () => {};
  let nextProducerId = 1000;
  const coordinator = createTransactionCoordinator({
    clock,
    logger: silentLogger,
    settings: () => ({
      timeoutMsMax: 900_000,
      idExpirationMs: 604_800_000,
      idExpirationCheckIntervalMs: 3_600_000,
      isTwoPhaseCommitEnabled: false,
      serverVersion: 2,
      ...options.settings,
    }),
    nextProducerId: async () => ({ producerId: nextProducerId++ }),
    async writeMarkers(marker, after) {
      // As to a log that has no journal in common with the coordinator's.
      const failure = after === undefined ? undefined : await untilMet(after);
      if (failure !== undefined) return () => ErrorCode.KAFKA_STORAGE_ERROR;
      markers.push(marker);
      while (markerAnswer === undefined) {
        await new Promise<void>((resolve) => {
          onAnswer = resolve;
        });
      }
      const errorCode = markerAnswer;
      return () => errorCode;
    },
    partitionCount: () => 1,
    batchSizeBytesMax: () => 1024 * 1024,
  });
  let leaderEpoch = 0;

  const fixture: TransactionFixture = {
    coordinator,
    clock,
    disk,
    log,
    markers,
    answerMarkers(errorCode) {
      markerAnswer = errorCode;
      onAnswer();
    },
    async init(expected, timeoutMs = TIMEOUT_MS) {
      const { producerId = -1, producerEpoch = -1 } = expected ?? {};
      const { errorCode, ...given } = await coordinator.initProducerId({
        transactionalId: TRANSACTIONAL_ID,
        transactionTimeoutMs: timeoutMs,
        producerId,
        producerEpoch,
        enable2Pc: false,
        keepPreparedTxn: false,
      });
      return { errorCode, producerId: given.producerId ?? -1, producerEpoch: given.producerEpoch };
    },
    add: ({ producerId, producerEpoch }, topics, clientVersion = 2) =>
      coordinator.addPartitions(TRANSACTIONAL_ID, {
        producerId,
        producerEpoch,
        partitions: partitionsOf(topics),
        clientVersion,
      }),
    async end({ producerId, producerEpoch }, committed, clientVersion = 2) {
      const request = { transactionalId: TRANSACTIONAL_ID, producerId, producerEpoch, committed };
      const answer = await coordinator.endTransaction(request, clientVersion === 2 ? 5 : 4);
      return {
        errorCode: answer.errorCode,
        producerId: answer.producerId ?? -1,
        producerEpoch: answer.producerEpoch ?? -1,
      };
    },
    async describe() {
      const { transactionStates } = await coordinator.describeTransactions([TRANSACTIONAL_ID]);
      const [state] = transactionStates;
      if (state === undefined) throw new Error('one was asked for');
      return {
        ...state,
        topics: state.topics.map(({ topic, partitions }) => ({ topic, partitions: [...partitions] })),
      };
    },
    settle: () => clock.settle(),
    async reload() {
      coordinator.onElected(0, log, leaderEpoch++);
      const request = { stateFilters: [], producerIdFilters: [], durationFilter: -1, transactionalIdPattern: null };
      while ((await coordinator.listTransactions(request)).errorCode !== ErrorCode.NONE) await clock.settle();
    },
  };
  await fixture.reload();
  return fixture;
}

export function partitionsOf(topics: Record<string, readonly number[]>): TransactionPartitions {
  return new Map(Object.entries(topics).map(([topic, numbers]) => [topic, new Set(numbers)]));
}

function write(log: ManagedLog, transaction: Transaction): void {
  const batch = createAppendBatch(() => 'none');
  const { transactionalId, lastUpdateMs } = transaction;
  batch.add(transactionRecordSerde.encode({ transactionalId, transaction }), lastUpdateMs);
  log.append(batch.take(undefined), { leaderEpoch: 0, nowMs: lastUpdateMs, durable: true, origin: 'coordinator' });
}
