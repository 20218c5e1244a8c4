import { runConsumer } from '../crash/load/consumer.ts';
import { runIdempotentProducer } from '../crash/load/idempotent-producer.ts';
import { runKeyedProducer } from '../crash/load/keyed-producer.ts';
import { type Load, type LoadTopic, sleep } from '../crash/load/load.ts';
import { runOffsetCommitter } from '../crash/load/offset-committer.ts';
import { runPlainProducer } from '../crash/load/plain-producer.ts';
import { runRecordDeleter } from '../crash/load/record-deleter.ts';
import { createTopicAdmin } from '../crash/load/topic-admin.ts';
import { COMPACTED_TOPIC } from './read-everything.ts';
import { type ClientStage, COMPACTED, SETTING, SHORT_SEGMENTS } from './stage.ts';

/** What clients that are told to end may take, of virtual time. */
const DRAIN_MS_MAX = 120_000;

/** Fewer calls in more virtual time. */
const PAUSE_FACTOR = 15;

/** Clients of all kinds at once, which go on whatever happens to the broker. */
export interface Storm {
  /** Lets so much virtual time pass. */
  blow(ms: number): Promise<void>;
  /** Tells the clients to finish what is under way, and waits for them. */
  end(): Promise<void>;
}

/** Topics of a name that is there already are told apart by a prefix; the compacted one is left out then. */
export async function createStorm(stage: ClientStage, prefix = ''): Promise<Storm> {
  const { machine, recorder, state } = stage;
  const exact = await makeTopic(stage, `${prefix}exact`, 2, SHORT_SEGMENTS);
  const mixed = await makeTopic(stage, `${prefix}mixed`, 2, {});
  const slowly = (): Load => stage.load(PAUSE_FACTOR);
  const clients = [
    runIdempotentProducer(slowly(), `${prefix}exact`, exact),
    runPlainProducer(slowly(), `${prefix}plain`, mixed, -1),
    runConsumer(slowly(), 'reader', exact),
    runConsumer(slowly(), 'other-reader', mixed),
    runRecordDeleter(slowly(), 'deleter', mixed),
    runOffsetCommitter(slowly(), `${prefix}committers`, exact),
  ];
  if (prefix === '') {
    clients.push(runKeyedProducer(slowly(), 'key', await makeTopic(stage, COMPACTED_TOPIC, 1, COMPACTED)));
  }
  return {
    blow: (ms) => machine.run(sleep(machine.clock, ms)),
    async end() {
      state.isEnding = true;
      const timer = machine.clock.setTimer(DRAIN_MS_MAX, () => {
        state.isOver = true;
        recorder.record({ kind: 'odd', what: 'clients could not finish in time' });
      });
      await machine.run(Promise.all(clients));
      timer.cancel();
    },
  };
}

export async function makeTopic(
  stage: ClientStage,
  name: string,
  partitionCount: number,
  configs: Record<string, string>,
): Promise<LoadTopic> {
  await stage.machine.run(
    stage.talk(async (broker) => {
      const topicId = await createTopicAdmin(broker, stage.recorder).create(name, partitionCount, SETTING, configs);
      if (topicId !== undefined) stage.topics.set(name, { name, topicId, partitionCount });
    }),
  );
  const made = stage.topics.get(name);
  if (made === undefined) throw new Error(`${name} cannot be made`);
  return made;
}
