import assert from 'node:assert/strict';
import { cpuSeconds } from '../process-stats.ts';
import type { Figures } from '../scenario.ts';
import { withDataDir } from '../server.ts';
import { type Caller, createCaller } from './caller.ts';
import { answersListStreams, type Peer, startPeer } from './peers.ts';
import { createStream, requireAllPut, shardsOf } from './stream.ts';

const STREAM = 'restarted';
const SHARDS = 8;
const RECORD_SIZE_BYTES = 1_000;
const RECORDS_PER_REQUEST = 500;
const IN_FLIGHT = 8;
/** A record begins with its number. */
const NUMBER_SIZE_BYTES = 4;
const FILLING = Buffer.alloc(RECORD_SIZE_BYTES - NUMBER_SIZE_BYTES, 'x');
const HASH_KEY_BITS = 128n;

interface ReadAnswer {
  readonly Records: readonly { readonly Data: string; readonly SequenceNumber: string }[];
  readonly NextShardIterator?: string;
  readonly MillisBehindLatest: number;
}

/**
 * `records` of 1 kB in 8 shards: how long the broker with its door takes to answer after a clean stop of the first half, and
 * after a kill right behind the last acknowledgement, and then to give a record of each shard. Fails unless all that was acknowledged is there, once and in order.
 */
export async function restart(records: number): Promise<Figures> {
  return withDataDir(async (dataDir) => {
    let peer = await start(dataDir);
    try {
      const empty = peer.startedInMs;
      const acknowledged = new Uint8Array(records);
      const caller = createCaller(peer.port, '1.1', IN_FLIGHT);
      await createStream(caller, STREAM, SHARDS);
      await putAll(caller, 0, Math.floor(records / 2), acknowledged);
      caller.close();
      await peer.end('SIGTERM');
      peer = await start(dataDir);
      const clean = await measure(peer);

      const again = createCaller(peer.port, '1.1', IN_FLIGHT);
      await putAll(again, Math.floor(records / 2), records, acknowledged);
      await peer.end('SIGKILL');
      again.close();
      peer = await start(dataDir);
      const killed = await measure(peer);
      await requireAll(peer, acknowledged);
      return {
        emptyReadyMs: empty,
        cleanReadyMs: clean.readyMs,
        cleanReadyCpuMs: clean.cpuMs,
        cleanFirstReadsMs: clean.firstReadsMs,
        killedReadyMs: killed.readyMs,
        killedReadyCpuMs: killed.cpuMs,
        killedFirstReadsMs: killed.firstReadsMs,
      };
    } finally {
      await peer.end('SIGKILL');
    }
  });
}

const start = (dataDir: string) => startPeer('sluice', { dataDir, started: answersListStreams });

/** Until it answers, and until each shard has given its first record. */
async function measure(peer: Peer): Promise<{ readyMs: number; cpuMs: number; firstReadsMs: number }> {
  const cpuMs = cpuSeconds(peer.pid) * 1000;
  const askedAt = performance.now();
  const caller = createCaller(peer.port, '1.1', 1);
  for (const shard of await shardsOf(caller, STREAM)) {
    const { Records } = await read(caller, await firstIterator(caller, shard), 1);
    assert.equal(Records.length, 1, `${shard} has a record`);
  }
  caller.close();
  return { readyMs: peer.startedInMs, cpuMs, firstReadsMs: performance.now() - askedAt };
}

/** Several requests at a time, each with numbers that rise; marks what was acknowledged. */
async function putAll(caller: Caller, from: number, to: number, acknowledged: Uint8Array): Promise<void> {
  let next = from;
  const put = async () => {
    while (next < to) {
      const first = next;
      next = Math.min(to, next + RECORDS_PER_REQUEST);
      const Records = Array.from({ length: next - first }, (_, index) => recordOf(first + index));
      const end = next;
      requireAllPut(await caller.call('PutRecords', JSON.stringify({ StreamName: STREAM, Records })), 'json');
      acknowledged.fill(1, first, end);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, put));
}

/** Shard by shard in turn, by explicit hash keys. */
function recordOf(number: number): object {
  const data = Buffer.concat([Buffer.alloc(NUMBER_SIZE_BYTES), FILLING]);
  data.writeUInt32BE(number);
  const shard = BigInt(number % SHARDS);
  const ExplicitHashKey = String((shard << HASH_KEY_BITS) / BigInt(SHARDS));
  return { PartitionKey: 'k', ExplicitHashKey, Data: data.toString('base64') };
}

/** All that was acknowledged is there once, each request's records in the order of their numbers, and nothing else. */
async function requireAll(peer: Peer, acknowledged: Uint8Array): Promise<void> {
  const caller = createCaller(peer.port, '1.1', 1);
  const seen = new Uint8Array(acknowledged.length);
  for (const shard of await shardsOf(caller, STREAM)) {
    const lastOfRequest = new Map<number, number>();
    let last = '';
    for (let iterator: string | undefined = await firstIterator(caller, shard); iterator !== undefined; ) {
      const { Records, NextShardIterator, MillisBehindLatest } = await read(caller, iterator, 10_000);
      for (const { Data, SequenceNumber } of Records) {
        const number = Buffer.from(Data.slice(0, 8), 'base64').readUInt32BE();
        const request = Math.floor(number / RECORDS_PER_REQUEST);
        assert(SequenceNumber > last, 'sequence numbers rise');
        assert((lastOfRequest.get(request) ?? -1) < number, `${number} is in order`);
        assert.equal(seen[number], 0, `${number} is there once`);
        last = SequenceNumber;
        lastOfRequest.set(request, number);
        seen[number] = 1;
      }
      iterator = Records.length === 0 && MillisBehindLatest === 0 ? undefined : NextShardIterator;
    }
  }
  caller.close();
  assert(Buffer.from(seen).equals(Buffer.from(acknowledged)), 'what was acknowledged is there');
}

async function firstIterator(caller: Caller, shard: string): Promise<string> {
  const input = { StreamName: STREAM, ShardId: shard, ShardIteratorType: 'TRIM_HORIZON' };
  const answer = await caller.call('GetShardIterator', JSON.stringify(input));
  return (JSON.parse(answer.toString()) as { readonly ShardIterator: string }).ShardIterator;
}

async function read(caller: Caller, ShardIterator: string, Limit: number): Promise<ReadAnswer> {
  return JSON.parse((await caller.call('GetRecords', JSON.stringify({ ShardIterator, Limit }))).toString());
}
