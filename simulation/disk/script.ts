import type { Broker } from '@sluice/client/broker';
import { initProducerIdRequestCodec } from '@sluice/protocol/generated/messages/init-producer-id-request';
import { initProducerIdResponseCodec } from '@sluice/protocol/generated/messages/init-producer-id-response';
import { createKeyedProducer } from '../crash/load/keyed-producer.ts';
import { type LoadTopic, sleep } from '../crash/load/load.ts';
import { createOffsetCommitter } from '../crash/load/offset-committer.ts';
import { deleteSome } from '../crash/load/record-deleter.ts';
import { type LoadBatch, makeBatch, sendBatch } from '../crash/load/send-batch.ts';
import { createTopicAdmin } from '../crash/load/topic-admin.ts';
import { COMPACTED_TOPIC } from './read-everything.ts';
import { type ClientStage, COMPACTED, SETTING, SHORT_SEGMENTS } from './stage.ts';

const INIT_PRODUCER_ID = { request: initProducerIdRequestCodec, response: initProducerIdResponseCodec };
const NO_TRANSACTION_TIMEOUT_MS = 2 ** 31 - 1;
const IN_FLIGHT_BATCHES = 3;
const RECORDS = 3;
/** Rounds longer than a segment lasts, and time for what is sealed to be compacted, swapped and deleted. */
const SCRIPT_TIMES = { roundMs: 1_100, compactionMs: 8_000 };
const ROUNDS = 4;
const GROUP = 'committers';
const CHANGED_SETTING = '999999998';

/**
 * A small piece of everything that a broker writes: topics made, changed, deleted and made again; batches that wait for
 * their sync; commits of offsets; deleted records; rolls; a compaction. The same calls each time, so that a crash can be
 * put at every step of it.
 */
export interface Script {
  /** Until it ends or the broker does. */
  run(): Promise<void>;
  /** After a restart: sends again what was not answered, as a producer would, and looks at the offsets. */
  resume(): Promise<void>;
  /** At the committed offsets only. */
  look(): Promise<void>;
}

export function createScript(stage: ClientStage, { roundMs, compactionMs } = SCRIPT_TIMES): Script {
  const load = stage.load();
  const { topics, recorder } = stage;
  let unacked: LoadBatch[] = [];
  let nextNumber = 0;
  let nextPlain = 0;
  let identity: { readonly producerId: number; readonly producerEpoch: number } | undefined;
  let committer: ReturnType<typeof createOffsetCommitter> | undefined;

  async function make(broker: Broker, name: string, partitionCount: number, configs: Record<string, string>) {
    const topicId = await createTopicAdmin(broker, recorder).create(name, partitionCount, SETTING, configs);
    if (topicId === undefined) throw new Error(`${name} cannot be made`);
    const topic = { name, topicId, partitionCount };
    topics.set(name, topic);
    return topic;
  }

  /** Three batches of an idempotent producer in flight, and one of a plain one. */
  async function produce(broker: Broker, topic: LoadTopic): Promise<void> {
    identity ??= await initProducer(broker);
    for (let index = 0; index < IN_FLIGHT_BATCHES; index++) {
      const common = { topic, partition: 0, producer: 'exact', acks: -1, count: RECORDS } as const;
      const numbers = { firstNumber: nextNumber, identity: { ...identity, baseSequence: nextNumber } };
      unacked.push(makeBatch(load, { ...common, ...numbers }));
      nextNumber += RECORDS;
    }
    const common = { topic, partition: 1, producer: 'plain', acks: -1, count: RECORDS } as const;
    const plain = makeBatch(load, { ...common, firstNumber: nextPlain });
    nextPlain += RECORDS;
    await Promise.all([sendUnacked(broker), sendBatch(load, broker, plain)]);
  }

  async function sendUnacked(broker: Broker): Promise<void> {
    const sent = [...unacked];
    await Promise.all(
      sent.map(async (batch) => {
        const { outcome } = await sendBatch(load, broker, batch);
        if (outcome === 'ok') unacked = unacked.filter((other) => other !== batch);
      }),
    );
  }

  async function mark(broker: Broker, topic: LoadTopic, number: number): Promise<void> {
    const common = { topic, partition: 0, producer: 'mark', acks: -1, count: 1 } as const;
    await sendBatch(load, broker, makeBatch(load, { ...common, firstNumber: number }));
  }

  async function act(broker: Broker): Promise<void> {
    const admin = createTopicAdmin(broker, recorder);
    const kept = await make(broker, 'kept', 2, SHORT_SEGMENTS);
    const table = await make(broker, COMPACTED_TOPIC, 1, COMPACTED);
    await mark(broker, await make(broker, 'gone', 1, {}), 0);
    const keyed = createKeyedProducer(load, 'key', table);
    committer = createOffsetCommitter(load, GROUP, kept);
    for (let round = 0; round < ROUNDS; round++) {
      await produce(broker, kept);
      for (let update = 0; update < 3; update++) await keyed.update(broker, 0);
      await committer.commit(broker, round % 2);
      if (round === 1) await admin.delete('gone');
      if (round === 2) await mark(broker, await make(broker, 'gone', 1, {}), 1);
      if (round === 2) await admin.alter('kept', CHANGED_SETTING);
      if (round === 2) await deleteSome(load, broker, kept, 1);
      await sleep(load.clock, roundMs);
    }
    await sleep(load.clock, compactionMs);
    await keyed.update(broker, 0);
    await produce(broker, kept);
  }

  async function look(broker: Broker): Promise<void> {
    for (let partition = 0; committer !== undefined && partition < 2; partition++) {
      await committer.look(broker, partition);
    }
  }

  return {
    async run() {
      await stage.talk(act);
    },
    async resume() {
      await stage.talk(async (broker) => {
        await sendUnacked(broker);
        if (unacked.length > 0)
          recorder.record({ kind: 'odd', what: `${unacked.length} batches cannot be sent again` });
        await look(broker);
      });
    },
    async look() {
      await stage.talk(look);
    },
  };
}

async function initProducer(broker: Broker): Promise<{ producerId: number; producerEpoch: number }> {
  const { errorCode, producerId, producerEpoch } = await broker.request(INIT_PRODUCER_ID, () => ({
    transactionalId: null,
    transactionTimeoutMs: NO_TRANSACTION_TIMEOUT_MS,
  }));
  if (errorCode !== 0) throw new Error(`InitProducerId: error ${errorCode}`);
  return { producerId, producerEpoch };
}
