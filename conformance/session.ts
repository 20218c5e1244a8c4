import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicSetup } from './case.ts';
import { type Connection, openConnection } from './wire/connection.ts';
import type { Json, JsonObject } from './wire/decode.ts';
import type { Body } from './wire/encode.ts';
import { decodeAnswer, requestFrame } from './wire/frame.ts';

/** What all cases of a run share: the server, its identity, the ids learnt so far, and a connection for set-up. */
export type Session = {
  readonly host: string;
  readonly port: number;
  readonly nodeId: number;
  readonly clusterId: string;
  readonly timeBase: number;
  /** The broker's log directories, sorted: two of them. */
  readonly logDirs: readonly string[];
  /** A suffix of fixed length that no other case of this or another run has. */
  nextTag(): string;
  topicId(name: string): string;
  topicNameOf(id: string): string | undefined;
  producerNumber(id: number): number | undefined;
  /** Notes topic ids and producer ids in an answer. */
  learn(answer: JsonObject): void;
  createTopics(topics: readonly (TopicSetup & { name: string })[]): Promise<void>;
  /** Waits until every partition of `__consumer_offsets` is led, and its groups are loaded. */
  prepareGroups(): Promise<void>;
  /** The same of `__transaction_state` and its transactional ids. */
  prepareTransactions(): Promise<void>;
  produce(topic: string, partition: number, records: Buffer): Promise<void>;
  deleteTopics(tag: string): Promise<void>;
  close(): void;
};

/** Begins every tag, so that names of other cases and runs can be told and left out. */
export const tagPattern = /-zz[0-9a-z]{6}/;

/** Sessions of one process share the count, so that no two cases have the same tag. */
const runTag = Math.floor(Math.random() * 36 ** 3);
let tags = 0;

export async function openSession(host: string, port: number): Promise<Session> {
  const connection = await openConnection(host, port);
  const metadata = await call(connection, 'Metadata', 4, { topics: [] });
  const described = await call(connection, 'DescribeLogDirs', 1, { topics: [] });
  const created = new Set<string>();
  const topicIds = new Map<string, string>();
  const producerIds: number[] = [];
  const learn = (answer: JsonObject) => learnFrom(answer, topicIds, producerIds);

  return {
    host,
    port,
    nodeId: Number((metadata.brokers as JsonObject[])[0]?.nodeId),
    clusterId: String(metadata.clusterId),
    logDirs: (described.results as JsonObject[]).map(({ logDir }) => String(logDir)).toSorted(),
    timeBase: Math.floor(Date.now() / 1000) * 1000 - 3_600_000,
    nextTag: () => `-zz${base36(runTag)}${base36(tags++)}`,
    topicId: (name) => {
      const id = topicIds.get(name);
      if (id === undefined) throw new Error(`the id of ${name} is not known`);
      return id;
    },
    topicNameOf: (id) => [...topicIds].find(([, known]) => known === id)?.[0],
    producerNumber: (id) => {
      const index = producerIds.indexOf(id);
      return index < 0 ? undefined : index;
    },
    learn,
    createTopics: async (topics) => {
      if (topics.length === 0) return;
      const answer = await call(connection, 'CreateTopics', 7, createBody(topics));
      for (const result of answer.topics as JsonObject[]) {
        if (result.errorCode !== 0) throw new Error(`set-up: ${JSON.stringify(result)}`);
        created.add(String(result.name));
      }
      learn(answer);
      await untilLed(
        connection,
        topics.map((topic) => topic.name),
      );
    },
    prepareGroups: () => prepareGroups(connection),
    prepareTransactions: () => prepareTransactions(connection),
    produce: (topic, partition, records) => produce(connection, topic, partition, records),
    deleteTopics: async (tag) => {
      producerIds.length = 0;
      const names = await namesWith(connection, tag);
      for (const name of names) topicIds.delete(name);
      if (names.length > 0) await call(connection, 'DeleteTopics', 4, { topicNames: names, timeoutMs: 10_000 });
    },
    close: () => connection.close(),
  };
}

function createBody(topics: readonly (TopicSetup & { name: string })[]): Body {
  return {
    timeoutMs: 10_000,
    topics: topics.map(({ name, partitions, configs }) => ({
      name,
      numPartitions: partitions ?? 1,
      replicationFactor: 1,
      configs: Object.entries(configs ?? {}).map(([key, value]) => ({ name: key, value })),
    })),
  };
}

/** Kafka's broker learns of a topic a moment after the controller has answered, and leads it a moment after that. */
async function untilLed(connection: Connection, names: readonly string[]): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const metadata = await call(connection, 'Metadata', 4, {
      topics: names.map((name) => ({ name })),
      allowAutoTopicCreation: false,
    });
    const topics = (metadata.topics as JsonObject[]).map((topic) => ({
      name: String(topic.name),
      partitions: (topic.partitions as JsonObject[]).map(({ partitionIndex }) => ({
        partitionIndex: Number(partitionIndex),
        timestamp: -1,
      })),
    }));
    const offsets = await call(connection, 'ListOffsets', 4, { replicaId: -1, topics });
    const isLed =
      topics.every(({ partitions }) => partitions.length > 0) && !/"errorCode":[^0]/.test(JSON.stringify(offsets));
    if (isLed) return;
    await sleep(3);
  }
  throw new Error(`${names.join()} have no leader`);
}

/** So many that hardly a partition has none of them. */
const preparedNames = Array.from({ length: 800 }, (_, index) => `prepared-${index}`);

function prepareGroups(connection: Connection): Promise<void> {
  return untilCoordinated(connection, 0, async () => {
    const described = await call(connection, 'DescribeGroups', 5, { groups: preparedNames });
    return !/"errorCode":[^0]/.test(JSON.stringify(described));
  });
}

function prepareTransactions(connection: Connection): Promise<void> {
  return untilCoordinated(connection, 1, async () => {
    const described = await call(connection, 'DescribeTransactions', 0, { transactionalIds: preparedNames });
    return !/"errorCode":(?:14|15|16)\b/.test(JSON.stringify(described));
  });
}

async function untilCoordinated(connection: Connection, keyType: number, isLoaded: () => Promise<boolean>) {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const { errorCode } = await call(connection, 'FindCoordinator', 1, { key: 'prepared', keyType });
    if (errorCode === 0 && (await isLoaded())) return;
    await sleep(10);
  }
  throw new Error(`no coordinator of key type ${keyType}`);
}

async function produce(connection: Connection, topic: string, partition: number, records: Buffer): Promise<void> {
  const answer = await call(connection, 'Produce', 9, {
    acks: 1,
    timeoutMs: 10_000,
    topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
  });
  if (!JSON.stringify(answer).includes('"errorCode":0')) throw new Error(`set-up: ${JSON.stringify(answer)}`);
}

async function namesWith(connection: Connection, tag: string): Promise<string[]> {
  const answer = await call(connection, 'Metadata', 4, { topics: null });
  return (answer.topics as JsonObject[]).map((topic) => String(topic.name)).filter((name) => name.includes(tag));
}

let correlationId = 1_000_000;

async function call(connection: Connection, api: string, version: number, body: Body): Promise<JsonObject> {
  const id = correlationId++;
  connection.send(requestFrame(api, version, id, body));
  const reply = await connection.receive(15_000);
  if (typeof reply === 'string') throw new Error(`set-up: ${api} v${version}: ${reply}`);
  return decodeAnswer(api, version, id, reply);
}

function learnFrom(value: Json, topicIds: Map<string, string>, producerIds: number[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) learnFrom(item, topicIds, producerIds);
    return;
  }
  const name = value.name ?? value.topicName ?? value.topic;
  const isKnown = value.errorCode === 0 && typeof name === 'string' && name !== '';
  if (isKnown && typeof value.topicId === 'string' && !/^A+$/.test(value.topicId)) topicIds.set(name, value.topicId);
  if ('producerEpoch' in value && typeof value.producerId === 'number' && value.producerId >= 0) {
    if ('errorCode' in value && !producerIds.includes(value.producerId)) producerIds.push(value.producerId);
  }
  for (const item of Object.values(value)) learnFrom(item, topicIds, producerIds);
}

function base36(value: number): string {
  return value.toString(36).padStart(3, '0').slice(-3);
}
