import type { Clock } from '@sluice/kernel/clock';

/** A consumer may subscribe to a shard again after this; then the older subscription ends. */
const TAKE_OVER_AFTER_MS = 5_000;

/** Who reads what in this door: a consumer has one subscription to a shard. */
export interface Subscriptions {
  /** Undefined if another one is too young to be taken over; else ends that one. */
  open(key: string): Subscription | undefined;
  readonly count: number;
}

export interface Subscription {
  /** Aborted when the same consumer subscribes again, or the door closes. */
  readonly signal: AbortSignal;
  end(): void;
}

export interface AllSubscriptions extends Subscriptions {
  close(): void;
}

export function createSubscriptions(clock: Clock): AllSubscriptions {
  const open = new Map<string, { readonly startedMs: number; readonly abort: AbortController }>();
  return {
    get count() {
      return open.size;
    },
    open(key) {
      const other = open.get(key);
      const nowMs = clock.monotonicMs();
      if (other !== undefined && nowMs - other.startedMs < TAKE_OVER_AFTER_MS) return undefined;
      other?.abort.abort();
      const own = { startedMs: nowMs, abort: new AbortController() };
      open.set(key, own);
      return {
        signal: own.abort.signal,
        end() {
          if (open.get(key) === own) open.delete(key);
        },
      };
    },
    close() {
      for (const { abort } of open.values()) abort.abort();
      open.clear();
    },
  };
}
