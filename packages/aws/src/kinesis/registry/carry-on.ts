import { KafkaError } from '@sluice/client/kafka-error';
import type { Clock, Timer } from '@sluice/kernel/clock';
import type { Logger } from '@sluice/kernel/logger';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type KafkaLog, LATEST_TIMESTAMP } from '../../kafka/kafka-log.ts';
import type { Registry } from './registry.ts';
import type { StreamState } from './stream-state.ts';
import type { Streams } from './streams.ts';
import { topicSettingsOf } from './topic-settings.ts';
import { activated, closing, partitionCountFor, reshaped } from './transitions.ts';

/** After a failure. */
const RETRY_AFTER_MS = 1_000;

export interface CarryOn {
  /** Something may be under way: looks now, and goes on until nothing is. */
  wake(): void;
  close(): void;
}

export interface CarryOnOptions {
  readonly log: KafkaLog;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly streams: Streams;
  readonly logger: Logger;
  /** How long CREATING, UPDATING and DELETING last at least. */
  readonly statusDelayMs: number;
  /** What another door began is left alone for so long. */
  readonly takeOverAfterMs: number;
}

/**
 * Carries on what is under way, from the registry alone: what a door began that died meanwhile as well. Each step may be
 * done twice, and only the first of two doors' records counts.
 */
export function createCarryOn(options: CarryOnOptions): CarryOn {
  const { log, clock, registry, streams, logger, statusDelayMs, takeOverAfterMs } = options;
  const underWay = new Set<string>();
  let timer: Timer | undefined;
  let isClosed = false;

  /** When a stream's next step is due on this door; undefined if nothing is under way. */
  function dueInMs({ change }: StreamState): number | undefined {
    if (change === null) return undefined;
    const patienceMs = change.by === registry.door ? 0 : takeOverAfterMs;
    return Math.max(0, change.sinceMs + statusDelayMs + patienceMs - clock.now());
  }

  function wake(): void {
    if (isClosed) return;
    timer?.cancel();
    let soonestMs: number | undefined;
    for (const state of streams.known()) {
      const waitMs = dueInMs(state);
      if (waitMs === undefined || underWay.has(state.name)) continue;
      if (waitMs === 0) void run(state.name);
      else soonestMs = Math.min(soonestMs ?? waitMs, waitMs);
    }
    if (soonestMs !== undefined) timer = clock.setTimer(soonestMs, wake);
  }

  async function run(name: string): Promise<void> {
    underWay.add(name);
    try {
      for (let state = await streams.current(name); state !== undefined && dueInMs(state) === 0 && !isClosed; ) {
        state = await step(state);
      }
      underWay.delete(name);
      wake();
    } catch (error) {
      logger.warn('a change of a stream could not be carried on; it is tried again', {
        stream: name,
        error: String(error),
      });
      if (isClosed) return;
      clock.setTimer(RETRY_AFTER_MS, () => {
        underWay.delete(name);
        wake();
      });
    }
  }

  async function step(state: StreamState): Promise<StreamState | undefined> {
    switch (state.status) {
      case 'ACTIVE':
        return state;
      case 'CREATING':
        return await create(state);
      case 'DELETING':
        await log.deleteTopic(state.name);
        return await streams.change(state.name, (current) => (isSame(state, current) ? null : undefined));
      case 'UPDATING':
        return await reshape(state);
    }
  }

  async function create(state: StreamState): Promise<StreamState | undefined> {
    const { name } = state;
    await log.createTopic(name, { partitionCount: state.nextShard, settings: topicSettingsOf(state) });
    const topic = await log.topic(name);
    if (topic === undefined) throw new KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, name);
    return await streams.change(name, (current) =>
      isSame(state, current) ? activated(state, topic.topicId) : undefined,
    );
  }

  async function reshape(state: StreamState): Promise<StreamState | undefined> {
    const { name, change } = state;
    if (change?.step === 'preparing') {
      await log.growTopic(name, partitionCountFor(state));
      return await streams.change(name, (current) => (isSame(state, current) ? closing(state) : undefined));
    }
    // No put that a door acknowledges from here on is written before these ends.
    const parents = change?.replaced.flatMap((each) => each.parents) ?? [];
    const ends = await log.offsets(name, parents, LATEST_TIMESTAMP);
    const endOffsets = new Map(parents.map((parent, index) => [parent, ends[index] ?? 0]));
    return await streams.change(name, (current) =>
      isSame(state, current) ? reshaped(state, endOffsets, clock.now()) : undefined,
    );
  }

  return {
    wake,
    close() {
      isClosed = true;
      timer?.cancel();
    },
  };
}

/** Whether the step that was done is still the one to be done: no other door has gone on meanwhile. */
function isSame(state: StreamState, current: StreamState | undefined): boolean {
  return (
    current !== undefined &&
    current.status === state.status &&
    current.createdAtMs === state.createdAtMs &&
    JSON.stringify(current.change) === JSON.stringify(state.change)
  );
}
