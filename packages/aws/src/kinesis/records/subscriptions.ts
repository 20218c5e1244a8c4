import type { Clock } from '@sluice/kernel/clock';

/** A consumer may subscribe to a shard again after this; then the older subscription ends. */
const TAKE_OVER_AFTER_MS = 5_000;

/** What one event brings at most, and what it brings while clients leave many events unread. */
export const EVENT_SIZE_BYTES_MAX = 1024 * 1024;
export const EVENT_SIZE_BYTES_MIN = 16 * 1024;
/** Of events that were sent and not read yet, by all subscriptions: beyond the first events are small, beyond the second none begins. */
const UNREAD_SIZE_BYTES_LOW = 128 * 1024 * 1024;
export const UNREAD_SIZE_BYTES_MAX = 512 * 1024 * 1024;

/** Who reads what in this door: a consumer has one subscription to a shard. */
export interface Subscriptions {
  /** Undefined if another one is too young to be taken over; else ends that one. */
  open(key: string): Subscription | undefined;
  readonly count: number;
  /** What the next event may bring; 0 if too much is unread. */
  readonly nextEventSizeBytesMax: number;
}

export interface Subscription {
  /** Aborted when the same consumer subscribes again, or the door closes. */
  readonly signal: AbortSignal;
  /** An event of about this size is on its way; until it was read, which the next call or the end says. */
  sending(sizeBytes: number): void;
  end(): void;
}

export interface AllSubscriptions extends Subscriptions {
  close(): void;
}

export function createSubscriptions(clock: Clock): AllSubscriptions {
  const open = new Map<string, { readonly startedMs: number; readonly abort: AbortController }>();
  let unreadSizeBytes = 0;
  return {
    get count() {
      return open.size;
    },
    get nextEventSizeBytesMax() {
      if (unreadSizeBytes >= UNREAD_SIZE_BYTES_MAX) return 0;
      return unreadSizeBytes < UNREAD_SIZE_BYTES_LOW ? EVENT_SIZE_BYTES_MAX : EVENT_SIZE_BYTES_MIN;
    },
    open(key) {
      const other = open.get(key);
      const nowMs = clock.monotonicMs();
      if (other !== undefined && nowMs - other.startedMs < TAKE_OVER_AFTER_MS) return undefined;
      other?.abort.abort();
      const own = { startedMs: nowMs, abort: new AbortController() };
      open.set(key, own);
      let ownUnreadSizeBytes = 0;
      const sending = (sizeBytes: number): void => {
        unreadSizeBytes += sizeBytes - ownUnreadSizeBytes;
        ownUnreadSizeBytes = sizeBytes;
      };
      return {
        signal: own.abort.signal,
        sending,
        end() {
          sending(0);
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
