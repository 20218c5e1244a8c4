import type { Timer } from '@sluice/kernel/clock';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { Broker } from '../broker.ts';
import {
  type Acknowledgement,
  type AcknowledgementSink,
  AcknowledgeType,
  type SharedPartition,
  sharedPartitionKey,
} from './acknowledgement.ts';
import { outcomeOf, prolong } from './acknowledgement-outcome.ts';
import { NetworkError, type ShareConsumerError, UnsupportedApiError } from './errors.ts';
import { acquiredIn } from './fetch-answer.ts';
import { type Answer, acknowledgeAnswer, byPartition, UNANSWERED } from './partition-answers.ts';
import { createPendingAcknowledgements, type Taken } from './pending-acknowledgements.ts';
import { isFatalForPartition, isFatalForSession, isStale } from './session-errors.ts';
import type { NodeSessionOptions } from './session-host.ts';
import { lifeOn } from './session-life.ts';
import { type FetchSettings, knowsRenewals, sendShareAcknowledge, sendShareFetch } from './share-requests.ts';
import { createShareSession, EPOCH_FINAL } from './share-session.ts';
import { protocolError, toConsumerError } from './to-consumer-error.ts';

/** One broker that leads partitions of this member: one request at a time, since each names the session's next epoch. */
export interface NodeSession extends AcknowledgementSink {
  readonly isFetching: boolean;
  /** When it last began to fetch, for turns. */
  readonly lastFetchMs: number;
  /** Whether a fetch could go now. */
  canFetch(): boolean;
  setPartitions(wanted: ReadonlyMap<string, SharedPartition>): void;
  /** Looks whether there is something to do. */
  wake(): void;
  /** Fetches no more, sends what was acknowledged, and ends the session, by which the broker releases the rest. */
  end(): Promise<void>;
  /** At once; what was not answered fails. */
  abort(): void;
}

/** Neither the lock nor the time for closing must end while the broker still waits for more records. */
const WAITING_SHARE = 2;

type Step = { readonly kind: 'connect' | 'acknowledge' } | { readonly kind: 'fetch'; readonly settings: FetchSettings };

export function createNodeSession(options: NodeSessionOptions): NodeSession {
  const { groupId, memberId, clock, timeoutMs, retryDelayMs, host } = options;
  const session = createShareSession();
  const pending = createPendingAcknowledgements();
  let partitions: ReadonlyMap<string, SharedPartition> = new Map();
  let connection: Broker | undefined;
  let life = lifeOn(undefined);
  let lockMs = Infinity;
  let isBusy = false;
  let isFetching = false;
  let isEnding = false;
  let isEnded = false;
  let lastFetchMs = 0;
  /** When what is pending must leave. */
  let dueMs = Infinity;
  let pausedUntilMs = 0;
  let timer: Timer | undefined;
  const drained = Promise.withResolvers<void>();
  const identity = { groupId, memberId };

  function wake(): void {
    if (isBusy || isEnded) return;
    timer?.cancel();
    if (connection?.isOpen === false) {
      const { address } = connection;
      connection = undefined;
      lose(new NetworkError(`${address} closed the connection`));
    }
    const nowMs = clock.monotonicMs();
    const step = nextStep(nowMs);
    if (step === undefined) {
      if (isEnding && pending.count === 0) drained.resolve();
      else sleepUntil(Math.max(dueMs, pausedUntilMs), nowMs);
      return;
    }
    if (nowMs < pausedUntilMs) {
      sleepUntil(pausedUntilMs, nowMs);
      return;
    }
    isBusy = true;
    void perform(step, nowMs).then(() => {
      isBusy = false;
      isFetching = false;
      host.onFree();
      wake();
    });
  }

  function sleepUntil(atMs: number, nowMs: number): void {
    if (atMs !== Infinity) timer = clock.setTimer(atMs - nowMs, wake);
  }

  function nextStep(nowMs: number): Step | undefined {
    const settings = isEnding || partitions.size === 0 ? undefined : host.fetchSettings(partitions);
    if (connection === undefined) return settings === undefined ? undefined : { kind: 'connect' };
    if (pending.count > 0 && (settings !== undefined || isEnding || nowMs >= dueMs)) {
      const fits = pending.places().every((place) => session.has(place) && partitions.has(sharedPartitionKey(place)));
      if (settings === undefined || pending.hasRenewals || !fits) return { kind: 'acknowledge' };
    }
    return settings === undefined ? undefined : { kind: 'fetch', settings };
  }

  async function perform(step: Step, nowMs: number): Promise<void> {
    let taken: Taken | undefined;
    try {
      if (step.kind === 'connect') return await connect();
      const broker = connection;
      if (broker === undefined) return;
      taken = pending.take(nowMs);
      if (pending.count === 0) dueMs = Infinity;
      if (step.kind === 'fetch') await fetch(broker, step.settings, taken, nowMs);
      else await acknowledge(broker, taken, nowMs);
    } catch (error) {
      fail(toConsumerError(error), taken);
    }
  }

  async function connect(): Promise<void> {
    const broker = await options.dial();
    if (isEnded) broker.close();
    else connection = broker;
    life = lifeOn(broker);
  }

  async function fetch(broker: Broker, settings: FetchSettings, taken: Taken, sentMs: number): Promise<void> {
    isFetching = true;
    lastFetchMs = sentMs;
    const wanted = partitions;
    const response = await sendShareFetch(broker, {
      ...identity,
      epoch: session.epoch,
      settings: { ...settings, maxWaitMs: Math.min(settings.maxWaitMs, Math.min(lockMs, timeoutMs) / WAITING_SHARE) },
      timeoutMs,
      taken,
      ...session.changesTo(wanted),
    });
    if (response.errorCode !== ErrorCode.NONE) {
      return fail(protocolError(response.errorCode, response.errorMessage), taken);
    }
    session.onFetched(wanted);
    session.advance();
    noteLock(response.acquisitionLockTimeoutMs);
    const rows = byPartition(response.responses);
    for (const [key, { errorCode, errorMessage, currentLeader }] of rows) {
      const place = wanted.get(key);
      if (errorCode === ErrorCode.NONE || place === undefined) continue;
      onPartitionError(protocolError(errorCode, errorMessage));
      host.onStale(place, currentLeader, response.nodeEndpoints);
    }
    settleAll(taken, (key) => acknowledgeAnswer(rows.get(key)), sentMs);
    const read = acquiredIn(response, { from: sink, life, lockEndMs: sentMs + lockMs, places: wanted });
    for (const each of read.acknowledgements) sink.acknowledge(each);
    for (const { place, range } of read.unreadable) {
      const where = `${place.topic}-${place.partition}, offsets ${range.firstOffset} to ${range.lastOffset}`;
      host.onFailure(protocolError(ErrorCode.CORRUPT_MESSAGE, `${where} cannot be read`), false);
    }
    if (read.acquired.length > 0) host.onAcquired(read.acquired);
    host.onFetched(wanted, rows);
  }

  async function acknowledge(broker: Broker, taken: Taken, sentMs: number): Promise<void> {
    if (taken.partitions.length === 0) return;
    const response = await sendShareAcknowledge(broker, { ...identity, epoch: session.epoch, taken });
    if (response.errorCode !== ErrorCode.NONE) {
      return fail(protocolError(response.errorCode, response.errorMessage), taken);
    }
    session.advance();
    noteLock(response.acquisitionLockTimeoutMs);
    const rows = byPartition(response.responses);
    for (const [key, { errorCode, currentLeader }] of rows) {
      const place = partitions.get(key);
      if (isStale(errorCode) && place !== undefined) host.onStale(place, currentLeader, response.nodeEndpoints);
    }
    settleAll(taken, (key) => rows.get(key), sentMs);
  }

  function noteLock(timeoutMs: number): void {
    if (timeoutMs > 0) lockMs = timeoutMs;
  }

  function onPartitionError(error: ShareConsumerError): void {
    pause();
    host.onFailure(error, isFatalForPartition(error));
  }

  function settleAll({ partitions: said }: Taken, answerOf: (key: string) => Answer | undefined, sentMs: number): void {
    for (const { place, acknowledgements } of said) {
      const { errorCode, errorMessage } = answerOf(sharedPartitionKey(place)) ?? UNANSWERED;
      const nowMs = clock.monotonicMs();
      const { settled, failed, again, mustPause } = outcomeOf(acknowledgements, errorCode, nowMs);
      prolong(settled, sentMs + lockMs);
      if (settled.length > 0) host.onSettled(settled, undefined);
      if (failed.length > 0) host.onSettled(failed, protocolError(errorCode, errorMessage));
      for (const each of again) enqueue(each, nowMs);
      if (mustPause) pause();
    }
  }

  function pause(): void {
    pausedUntilMs = clock.monotonicMs() + retryDelayMs;
  }

  function enqueue(acknowledgement: Acknowledgement, byMs: number): void {
    pending.add(acknowledgement);
    dueMs = Math.min(dueMs, byMs);
  }

  /** What was asked may have happened or not. The session cannot be trusted any longer: the next fetch begins another. */
  function fail(error: ShareConsumerError, taken: Taken | undefined): void {
    pause();
    for (const { acknowledgements } of taken?.partitions ?? []) host.onSettled(acknowledgements, error);
    if (error.code === 'SLUICE_NETWORK') {
      connection?.close();
      connection = undefined;
    }
    lose(error);
    host.onFailure(error, isFatalForSession(error));
  }

  function lose(error: ShareConsumerError): void {
    life.end();
    life = lifeOn(connection);
    session.reset();
    const unsent = pending.takeAll();
    dueMs = Infinity;
    if (unsent.length > 0) host.onSettled(unsent, error);
    host.onLost();
  }

  function refusalOf({ acquired, type }: Acknowledgement): ShareConsumerError | undefined {
    if (isEnded || acquired?.life.isOver === true) {
      return protocolError(ErrorCode.SHARE_SESSION_NOT_FOUND, 'the session that had the lock is over');
    }
    if (type === AcknowledgeType.RENEW && connection !== undefined && !knowsRenewals(connection)) {
      return new UnsupportedApiError(`${connection.address} renews no locks; Kafka does from 4.2 on`);
    }
    return undefined;
  }

  const sink: AcknowledgementSink = {
    acknowledge(acknowledgement) {
      const isUrgent = acknowledgement.type === AcknowledgeType.RENEW;
      const refusal = refusalOf(acknowledgement);
      if (refusal !== undefined) {
        queueMicrotask(() => host.onSettled([acknowledgement], refusal));
        return;
      }
      enqueue(acknowledgement, clock.monotonicMs() + (isUrgent ? 0 : host.acknowledgeWaitMs()));
      // Others of this turn go with it.
      queueMicrotask(wake);
    },
    flush() {
      if (pending.count > 0) dueMs = 0;
      queueMicrotask(wake);
    },
  };

  async function endSession(): Promise<void> {
    if (connection?.isOpen !== true || !session.isOpen) return;
    const nothing = { partitions: [], hasRenewals: false };
    await sendShareAcknowledge(connection, { ...identity, epoch: EPOCH_FINAL, taken: nothing }).catch(() => {});
  }

  function shut(): void {
    isEnded = true;
    timer?.cancel();
    connection?.close();
    lose(new NetworkError('the consumer was closed'));
    drained.resolve();
  }

  return {
    ...sink,
    get isFetching() {
      return isFetching;
    },
    get lastFetchMs() {
      return lastFetchMs;
    },
    canFetch: () => !isBusy && !isEnding && partitions.size > 0 && clock.monotonicMs() >= pausedUntilMs,
    setPartitions(wanted) {
      partitions = wanted;
      queueMicrotask(wake);
    },
    wake,
    async end() {
      isEnding = true;
      wake();
      await drained.promise;
      await endSession();
      shut();
    },
    abort: shut,
  };
}
