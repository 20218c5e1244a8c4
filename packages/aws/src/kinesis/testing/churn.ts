import { wait } from '@sluice/client/wait';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { type KafkaLog, LATEST_TIMESTAMP } from '../../kafka/kafka-log.ts';
import type { Shard } from '../generated/types.ts';
import { createKinesis, type Kinesis } from '../kinesis.ts';
import { REGISTRY_TOPIC } from '../registry/registry.ts';
import type { Seen } from './check-order.ts';
import { contextAt } from './door.ts';
import { createMemoryCluster } from './memory-cluster.ts';
import { type Reshard, randomReshard } from './random-reshard.ts';

const STREAM = 'churned';
const DOOR_COUNT = 3;
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];
const RUN_MS = 1_500;
/** Longer than doors leave to others what a third one has begun. */
const CALM_MS = 3_000;

export interface ChurnResult {
  /** Values that a put was acknowledged for, in the order of one writer per key. */
  readonly acknowledged: ReadonlyMap<string, readonly number[]>;
  /** In the order in which a consumer that drains parents before their children came upon them, while all went on. */
  readonly live: readonly Seen[];
  /** The same, read in peace afterwards through a door that was opened then. */
  readonly later: readonly Seen[];
  readonly shards: readonly Shard[];
  readonly reshardCount: number;
  readonly killCount: number;
  /** What a door knows that replays the registry after it was compacted, and before. */
  readonly beforeCompaction: unknown;
  readonly afterCompaction: unknown;
}

/**
 * Writers, resharders and a consumer on several doors of one cluster, each request through any of them, and doors that die.
 * Everything follows from the seed. `lie` is for the test of the test: doors are shown an old end of the registry.
 */
export async function churn(seed: number, { lie = false }: { lie?: boolean } = {}): Promise<ChurnResult> {
  const clock = createSimClock();
  const random = createSimRandom(seed);
  const cluster = createMemoryCluster({ clock, below: random.below });
  const settings = { statusDelayMs: 5, takeOverAfterMs: 200 };
  const until = { endMs: clock.monotonicMs() + RUN_MS };
  const isOver = () => clock.monotonicMs() >= until.endMs;
  let hasBegun = false;
  let killCount = 0;
  let reshardCount = 0;

  interface Door {
    readonly kinesis: Kinesis;
    readonly kill: () => void;
    readonly died: Promise<never>;
  }
  function open(): Door {
    const { log, kill } = cluster.connect();
    const kinesis = createKinesis({
      log: lie ? lying(log, random.below, () => hasBegun) : log,
      clock,
      random: random.fork(),
      settings,
    });
    let reject: (error: Error) => void = () => {};
    const died = new Promise<never>((_resolve, fail) => {
      reject = fail;
    });
    died.catch(() => {});
    const die = () => {
      kill();
      kinesis.close();
      reject(new Error('the door died'));
    };
    return { kinesis, kill: die, died };
  }
  const doors = Array.from({ length: DOOR_COUNT }, open);
  const anyDoor = (): Door => {
    const door = doors[random.below(doors.length)];
    if (door === undefined) throw new Error('there are doors');
    return door;
  };
  const context = () => contextAt(clock);
  /** A request through any door. It fails if the door dies meanwhile. */
  async function ask<Result>(act: (operations: Kinesis['operations']) => Result | Promise<Result>): Promise<Result> {
    const door = anyDoor();
    return await Promise.race([act(door.kinesis.operations), door.died]);
  }
  async function insist<Result>(act: (operations: Kinesis['operations']) => Result | Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await ask(act);
      } catch (error) {
        if (!(error instanceof Error) || error.message !== 'the door died') throw error;
      }
    }
  }

  async function* readAll(request: typeof insist, isDone: () => boolean): AsyncGenerator<Seen> {
    const drained = new Set<string>();
    for (;;) {
      const isLast = isDone();
      const shards = await allShards(request);
      const ready = shards.filter(
        ({ ShardId, ParentShardId, AdjacentParentShardId }) =>
          !drained.has(ShardId) &&
          [ParentShardId, AdjacentParentShardId].every((parent) => parent === undefined || drained.has(parent)),
      );
      for (const { ShardId } of ready) {
        const from = positions.get(request) ?? new Map<string, string>();
        positions.set(request, from);
        const at = from.get(ShardId);
        const first = await request((door) =>
          door.GetShardIterator(
            {
              StreamName: STREAM,
              ShardId,
              ...(at === undefined
                ? { ShardIteratorType: 'TRIM_HORIZON' }
                : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: at }),
            },
            context(),
          ),
        );
        for (let iterator = first.ShardIterator; iterator !== undefined; ) {
          const ShardIterator = iterator;
          const Limit = 1 + random.below(5);
          const read = await request((door) => door.GetRecords({ ShardIterator, Limit }, context()));
          for (const { PartitionKey = '', Data, SequenceNumber } of read.Records) {
            from.set(ShardId, SequenceNumber);
            yield { key: PartitionKey, value: Number(Data), shardId: ShardId, sequenceNumber: BigInt(SequenceNumber) };
          }
          iterator = 'NextShardIterator' in read ? read.NextShardIterator : undefined;
          if (iterator === undefined) drained.add(ShardId);
          else if (read.Records.length === 0) break;
        }
      }
      // Nothing is under way any more, and there was nothing that could be read: all was.
      if (isLast && ready.every(({ ShardId }) => !drained.has(ShardId))) return;
      await wait(clock, isOver() ? 500 : 5);
    }
  }
  const positions = new Map<unknown, Map<string, string>>();

  async function allShards(request: typeof insist): Promise<Shard[]> {
    const found: Shard[] = [];
    let page = await request((door) => door.ListShards({ StreamName: STREAM, MaxResults: 3 }, context()));
    for (;;) {
      found.push(...(page.Shards ?? []));
      const { NextToken } = page;
      if (NextToken === undefined) return found;
      page = await request((door) => door.ListShards({ NextToken, MaxResults: 3 }, context()));
    }
  }

  async function writer(key: string, acknowledged: number[]): Promise<void> {
    for (let value = 0; !isOver(); ) {
      const count = 1 + random.below(3);
      const Records = Array.from({ length: count }, (_, index) => ({
        PartitionKey: key,
        Data: Buffer.from(String(value + index)),
      }));
      try {
        const { FailedRecordCount } = await ask((door) => door.PutRecords({ StreamName: STREAM, Records }, context()));
        if (FailedRecordCount === 0) for (let index = 0; index < count; index++) acknowledged.push(value + index);
      } catch (error) {
        if (!(error instanceof Error) || error.message !== 'the door died') throw error;
      }
      // What was not acknowledged may be there all the same: it is not put again, so that a double is a fault.
      value += count;
      if (random.chance(0.3)) await wait(clock, random.below(40));
    }
  }

  async function resharder(): Promise<void> {
    while (!isOver()) {
      await wait(clock, random.below(60));
      try {
        const shards = (await allShards(insist)).filter(
          ({ SequenceNumberRange }) => SequenceNumberRange.EndingSequenceNumber === undefined,
        );
        const change = randomReshard(STREAM, shards, random.below);
        if (change === undefined) continue;
        await ask((door) => reshardBy(door, change, context()));
        reshardCount++;
      } catch (error) {
        // Another change is under way, or another resharder was quicker.
        if (
          !(error instanceof Error) ||
          !/not ACTIVE|closed|door died|not find shard|adjacent|scale/.test(error.message)
        )
          throw error;
      }
    }
  }

  async function killer(): Promise<void> {
    while (!isOver()) {
      await wait(clock, 100 + random.below(600));
      const at = random.below(doors.length);
      doors[at]?.kill();
      doors[at] = open();
      killCount++;
    }
  }

  async function run(): Promise<ChurnResult> {
    await insist((door) => door.CreateStream({ StreamName: STREAM, ShardCount: 2 }, context())).catch(() => {});
    while (
      (await insist((door) => door.DescribeStream({ StreamName: STREAM }, context()))).StreamDescription
        .StreamStatus !== 'ACTIVE'
    ) {
      await wait(clock, 5);
    }
    until.endMs = clock.monotonicMs() + RUN_MS;
    hasBegun = true;
    const acknowledged = new Map(KEYS.map((key) => [key, [] as number[]]));
    let isCalm = false;
    const live: Seen[] = [];
    const consumer = (async () => {
      for await (const seen of readAll(
        (act) => insist(act),
        () => isCalm,
      ))
        live.push(seen);
    })();
    await Promise.all([
      ...[...acknowledged].map(([key, values]) => writer(key, values)),
      resharder(),
      resharder(),
      killer(),
    ]);
    await wait(clock, CALM_MS);
    isCalm = true;
    await consumer;
    doors.push(open());
    const later: Seen[] = [];
    for await (const seen of readAll(
      (act) => insist(act),
      () => true,
    ))
      later.push(seen);
    const shards = await allShards(insist);
    const stateOf = async () =>
      (await open().kinesis.operations.DescribeStream({ StreamName: STREAM }, context())).StreamDescription;
    const beforeCompaction = await stateOf();
    cluster.compact(REGISTRY_TOPIC, 0);
    const afterCompaction = await stateOf();
    return { acknowledged, live, later, shards, reshardCount, killCount, beforeCompaction, afterCompaction };
  }

  const running = run();
  let isDone = false;
  running.then(
    () => {
      isDone = true;
    },
    () => {
      isDone = true;
    },
  );
  await clock.runUntil(() => isDone);
  return await running;
}

function reshardBy(door: Kinesis['operations'], change: Reshard, context: ReturnType<typeof contextAt>) {
  switch (change.operation) {
    case 'SplitShard':
      return door.SplitShard(change.input, context);
    case 'MergeShards':
      return door.MergeShards(change.input, context);
    case 'UpdateShardCount':
      return door.UpdateShardCount(change.input, context);
  }
}

/** Nine times of ten the registry's end is shown as it was before. */
function lying(log: KafkaLog, below: (bound: number) => number, mayLie: () => boolean): KafkaLog {
  let known: readonly number[] | undefined;
  return {
    ...log,
    async offsets(topic, partitions, timestamp) {
      if (topic !== REGISTRY_TOPIC || timestamp !== LATEST_TIMESTAMP || !mayLie()) {
        return await log.offsets(topic, partitions, timestamp);
      }
      if (known === undefined || below(10) === 0) known = await log.offsets(topic, partitions, timestamp);
      else await log.topic(topic);
      return known;
    },
  };
}
