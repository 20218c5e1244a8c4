import type { Broker } from '@sluice/client/broker';
import type { TransactionCanary } from '@sluice/coordinator/transaction/transaction-environment';
import { createTopicsRequestCodec } from '@sluice/protocol/generated/messages/create-topics-request';
import { createTopicsResponseCodec } from '@sluice/protocol/generated/messages/create-topics-response';
import { produceRequestCodec } from '@sluice/protocol/generated/messages/produce-request';
import { produceResponseCodec } from '@sluice/protocol/generated/messages/produce-response';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { happens, sleep, whileItRuns } from '../machine/client-world.ts';
import { liveAndDie } from '../machine/live-and-die.ts';
import { readTransactional } from '../machine/read-transactional.ts';
import type { SeededRun } from '../machine/seeded-run.ts';
import { createSimMachine } from '../machine/sim-machine.ts';
import { readAllCommitted } from './committed-reader.ts';
import { runCopier } from './copy-life.ts';
import { decodeRecord, newHistory, type TransactionHistory } from './history.ts';
import { runProducer } from './producer-life.ts';
import { checkHistory } from './rules.ts';
import { init } from './transactional-requests.ts';
import { BANK, BANK_PARTITIONS, INPUT, OUTPUT, TRANSACTION_TIMEOUT_MS, type TransactionWorld } from './world.ts';

const CREATE_TOPICS = { request: createTopicsRequestCodec, response: createTopicsResponseCodec };
const PRODUCE = { request: produceRequestCodec, response: produceResponseCodec };
const SETTINGS = {
  'transaction.state.log.num.partitions': '3',
  'offsets.topic.num.partitions': '2',
  'log.segment.bytes': '1048576',
};
const PRODUCERS = 3;
const INPUT_COUNT = 24;
const LIFE_MS_MAX = 5_000;
const LIFETIMES = { deathsMax: 3, lifeMsMin: 1_000, lifeMsMax: LIFE_MS_MAX, changesMax: 40 };
const WATCH_MS = 100;
/** Time for all that is open to end. */
const SETTLE_TRIES = 400;
const SETTLE_MS = 100;
const HUNDRED = 100;

export interface TransactionRun extends SeededRun {
  readonly history: TransactionHistory;
}

/** Producers, zombies and a copying program on one machine that dies now and then, all from one seed. */
export async function runTransactions(seed: number, canary?: TransactionCanary): Promise<TransactionRun> {
  const machine = createSimMachine({
    seed,
    settings: SETTINGS,
    hasJournal: seed % 2 === 0,
    ...(canary === undefined ? {} : { transactionCanary: canary }),
  });
  const history = newHistory();
  const world: TransactionWorld = { machine, history, isEnding: false, transactionalIds: new Set() };
  const { random } = machine;
  await machine.start();
  await machine.run(whileItRuns(world, 'setup', setUp));

  const lives: Promise<void>[] = [];
  for (let index = 0; index < PRODUCERS; index++) {
    const transactionalId = `payments-${index}`;
    const version = happens(random, HUNDRED / 2) ? 1 : 2;
    const life = { name: `p${index}`, transactionalId, version, random: random.fork(), endsWhenFenced: false } as const;
    lives.push(runProducer(world, life));
    // Somebody who takes its place, and is fenced by it in turn.
    if (happens(random, HUNDRED / 2)) {
      const zombie = { ...life, name: `z${index}`, random: random.fork(), endsWhenFenced: true };
      lives.push(sleep(world, random.below(LIFE_MS_MAX)).then(() => runProducer(world, zombie)));
    }
  }
  lives.push(runCopier(world, happens(random, HUNDRED / 2) ? 1 : 2, INPUT_COUNT));
  lives.push(watch(world));

  const deaths = await liveAndDie(world, LIFETIMES);
  world.isEnding = true;
  await machine.run(Promise.all(lives));
  await machine.run(whileItRuns(world, 'reader', (broker) => readBack(world, broker)));
  await machine.stop();
  if (machine.fatal !== undefined) history.odd.push(`the broker gave up: ${machine.fatal}`);
  return { seed, history, verdicts: checkHistory(history), deaths };
}

async function setUp(broker: Broker): Promise<'done'> {
  await broker.request(CREATE_TOPICS, () => ({
    topics: [
      { name: BANK, numPartitions: BANK_PARTITIONS },
      { name: INPUT, numPartitions: 1 },
      { name: OUTPUT, numPartitions: 1 },
    ].map((topic) => ({ ...topic, replicationFactor: 1, assignments: [], configs: [] })),
    timeoutMs: 10_000,
  }));
  const records = Array.from({ length: INPUT_COUNT }, (_, index) => ({
    key: null,
    value: Buffer.from(`in-${index}`),
    timestampMs: 0,
  }));
  await broker.request(
    PRODUCE,
    () => ({
      transactionalId: null,
      acks: -1,
      timeoutMs: 10_000,
      topicData: [{ name: INPUT, partitionData: [{ index: 0, records: buildBatch(records) }] }],
    }),
    { versionMax: 12 },
  );
  return 'done';
}

/** How far committed records reach, again and again. */
async function watch(world: TransactionWorld): Promise<void> {
  await whileItRuns(world, 'watcher', async (broker) => {
    const life: TransactionHistory['watermarks'][number] = [];
    world.history.watermarks.push(life);
    while (!world.isEnding) {
      for (let partition = 0; partition < BANK_PARTITIONS; partition++) {
        const read = await readTransactional(broker, { topic: BANK, partition }, 0);
        const { highWatermark, lastStableOffset } = read;
        if (read.errorCode === 0) life.push({ partition, highWatermark, lastStableOffset });
      }
      await sleep(world, WATCH_MS);
    }
    return 'done';
  });
}

/** Ends what is still open, as the next producers would, and reads everything. */
async function readBack(world: TransactionWorld, broker: Broker): Promise<'done'> {
  const { history } = world;
  for (const transactionalId of world.transactionalIds) {
    for (let attempt = 0; attempt < SETTLE_TRIES; attempt++) {
      const { errorCode } = await init(broker, transactionalId, TRANSACTION_TIMEOUT_MS);
      if (errorCode === 0) break;
      if (attempt === SETTLE_TRIES - 1) history.odd.push(`${transactionalId} cannot begin anew: ${errorCode}`);
      await sleep(world, SETTLE_MS);
    }
  }
  for (let partition = 0; partition < BANK_PARTITIONS; partition++) {
    const values = await settled(world, broker, BANK, partition);
    history.committed[partition] = values.map(decodeRecord);
  }
  const input = Array.from({ length: INPUT_COUNT }, (_, index) => `in-${index}`);
  history.copied = { input, output: await settled(world, broker, OUTPUT, 0) };
  return 'done';
}

async function settled(world: TransactionWorld, broker: Broker, topic: string, partition: number) {
  for (let attempt = 0; attempt < SETTLE_TRIES; attempt++) {
    const values = await readAllCommitted(broker, { topic, partition });
    if (values !== undefined) return values;
    await sleep(world, SETTLE_MS);
  }
  world.history.odd.push(`${topic} ${partition} has a transaction that never ends`);
  return [];
}
