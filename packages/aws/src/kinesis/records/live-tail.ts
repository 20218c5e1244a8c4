import { wait } from '@sluice/client/wait';
import type { Clock } from '@sluice/kernel/clock';
import type { KafkaLog } from '../../kafka/kafka-log.ts';

/**
 * How long one request for news waits. Who begins to wait meanwhile is part of the next one only, so it is short at first,
 * and longer while nobody new comes.
 */
const WAIT_MS_MIN = 10;
const WAIT_MS_MAX = 100;
/** Those who were told read, and come back, before the next request is made. */
const COME_BACK_MS = 2;
const RETRY_AFTER_MS = 500;

interface Waiter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly settle: (isNews: boolean) => void;
}

/** Tells who waits for records when there may be some: of all partitions by one request at a time to each broker. */
export interface LiveTail {
  /** Settles when the partition may have a record at the offset, to true; at the latest after `limitMs`, to false. */
  news(topic: string, partition: number, offset: number, limitMs: number, signal: AbortSignal): Promise<boolean>;
  /** This door has just written there. */
  notify(topic: string, partition: number): void;
  close(): void;
}

export function createLiveTail(log: KafkaLog, clock: Clock): LiveTail {
  const waiters = new Map<string, Set<Waiter>>();
  let waitMs = WAIT_MS_MIN;
  let isRunning = false;
  let isClosed = false;

  function settleAll(key: string): void {
    for (const { settle } of [...(waiters.get(key) ?? [])]) settle(true);
  }

  async function run(): Promise<void> {
    isRunning = true;
    while (waiters.size > 0 && !isClosed) {
      const positions = [...waiters.values()].map((set) => {
        const [first] = set;
        // Those who wait at other offsets of the partition look again together with the one that waits longest.
        return { topic: first?.topic ?? '', partition: first?.partition ?? 0, offset: lowest(set) };
      });
      try {
        const news = await log.waitForRecords(positions, waitMs);
        for (const { topic, partition } of news) settleAll(keyOf(topic, partition));
        waitMs = news.length > 0 ? WAIT_MS_MIN : Math.min(2 * waitMs, WAIT_MS_MAX);
        await wait(clock, COME_BACK_MS);
      } catch {
        await wait(clock, RETRY_AFTER_MS);
      }
    }
    isRunning = false;
  }

  return {
    news(topic, partition, offset, limitMs, signal) {
      return new Promise((resolve) => {
        if (isClosed || signal.aborted) return resolve(false);
        const key = keyOf(topic, partition);
        const settle = (isNews: boolean) => {
          timer.cancel();
          signal.removeEventListener('abort', giveUp);
          const set = waiters.get(key);
          set?.delete(waiter);
          if (set?.size === 0) waiters.delete(key);
          resolve(isNews);
        };
        const giveUp = () => settle(false);
        const waiter: Waiter = { topic, partition, offset, settle };
        const timer = clock.setTimer(limitMs, giveUp);
        signal.addEventListener('abort', giveUp);
        const set = waiters.get(key);
        if (set === undefined) {
          waitMs = WAIT_MS_MIN;
          waiters.set(key, new Set([waiter]));
        }
        set?.add(waiter);
        if (!isRunning) void run();
      });
    },
    notify(topic, partition) {
      const key = keyOf(topic, partition);
      if (waiters.has(key)) settleAll(key);
    },
    close() {
      isClosed = true;
      for (const key of [...waiters.keys()]) settleAll(key);
    },
  };
}

const keyOf = (topic: string, partition: number) => `${topic}:${partition}`;

function lowest(set: ReadonlySet<Waiter>): number {
  let offset = Number.POSITIVE_INFINITY;
  for (const waiter of set) offset = Math.min(offset, waiter.offset);
  return offset;
}
