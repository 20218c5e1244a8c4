import { openConnection } from '../../conformance/wire/connection.ts';
import type { JsonObject } from '../../conformance/wire/decode.ts';
import { decodeAnswer, requestFrame } from '../../conformance/wire/frame.ts';
import { batch } from '../../conformance/wire/record-batch.ts';
import { oneByOne } from '../one-by-one.ts';
import { cpuSeconds, residentMegabytes } from '../process-stats.ts';
import type { Figures, Scenario } from '../scenario.ts';
import { type Server, type ServerName, startServer } from '../server.ts';

/** What Kafka's controller creates by one request; the others are added by a second one. */
const CREATED_AT_ONCE_MAX = 5_000;
const PARTITIONS_PER_PRODUCE = 500;
const TIMEOUT_MS = 300_000;

interface Shape {
  readonly topicCount: number;
  readonly partitionCount: number;
}

const figures: Scenario['figures'] = [
  { name: 'createMs', unit: 'ms to create, until all are served', isMoreBetter: false, target: '≥ 3x' },
  { name: 'createdMegabytes', unit: 'MB resident, created', isMoreBetter: false, target: '≥ 3x' },
  { name: 'writtenMegabytes', unit: 'MB resident, a record in each', isMoreBetter: false },
  { name: 'stopMs', unit: 'ms to stop', isMoreBetter: false },
  { name: 'cleanStartMs', unit: 'ms from a clean stop until all are served', isMoreBetter: false, target: '≥ 3x' },
  { name: 'cleanMegabytes', unit: 'MB resident after that', isMoreBetter: false, target: '≥ 3x' },
  { name: 'killedStartMs', unit: 'ms from kill -9 until all are served', isMoreBetter: false, target: '≥ 3x' },
  { name: 'killedMegabytes', unit: 'MB resident after that', isMoreBetter: false, target: '≥ 3x' },
  { name: 'createCpuSeconds', unit: 'CPU-s to create', isMoreBetter: false },
  { name: 'cleanStartCpuSeconds', unit: 'CPU-s from a clean stop', isMoreBetter: false },
  { name: 'killedStartCpuSeconds', unit: 'CPU-s from kill -9', isMoreBetter: false },
];

const method =
  'CreateTopics (and CreatePartitions for what Kafka does not create by one request) until ListOffsets answers for every ' +
  'partition; a record in each; VmRSS five seconds later; SIGTERM, start; a record in each again, kill -9, start. A start ' +
  'is counted from the start of the process until ListOffsets answers for every partition.';

export const manyPartitions: Scenario = {
  name: 'many-partitions',
  title: '10,000 partitions in one topic',
  method,
  figures,
  run: (options) => {
    const shape = { topicCount: 1, partitionCount: options.isQuick ? 1_000 : 10_000 };
    return oneByOne(options, (name, dataDir) => measure(name, dataDir, shape));
  },
};

export const manyTopics: Scenario = {
  name: 'many-topics',
  title: '1,000 topics of 10 partitions',
  method,
  figures,
  run: (options) => {
    const shape = { topicCount: options.isQuick ? 100 : 1_000, partitionCount: 10 };
    return oneByOne(options, (name, dataDir) => measure(name, dataDir, shape));
  },
};

async function measure(name: ServerName, dataDir: string, shape: Shape): Promise<Figures> {
  const running: Server[] = [];
  const start = async () => {
    const server = await startServer(name, dataDir, {}, TIMEOUT_MS);
    running.push(server);
    const startMs = server.startedInMs + (await timed(() => untilServed(server, shape)));
    return { server, startMs, cpu: cpuSeconds(server.pid) };
  };
  try {
    const first = await startServer(name, dataDir, {}, TIMEOUT_MS);
    running.push(first);
    const cpuBefore = cpuSeconds(first.pid);
    const createMs = await timed(async () => {
      await create(first, shape);
      await untilServed(first, shape);
    });
    const createCpuSeconds = cpuSeconds(first.pid) - cpuBefore;
    const createdMegabytes = await restingMegabytes(first);
    await writeToEach(first, shape);
    const writtenMegabytes = await restingMegabytes(first);
    const stopMs = await timed(() => first.stop());
    const clean = await start();
    const cleanMegabytes = await restingMegabytes(clean.server);
    await writeToEach(clean.server, shape);
    await clean.server.kill();
    const killed = await start();
    const killedMegabytes = await restingMegabytes(killed.server);
    return {
      createMs,
      createdMegabytes,
      writtenMegabytes,
      stopMs,
      cleanStartMs: clean.startMs,
      cleanMegabytes,
      killedStartMs: killed.startMs,
      killedMegabytes,
      createCpuSeconds,
      cleanStartCpuSeconds: clean.cpu,
      killedStartCpuSeconds: killed.cpu,
    };
  } finally {
    for (const server of running) await server.kill();
  }
}

async function timed(action: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await action();
  return performance.now() - startedAt;
}

async function restingMegabytes(server: Server): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 5000));
  return residentMegabytes(server.pid);
}

const topicName = (index: number) => `many-${index}`;

async function create(server: Server, { topicCount, partitionCount }: Shape): Promise<void> {
  const numPartitions = Math.min(partitionCount, CREATED_AT_ONCE_MAX);
  const atOnce = Math.floor(CREATED_AT_ONCE_MAX / numPartitions);
  for (let from = 0; from < topicCount; from += atOnce) {
    const topics = names(from, Math.min(topicCount, from + atOnce)).map((name) => ({
      name,
      numPartitions,
      replicationFactor: 1,
      assignments: [],
      configs: [],
    }));
    const answer = await ask(server, 'CreateTopics', 7, { topics, timeoutMs: TIMEOUT_MS, validateOnly: false });
    checkErrors(answer.topics as JsonObject[]);
  }
  if (numPartitions === partitionCount) return;
  const topics = names(0, topicCount).map((name) => ({ name, count: partitionCount, assignments: null }));
  const answer = await ask(server, 'CreatePartitions', 3, { topics, timeoutMs: TIMEOUT_MS, validateOnly: false });
  checkErrors(answer.results as JsonObject[]);
}

function names(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => topicName(from + index));
}

function checkErrors(answers: readonly JsonObject[]): void {
  const failed = answers.find(({ errorCode }) => errorCode !== 0);
  if (failed !== undefined) throw new Error(JSON.stringify(failed));
}

async function untilServed(server: Server, { topicCount, partitionCount }: Shape): Promise<void> {
  const partitions = Array.from({ length: partitionCount }, (_, partitionIndex) => ({
    partitionIndex,
    currentLeaderEpoch: -1,
    timestamp: -1,
  }));
  const topics = names(0, topicCount).map((name) => ({ name, partitions }));
  for (;;) {
    const answer = await ask(server, 'ListOffsets', 7, { replicaId: -1, isolationLevel: 0, topics });
    const all = (answer.topics as JsonObject[]).flatMap((topic) => topic.partitions as JsonObject[]);
    if (all.every(({ errorCode }) => errorCode === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function writeToEach(server: Server, { topicCount, partitionCount }: Shape): Promise<void> {
  const records = batch({ records: [{ value: 'x'.repeat(100), timestamp: Date.now() }] });
  const all = names(0, topicCount).flatMap((name) =>
    Array.from({ length: partitionCount }, (_, index) => ({ name, index })),
  );
  for (let from = 0; from < all.length; from += PARTITIONS_PER_PRODUCE) {
    const part = Map.groupBy(all.slice(from, from + PARTITIONS_PER_PRODUCE), ({ name }) => name);
    const topicData = [...part].map(([name, entries]) => ({
      name,
      partitionData: entries.map(({ index }) => ({ index, records })),
    }));
    const answer = await ask(server, 'Produce', 9, { acks: 1, timeoutMs: TIMEOUT_MS, topicData });
    checkErrors((answer.responses as JsonObject[]).flatMap((topic) => topic.partitionResponses as JsonObject[]));
  }
}

async function ask(
  server: Server,
  api: string,
  version: number,
  body: Parameters<typeof requestFrame>[3],
): Promise<JsonObject> {
  const connection = await openConnection('127.0.0.1', server.port);
  try {
    connection.send(requestFrame(api, version, 1, body));
    const reply = await connection.receive(TIMEOUT_MS);
    if (typeof reply === 'string') throw new Error(`${api}: the connection is ${reply}`);
    return decodeAnswer(api, version, 1, reply);
  } finally {
    connection.close();
  }
}
