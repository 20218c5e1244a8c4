import { type Logger, silentLogger } from '@sluice/kernel/logger';
import { createSimClock, type SimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import type { ManagedLog } from '@sluice/log/managed-log';
import { openTestLog, type TestLogOptions } from '@sluice/log/testing/test-log';
import type { Codec } from '@sluice/protocol/compression/codec';
import type { CoordinatorRuntime, Result } from '../runtime/coordinator-runtime.ts';
import { createCoordinatorRuntime } from '../runtime/create-runtime.ts';
import { createTallyShard, type TallyRecord, type TallyShard, tallySerde } from './tally-shard.ts';

export interface TallyOptions extends Partial<TestLogOptions> {
  readonly disk?: SimDisk;
  readonly logger?: Logger;
  readonly batchSizeBytesMax?: number;
  readonly codec?: Codec;
  readonly commitTimeoutMs?: number;
}

export interface TallyFixture {
  readonly clock: SimClock;
  readonly disk: SimDisk;
  readonly log: ManagedLog;
  readonly runtime: CoordinatorRuntime<TallyShard, TallyRecord>;
  /** All that were made, in order. */
  readonly shards: readonly TallyShard[];
  /** The last one. */
  readonly shard: TallyShard;
}

/** A runtime of counters with partition 0 on a log of the simulated disk; nothing is loaded yet. */
export async function openTally(options: TallyOptions = {}): Promise<TallyFixture> {
  const clock = createSimClock();
  const { disk = createSimDisk({ clock }), logger = silentLogger } = options;
  const log = await openTestLog({ ...options, disk, clock });
  return Object.assign(createTallyRuntime(clock, options, logger), { clock, disk, log });
}

export function createTallyRuntime(clock: SimClock, options: TallyOptions = {}, logger: Logger = silentLogger) {
  const shards: TallyShard[] = [];
  const runtime = createCoordinatorRuntime<TallyShard, TallyRecord>({
    topic: 'tallies',
    createShard(_partition, timers, putOff) {
      const shard = createTallyShard(timers, putOff);
      shards.push(shard);
      return shard;
    },
    serde: tallySerde,
    clock,
    logger,
    codec: () => options.codec ?? 'none',
    batchSizeBytesMax: () => options.batchSizeBytesMax ?? 1024 * 1024,
    commitTimeoutMs: () => options.commitTimeoutMs ?? Number.POSITIVE_INFINITY,
  });
  return {
    runtime,
    shards,
    get shard(): TallyShard {
      const last = shards.at(-1);
      if (last === undefined) throw new Error('nothing was loaded');
      return last;
    },
  };
}

/** With partition 0 led. */
export async function serving(options: TallyOptions = {}): Promise<TallyFixture> {
  const tally = await openTally(options);
  tally.runtime.load(0, tally.log, 3);
  return tally;
}

export function set(tally: TallyFixture, name: string, count: number | null): Promise<Result<string>> {
  return tally.runtime.run(0, (shard, _now, pending) => shard.set(name, count, pending));
}

export function get(tally: TallyFixture, name: string): Promise<Result<number | undefined>> {
  return tally.runtime.run(0, (shard, _now, pending) => shard.get(name, pending));
}
