import type { Receiver } from '@sluice/kernel/network';

/** Hands bytes to a receiver as a network does: each time as much as it has room for. */
export function receive(receiver: Receiver, bytes: Buffer): void {
  for (let taken = 0; taken < bytes.length; ) {
    const count = bytes.copy(receiver.buffer(), 0, taken);
    taken += count;
    receiver.received(count);
  }
}
