// One walk through Kinesis with the AWS CLI, version 1 or 2; what it saw is printed as JSON. ../CONTRACT.md says what. Neither
// version has subscribe-to-shard.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

interface Told {
  readonly name: string | undefined;
  readonly status: number;
  readonly message: string | undefined;
}

interface Summary {
  readonly StreamStatus: string;
  readonly OpenShardCount: number;
  readonly StreamARN: string;
}

interface Put {
  readonly ShardId: string;
  readonly SequenceNumber: string;
}

interface ReadRecord {
  readonly PartitionKey: string;
  readonly SequenceNumber: string;
  readonly Data: string;
  /** Version 1 prints seconds, version 2 ISO 8601. */
  readonly ApproximateArrivalTimestamp: string | number;
}

const [stream = ''] = process.argv.slice(2);
/** Versions before 2.13 and 1.29 do not look into the environment for it. */
const endpoint = ['--endpoint-url', process.env.AWS_ENDPOINT_URL ?? ''];
const SHOWN_CHARACTERS_MAX = 16 * 1024 * 1024;

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { promise, resolve } = Promise.withResolvers<{ isRefused: boolean; stdout: string; stderr: string }>();
  const options = { env: { ...process.env, AWS_PAGER: '', ...env }, maxBuffer: SHOWN_CHARACTERS_MAX };
  execFile('aws', ['kinesis', ...endpoint, '--output', 'json', ...args], options, (error, stdout, stderr) =>
    resolve({ isRefused: error !== null, stdout, stderr }),
  );
  return promise;
}

async function ask<Answer>(...args: readonly string[]): Promise<Answer> {
  const { isRefused, stdout, stderr } = await run(args);
  if (isRefused) throw new Error(stderr);
  return JSON.parse(stdout === '' ? 'null' : stdout);
}

async function refusal(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Told> {
  const { isRefused, stderr } = await run([...args, '--debug'], env);
  if (!isRefused) throw new Error('it was not refused');
  const told = /^(?:aws: \[ERROR\]: )?An error occurred \((\w+)\) when calling the \w+ operation: (.*)$/m.exec(stderr);
  const status = /"POST \/ HTTP\/1\.1" (\d+)/.exec(stderr)?.[1];
  return { name: told?.[1], status: Number(status), message: told?.[2]?.trim() };
}

async function describe(): Promise<Summary> {
  return (await ask<{ StreamDescriptionSummary: Summary }>('describe-stream-summary', '--stream-name', stream))
    .StreamDescriptionSummary;
}

async function untilActive(): Promise<Summary> {
  for (;;) {
    const summary = await describe();
    if (summary.StreamStatus === 'ACTIVE') return summary;
    await pause(50);
  }
}

/** The blob comes out of a file, since the versions differ in what they take an argument for. */
async function put(): Promise<Put> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-aws-cli-'));
  try {
    const file = join(folder, 'data');
    writeFileSync(
      file,
      Uint8Array.from({ length: 256 }, (_, index) => index),
    );
    const record = ['--partition-key', 'ключ', '--data', `fileb://${file}`];
    return await ask<Put>('put-record', '--stream-name', stream, ...record);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await ask('create-stream', '--stream-name', stream, '--shard-count', '2');
const summary = await untilActive();
const { StreamNames } = await ask<{ StreamNames: readonly string[] }>('list-streams');
const { Shards } = await ask<{ Shards: readonly { ShardId: string }[] }>('list-shards', '--stream-name', stream);
const { ShardId, SequenceNumber } = await put();
const { ShardIterator } = await ask<{ ShardIterator: string }>(
  ...['get-shard-iterator', '--stream-name', stream, '--shard-id', ShardId],
  ...['--shard-iterator-type', 'TRIM_HORIZON'],
);
const { Records } = await ask<{ Records: readonly ReadRecord[] }>('get-records', '--shard-iterator', ShardIterator);
const [record] = Records;
const arrived = record?.ApproximateArrivalTimestamp;
const result = {
  openShards: summary.OpenShardCount,
  isListed: StreamNames.includes(stream),
  shardIds: Shards.map((shard) => shard.ShardId),
  arn: summary.StreamARN,
  isSameSequenceNumber: SequenceNumber === record?.SequenceNumber,
  partitionKey: record?.PartitionKey,
  data: record?.Data,
  arrivedMs: typeof arrived === 'number' ? arrived * 1000 : Date.parse(arrived ?? ''),
  notFound: await refusal(['describe-stream-summary', '--stream-name', 'nowhere']),
  invalid: await refusal(['describe-stream-summary', '--stream-name', 'no good']),
  wrongSecret: await refusal(['list-streams'], { AWS_SECRET_ACCESS_KEY: 'wrong' }),
};
console.log(JSON.stringify(result));
