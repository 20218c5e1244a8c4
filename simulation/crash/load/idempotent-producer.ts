import type { Broker } from '@sluice/client/broker';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { initProducerIdRequestCodec } from '@sluice/protocol/generated/messages/init-producer-id-request';
import { initProducerIdResponseCodec } from '@sluice/protocol/generated/messages/init-producer-id-response';
import { sequenceAfter } from '@sluice/protocol/records/batch-header';
import type { Answered } from '../history.ts';
import { type Load, type LoadTopic, pause, withConnections } from './load.ts';
import { type LoadBatch, makeBatch, sendBatch } from './send-batch.ts';

const INIT_PRODUCER_ID = { request: initProducerIdRequestCodec, response: initProducerIdResponseCodec };
/** A broker remembers so many batches of a producer, and a client has no more in flight. */
const IN_FLIGHT_BATCHES_MAX = 5;
const RECORDS_MAX = 12;
const PAUSE_MS_MAX = 12;
const NO_TRANSACTION_TIMEOUT_MS = 2 ** 31 - 1;

interface Identity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** One partition's batches of one producer, in the order of their sequences. */
interface Lane {
  readonly producer: string;
  readonly partition: number;
  nextNumber: number;
  nextSequence: number;
  /** Not acknowledged yet. */
  unacked: LoadBatch[];
  /** The last acknowledged ones: sent again after a reconnect, as if their answers had been lost. */
  acked: LoadBatch[];
  /** Refused for good: as Kafka's own producer it gives up. */
  isBroken: boolean;
}

/**
 * acks=all, 5 in flight, and what was not answered is sent again with its sequence until it is. In the log it must
 * look as if nothing had ever gone wrong.
 */
export async function runIdempotentProducer(load: Load, name: string, topic: LoadTopic): Promise<void> {
  const lanes: Lane[] = Array.from({ length: topic.partitionCount }, (_, partition) => ({
    producer: `${name}/${partition}`,
    partition,
    nextNumber: 0,
    nextSequence: 0,
    unacked: [],
    acked: [],
    isBroken: false,
  }));
  let identity: Identity | undefined;

  await withConnections(load, name, async (broker) => {
    identity ??= await initProducer(broker);
    const known = identity;
    const drained = await Promise.all(lanes.map((lane) => drive(load, broker, { topic, lane, identity: known })));
    return drained.every(Boolean) ? 'done' : 'again';
  });
  const left = lanes.flatMap(({ unacked, isBroken }) => (isBroken ? [] : unacked));
  const [first] = left;
  if (first !== undefined) {
    const what = `${name}: ${left.length} batches could not be sent, from ${first.sent.firstNumber} on`;
    load.recorder.record({ kind: 'odd', what });
  }
}

interface Drive {
  readonly topic: LoadTopic;
  readonly lane: Lane;
  readonly identity: Identity;
}

/** Round after round over one connection, until all is acknowledged and no more is wanted. */
async function drive(load: Load, broker: Broker, { topic, lane, identity }: Drive): Promise<boolean> {
  const { random } = load;
  let repeated = lane.acked.slice(lane.acked.length - (IN_FLIGHT_BATCHES_MAX - lane.unacked.length));
  while (!load.isOver && !lane.isBroken) {
    if (!load.isEnding) {
      const wanted = 1 + random.below(IN_FLIGHT_BATCHES_MAX);
      while (repeated.length + lane.unacked.length < wanted) lane.unacked.push(nextBatch(load, topic, lane, identity));
    }
    const round = [...repeated, ...lane.unacked];
    if (round.length === 0) return true;
    repeated = [];
    const answers = await Promise.allSettled(round.map((batch) => sendBatch(load, broker, batch)));
    take(load, lane, round, answers);
    const failure = answers.find((answer) => answer.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
    await pause(load, PAUSE_MS_MAX);
  }
  return true;
}

function nextBatch(load: Load, topic: LoadTopic, lane: Lane, identity: Identity): LoadBatch {
  const count = 1 + load.random.below(RECORDS_MAX);
  const { producer, partition, nextNumber, nextSequence } = lane;
  lane.nextNumber += count;
  lane.nextSequence = sequenceAfter(nextSequence, count);
  return makeBatch(load, {
    topic,
    partition,
    producer,
    acks: -1,
    firstNumber: nextNumber,
    count,
    identity: { ...identity, baseSequence: nextSequence },
  });
}

function take(
  load: Load,
  lane: Lane,
  round: readonly LoadBatch[],
  answers: readonly PromiseSettledResult<Answered>[],
): void {
  let isBehindFailure = false;
  for (const [index, batch] of round.entries()) {
    const answer = answers[index];
    if (answer?.status !== 'fulfilled') {
      isBehindFailure = true;
    } else if (answer.value.outcome === 'ok') {
      lane.unacked = lane.unacked.filter((other) => other !== batch);
      // In the order of their sequences: one that is acknowledged again keeps its place.
      if (!lane.acked.includes(batch)) lane.acked = [...lane.acked, batch].slice(-IN_FLIGHT_BATCHES_MAX);
    } else {
      const { errorCode, outcome } = answer.value;
      if (!isBehindFailure && (errorCode === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER || outcome === 'refused')) {
        const what = `${lane.producer}:${batch.sent.firstNumber} got ${errorCode}, but all before it is acknowledged`;
        load.recorder.record({ kind: 'odd', what });
        lane.isBroken = true;
      }
      isBehindFailure = true;
    }
  }
}

async function initProducer(broker: Broker): Promise<Identity> {
  const { errorCode, producerId, producerEpoch } = await broker.request(INIT_PRODUCER_ID, () => ({
    transactionalId: null,
    transactionTimeoutMs: NO_TRANSACTION_TIMEOUT_MS,
  }));
  if (errorCode !== 0) throw new Error(`InitProducerId: error ${errorCode}`);
  return { producerId, producerEpoch };
}
