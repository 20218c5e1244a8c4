import type { Clock } from '@sluice/kernel/clock';
import { type Logger, silentLogger } from '@sluice/kernel/logger';
import type { Random } from '@sluice/kernel/random';
import type { KafkaLog } from '../kafka/kafka-log.ts';
import { withCallRates } from './call-rates.ts';
import { operationsOf } from './operations-of.ts';
import { createCarryOnQueues } from './queues/carry-on-queues.ts';
import { createQueues } from './queues/queues.ts';
import { createLiveTail } from './records/live-tail.ts';
import { createPutter } from './records/put-records.ts';
import { createShardReader } from './records/read-shard.ts';
import { createSeal } from './records/seal.ts';
import { createSubscriptions } from './records/subscriptions.ts';
import { createCarryOn } from './registry/carry-on.ts';
import { createClosedShards } from './registry/closed-shards.ts';
import { createRegistry } from './registry/registry.ts';
import { createStreams } from './registry/streams.ts';
import { createLoadMeter } from './scaling/load-meter.ts';
import { scaleOnDemand } from './scaling/scale-on-demand.ts';
import { DEFAULT_SETTINGS, type KinesisSettings } from './settings.ts';
import { createThrottle, noThrottle } from './throttle.ts';

export interface KinesisOptions {
  /** The cluster that the streams are in. It stays the caller's to close. */
  readonly log: KafkaLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger?: Logger;
  readonly settings?: Partial<KinesisSettings>;
}

export interface Kinesis {
  /** By name; those that are not built are left out. */
  readonly operations: ReturnType<typeof operationsOf>;
  /** Ends subscriptions, and what is carried on in the background. */
  close(): void;
}

/** Over how long the load of on-demand streams is measured, at the least. */
const SCALING_INTERVAL_MS = 15_000;
/** How often, at the least, a door looks for what other doors have left undone. */
const LOOK_INTERVAL_MS_MAX = 5_000;

/**
 * Kinesis Data Streams on a Kafka cluster. Nothing is dialled before the first request, or before a few seconds have passed:
 * then it looks for what a door has left undone that is gone.
 *
 * @example
 * const kinesis = createKinesis({ log: openKafkaLog({ bootstrap, network, clock, random }), clock, random });
 * await kinesis.operations.CreateStream({ StreamName: 'orders', ShardCount: 2 }, context);
 */
export function createKinesis({ log, clock, random, logger = silentLogger, settings }: KinesisOptions): Kinesis {
  const all = { ...DEFAULT_SETTINGS, ...settings };
  const registry = createRegistry({ log, clock, random });
  const streams = createStreams(registry, log, clock);
  const carryOn = createCarryOn({ log, clock, registry, streams, logger, ...all });
  const queues = createQueues({ log, clock, random, registry, streams, inFlightMax: all.queueInFlightLimit });
  const carryOnQueues = createCarryOnQueues({ log, clock, door: registry.door, queues, logger, ...all });
  const tail = createLiveTail(log, clock);
  const subscriptions = createSubscriptions(clock);
  const meter = createLoadMeter(clock);
  const closedShards = createClosedShards({ log, streams, clock, logger });
  let scaledMs = clock.monotonicMs();
  const lookIntervalMs = Math.min(all.takeOverAfterMs, LOOK_INTERVAL_MS_MAX);
  let isClosed = false;

  async function look(): Promise<void> {
    if (isClosed) return;
    try {
      if (await registry.exists()) {
        await registry.confirm();
        await registry.repair();
        if (clock.monotonicMs() - scaledMs >= SCALING_INTERVAL_MS) {
          scaledMs = clock.monotonicMs();
          await scaleOnDemand({ clock, registry, streams, carryOn, meter });
          await closedShards.look();
        }
        carryOn.wake();
        carryOnQueues.wake();
        await queues.look();
      }
    } catch (error) {
      logger.debug('the registry of streams cannot be read', { error: String(error) });
    }
    if (!isClosed) clock.setTimer(lookIntervalMs, () => void look());
  }
  clock.setTimer(lookIntervalMs, () => void look());

  const operations = operationsOf({
    log,
    clock,
    random,
    registry,
    streams,
    carryOn,
    queues,
    carryOnQueues,
    seal: createSeal(registry, random),
    putter: createPutter(log, streams, clock, (topic, partition, recordCount, sizeBytes) => {
      tail.notify(topic, partition);
      meter.count(topic, recordCount, sizeBytes);
    }),
    reader: createShardReader(log, streams),
    tail,
    subscriptions,
    throttle: all.throttle ? createThrottle(clock) : noThrottle,
    settings: all,
  });
  return {
    operations: all.throttle ? withCallRates(operations, clock) : operations,
    close() {
      isClosed = true;
      carryOn.close();
      carryOnQueues.close();
      queues.close();
      subscriptions.close();
      tail.close();
    },
  };
}
