import { connectDoor, type DoorConnection, startDoor } from './door.ts';
import { DOOR_ATTACKS } from './door-attacks.ts';

/*
 * A siege of the AWS door of a Sluice of its own: node simulation/hostile/against-door.ts [subscriptions]. Attack after attack, and
 * thousands of subscriptions, while somebody honest puts and gets records. It fails if one of those is refused, wrong or late,
 * if memory grows beyond its limit, or if the door does not stop cleanly.
 */

const SUBSCRIPTIONS = Number(process.argv[2] ?? 10_000);
const SHARDS = 200;
const STREAMS_PER_CONNECTION = 1_000;
/** Somebody honest waits no longer than this for anything, on a machine that has other things to do. */
const PATIENCE_MS = 20_000;
/** What bodies may take, and some tens of kilobytes for each subscription, beside what the door had before. */
const GROWTH_MEGABYTES_MAX = 600 + SUBSCRIPTIONS * 0.06;
const STREAM = 'besieged';

const door = await startDoor();
const honest = connectDoor(door.port);
const problems: string[] = [];
let rounds = 0;
let slowestMs = 0;

function say(line: string): void {
  process.stdout.write(
    `${line}; ${Math.round(door.residentMegabytes())} MB, ${door.cpuSeconds().toFixed(1)} s of CPU\n`,
  );
}

/** Puts a record and gets it back. */
async function round(): Promise<void> {
  const startedAt = performance.now();
  const Data = Buffer.from(`round ${rounds}`).toString('base64');
  const { ShardId, SequenceNumber } = await honest.ask<{ ShardId: string; SequenceNumber: string }>('PutRecord', {
    StreamName: STREAM,
    PartitionKey: `key ${rounds}`,
    Data,
  });
  const where = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: SequenceNumber };
  const { ShardIterator } = await honest.ask<{ ShardIterator: string }>('GetShardIterator', {
    StreamName: STREAM,
    ShardId,
    ...where,
  });
  const { Records } = await honest.ask<{ Records: { Data: string }[] }>('GetRecords', { ShardIterator });
  if (Records[0]?.Data !== Data) problems.push(`round ${rounds} put ${Data} and got ${Records[0]?.Data}`);
  rounds += 1;
  slowestMs = Math.max(slowestMs, performance.now() - startedAt);
}

/** Rounds one after the other while something else goes on. */
async function roundsDuring(work: Promise<void>): Promise<void> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  do await round();
  while (!isDone);
  await done;
}

async function subscribeAll(connections: DoorConnection[], arrived: (piece: Buffer) => void): Promise<number> {
  const consumers = Math.ceil(SUBSCRIPTIONS / SHARDS);
  const StreamARN = `arn:aws:kinesis:us-east-1:000000000000:stream/${STREAM}`;
  const arns: string[] = [];
  for (let index = 0; index < consumers; index++) {
    type Registered = { Consumer: { ConsumerARN: string } };
    const { Consumer } = await honest.ask<Registered>('RegisterStreamConsumer', {
      StreamARN,
      ConsumerName: `c${index}`,
    });
    arns.push(Consumer.ConsumerARN);
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  let refused = 0;
  await Promise.all(
    Array.from({ length: SUBSCRIPTIONS }, async (_, index) => {
      const connection = connections[Math.floor(index / STREAMS_PER_CONNECTION)];
      const ShardId = `shardId-${String(index % SHARDS).padStart(12, '0')}`;
      const StartingPosition = { Type: 'LATEST' };
      const ConsumerARN = arns[Math.floor(index / SHARDS)];
      const begun = await connection?.begin('SubscribeToShard', { ConsumerARN, ShardId, StartingPosition });
      if (begun?.status !== 200) refused += 1;
      begun?.stream.on('data', arrived);
    }),
  );
  return refused;
}

async function siege(): Promise<void> {
  await honest.ask('CreateStream', { StreamName: STREAM, ShardCount: SHARDS });
  type Described = { StreamDescriptionSummary: { StreamStatus: string } };
  for (let status = ''; status !== 'ACTIVE'; ) {
    const described = await honest.ask<Described>('DescribeStreamSummary', { StreamName: STREAM });
    status = described.StreamDescriptionSummary.StreamStatus;
  }
  await round();
  const before = door.residentMegabytes();
  let most = before;
  const sampler = setInterval(() => {
    most = Math.max(most, door.residentMegabytes());
  }, 100);
  const connections = Array.from({ length: Math.ceil(SUBSCRIPTIONS / STREAMS_PER_CONNECTION) }, () =>
    connectDoor(door.port),
  );
  try {
    say('the door is open');
    let deliveries = 0;
    const marker = Buffer.from('"PartitionKey":"to all"');
    const everybody = Promise.withResolvers<void>();
    const expected = Math.ceil(SUBSCRIPTIONS / SHARDS);
    const refused = await subscribeAll(connections, (piece) => {
      if (!piece.includes(marker)) return;
      deliveries += 1;
      if (deliveries === expected) everybody.resolve();
    });
    if (refused > 0) problems.push(`${refused} subscriptions were refused`);
    say(`${SUBSCRIPTIONS} subscriptions`);
    await round();
    await honest.ask('PutRecord', { StreamName: STREAM, PartitionKey: 'to all', ExplicitHashKey: '0', Data: 'eA==' });
    await everybody.promise;
    say(`${deliveries} subscribers of a shard have its record`);
    for (const [name, attack] of Object.entries(DOOR_ATTACKS)) {
      await roundsDuring(attack(door.port));
      say(name);
    }
  } finally {
    for (const { session } of connections) session.destroy();
    clearInterval(sampler);
  }
  await round();
  if (most - before > GROWTH_MEGABYTES_MAX) problems.push(`memory grew by ${Math.round(most - before)} MB`);
  if (slowestMs > PATIENCE_MS) problems.push(`somebody honest waited for ${Math.round(slowestMs)} ms`);
  say(
    `${rounds} honest rounds, the slowest in ${Math.round(slowestMs)} ms; at most ${Math.round(most - before)} MB more`,
  );
}

const { promise: late, reject } = Promise.withResolvers<never>();
const timer = setTimeout(() => reject(new Error('the siege took too long')), 8 * PATIENCE_MS);
try {
  await Promise.race([siege(), late]);
} catch (error) {
  problems.push(String(error));
}
clearTimeout(timer);
honest.session.destroy();
const { code, log } = await door.end();
if (code !== 0) problems.push(`the door ended with ${code}:\n${log}`);
if (/"level":"error"|\bERROR\b/.test(log)) problems.push(`the door logged errors:\n${log.slice(-5000)}`);
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
