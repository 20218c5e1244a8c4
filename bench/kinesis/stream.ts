import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCborEncoders } from '@sluice/aws/front/values/to-cbor';
import { KINESIS_CONTRACT } from '@sluice/aws/kinesis/generated/contract';
import type { Caller } from './caller.ts';

export const SHARDS = 4;
export const RECORDS_PER_REQUEST = 500;
const DATA_SIZE_BYTES = 1000;
/** Requests that differ, sent again and again. */
const REQUESTS = 8;

export async function createStream(caller: Caller, name: string, shards = SHARDS): Promise<void> {
  await caller.call('CreateStream', JSON.stringify({ StreamName: name, ShardCount: shards }));
  for (;;) {
    const described = await caller.call('DescribeStreamSummary', JSON.stringify({ StreamName: name }));
    if (described.includes('"ACTIVE"')) return;
    await sleep(20);
  }
}

/** PutRecords of 500 records of 1 kB each, encoded. */
export function putRequests(stream: string, protocol: 'json' | 'cbor'): readonly Buffer[] {
  const toCbor = createCborEncoders(KINESIS_CONTRACT)('PutRecordsInput');
  return Array.from({ length: REQUESTS }, () => {
    const records = Array.from({ length: RECORDS_PER_REQUEST }, () => ({
      Data: randomBytes(DATA_SIZE_BYTES),
      PartitionKey: randomBytes(8).toString('hex'),
    }));
    if (protocol === 'cbor') return toCbor({ StreamName: stream, Records: records });
    const encoded = records.map(({ Data, PartitionKey }) => ({ Data: Data.toString('base64'), PartitionKey }));
    return Buffer.from(JSON.stringify({ StreamName: stream, Records: encoded }));
  });
}

const CBOR_NONE_FAILED = Buffer.concat([Buffer.from('qFailedRecordCount'), Buffer.of(0)]);

export function requireAllPut(answer: Buffer, protocol: 'json' | 'cbor'): void {
  const isPut =
    protocol === 'json' ? /"FailedRecordCount":\s*0\b/.test(answer.toString()) : answer.includes(CBOR_NONE_FAILED);
  if (!isPut) throw new Error(`records were refused: ${answer.toString().slice(0, 300)}`);
}

export async function shardsOf(caller: Caller, stream: string): Promise<readonly string[]> {
  const answer = await caller.call('ListShards', JSON.stringify({ StreamName: stream }));
  const { Shards } = JSON.parse(answer.toString()) as { Shards: { ShardId: string }[] };
  return Shards.map(({ ShardId }) => ShardId);
}

/** Reads a shard from its start to its end: how many records it has. Nothing is decoded. */
export async function drain(caller: Caller, stream: string, shard: string): Promise<number> {
  const input = { StreamName: stream, ShardId: shard, ShardIteratorType: 'TRIM_HORIZON' };
  let iterator = textAfter(await caller.call('GetShardIterator', JSON.stringify(input)), 'ShardIterator');
  let records = 0;
  while (iterator !== undefined) {
    const answer = await caller.call('GetRecords', JSON.stringify({ ShardIterator: iterator, Limit: 10_000 }));
    const count = countOf(answer, '"SequenceNumber"');
    records += count;
    if (count === 0 && /"MillisBehindLatest":\s*0\b/.test(answer.toString())) break;
    iterator = textAfter(answer, 'NextShardIterator');
  }
  return records;
}

function countOf(bytes: Buffer, text: string): number {
  let count = 0;
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + text.length)) count += 1;
  return count;
}

function textAfter(bytes: Buffer, member: string): string | undefined {
  const at = bytes.lastIndexOf(`"${member}"`);
  if (at === -1) return undefined;
  return /^"[^"]+":\s*"([^"]*)"/.exec(bytes.toString('latin1', at, at + 4096))?.[1];
}
