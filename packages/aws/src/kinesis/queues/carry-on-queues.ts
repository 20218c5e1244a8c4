import type { Clock, Timer } from '@sluice/kernel/clock';
import type { Offset } from '@sluice/kernel/ids';
import type { Logger } from '@sluice/kernel/logger';
import { EARLIEST_TIMESTAMP, type KafkaLog, LATEST_TIMESTAMP } from '../../kafka/kafka-log.ts';
import { createLedgerTopic } from './ledger.ts';
import { groupOf, ledgerTopicOf, type QueueState, type StreamQueue } from './queue-state.ts';
import type { Queues } from './queues.ts';

/** After a failure; of a queue that is deleted also while another door is a member of its group. */
const RETRY_AFTER_MS = 1_000;

export interface CarryOnQueues {
  /** Something may be under way: looks now, and goes on until nothing is. */
  wake(): void;
  close(): void;
}

export interface CarryOnQueuesOptions {
  readonly log: KafkaLog;
  readonly clock: Clock;
  /** This door's name in the registry. */
  readonly door: string;
  readonly queues: Queues;
  readonly logger: Logger;
  readonly statusDelayMs: number;
  readonly takeOverAfterMs: number;
}

/** Makes and removes what queues consist of, from the registry alone: also what a door began that died meanwhile. */
export function createCarryOnQueues(options: CarryOnQueuesOptions): CarryOnQueues {
  const { log, clock, door, queues, logger, statusDelayMs, takeOverAfterMs } = options;
  const underWay = new Set<string>();
  let timer: Timer | undefined;
  let isClosed = false;

  function dueInMs({ status, sinceMs, by }: QueueState): number | undefined {
    if (status === 'ACTIVE') return undefined;
    const patienceMs = by === door ? 0 : takeOverAfterMs;
    return Math.max(0, sinceMs + statusDelayMs + patienceMs - clock.now());
  }

  function wake(): void {
    if (isClosed) return;
    timer?.cancel();
    let soonestMs = Number.POSITIVE_INFINITY;
    for (const { queue } of queues.known()) {
      const waitMs = dueInMs(queue);
      if (waitMs === undefined || underWay.has(queue.id)) continue;
      if (waitMs === 0) void run(queue.id);
      else soonestMs = Math.min(soonestMs, waitMs);
    }
    if (soonestMs !== Number.POSITIVE_INFINITY) timer = clock.setTimer(soonestMs, wake);
  }

  async function run(id: string): Promise<void> {
    underWay.add(id);
    try {
      const found = await queues.current(id);
      if (found !== undefined && dueInMs(found.queue) === 0 && !isClosed) await step(found);
      underWay.delete(id);
    } catch (error) {
      logger.info('a queue could not be made or deleted yet; it is tried again', { queue: id, error: String(error) });
      if (isClosed) return;
      clock.setTimer(RETRY_AFTER_MS, () => {
        underWay.delete(id);
        wake();
      });
    }
  }

  async function step(found: StreamQueue): Promise<void> {
    const { queue, stream } = found;
    if (queue.status === 'DELETING') {
      await queues.shut(queue.id);
      await log.deleteTopic(ledgerTopicOf(queue));
      await log.shareGroups.remove(groupOf(queue));
      await queues.change(found, () => null);
      return;
    }
    await log.shareGroups.create(groupOf(queue), stream.name, await startOffsets(found));
    await createLedgerTopic(log, ledgerTopicOf(queue));
    await queues.change(found, (current) =>
      current.status === 'CREATING' ? { ...current, status: 'ACTIVE' } : undefined,
    );
  }

  /** Where the queue begins in each partition that there is. */
  async function startOffsets({ stream, queue: { start } }: StreamQueue): Promise<readonly Offset[]> {
    const partitions = Array.from({ length: stream.nextShard }, (_, index) => index);
    if (start.type === 'TRIM_HORIZON') return await log.offsets(stream.name, partitions, EARLIEST_TIMESTAMP);
    const ends = await log.offsets(stream.name, partitions, LATEST_TIMESTAMP);
    if (start.type === 'LATEST') return ends;
    const found = await log.offsets(stream.name, partitions, start.timestampMs ?? 0);
    return found.map((offset, index) => (offset >= 0 ? offset : (ends[index] ?? 0)));
  }

  return {
    wake,
    close() {
      isClosed = true;
      timer?.cancel();
    },
  };
}
