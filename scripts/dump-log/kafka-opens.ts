/*
 * Gives Apache Kafka partitions that Sluice wrote and compacted, in the place of empty ones of its own, and consumes
 * them: every record that is left, at its offset; of aborted transactions none. Then Kafka's cleaner goes over them too.
 * Says so and passes where Java is missing.
 */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaIsAvailable } from '../kafka/jars.ts';
import { runKafkaTool } from '../kafka/run-tool.ts';
import { type RunningKafka, startKafka } from '../kafka/start-kafka.ts';
import { printHelp } from '../print-help.ts';
import { COMPACTED_TOPICS, type WrittenLogs, writeLogs } from './write-logs.ts';

const METADATA = 'partition.metadata';
const SETTINGS = { 'log.cleaner.backoff.ms': '200' };
const CLEANED_MS_MAX = 60_000;

printHelp(`node scripts/dump-log/kafka-opens.ts
    gives a real Kafka partitions that Sluice wrote and compacted, consumes them and lets Kafka compact on; needs Java`);

if (!(await kafkaIsAvailable())) {
  console.log('skipped: there is no Java here to run Kafka');
} else {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-kafka-opens-'));
  try {
    await run(join(directory, 'sluice'), join(directory, 'kafka'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function run(ours: string, kafkas: string): Promise<void> {
  const { offsets } = await writeLogs(ours);
  await withKafka(kafkas, async (kafka) => {
    for (const topic of COMPACTED_TOPICS) await createTopic(kafka, topic);
  });
  for (const topic of COMPACTED_TOPICS) takePartition(join(ours, `${topic}-0`), join(kafkas, 'logs', `${topic}-0`));
  await withKafka(kafkas, async (kafka) => {
    for (const topic of COMPACTED_TOPICS) await checkTopic(kafka, topic, offsets);
    for (const topic of COMPACTED_TOPICS) await letCompact(kafka, topic);
    await untilCleaned(kafkas);
    const complaints = readFileSync(join(kafkas, 'kafka.log'), 'utf8').match(/^.*\b(?:ERROR|WARN)\b.*kafka\.log.*$/gim);
    assert.deepEqual(complaints ?? [], [], 'Kafka has nothing to say against the logs');
  });
}

async function withKafka(dataDir: string, use: (kafka: RunningKafka) => Promise<void>): Promise<void> {
  const kafka = await startKafka({ dataDir, settings: SETTINGS, heap: '512m' });
  try {
    await use(kafka);
  } finally {
    await kafka.stop();
  }
}

async function createTopic({ bootstrap }: RunningKafka, topic: string): Promise<void> {
  // Its own cleaner waits until we have looked.
  const configs = ['cleanup.policy=compact', 'min.cleanable.dirty.ratio=1'];
  const flags = configs.flatMap((config) => ['--config', config]);
  const to = ['--bootstrap-server', bootstrap, '--create', '--topic', topic, '--partitions', '1'];
  const { code, stdout, stderr } = await runKafkaTool('topics', [...to, ...flags]);
  assert.equal(code, 0, `${stdout}${stderr}`);
}

async function letCompact({ bootstrap }: RunningKafka, topic: string): Promise<void> {
  const entity = ['--bootstrap-server', bootstrap, '--entity-type', 'topics', '--entity-name', topic];
  const { code, stdout, stderr } = await runKafkaTool('configs', [
    ...entity,
    ...['--alter', '--add-config', 'min.cleanable.dirty.ratio=0.01'],
  ]);
  assert.equal(code, 0, `${stdout}${stderr}`);
}

/** All of our files but the one that says whose they are. */
function takePartition(from: string, to: string): void {
  for (const name of readdirSync(to)) if (name !== METADATA) rmSync(join(to, name));
  for (const name of readdirSync(from)) if (name !== METADATA) copyFileSync(join(from, name), join(to, name));
}

async function checkTopic({ bootstrap }: RunningKafka, topic: string, offsets: WrittenLogs['offsets']): Promise<void> {
  const expected = offsets.get(topic);
  assert(expected !== undefined);
  for (const [isolation, wanted] of [
    ['read_uncommitted', expected.all],
    ['read_committed', expected.committed],
  ] as const) {
    const { stdout, stderr } = await runKafkaTool('console-consumer', [
      ...['--bootstrap-server', bootstrap, '--topic', topic, '--from-beginning', '--isolation-level', isolation],
      ...['--formatter-property', 'print.offset=true', '--formatter-property', 'print.value=false'],
      ...['--max-messages', String(wanted.length), '--timeout-ms', '30000'],
    ]);
    const got = [...stdout.matchAll(/^Offset:(\d+)/gm)].map((match) => Number(match[1]));
    assert.deepEqual(got, [...wanted], `${topic}, ${isolation}: ${stderr.slice(0, 1000)}`);
    console.log(`Kafka reads ${got.length} records of ${topic}, ${isolation}`);
  }
}

/** Kafka compacts on from what we compacted. */
async function untilCleaned(dataDir: string): Promise<void> {
  for (const deadlineMs = Date.now() + CLEANED_MS_MAX; Date.now() < deadlineMs; await sleep(200)) {
    const lines = readFileSync(join(dataDir, 'logs', 'cleaner-offset-checkpoint'), 'latin1');
    if (COMPACTED_TOPICS.every((topic) => new RegExp(`^${topic} 0 [1-9]`, 'm').test(lines))) {
      console.log("Kafka's cleaner went over all of it");
      return;
    }
  }
  throw new Error("Kafka's cleaner did not compact what we wrote");
}
