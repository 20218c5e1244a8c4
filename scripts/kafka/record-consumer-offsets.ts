import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isControlBatch } from '@sluice/protocol/records/batch-header';
import { readRecords } from '@sluice/protocol/records/read-records';
import { walkBatches } from '@sluice/protocol/records/walk-batches';
import { type Connection, openConnection } from '../../conformance/wire/connection.ts';
import type { JsonObject } from '../../conformance/wire/decode.ts';
import type { Body } from '../../conformance/wire/encode.ts';
import { decodeAnswer, requestFrame } from '../../conformance/wire/frame.ts';
import { printHelp } from '../print-help.ts';
import { startKafka } from './start-kafka.ts';

/**
 * node scripts/kafka/record-consumer-offsets.ts FILE
 *     Lets a real Kafka write records of every type into `__consumer_offsets`, and keeps them, one a line: {key, value} in hex.
 */
printHelp(`node scripts/kafka/record-consumer-offsets.ts FILE
    lets a real Kafka write records of every type into __consumer_offsets, and keeps them, one a line: {key, value} in hex`);

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('FILE is missing');
const base = await mkdtemp(join(tmpdir(), 'sluice-record-'));
const kafka = await startKafka({
  dataDir: base,
  settings: { 'offsets.topic.num.partitions': '1', 'group.consumer.migration.policy': 'bidirectional' },
});
try {
  const connection = await openConnection('127.0.0.1', kafka.port);
  await writeGroups(createAsk(connection));
  connection.close();
} finally {
  await kafka.stop();
}
writeFileSync(file, recordedLines(join(base, 'logs/__consumer_offsets-0/00000000000000000000.log')));
await rm(base, { recursive: true, force: true });

type Ask = (api: string, version: number, body: Body) => Promise<JsonObject>;

function createAsk(connection: Connection): Ask {
  let id = 0;
  return async (api, version, body) => {
    connection.send(requestFrame(api, version, ++id, body));
    const reply = await connection.receive(30_000);
    if (typeof reply === 'string') throw new Error(`the connection is ${reply}`);
    return decodeAnswer(api, version, id, reply);
  };
}

async function writeGroups(ask: Ask): Promise<void> {
  const topics = ['orders', 'payments'].map((name) => ({ name, numPartitions: 3, replicationFactor: 1 }));
  await ask('CreateTopics', 7, { topics, timeoutMs: 10_000 });
  await untilCoordinator(ask);
  await commits(ask);
  await consumers(ask);
  await classics(ask);
  await others(ask);
}

async function untilCoordinator(ask: Ask): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    await ask('FindCoordinator', 4, { keyType: 0, coordinatorKeys: ['simple'] });
    const { groups } = await ask('OffsetFetch', 9, { groups: [{ groupId: 'simple', topics: null }] });
    if (Array.isArray(groups) && (groups[0] as JsonObject).errorCode === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('no coordinator');
}

async function commits(ask: Ask): Promise<void> {
  const partition = {
    partitionIndex: 1,
    committedOffset: 42,
    committedLeaderEpoch: 0,
    committedMetadata: 'a note: café',
  };
  const topics = [{ name: 'orders', partitions: [partition] }];
  await ask('OffsetCommit', 9, { groupId: 'simple', generationIdOrMemberEpoch: -1, topics });
  await ask('OffsetCommit', 3, {
    groupId: 'aging',
    generationIdOrMemberEpoch: -1,
    retentionTimeMs: 86_400_000,
    topics,
  });
  await ask('OffsetDelete', 0, {
    groupId: 'simple',
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 1 }] }],
  });
}

async function consumers(ask: Ask): Promise<void> {
  const first = {
    groupId: 'new',
    memberId: 'AAAAAAAAAAAAAAAAAAAAAQ',
    memberEpoch: 0,
    rebalanceTimeoutMs: 30_000,
    topicPartitions: [],
  };
  await ask('ConsumerGroupHeartbeat', 1, {
    ...first,
    instanceId: 'static-1',
    rackId: 'rack-a',
    subscribedTopicNames: ['orders'],
    serverAssignor: 'range',
  });
  const second = { ...first, memberId: 'AAAAAAAAAAAAAAAAAAAAAg', subscribedTopicRegex: 'pay.*' };
  await ask('ConsumerGroupHeartbeat', 1, second);
  // The pattern is resolved in the background.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await ask('ConsumerGroupHeartbeat', 1, { ...second, memberEpoch: 1 });
  await ask('ConsumerGroupHeartbeat', 1, { ...second, memberEpoch: -1 });
}

async function classics(ask: Ask): Promise<void> {
  const subscription = Buffer.from(
    '0001000000020006' +
      Buffer.from('orders').toString('hex') +
      '0008' +
      Buffer.from('payments').toString('hex') +
      'ffffffff00000000',
    'hex',
  );
  const join = {
    groupId: 'old',
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 60_000,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: subscription }],
  };
  const asked = await ask('JoinGroup', 9, { ...join, memberId: '' });
  const memberId = String(asked.memberId);
  await ask('JoinGroup', 9, { ...join, memberId, groupInstanceId: 'static-2' });
  await ask('SyncGroup', 5, {
    groupId: 'old',
    generationId: 1,
    memberId,
    groupInstanceId: 'static-2',
    protocolType: 'consumer',
    protocolName: 'range',
    assignments: [{ memberId, assignment: Buffer.from('00010000000000000000', 'hex') }],
  });
  // A classic member of a consumer group.
  await ask('JoinGroup', 9, { ...join, groupId: 'new', memberId: 'AAAAAAAAAAAAAAAAAAAAAw' });
  await ask('LeaveGroup', 5, { groupId: 'old', members: [{ memberId, groupInstanceId: 'static-2' }] });
  await ask('DeleteGroups', 2, { groupsNames: ['old'] });
}

/** Types that are not for consumers. */
async function others(ask: Ask): Promise<void> {
  await ask('ShareGroupHeartbeat', 1, {
    groupId: 'share',
    memberId: 'AAAAAAAAAAAAAAAAAAAABA',
    memberEpoch: 0,
    subscribedTopicNames: ['orders'],
  });
}

function recordedLines(log: string): string {
  const bytes = readFileSync(log);
  const lines: string[] = [];
  for (const batch of walkBatches(bytes)) {
    if (batch.kind !== 'batch') throw new Error(batch.message);
    if (isControlBatch(bytes, batch.position)) continue;
    const records = readRecords(bytes, batch.position);
    if (!Array.isArray(records)) throw new Error('unreadable records');
    for (const { key, value } of records) {
      lines.push(`${JSON.stringify({ key: key?.toString('hex'), value: value?.toString('hex') ?? null })}\n`);
    }
  }
  return lines.join('');
}
