import type { Clock } from '@sluice/kernel/clock';
import type { SharedPartition } from './acknowledgement.ts';
import type { ShareConsumerError } from './errors.ts';
import type { FetchSettings } from './share-requests.ts';

/**
 * How long a broker may take to begin partitions that are fetched for the first time: it answers as soon as it has begun
 * one, whether there are records or not.
 */
const FIRST_WAIT_MS = 2_500;
/** How long it may take for others of the same fetch. */
const NEXT_WAIT_MS = 500;
/**
 * A first answer names what the broker has begun, unless others have locked as much of it as may be; later ones do not name
 * what has no records. So the second answer counts for all that it names no error of.
 */
const ANSWER_COUNT_MAX = 2;

export type Places = ReadonlyMap<string, SharedPartition>;

/**
 * Whether the group has begun the partitions that a member has: their first fetch does that. What is sent to them before,
 * a group that begins at the end never sees.
 */
export interface Beginning {
  /** Somebody waits for it: partitions are to be fetched though nobody asks for messages yet. */
  readonly isAwaited: boolean;
  isOver(places: Places): boolean;
  /** How to fetch these so that an answer comes as soon as they are begun. */
  settingsFor(places: Places, settings: FetchSettings): FetchSettings;
  /** These were asked for; the answer named those. */
  onFetched(asked: Places, answered: ReadonlyMap<string, { readonly errorCode: number }>): void;
  /** What the member has may have changed. */
  check(): void;
  /** Nobody waits any longer. */
  end(error?: ShareConsumerError): void;
  /** Settles when all is begun, at the latest after that time. */
  wait(patienceMs: number): Promise<void>;
}

/** @param hasAll Whether the member has what it waits for. */
export function createBeginning(clock: Clock, places: () => Places, hasAll: () => boolean): Beginning {
  /** How many answers came that named no error. */
  const answerCounts = new Map<string, number>();
  const waiting = new Set<PromiseWithResolvers<void>>();

  const isOver = (of: Places) => [...of.keys()].every((key) => (answerCounts.get(key) ?? 0) >= ANSWER_COUNT_MAX);

  function check(): void {
    if (waiting.size > 0 && hasAll() && isOver(places())) end();
  }

  function end(error?: ShareConsumerError): void {
    for (const { resolve, reject } of waiting) {
      if (error === undefined) resolve();
      else reject(error);
    }
    waiting.clear();
  }

  return {
    get isAwaited() {
      return waiting.size > 0;
    },
    isOver,
    settingsFor(of, settings) {
      if (waiting.size === 0 || isOver(of)) return settings;
      const isFirst = [...of.keys()].some((key) => !answerCounts.has(key));
      if (isFirst) return { ...settings, sizeBytesMin: 0, maxWaitMs: FIRST_WAIT_MS };
      return { ...settings, sizeBytesMin: Math.max(1, settings.sizeBytesMin), maxWaitMs: NEXT_WAIT_MS };
    },
    onFetched(asked, answered) {
      if (waiting.size === 0) return;
      for (const key of asked.keys()) {
        const errorCode = answered.get(key)?.errorCode;
        if (errorCode === undefined) answerCounts.set(key, (answerCounts.get(key) ?? 0) + 1);
        else if (errorCode === 0) answerCounts.set(key, ANSWER_COUNT_MAX);
      }
      check();
    },
    check,
    end,
    async wait(patienceMs) {
      const own = places();
      for (const key of answerCounts.keys()) if (!own.has(key)) answerCounts.delete(key);
      const over = Promise.withResolvers<void>();
      waiting.add(over);
      const timer = clock.setTimer(patienceMs, over.resolve);
      check();
      try {
        await over.promise;
      } finally {
        timer.cancel();
        waiting.delete(over);
      }
    },
  };
}
