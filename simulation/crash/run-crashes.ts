import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerAddress } from '@sluice/client/broker-address';
import { realClock } from '@sluice/kernel/real/clock';
import { realNetwork } from '@sluice/kernel/real/network';
import { createSimRandom, type SimRandom } from '@sluice/kernel/sim/random';
import { type BrokerProcess, type BrokerProcessOptions, startAndKill, startBrokerProcess } from './broker-process.ts';
import type { Canary } from './canaries.ts';
import { logSizes } from './data-directory.ts';
import type { History } from './history.ts';
import { runAdministrator } from './load/administrator.ts';
import { runConsumer } from './load/consumer.ts';
import { runIdempotentProducer } from './load/idempotent-producer.ts';
import { type Load, type LoadTopic, withConnections } from './load/load.ts';
import { runPlainProducer } from './load/plain-producer.ts';
import { runRecordDeleter } from './load/record-deleter.ts';
import { createTopicAdmin } from './load/topic-admin.ts';
import { readBack } from './read-back.ts';
import { createRecorder, type Recorder } from './recorder.ts';

export interface CrashOptions {
  readonly cycles: number;
  readonly seed: number;
  /** Breaks something after each kill. The checker must notice. */
  readonly canary: Canary | undefined;
  /** Says how far it is. */
  onCycle(cycle: number, text: string): void;
}

const RUN_MS_MIN = 1_000;
const RUN_MS_MAX = 4_000;
/** How often a start is itself killed, at most so much later. */
const EARLY_KILL_CHANCE = 0.25;
const EARLY_KILL_MS_MAX = 900;
/** Kills during the very first start. */
const FIRST_KILLS = 2;
/** For what is still unanswered at the end. */
const DRAIN_MS_MAX = 180_000;

/** Small segments and indexes: rolls, snapshots and checkpoints must be hit too. */
const SETTINGS = { 'log.segment.bytes': '1048576', 'log.index.interval.bytes': '1024' };
const SETTING = '999999999';

/** By topic: its partitions, and settings of its own. */
const TOPICS: readonly { name: string; partitionCount: number; configs: Record<string, string> }[] = [
  { name: 'exact', partitionCount: 3, configs: {} },
  { name: 'mixed', partitionCount: 4, configs: { 'segment.ms': '700' } },
  { name: 'trimmed', partitionCount: 2, configs: {} },
];

/** Runs the broker under load, kills it, starts it again; in the end everything is read back. */
export async function runCrashes(options: CrashOptions): Promise<History> {
  const random = createSimRandom(options.seed);
  const recorder = createRecorder();
  const scratchDirectory = mkdtempSync(join(tmpdir(), 'sluice-crash-'));
  const dataDirectory = join(scratchDirectory, 'data');
  const running: { broker: BrokerProcess | undefined } = { broker: undefined };
  try {
    return await run(options, { random, recorder, scratchDirectory, dataDirectory, running });
  } finally {
    await running.broker?.kill();
    rmSync(scratchDirectory, { recursive: true, force: true });
  }
}

interface Run {
  readonly random: SimRandom;
  readonly recorder: Recorder;
  readonly scratchDirectory: string;
  readonly dataDirectory: string;
  readonly running: { broker: BrokerProcess | undefined };
}

async function run(options: CrashOptions, parts: Run): Promise<History> {
  const { random, recorder, scratchDirectory, dataDirectory, running } = parts;
  const first: BrokerProcessOptions = { dataDirectory, port: 0, settings: SETTINGS };
  // A directory that was only half made is no obstacle either.
  for (let kill = 0; kill < FIRST_KILLS; kill++) await startAndKill(first, random.below(EARLY_KILL_MS_MAX));
  let broker = await startBrokerProcess(first);
  running.broker = broker;
  const target = broker.address;
  const again: BrokerProcessOptions = { dataDirectory, port: target.port, settings: SETTINGS };
  const state = { isEnding: false, isOver: false };
  const loadOf = (own: SimRandom): Load => ({
    target,
    recorder,
    random: own,
    clock: realClock,
    network: realNetwork,
    get isEnding() {
      return state.isEnding;
    },
    get isOver() {
      return state.isOver;
    },
  });
  const topics = await makeTopics(loadOf(random.fork()));
  const clients = startClients(() => loadOf(random.fork()), topics);

  for (let cycle = 1; cycle <= options.cycles; cycle++) {
    const runMs = RUN_MS_MIN + random.below(RUN_MS_MAX - RUN_MS_MIN);
    await sleep(runMs);
    if (broker.hasExited) recorder.record({ kind: 'odd', what: `the broker ended by itself: ${broker.log}` });
    await broker.kill();
    options.canary?.damage(dataDirectory, scratchDirectory);
    if (random.chance(EARLY_KILL_CHANCE)) await startAndKill(again, random.below(EARLY_KILL_MS_MAX));
    const sizes = logSizes(dataDirectory);
    broker = await startBrokerProcess(again);
    running.broker = broker;
    const { readyMs, readyCpuMs } = broker;
    recorder.record({ kind: 'started', readyMs, readyCpuMs, ...sizes });
    const cpu = readyCpuMs === undefined ? '' : ` (${readyCpuMs} ms of processor time)`;
    options.onCycle(cycle, `ran ${runMs} ms, ready again after ${readyMs.toFixed(0)} ms${cpu}`);
  }

  state.isEnding = true;
  const timer = setTimeout(() => {
    state.isOver = true;
    recorder.record({ kind: 'odd', what: 'clients could not finish in time' });
  }, DRAIN_MS_MAX);
  await Promise.all(clients);
  clearTimeout(timer);
  return await finish(target, recorder, loadOf(random));
}

async function makeTopics(load: Load): Promise<Map<string, LoadTopic>> {
  const made = new Map<string, LoadTopic>();
  await withConnections(load, 'set-up', async (broker) => {
    const admin = createTopicAdmin(broker, load.recorder);
    for (const { name, partitionCount, configs } of TOPICS) {
      const topicId = await admin.create(name, partitionCount, SETTING, configs);
      if (topicId === undefined) throw new Error(`${name} cannot be made`);
      made.set(name, { name, topicId, partitionCount });
    }
    return 'done';
  });
  return made;
}

function startClients(loadOf: () => Load, topics: ReadonlyMap<string, LoadTopic>): Promise<void>[] {
  const topic = (name: string): LoadTopic => {
    const found = topics.get(name);
    if (found === undefined) throw new Error(`${name} was not made`);
    return found;
  };
  return [
    runIdempotentProducer(loadOf(), 'exact-a', topic('exact')),
    runIdempotentProducer(loadOf(), 'exact-b', topic('exact')),
    runIdempotentProducer(loadOf(), 'exact-c', topic('mixed')),
    runPlainProducer(loadOf(), 'all', topic('mixed'), -1),
    runPlainProducer(loadOf(), 'one', topic('mixed'), 1),
    runPlainProducer(loadOf(), 'trim', topic('trimmed'), -1),
    runIdempotentProducer(loadOf(), 'exact-d', topic('trimmed')),
    runConsumer(loadOf(), 'reader-exact', topic('exact')),
    runConsumer(loadOf(), 'reader-mixed', topic('mixed')),
    runConsumer(loadOf(), 'reader-trimmed', topic('trimmed')),
    runRecordDeleter(loadOf(), 'deleter', topic('trimmed')),
    runAdministrator(loadOf(), 'administrator'),
  ];
}

/** The clients are done; now all that there is is looked at. */
async function finish(target: BrokerAddress, recorder: Recorder, load: Load): Promise<History> {
  let history: History = recorder.finish(new Map());
  await withConnections({ ...load, target, isOver: false }, 'read-back', async (broker) => {
    const seen = await createTopicAdmin(broker, recorder).look();
    const topics = [...seen].map(([name, { topicId, partitionCount }]) => ({ name, topicId, partitionCount }));
    history = recorder.finish(await readBack(broker, topics, recorder));
    return 'done';
  });
  return history;
}
