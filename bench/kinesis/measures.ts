import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds, residentMegabytes } from '../process-stats.ts';
import type { Figures } from '../scenario.ts';
import { type Caller, CBOR_TYPE, createCaller, type HttpVersion } from './caller.ts';
import type { Peer } from './peers.ts';
import { createStream, drain, putRequests, RECORDS_PER_REQUEST, requireAllPut, SHARDS, shardsOf } from './stream.ts';

const IN_FLIGHT = 8;

/** Processor time of server and client over some work, in parts of a second of wall time. */
async function watched<T>(peer: Peer, work: () => Promise<T>): Promise<{ result: T; seconds: number; cpu: Figures }> {
  const [server, client, startedAt] = [cpuSeconds(peer.pid), process.cpuUsage(), performance.now()];
  const result = await work();
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(client);
  const serverSeconds = cpuSeconds(peer.pid) - server;
  const cpu = { serverCores: serverSeconds / seconds, clientCores: (user + system) / 1e6 / seconds, serverSeconds };
  return { result, seconds, cpu };
}

export interface PutOptions {
  readonly seconds: number;
  readonly version: HttpVersion;
  readonly protocol: 'json' | 'cbor';
  readonly inFlight?: number;
}

let streams = 0;

/** PutRecords of 500 x 1 kB to 4 shards, eight at a time, after a quarter of the time to warm up. */
export async function put(
  peer: Peer,
  { seconds, version, protocol, inFlight = IN_FLIGHT }: PutOptions,
): Promise<Figures> {
  const caller = createCaller(peer.port, version, inFlight);
  const name = `put-${streams++}`;
  try {
    await createStream(caller, name);
    const requests = putRequests(name, protocol);
    await putFor(caller, requests, protocol, seconds / 4, inFlight);
    const work = () => putFor(caller, requests, protocol, seconds, inFlight);
    const { result: latencies, seconds: took, cpu } = await watched(peer, work);
    const records = latencies.length * RECORDS_PER_REQUEST;
    const { serverSeconds = 0, ...cores } = cpu;
    return {
      recordsPerSecond: records / took,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
      cpuMicrosecondsPerRecord: (1e6 * serverSeconds) / records,
      ...cores,
      residentMegabytes: residentMegabytes(peer.pid),
    };
  } finally {
    caller.close();
  }
}

async function putFor(
  caller: Caller,
  requests: readonly Buffer[],
  protocol: 'json' | 'cbor',
  seconds: number,
  inFlight: number,
): Promise<number[]> {
  const latencies: number[] = [];
  const endAt = performance.now() + 1000 * seconds;
  let next = 0;
  const one = async () => {
    while (performance.now() < endAt) {
      const body = requests[next++ % requests.length] ?? Buffer.alloc(0);
      const sentAt = performance.now();
      requireAllPut(await caller.call('PutRecords', body, protocol === 'cbor' ? CBOR_TYPE : undefined), protocol);
      latencies.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  return latencies;
}

const READERS_PER_SHARD = 2;

/** GetRecords from the start of 4 shards to their ends, by two readers of each at once, again and again. */
export async function get(peer: Peer, records: number, seconds: number, version: HttpVersion): Promise<Figures> {
  const caller = createCaller(peer.port, version, READERS_PER_SHARD * SHARDS);
  const name = `get-${streams++}`;
  try {
    await createStream(caller, name);
    const requests = putRequests(name, 'json');
    for (let count = 0; count < records; count += RECORDS_PER_REQUEST) {
      requireAllPut(
        await caller.call('PutRecords', requests[(count / RECORDS_PER_REQUEST) % requests.length] ?? ''),
        'json',
      );
    }
    const shards = await shardsOf(caller, name);
    const readers = Array.from({ length: READERS_PER_SHARD }, () => shards).flat();
    // None waits for the others: a server would be idle at the end of each round.
    const drainFor = async (limitSeconds: number) => {
      const endAt = performance.now() + 1000 * limitSeconds;
      let read = 0;
      const drainOn = async (shard: string) => {
        do {
          const count = await drain(caller, name, shard);
          read += count;
        } while (performance.now() < endAt);
      };
      await Promise.all(readers.map(drainOn));
      return read;
    };
    const first = await drainFor(0);
    if (first !== READERS_PER_SHARD * records) {
      throw new Error(`${peer.name} gave ${first} of ${READERS_PER_SHARD * records} records`);
    }
    await drainFor(seconds / 4);
    const work = () => drainFor(seconds);
    const { result: read, seconds: took, cpu } = await watched(peer, work);
    const { serverSeconds = 0, ...cores } = cpu;
    return { recordsPerSecond: read / took, cpuMicrosecondsPerRecord: (1e6 * serverSeconds) / read, ...cores };
  } finally {
    caller.close();
  }
}

const BETWEEN_MS = 10;

/** From PutRecord to the event at a subscriber of its shard: one record, 10 ms after the last one has arrived. */
export async function subscribe(peer: Peer, seconds: number, version: HttpVersion): Promise<Figures> {
  const caller = createCaller(peer.port, version, 2);
  const putter = createCaller(peer.port, '1.1', 1);
  const name = `subscribe-${streams++}`;
  try {
    await createStream(caller, name, 1);
    const StreamARN = `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`;
    const registered = await caller.call('RegisterStreamConsumer', JSON.stringify({ StreamARN, ConsumerName: 'c' }));
    const { Consumer } = JSON.parse(registered.toString()) as { Consumer: { ConsumerARN: string } };
    await sleep(500);
    let arrived: (() => void) | undefined;
    const StartingPosition = { Type: 'TRIM_HORIZON' };
    const input = { ConsumerARN: Consumer.ConsumerARN, ShardId: 'shardId-000000000000', StartingPosition };
    await caller.stream('SubscribeToShard', JSON.stringify(input), (piece) => {
      if (piece.includes('"PartitionKey"')) arrived?.();
    });
    const [latencies, writes, deliveries]: [number[], number[], number[]] = [[], [], []];
    const Data = Buffer.alloc(1000).toString('base64');
    const endAt = performance.now() + 1000 * seconds;
    const warmUntil = performance.now() + 1000;
    while (performance.now() < endAt + 1000) {
      const { promise, resolve } = Promise.withResolvers<void>();
      arrived = resolve;
      const sentAt = performance.now();
      const written = putter.call('PutRecord', JSON.stringify({ StreamName: name, Data, PartitionKey: 'k' }));
      const [arrivedMs, writeMs] = await Promise.all([
        promise.then(() => performance.now() - sentAt),
        written.then(() => performance.now() - sentAt),
      ]);
      latencies.push(arrivedMs);
      writes.push(writeMs);
      deliveries.push(Math.max(0, arrivedMs - writeMs));
      if (performance.now() < warmUntil) latencies.length = writes.length = deliveries.length = 0;
      await sleep(BETWEEN_MS);
    }
    return {
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
      maxMs: Math.max(...latencies),
      afterWriteP99Ms: quantile(deliveries, 0.99),
      writeP50Ms: quantile(writes, 0.5),
      writeP99Ms: quantile(writes, 0.99),
      records: latencies.length,
    };
  } finally {
    caller.close();
    putter.close();
  }
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
