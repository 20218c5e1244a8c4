/*
 * Produce (0), versions 3–13; ApiVersions shows 0 as the minimum, because librdkafka looks for it there (KIP-896).
 *
 * - Each partition of the request succeeds or fails by itself; the answer waits for all of them.
 * - acks=1 is answered when the batch is written, acks=all when it is durable on every in-sync replica, acks=0 not at
 *   all (an error closes the connection, so that the client notices).
 * - Requests of one connection are pipelined: offsets are assigned here and now, so the next may begin at once.
 * - A batch that begins a transaction in its partition waits for the transaction's coordinator (KIP-890), and all requests
 *   of its connection with it.
 * - v3: transactional ids. v5: log start offset. v7: zstd (KIP-110). v8: record errors (KIP-467).
 *   v9: flexible. v10: current leader (KIP-951). v12: implicit AddPartitionsToTxn (KIP-890). v13: topic ids (KIP-516).
 */
import type { TransactionCoordinator } from '@sluice/coordinator/transaction/transaction-coordinator';
import type { Clock } from '@sluice/kernel/clock';
import type { Offset } from '@sluice/kernel/ids';
import { type Lease, leaseOf } from '@sluice/kernel/lease';
import type { PartitionLog } from '@sluice/log/partition-log';
import { isMet, type Prerequisite } from '@sluice/log/prerequisite';
import { NO_VERIFICATION } from '@sluice/log/verifications';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type ProduceRequest, produceRequestCodec } from '@sluice/protocol/generated/messages/produce-request';
import {
  type PartitionProduceResponseInput as PartitionResponse,
  type ProduceResponseInput,
  produceResponseCodec,
} from '@sluice/protocol/generated/messages/produce-response';
import {
  BATCH_HEADER_SIZE_BYTES,
  batchSizeBytes,
  CURRENT_MAGIC,
  codecId,
  magic,
} from '@sluice/protocol/records/batch-header';
import { CLOSE_CONNECTION, defineApi, NO_RESPONSE, type Reply, Unsettled } from '../define-api.ts';
import { beginWhenReady } from '../partitions/begin-when-ready.ts';
import { checkUsable, isHosted, type Lookup, type Partitions } from '../partitions/hosted-partition.ts';
import type { RequestInfo } from '../request.ts';
import { isInternalTopic } from '../topics.ts';
import {
  createProducePermissions,
  NOT_ASKED,
  type Permission,
  transactionError,
} from '../transactions/produce-permission.ts';
import type { BrokerTransactionSettings } from '../transactions/transaction-settings.ts';
import { createWaitGroup } from '../wait-group.ts';

const ACKS_ALL = -1;
const TOPIC_IDS_FROM = 13;
const ZSTD_FROM = 7;
const CURRENT_LEADER_FROM = 10;
const ZSTD_CODEC = 4;
/** Kafka's own tools may write to internal topics under this client id. */
const ADMIN_CLIENT_ID = '__admin_client';

/** Kafka tells the log start only with errors that it found after it had one batch of today's format in hand. */
const KNOWN_AFTER_APPEND: ReadonlySet<number> = new Set([
  ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.UNKNOWN_PRODUCER_ID,
  ErrorCode.INVALID_TXN_STATE,
  ErrorCode.INVALID_TIMESTAMP,
  ErrorCode.INVALID_RECORD,
  ErrorCode.UNKNOWN_SERVER_ERROR,
]);

interface AppendHow {
  readonly acks: number;
  readonly version: number;
  readonly nowMs: number;
  readonly permission: Permission;
}

interface Appending {
  readonly reply: Reply<ProduceResponseInput> | Promise<Reply<ProduceResponseInput>>;
}

interface Appended {
  readonly log: PartitionLog;
  readonly nextOffset: Offset;
  readonly response: PartitionResponse;
  readonly alsoAfter: Prerequisite | undefined;
}

export interface ProduceServices {
  readonly partitions: Partitions;
  readonly clock: Clock;
  readonly transactions: TransactionCoordinator;
  transactionSettings(): BrokerTransactionSettings;
}

export function produceApi({ partitions, clock, transactions, transactionSettings }: ProduceServices) {
  const askPermission = createProducePermissions({ transactions, clock, settings: transactionSettings });

  function lookUp(request: ProduceRequest, topicIndex: number, partition: number, info: RequestInfo): Lookup {
    const topic = request.topicData[topicIndex];
    if (topic === undefined) return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
    const found = checkUsable(
      info.apiVersion >= TOPIC_IDS_FROM
        ? partitions.byId(topic.topicId, partition)
        : partitions.byName(topic.name, partition),
      -1,
    );
    if (isHosted(found) && isInternalTopic(found.topic) && info.clientId !== ADMIN_CLIENT_ID) {
      return { errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION };
    }
    return found;
  }

  function append(
    lookup: Lookup,
    index: number,
    records: Buffer | null,
    { acks, version, nowMs, permission }: AppendHow,
  ) {
    if (!isHosted(lookup)) {
      const { errorCode, currentLeader } = lookup;
      const response = refusal(index, errorCode, null);
      if (currentLeader !== undefined && version >= CURRENT_LEADER_FROM) response.currentLeader = { ...currentLeader };
      return { response };
    }
    if (records === null) return { response: refusal(index, ErrorCode.INVALID_RECORD, 'the partition has no records') };
    if (version < ZSTD_FROM && records.length >= BATCH_HEADER_SIZE_BYTES && codecId(records, 0) === ZSTD_CODEC) {
      return { response: refusal(index, ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, 'zstd needs Produce v7 or later') };
    }
    const isrCountMin = Math.min(lookup.minInsyncReplicas, lookup.replicaCount);
    if (acks === ACKS_ALL && lookup.isrCount < isrCountMin) {
      return { response: refusal(index, ErrorCode.NOT_ENOUGH_REPLICAS, null) };
    }
    const { log } = lookup;
    const verification = permission.of(lookup.topic, index);
    // Only a batch that begins its transaction here came to ask.
    const after = verification === NO_VERIFICATION ? undefined : permission.after;
    if (typeof verification === 'object' && 'errorCode' in verification) {
      return { response: refusal(index, verification.errorCode, verification.message) };
    }
    const result = log.append(records, {
      leaderEpoch: lookup.leaderEpoch,
      nowMs,
      durable: acks === ACKS_ALL,
      origin: 'client',
      verification,
      after,
    });
    if (result.kind === 'refused') {
      const response = refusal(index, result.errorCode, result.message);
      response.recordErrors = result.recordErrors.map((error) => ({
        batchIndex: error.batchIndex,
        batchIndexErrorMessage: error.message,
      }));
      if (KNOWN_AFTER_APPEND.has(result.errorCode) && isOneBatch(records)) response.logStartOffset = log.logStartOffset;
      return { response };
    }
    const response: PartitionResponse = {
      index,
      errorCode: ErrorCode.NONE,
      baseOffset: result.firstOffset,
      logAppendTimeMs: result.logAppendTimeMs,
      logStartOffset: log.logStartOffset,
      recordErrors: [],
      errorMessage: null,
    };
    // What was there before may be durable sooner than what lets it count.
    const alsoAfter = result.kind === 'duplicate' ? after : undefined;
    return { response, appended: { log, nextOffset: result.lastOffset + 1, response, alsoAfter } };
  }

  /** Resolves when every append is as safe as `acks` asks, or the request's time is over. */
  function settle(appends: readonly Appended[], acks: number, timeoutMs: number): Promise<void> {
    const group = createWaitGroup(appends.length, clock, timeoutMs);
    for (const { log, nextOffset, response, alsoAfter } of appends) {
      response.errorCode = ErrorCode.REQUEST_TIMED_OUT;
      const done = (failure: string | undefined) => {
        if (group.isOver) return;
        if (failure === undefined && alsoAfter !== undefined && !isMet(alsoAfter)) {
          alsoAfter.log.onDurable(alsoAfter.offset, done);
          return;
        }
        response.errorCode = failure === undefined ? ErrorCode.NONE : ErrorCode.KAFKA_STORAGE_ERROR;
        if (failure !== undefined) response.baseOffset = -1;
        group.done();
      };
      if (acks === ACKS_ALL) log.onDurable(nextOffset, done);
      else log.onWritten(nextOffset, done);
    }
    return group.finished;
  }

  function appendAll(
    request: ProduceRequest,
    info: RequestInfo,
    requestError: number,
    permission: Permission,
  ): Reply<ProduceResponseInput> | Promise<Reply<ProduceResponseInput>> {
    const { acks } = request;
    const how = { acks, version: info.apiVersion, nowMs: clock.now(), permission };
    const appends: Appended[] = [];
    let hasError = false;
    const responses = request.topicData.map((topic, topicIndex) => ({
      name: topic.name,
      topicId: topic.topicId,
      partitionResponses: topic.partitionData.map(({ index, records }) => {
        const lookup =
          requestError === ErrorCode.NONE ? lookUp(request, topicIndex, index, info) : { errorCode: requestError };
        const { response, appended } = append(lookup, index, records, how);
        if (appended !== undefined) appends.push(appended);
        hasError ||= response.errorCode !== ErrorCode.NONE;
        return response;
      }),
    }));
    const reply = (): Reply<ProduceResponseInput> => {
      if (acks !== 0) return { responses: responses.filter(({ partitionResponses }) => partitionResponses.length > 0) };
      const isLost = appends.some(({ response }) => response.errorCode === ErrorCode.KAFKA_STORAGE_ERROR);
      return hasError || isLost ? CLOSE_CONNECTION : NO_RESPONSE;
    };
    return appends.length === 0 ? reply() : settle(appends, acks, request.timeoutMs).then(reply);
  }

  function* logsOf(request: ProduceRequest, info: RequestInfo): Generator<PartitionLog> {
    for (const [topicIndex, { partitionData }] of request.topicData.entries()) {
      for (const { index } of partitionData) {
        const lookup = lookUp(request, topicIndex, index, info);
        if (isHosted(lookup)) yield lookup.log;
      }
    }
  }

  function handle(request: ProduceRequest, info: RequestInfo) {
    return beginWhenReady(logsOf(request, info), () => begin(request, info));
  }

  function begin(request: ProduceRequest, info: RequestInfo) {
    const { acks } = request;
    const acksAreValid = acks === ACKS_ALL || acks === 0 || acks === 1;
    const requestError = acksAreValid ? transactionError(request) : ErrorCode.INVALID_REQUIRED_ACKS;
    const appendWith = (permission: Permission) => appendAll(request, info, requestError, permission);
    // The frame's memory serves another one when its batches are written, out of the cache, and this is answered.
    const lease = leaseOfRecords(request);
    lease?.retain();
    const lettingGo = (reply: Reply<ProduceResponseInput>) => {
      lease?.release();
      return reply;
    };
    const asked =
      requestError === ErrorCode.NONE
        ? askPermission(request, info.apiVersion, (topicIndex, partition) =>
            lookUp(request, topicIndex, partition, info),
          )
        : NOT_ASKED;
    if (!(asked instanceof Promise)) {
      const reply = appendWith(asked);
      return reply instanceof Promise ? reply.then<Reply<ProduceResponseInput>>(lettingGo) : lettingGo(reply);
    }
    const appending = asked.then((permission): Appending => ({ reply: appendWith(permission) }));
    return new Unsettled(
      appending.then(() => {}),
      appending.then(async ({ reply }) => lettingGo(await reply)),
    );
  }

  return defineApi({
    request: produceRequestCodec,
    response: produceResponseCodec,
    advertisedVersionMin: 0,
    isPipelined: true,
    handle,
  });
}

/** All records of a request lie in one frame. */
function leaseOfRecords({ topicData }: ProduceRequest): Lease | undefined {
  const records = topicData[0]?.partitionData[0]?.records;
  return records === null || records === undefined ? undefined : leaseOf(records);
}

function isOneBatch(records: Buffer): boolean {
  if (records.length < BATCH_HEADER_SIZE_BYTES || magic(records, 0) !== CURRENT_MAGIC) return false;
  const sizeBytes = batchSizeBytes(records, 0);
  return sizeBytes <= records.length && records.length - sizeBytes < BATCH_HEADER_SIZE_BYTES;
}

function refusal(index: number, errorCode: number, errorMessage: string | null): PartitionResponse {
  return { index, errorCode, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1, recordErrors: [], errorMessage };
}
