import type { Clock } from '../clock.ts';
import type { CloseReason, Connection, ConnectionHandler, Receiver } from '../network.ts';
import type { SimRandom } from './random.ts';

export interface SimLinkOptions {
  readonly clock: Pick<Clock, 'setTimer' | 'monotonicMs'>;
  readonly random: SimRandom;
  readonly delayMs: () => number;
  readonly lossProbability: number;
  readonly retransmitMs: number;
  readonly windowBytes: number;
  readonly chunkBytesMax: number;
  readonly giveUpMs: number;
  /** Whether nothing gets away from this end. */
  readonly isCut: (end: 0 | 1) => boolean;
  readonly addresses: readonly [Address, Address];
  /** Both ends are closed. */
  readonly onGone: () => void;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

export interface SimEndpoint {
  readonly connection: Connection;
  start(handler: ConnectionHandler): void;
  /** Ends this side now, as by a reset. */
  fail(reason: CloseReason): void;
  /** The process behind this end is gone; `silent`: and so is its machine. */
  die(silent: boolean): void;
  /** A cut may have healed. */
  wake(): void;
}

/** What travels, in order: bytes, the end of the stream, or a reset. */
type Parcel =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'end' }
  | { readonly kind: 'reset' };

/** The two ends of one connection. */
export function createSimLink(options: SimLinkOptions): readonly [SimEndpoint, SimEndpoint] {
  let openCount = 2;
  const closed = () => {
    openCount--;
    if (openCount === 0) options.onGone();
  };
  const dialler: End = createEnd(0, options, () => acceptor, closed);
  const acceptor: End = createEnd(1, options, () => dialler, closed);
  return [dialler, acceptor];
}

interface End extends SimEndpoint {
  arrive(parcel: Parcel): void;
  /** The peer has taken bytes out of its receive buffer. */
  taken(sizeBytes: number): void;
}

function createEnd(side: 0 | 1, options: SimLinkOptions, peer: () => End, onClosed: () => void): End {
  const { clock, random } = options;
  let handler: ConnectionHandler | undefined;
  let state: 'open' | 'ending' | 'closed' | 'dead' = 'open';
  let paused = false;
  let peerEnded = false;
  /** Not yet taken by the operating system. */
  const unsent: Buffer[] = [];
  let unsentBytes = 0;
  let drainOwed = false;
  /** On the way or in the peer's receive buffer. */
  let outstandingBytes = 0;
  let endSent = false;
  let lastArrivalMs = 0;
  /** Behind a cut. */
  const held: Parcel[] = [];
  let heldSinceMs = 0;
  /** Arrived while paused. */
  const received: Parcel[] = [];

  const later = (action: () => void) => clock.setTimer(0, action);
  const isLive = () => state === 'open' || state === 'ending';

  const close = (reason: CloseReason) => {
    if (!isLive()) return;
    state = 'closed';
    unsent.length = 0;
    unsentBytes = 0;
    received.length = 0;
    later(() => {
      if (state === 'dead') return;
      handler?.onClose(reason);
    });
    onClosed();
  };

  const send = (parcel: Parcel) => {
    if (held.length > 0 || options.isCut(side)) {
      held.push(parcel);
      if (held.length === 1) {
        heldSinceMs = clock.monotonicMs();
        clock.setTimer(options.giveUpMs, giveUp);
      }
      return;
    }
    const lostMs = random.chance(options.lossProbability) ? options.retransmitMs : 0;
    const arrivalMs = Math.max(lastArrivalMs, clock.monotonicMs() + options.delayMs() + lostMs);
    lastArrivalMs = arrivalMs;
    clock.setTimer(arrivalMs - clock.monotonicMs(), () => peer().arrive(parcel));
  };

  /** TCP's own timeout: what was written long ago has not been acknowledged. */
  const giveUp = () => {
    if (held.length === 0 || clock.monotonicMs() - heldSinceMs < options.giveUpMs) return;
    held.length = 0;
    close('error');
  };

  /** Hands to the operating system what fits its window, in pieces as a network makes them. */
  const pump = () => {
    while (unsentBytes > 0) {
      const first = unsent[0];
      const roomBytes = options.windowBytes - outstandingBytes;
      // RFC 1122's way around the silly window: room that grew by little is not used yet.
      if (first === undefined || roomBytes < Math.min(unsentBytes, options.windowBytes / 4)) break;
      const sizeMax = Math.min(first.length, roomBytes, options.chunkBytesMax);
      const size = random.chance(0.5) ? sizeMax : 1 + random.below(sizeMax);
      if (size === first.length) unsent.shift();
      else unsent[0] = first.subarray(size);
      unsentBytes -= size;
      outstandingBytes += size;
      // A copy: the chunk belongs to the receiver, who may change it.
      send({ kind: 'bytes', bytes: Buffer.from(first.subarray(0, size)) });
    }
    if (unsentBytes > 0) return;
    if (drainOwed) {
      drainOwed = false;
      later(() => {
        if (isLive() && unsentBytes === 0) handler?.onDrain();
      });
    }
    if (state === 'ending' && !endSent) {
      endSent = true;
      send({ kind: 'end' });
      if (peerEnded) close(closeReason);
    }
  };

  let closeReason: CloseReason = 'local';
  const end = (reason: CloseReason) => {
    if (state !== 'open') return;
    state = 'ending';
    closeReason = reason;
    // Nobody reads any more on purpose; the rest must go by for the peer's end to be seen.
    paused = false;
    pump();
    if (received.length > 0) later(deliver);
  };

  const handle = (parcel: Parcel) => {
    switch (parcel.kind) {
      case 'bytes':
        peer().taken(parcel.bytes.length);
        if (handler?.receiver === undefined) handler?.onData(parcel.bytes);
        else fill(handler.receiver, parcel.bytes);
        return;
      case 'end':
        peerEnded = true;
        if (state === 'ending' && endSent) close(closeReason);
        else end('peer');
        return;
      case 'reset':
        close('reset');
    }
  };

  const deliver = () => {
    while (!paused && isLive()) {
      const parcel = received.shift();
      if (parcel === undefined) return;
      handle(parcel);
    }
  };

  const [own, other] = side === 0 ? options.addresses : [options.addresses[1], options.addresses[0]];
  const connection: Connection = {
    remoteAddress: other.host,
    remotePort: other.port,
    localAddress: own.host,
    localPort: own.port,
    get unsentBytes() {
      return unsentBytes;
    },
    write(buffers) {
      if (state !== 'open') return;
      for (const buffer of buffers) {
        if (buffer.length === 0) continue;
        unsent.push(Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength));
        unsentBytes += buffer.length;
      }
      pump();
      drainOwed = unsentBytes > 0;
    },
    pause() {
      paused = true;
    },
    resume() {
      if (!paused) return;
      paused = false;
      later(deliver);
    },
    end: () => end('local'),
    destroy() {
      if (!isLive()) return;
      if (!endSent) send(received.length > 0 ? { kind: 'reset' } : { kind: 'end' });
      close('local');
    },
  };

  return {
    connection,
    start(newHandler) {
      handler = newHandler;
    },
    arrive(parcel) {
      if (state === 'closed' && parcel.kind === 'bytes') send({ kind: 'reset' });
      if (!isLive()) return;
      // A reset does not wait for the reader.
      if (parcel.kind === 'reset') return close('reset');
      received.push(parcel);
      deliver();
    },
    taken(sizeBytes) {
      outstandingBytes -= sizeBytes;
      if (isLive()) pump();
    },
    fail: close,
    die(silent) {
      const wasLive = isLive();
      state = 'dead';
      handler = undefined;
      if (!wasLive) return;
      if (!silent) send({ kind: 'reset' });
      onClosed();
    },
    wake() {
      if (held.length === 0 || options.isCut(side)) return;
      for (const parcel of held.splice(0)) send(parcel);
    },
  };
}

function fill(receiver: Receiver, bytes: Buffer): void {
  for (let taken = 0; taken < bytes.length; ) {
    const count = bytes.copy(receiver.buffer(), 0, taken);
    taken += count;
    receiver.received(count);
  }
}
