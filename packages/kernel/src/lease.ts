import { assert } from './assert.ts';

/**
 * Who still uses a piece of memory that is to be used again. Forgetting to release costs only that: the memory is then
 * collected like any other. Using it without having retained it would be a bug that shows other bytes.
 */
export interface Lease {
  retain(): void;
  /** The last one gives the memory back. */
  release(): void;
}

const leases = new WeakMap<ArrayBufferLike, Lease>();

/** The lease of the memory behind a view; `undefined` where memory is simply collected. */
export function leaseOf(view: Uint8Array): Lease | undefined {
  return leases.get(view.buffer);
}

/** Gives memory a lease that nobody holds yet. */
export function setLease(view: Uint8Array, giveBack: () => void): void {
  let holders = 0;
  leases.set(view.buffer, {
    retain() {
      holders++;
    },
    release() {
      // Released twice, it would serve another request while somebody still reads it.
      assert(holders > 0, 'released memory is held');
      holders--;
      if (holders === 0) giveBack();
    },
  });
}
