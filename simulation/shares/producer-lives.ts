import type { Broker } from '@sluice/client/broker';
import type { SimRandom } from '@sluice/kernel/sim/random';
import { produceRequestCodec } from '@sluice/protocol/generated/messages/produce-request';
import { produceResponseCodec } from '@sluice/protocol/generated/messages/produce-response';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { happens, sleep, whileItRuns } from '../machine/client-world.ts';
import { end, findCoordinators, type Identity, init, write } from '../transactions/transactional-requests.ts';
import { placeOf } from './history.ts';
import { deleteRecords, describeOffsets } from './share-requests.ts';
import { GROUPS, JOBS, JOBS_PARTITIONS, type ShareWorld, TALLY } from './world.ts';

const PRODUCE = { request: produceRequestCodec, response: produceResponseCodec };
const NAMES_UNTIL = 12;
const BATCH_MAX = 6;
const PAUSE_MS_MAX = 250;
const KEYS = 4;
const WATCH_MS = 150;
const DELETE_MS_MAX = 2_500;
const TRANSACTION_TIMEOUT_MS = 4_000;
export const TRANSACTIONAL_ID = 'writer';

export async function produce(broker: Broker, topic: string, partition: number, records: Buffer): Promise<number> {
  const response = await broker.request(
    PRODUCE,
    () => ({
      transactionalId: null,
      acks: -1,
      timeoutMs: 10_000,
      topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
    }),
    { versionMax: NAMES_UNTIL },
  );
  return response.responses[0]?.partitionResponses[0]?.errorCode ?? -1;
}

/** Writes small batches to each partition; those of `TALLY` have few keys. */
export async function runProducer(world: ShareWorld, random: SimRandom): Promise<void> {
  let written = 0;
  await whileItRuns(world, 'producer', async (broker) => {
    while (!world.isEnding) {
      const topic = happens(random, 30) ? TALLY : JOBS;
      const partition = topic === TALLY ? 0 : random.below(JOBS_PARTITIONS);
      const records = Array.from({ length: 1 + random.below(BATCH_MAX) }, () => ({
        key: topic === TALLY ? `k${random.below(KEYS)}` : null,
        value: `r${written++}`,
        timestampMs: world.machine.clock.now(),
      }));
      await produce(broker, topic, partition, buildBatch(records));
      await sleep(world, random.below(PAUSE_MS_MAX));
    }
    return 'done';
  });
}

/** Transactions over the partitions of `JOBS`, of which half are aborted, or left open when the broker dies. */
export async function runTransactionalProducer(world: ShareWorld, random: SimRandom): Promise<void> {
  let written = 0;
  await whileItRuns(world, TRANSACTIONAL_ID, async (broker) => {
    await findCoordinators(broker, TRANSACTIONAL_ID);
    const begun = await init(broker, TRANSACTIONAL_ID, TRANSACTION_TIMEOUT_MS);
    if (begun.errorCode !== 0) return againLater(world);
    let producer: Identity = { transactionalId: TRANSACTIONAL_ID, ...begun };
    while (!world.isEnding) {
      const isCommitted = happens(random, 50);
      const values = Array.from({ length: 1 + random.below(BATCH_MAX) }, () => `t${written++}`);
      // One batch for each partition, or for one: its sequence begins anew with each transaction.
      const partitions = happens(random, 30) ? [0, 1] : [random.below(JOBS_PARTITIONS)];
      for (const partition of partitions) {
        const records = values.map((value) => ({ key: null, value, timestampMs: world.machine.clock.now() }));
        const batch = buildBatch(records, { ...producer, baseSequence: 0, isTransactional: true });
        if ((await write(broker, producer, 2, { topic: JOBS, partition }, batch)) !== 0) return againLater(world);
      }
      await sleep(world, random.below(PAUSE_MS_MAX));
      const ended = await end(broker, producer, 2, isCommitted);
      if (ended.errorCode !== 0) return againLater(world);
      if (!isCommitted) for (const value of values) world.history.aborted.add(value);
      producer = { ...producer, producerId: ended.producerId, producerEpoch: ended.producerEpoch };
      await sleep(world, random.below(PAUSE_MS_MAX));
    }
    return 'done';
  });
}

async function againLater(world: ShareWorld): Promise<'again' | 'done'> {
  if (world.isEnding) return 'done';
  await sleep(world, PAUSE_MS_MAX);
  return 'again';
}

/** Deletes records now and then, up to somewhere between where a group begins and the end. */
export async function runDeleter(world: ShareWorld, random: SimRandom): Promise<void> {
  await whileItRuns(world, 'deleter', async (broker) => {
    while (!world.isEnding) {
      await sleep(world, random.below(DELETE_MS_MAX));
      const [group] = GROUPS;
      const stands = await describeOffsets(broker, group.id);
      for (const { topic, partition, startOffset, lag } of stands) {
        if (topic === TALLY || startOffset < 0 || !happens(random, 30)) continue;
        const offset = startOffset + random.below(Math.max(1, lag));
        const place = placeOf(topic, partition);
        // Whether it is answered or not.
        world.history.deletedTo.set(place, Math.max(offset, world.history.deletedTo.get(place) ?? 0));
        await deleteRecords(broker, topic, partition, offset);
      }
    }
    return 'done';
  });
}

/** Where the groups stand, again and again. */
export async function watch(world: ShareWorld): Promise<void> {
  const { clock } = world.machine;
  await whileItRuns(world, 'watcher', async (broker) => {
    while (!world.isEnding) {
      for (const { id } of GROUPS) {
        const askedMs = clock.monotonicMs();
        for (const { topic, partition, startOffset } of await describeOffsets(broker, id)) {
          const seen = { group: id, place: placeOf(topic, partition), startOffset, askedMs, atMs: clock.monotonicMs() };
          if (startOffset >= 0) world.history.events.push({ kind: 'seen', ...seen });
        }
      }
      await sleep(world, WATCH_MS);
    }
    return 'done';
  });
}
