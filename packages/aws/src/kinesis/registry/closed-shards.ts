import type { Clock } from '@sluice/kernel/clock';
import type { Logger } from '@sluice/kernel/logger';
import { type KafkaLog, LATEST_TIMESTAMP } from '../../kafka/kafka-log.ts';
import { shardIdOf } from '../shards/shard-id.ts';
import type { ShardState, StreamState } from './stream-state.ts';
import type { Streams } from './streams.ts';
import { isExpired } from './transitions.ts';

/** By then all puts that were on their way when the shard closed have arrived, and were put again: told of together, once. */
const SETTLED_AFTER_MS = 60_000;
/** Shards that were told of; beyond that all are told of again. */
const TOLD_MAX = 100_000;

export interface ClosedShardsNeeds {
  readonly log: KafkaLog;
  readonly streams: Pick<Streams, 'known'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Tells, once for each time that there are more, of records that a Kafka producer has written behind the end of a closed shard:
 * Kafka cannot close a partition, and Kinesis' readers are past it. The records stay, for Kafka's consumers.
 */
export function createClosedShards({ log, streams, clock, logger }: ClosedShardsNeeds): { look(): Promise<void> } {
  /** Where each shard's partition ended when it was last looked at. */
  let seen = new Map<string, number>();

  async function lookAt(state: StreamState, closed: readonly ShardState[]): Promise<void> {
    const ends = await log.offsets(
      state.name,
      closed.map(({ index }) => index),
      LATEST_TIMESTAMP,
    );
    for (const [at, { index, generation, closed: end }] of closed.entries()) {
      const endOffset = end?.endOffset ?? 0;
      const key = `${state.name}/${index}/${generation}`;
      const before = seen.get(key) ?? endOffset;
      const now = ends[at] ?? endOffset;
      seen.set(key, Math.max(now, before));
      if (now <= before) continue;
      const shard = shardIdOf(index);
      logger.warn('records behind the end of a closed shard are seen by Kafka consumers only', {
        stream: state.name,
        shard,
        partition: index,
        fromOffset: before,
        records: now - before,
        hint:
          'let Kafka producers write through the door, or to open shards only; ' +
          'a few right after a reshard are copies of puts that were under way, and were put again',
      });
    }
  }

  return {
    async look() {
      if (seen.size > TOLD_MAX) seen = new Map();
      const nowMs = clock.now();
      for (const state of streams.known()) {
        if (state.topicId === null || state.status === 'DELETING') continue;
        const closed = state.shards.filter(
          (shard) =>
            shard.closed !== undefined &&
            shard.closed.atMs + SETTLED_AFTER_MS <= nowMs &&
            !isExpired(state, shard, nowMs),
        );
        if (closed.length > 0) await lookAt(state, closed);
      }
    },
  };
}
