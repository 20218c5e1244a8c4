import type { Clock, Timer } from '@sluice/kernel/clock';
import { type LeaseId, StoreError } from './metadata-store.ts';

/** Leases that may live at once. */
export const LEASE_COUNT_MAX = 10_000;

interface Lease {
  readonly ttlMs: number;
  expiresAtMs: number;
  timer: Timer;
}

/** Leases on the monotonic clock. They end with the process: the embedded store drops their keys when it opens. */
export interface LeaseBook {
  grant(ttlMs: number): LeaseId;
  keepAlive(id: LeaseId): boolean;
  /** Whether it was there. */
  remove(id: LeaseId): boolean;
  has(id: LeaseId): boolean;
  clear(): void;
}

/** `expired` runs after the lease left the book. */
export function leaseBook(clock: Clock, expired: (id: LeaseId) => void): LeaseBook {
  const leases = new Map<LeaseId, Lease>();
  let granted = 0;

  function expire(id: LeaseId): void {
    if (remove(id)) expired(id);
  }

  function arm(id: LeaseId, delayMs: number): Timer {
    return clock.setTimer(delayMs, () => {
      const lease = leases.get(id);
      if (lease === undefined) return;
      // Kept alive since the timer was set: cheaper than a new timer for each keep-alive.
      const leftMs = lease.expiresAtMs - clock.monotonicMs();
      if (leftMs > 0) lease.timer = arm(id, leftMs);
      else expire(id);
    });
  }

  function remove(id: LeaseId): boolean {
    const lease = leases.get(id);
    if (lease === undefined) return false;
    lease.timer.cancel();
    return leases.delete(id);
  }

  return {
    grant(ttlMs) {
      if (!(ttlMs > 0)) throw new StoreError('invalid', `a lease of ${ttlMs} ms`);
      if (leases.size >= LEASE_COUNT_MAX) throw new StoreError('limit', `more than ${LEASE_COUNT_MAX} leases`);
      granted += 1;
      const id: LeaseId = granted.toString();
      leases.set(id, { ttlMs, expiresAtMs: clock.monotonicMs() + ttlMs, timer: arm(id, ttlMs) });
      return id;
    },
    keepAlive(id) {
      const lease = leases.get(id);
      if (lease === undefined) return false;
      const nowMs = clock.monotonicMs();
      // After a stop of the process this call can come before the timer that is due.
      if (nowMs >= lease.expiresAtMs) {
        expire(id);
        return false;
      }
      lease.expiresAtMs = nowMs + lease.ttlMs;
      return true;
    },
    remove,
    has: (id) => leases.has(id),
    clear() {
      for (const lease of leases.values()) lease.timer.cancel();
      leases.clear();
    },
  };
}
