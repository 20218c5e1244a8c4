import type { Broker } from '@sluice/client/broker';
import type { SimRandom } from '@sluice/kernel/sim/random';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { happens, sleep, whileItRuns } from '../machine/client-world.ts';
import type { PartitionOf } from '../machine/read-transactional.ts';
import { type Attempt, encodeRecord } from './history.ts';
import {
  addPartition,
  type ClientVersion,
  end,
  findCoordinators,
  type Identity,
  init,
  write,
} from './transactional-requests.ts';
import { BANK, BANK_PARTITIONS, TRANSACTION_TIMEOUT_MS, type TransactionWorld } from './world.ts';

const PAUSE_MS_MAX = 200;
/** Twice as long as a transaction may be open. */
const STALL_MS = 2 * TRANSACTION_TIMEOUT_MS;
const DELAY_MS_MAX = 3_000;
const TRIES_MAX = 200;
const RETRY_MS = 20;

/** After these a producer may try the same again. */
const RETRIABLE: ReadonlySet<number> = new Set([
  ErrorCode.CONCURRENT_TRANSACTIONS,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
]);
const FENCED: ReadonlySet<number> = new Set([
  ErrorCode.PRODUCER_FENCED,
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.INVALID_PRODUCER_ID_MAPPING,
]);

export interface ProducerLife {
  /** Of records; nobody else's. */
  readonly name: string;
  readonly transactionalId: string;
  readonly version: ClientVersion;
  readonly random: SimRandom;
  /** A zombie comes back with what it knew, and does not begin anew. */
  readonly endsWhenFenced: boolean;
}

/** Transaction after transaction, well behaved or not: it repeats, stalls, goes away, or sends its end too late. */
export async function runProducer(world: TransactionWorld, life: ProducerLife): Promise<void> {
  const { name, transactionalId, version, random } = life;
  world.transactionalIds.add(transactionalId);
  let number = 0;
  /** Who it is while it has no transaction open: should the connection break then, it goes on as if nothing had been. */
  let idle: Identity | undefined;
  const sequences = new Map<number, number>();

  await whileItRuns(world, name, async (broker) => {
    await findCoordinators(broker, transactionalId);
    if (idle === undefined) {
      const begun = await retried(world, () => init(broker, transactionalId, TRANSACTION_TIMEOUT_MS));
      if (begun.errorCode !== 0) {
        world.history.odd.push(`${name}: InitProducerId got ${begun.errorCode}`);
        return 'done';
      }
      sequences.clear();
      idle = { transactionalId, ...begun };
    }
    while (!world.isEnding) {
      const producer: Identity = idle;
      idle = undefined;
      const attempt = newAttempt(world, `${name}/${number++}`, random);
      const next = await runTransaction(world, life, broker, producer, attempt, sequences);
      if (next === 'fenced') {
        if (life.endsWhenFenced) return 'done';
        await sleep(world, random.below(PAUSE_MS_MAX));
        return 'again';
      }
      if (next === 'lost') return 'again';
      if (version === 2) sequences.clear();
      idle = next;
      await sleep(world, random.below(PAUSE_MS_MAX));
      // Whoever finds the connection broken here, as clients do that look for it between requests, is still idle.
      await findCoordinators(broker, transactionalId);
    }
    return 'done';
  });
}

function newAttempt({ history }: TransactionWorld, id: string, random: SimRandom): Attempt {
  const count = 1 + random.below(BANK_PARTITIONS);
  const partitions = Array.from({ length: BANK_PARTITIONS }, (_, partition) => partition);
  while (partitions.length > count) partitions.splice(random.below(partitions.length), 1);
  const attempt: Attempt = { id, partitions, outcome: 'open' };
  history.attempts.push(attempt);
  return attempt;
}

/** Who the producer is afterwards, or why it must begin anew. */
async function runTransaction(
  world: TransactionWorld,
  { version, random, name }: ProducerLife,
  broker: Broker,
  producer: Identity,
  attempt: Attempt,
  sequences: Map<number, number>,
): Promise<Identity | 'fenced' | 'lost'> {
  // Until its end is answered nobody knows.
  attempt.outcome = 'unknown';
  for (const [index, partition] of attempt.partitions.entries()) {
    const at: PartitionOf = { topic: BANK, partition };
    const baseSequence = sequences.get(partition) ?? 0;
    sequences.set(partition, baseSequence + 1);
    const value = encodeRecord({ attemptId: attempt.id, index });
    const batch = () =>
      buildBatch([{ key: null, value: Buffer.from(value), timestampMs: world.machine.clock.now() }], {
        producerId: producer.producerId,
        producerEpoch: producer.producerEpoch,
        baseSequence,
        isTransactional: true,
      });
    const errorCode = await sendOne(world, broker, producer, version, at, batch, happens(random, 10));
    if (FENCED.has(errorCode)) return 'fenced';
    if (errorCode !== 0) return abortAfter(world, broker, producer, version, attempt, name, errorCode);
    if (happens(random, 5)) await sleep(world, random.below(PAUSE_MS_MAX));
  }
  if (happens(random, 4)) {
    // It hangs until its time is over, or until somebody takes its place.
    await sleep(world, random.below(STALL_MS));
  }
  const isCommit = happens(random, 75);
  if (happens(random, 6)) {
    endLater(world, producer, version, isCommit, random.below(DELAY_MS_MAX));
    return 'lost';
  }
  const ended = await retried(world, () => end(broker, producer, version, isCommit));
  if (happens(random, 10)) await end(broker, producer, version, isCommit);
  if (ended.errorCode === 0) {
    attempt.outcome = isCommit ? 'committed' : 'aborted';
    return version === 2 ? { ...producer, producerId: ended.producerId, producerEpoch: ended.producerEpoch } : producer;
  }
  return FENCED.has(ended.errorCode) || ended.errorCode === ErrorCode.INVALID_TXN_STATE ? 'fenced' : 'lost';
}

async function sendOne(
  world: TransactionWorld,
  broker: Broker,
  producer: Identity,
  version: ClientVersion,
  at: PartitionOf,
  batch: () => Buffer,
  isRepeated: boolean,
): Promise<number> {
  if (version === 1) {
    const { errorCode } = await retried(world, async () => ({ errorCode: await addPartition(broker, producer, at) }));
    if (errorCode !== 0) return errorCode;
  }
  const send = async () => ({ errorCode: await write(broker, producer, version, at, batch()) });
  const first = await retried(world, send);
  if (first.errorCode === 0 && isRepeated) return (await retried(world, send)).errorCode;
  return first.errorCode;
}

/** What a client does that was refused: it aborts, and begins anew. */
async function abortAfter(
  world: TransactionWorld,
  broker: Broker,
  producer: Identity,
  version: ClientVersion,
  attempt: Attempt,
  name: string,
  errorCode: number,
): Promise<'lost'> {
  const isExpected =
    // Of the second version no write finds that its transaction has ended meanwhile: its end has fenced it.
    (version === 1 && errorCode === ErrorCode.INVALID_TXN_STATE) ||
    errorCode === ErrorCode.TRANSACTION_ABORTABLE ||
    errorCode === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER ||
    errorCode === ErrorCode.KAFKA_STORAGE_ERROR ||
    RETRIABLE.has(errorCode);
  if (!isExpected) world.history.odd.push(`${name}: a write was refused with ${errorCode}`);
  const ended = await end(broker, producer, version, false);
  if (ended.errorCode === 0) attempt.outcome = 'aborted';
  return 'lost';
}

/** An EndTxn that the network held back (I7): by then the producer has begun anew. */
function endLater(
  world: TransactionWorld,
  producer: Identity,
  version: ClientVersion,
  isCommit: boolean,
  delayMs: number,
): void {
  void sleep(world, delayMs).then(() =>
    whileItRuns(world, 'late', async (broker) => {
      await end(broker, producer, version, isCommit);
      return 'done';
    }),
  );
}

async function retried<T extends { readonly errorCode: number }>(
  world: TransactionWorld,
  ask: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask();
    if (!RETRIABLE.has(answer.errorCode) || attempt === TRIES_MAX) return answer;
    await sleep(world, RETRY_MS);
  }
}
