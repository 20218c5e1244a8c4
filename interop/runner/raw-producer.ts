import { type Connection, openConnection } from '../../conformance/wire/connection.ts';
import type { JsonObject } from '../../conformance/wire/decode.ts';
import type { Body } from '../../conformance/wire/encode.ts';
import { batch } from '../../conformance/wire/record-batch.ts';
import { askRaw } from './ask-raw.ts';

export type RawIdentity = {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
};

/** A transactional producer of old, one request after another: it may do what no client does, or not any more. */
export type RawProducer = {
  initProducerId(transactionalId: string): Promise<RawIdentity>;
  addPartition(by: RawIdentity, topic: string, partition: number): Promise<void>;
  /** One record as the first batch of a partition. */
  write(by: RawIdentity, topic: string, partition: number, value: string, timestampMs: number): Promise<void>;
  commit(by: RawIdentity): Promise<void>;
  close(): void;
};

const answerTimeoutMs = 30_000;
const patienceMs = 30_000;
const pauseMs = 50;
/** The coordinator is being found, loaded, or busy with the transaction before. */
const passing = /"(?:partitionE|e)rrorCode":(?:14|15|16|51)\b/;
const failing = /"(?:partitionE|e)rrorCode":(?!0\b)/;

export async function openRawProducer(bootstrap: string): Promise<RawProducer> {
  const [host = '', port] = bootstrap.split(':');
  const connection = await openConnection(host, Number(port));
  const ask = (api: string, version: number, body: Body) => askUntilSettled(connection, api, version, body);
  return {
    async initProducerId(transactionalId) {
      await ask('FindCoordinator', 2, { key: transactionalId, keyType: 1 });
      const { producerId, producerEpoch } = await ask('InitProducerId', 1, {
        transactionalId,
        transactionTimeoutMs: 60_000,
      });
      return { transactionalId, producerId: Number(producerId), producerEpoch: Number(producerEpoch) };
    },
    async addPartition({ transactionalId, producerId, producerEpoch }, name, partition) {
      await ask('AddPartitionsToTxn', 1, {
        v3AndBelowTransactionalId: transactionalId,
        v3AndBelowProducerId: producerId,
        v3AndBelowProducerEpoch: producerEpoch,
        v3AndBelowTopics: [{ name, partitions: [partition] }],
      });
    },
    async write({ transactionalId, ...producer }, name, index, value, timestamp) {
      const identity = { ...producer, baseSequence: 0, isTransactional: true };
      const records = batch({ ...identity, records: [{ key: null, value, timestamp }] });
      const topicData = [{ name, partitionData: [{ index, records }] }];
      await ask('Produce', 7, { transactionalId, acks: -1, timeoutMs: answerTimeoutMs, topicData });
    },
    async commit(by) {
      await ask('EndTxn', 1, { ...by, committed: true });
    },
    close: connection.close,
  };
}

async function askUntilSettled(connection: Connection, api: string, version: number, body: Body): Promise<JsonObject> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const answer = await askRaw(connection, api, version, body);
    const text = JSON.stringify(answer);
    if (!passing.test(text)) {
      if (failing.test(text)) throw new Error(`${api}: ${text}`);
      return answer;
    }
    if (performance.now() > until) throw new Error(`${api} does not settle: ${text}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
