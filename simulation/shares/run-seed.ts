import type { Broker } from '@sluice/client/broker';
import type { SharePartitionCanary } from '@sluice/coordinator/share-partition/share-partition';
import { createTopicsRequestCodec } from '@sluice/protocol/generated/messages/create-topics-request';
import { createTopicsResponseCodec } from '@sluice/protocol/generated/messages/create-topics-response';
import { incrementalAlterConfigsRequestCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-request';
import { incrementalAlterConfigsResponseCodec } from '@sluice/protocol/generated/messages/incremental-alter-configs-response';
import { sleep, whileItRuns } from '../machine/client-world.ts';
import { liveAndDie } from '../machine/live-and-die.ts';
import type { SeededRun } from '../machine/seeded-run.ts';
import { createSimMachine } from '../machine/sim-machine.ts';
import { init } from '../transactions/transactional-requests.ts';
import { newHistory, type ShareHistory } from './history.ts';
import { acceptAll, runMember } from './member-life.ts';
import { runDeleter, runProducer, runTransactionalProducer, TRANSACTIONAL_ID, watch } from './producer-lives.ts';
import { readLog } from './read-log.ts';
import { checkHistory } from './rules.ts';
import { describeOffsets } from './share-requests.ts';
import { BROKER_SETTINGS, GROUPS, JOBS, JOBS_PARTITIONS, PLACES, type ShareWorld, TALLY } from './world.ts';

const CREATE_TOPICS = { request: createTopicsRequestCodec, response: createTopicsResponseCodec };
const ALTER_CONFIGS = { request: incrementalAlterConfigsRequestCodec, response: incrementalAlterConfigsResponseCodec };
const GROUP_RESOURCE = 32;
const MEMBERS = 3;
const LIFE_MS_MAX = 4_000;
const LIFETIMES = { deathsMax: 3, lifeMsMin: 1_500, lifeMsMax: LIFE_MS_MAX, changesMax: 60 };
const SETTLE_MS = 100;
const SETTLE_TRIES = 300;

export interface ShareRun extends SeededRun {
  readonly history: ShareHistory;
}

/** Two share groups with members of every kind, producers and a deleter on one machine that dies now and then, from one seed. */
export async function runShares(seed: number, canary?: SharePartitionCanary): Promise<ShareRun> {
  const machine = createSimMachine({
    seed,
    settings: BROKER_SETTINGS,
    hasJournal: seed % 2 === 0,
    ...(canary === undefined ? {} : { shareCanary: canary }),
  });
  const history = newHistory();
  const world: ShareWorld = { machine, history, isEnding: false, held: new Map(), topicIds: new Map() };
  const { random, clock } = machine;
  await machine.start();
  await machine.run(whileItRuns(world, 'setup', (broker) => setUp(world, broker)));

  const lives = [
    runProducer(world, random.fork()),
    runTransactionalProducer(world, random.fork()),
    runDeleter(world, random.fork()),
    watch(world),
  ];
  for (const { id: groupId } of GROUPS) {
    for (let member = 0; member < MEMBERS; member++) {
      lives.push(runMember(world, { groupId, name: `${groupId}-${member}`, random: random.fork() }));
    }
  }
  const onDeath = () => void history.events.push({ kind: 'died', atMs: clock.monotonicMs() });
  const deaths = await liveAndDie(world, { ...LIFETIMES, onDeath });
  world.isEnding = true;
  await machine.run(Promise.all(lives));
  await machine.run(whileItRuns(world, 'settle', (broker) => settle(world, broker)));
  await machine.stop();
  if (machine.fatal !== undefined) history.odd.push(`the broker gave up: ${machine.fatal}`);
  return { seed, history, verdicts: checkHistory(history), deaths };
}

async function setUp(world: ShareWorld, broker: Broker): Promise<'done'> {
  const compacted = { 'cleanup.policy': 'compact', 'segment.ms': '700', 'min.cleanable.dirty.ratio': '0.01' };
  const { topics } = await broker.request(CREATE_TOPICS, () => ({
    topics: [
      { name: JOBS, numPartitions: JOBS_PARTITIONS, configs: [] },
      { name: TALLY, numPartitions: 1, configs: Object.entries(compacted).map(([name, value]) => ({ name, value })) },
    ].map((topic) => ({ ...topic, replicationFactor: 1, assignments: [] })),
    timeoutMs: 10_000,
  }));
  for (const { name, topicId } of topics) world.topicIds.set(name, topicId);
  await broker.request(ALTER_CONFIGS, () => ({
    resources: GROUPS.map(({ id, isCommittedOnly }) => ({
      resourceType: GROUP_RESOURCE,
      resourceName: id,
      configs: [
        { name: 'share.auto.offset.reset', configOperation: 0, value: 'earliest' },
        {
          name: 'share.isolation.level',
          configOperation: 0,
          value: isCommittedOnly ? 'read_committed' : 'read_uncommitted',
        },
      ],
    })),
    validateOnly: false,
  }));
  return 'done';
}

/** Ends what is open, lets each group take the rest, and reads what is in the log. */
async function settle(world: ShareWorld, broker: Broker): Promise<'done'> {
  const { machine, history } = world;
  await until(world, async () => (await init(broker, TRANSACTIONAL_ID, LIFE_MS_MAX)).errorCode === 0);
  for (const { id } of GROUPS) {
    await until(world, () => acceptAll(world, broker, id, machine.random.uuid()));
    for (const { topic, partition, lag } of await describeOffsets(broker, id)) {
      if (lag !== 0) history.unfinished.push(`${id} has ${lag} left of ${topic}-${partition}`);
    }
  }
  for (const place of PLACES) history.lasting.push(...(await readLog(broker, place)));
  return 'done';
}

async function until(world: ShareWorld, attempt: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < SETTLE_TRIES; tries++) {
    if (await attempt()) return;
    await sleep(world, SETTLE_MS);
  }
  world.history.unfinished.push('it does not settle');
}
