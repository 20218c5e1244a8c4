import { assert } from '@sluice/kernel/assert';
import type { Clock } from '@sluice/kernel/clock';
import type { Logger } from '@sluice/kernel/logger';
import type { CloseReason, Connection, ConnectionHandler, Receiver } from '@sluice/kernel/network';
import type { SentOutcome } from '../define-api.ts';
import type { Begun, Dispatch, Outcome } from '../dispatch.ts';
import type { Peer } from '../request.ts';
import type { FrameBuffers } from './frame-buffers.ts';
import { createFrameReader } from './frame-reader.ts';
import type { InFlight, InFlightMember } from './in-flight.ts';
import { type ConnectionLimits, FRAME_MS_MAX, FRAME_RATE_BYTES_MIN, PIPELINED_REQUEST_COUNT_MAX } from './limits.ts';
import { describeBadLength } from './wrong-protocol.ts';

export interface ServedConnection extends ConnectionHandler {
  readonly peer: Peer;
  readonly receiver: Receiver;
  /** Closes the connection if it idles or is stuck; called now and then. */
  sweep(): void;
  /** Answers what has begun, then closes. */
  finish(): void;
  destroy(): void;
}

export interface ServeOptions {
  readonly connection: Connection;
  readonly peer: Peer;
  readonly dispatch: Dispatch;
  readonly limits: ConnectionLimits;
  readonly inFlight: InFlight;
  /** See `createFrameReader`. */
  readonly scratch: Buffer;
  readonly buffers: FrameBuffers;
  readonly clock: Clock;
  readonly logger: Logger;
  onClosed(): void;
}

/** A request that has begun; answers leave in the order in which requests came. */
interface Turn {
  readonly sizeBytes: number;
  outcome: Outcome | undefined;
}

/**
 * One connection's life: bytes → frames → turns → answers.
 *
 * A request begins when all before it have ended; only pipelined ones (Produce) begin while others of their kind are under
 * way. Back-pressure towards the peer: reading pauses while too many requests wait, while the broker's in-flight bytes are full, and while
 * the peer does not read its answers.
 */
export function serveConnection(options: ServeOptions): ServedConnection {
  const { connection, peer, dispatch, limits, inFlight, scratch, clock, logger, onClosed } = options;
  const waiting: Buffer[] = [];
  const turns: Turn[] = [];
  let underWayCount = 0;
  /** Of answers that the peer has not taken yet. */
  let unsent: (() => void)[] = [];
  let isBusy = false;
  let isClosed = false;
  /** No further request is taken. */
  let isFinishing = false;
  /** Nothing more is sent. */
  let isEnded = false;
  let isPaused = false;
  let isFlushScheduled = false;
  let wholeSizeBytes = 0;
  let partialSizeBytes = 0;
  let lastActiveMs = clock.monotonicMs();
  let frameStartedMs: number | undefined;

  const reader = createFrameReader({
    frameSizeBytesMax: limits.frameSizeBytesMax,
    scratch,
    buffers: options.buffers,
    onFrame(frame) {
      wholeSizeBytes += frame.length;
      inFlight.addWhole(frame.length);
      waiting.push(frame);
    },
    onBadLength(length) {
      logger.warn('connection closed: not a Kafka frame', {
        reason: describeBadLength(length, limits.frameSizeBytesMax),
      });
      connection.destroy();
    },
  });

  const member: InFlightMember = {
    get isMidRequest() {
      return partialSizeBytes > 0;
    },
    resume: () => updatePause(),
  };

  function letGo(sizeBytes: number): void {
    if (isClosed) return;
    wholeSizeBytes -= sizeBytes;
    inFlight.removeWhole(sizeBytes);
  }

  /** The incomplete frame counts as in flight too. */
  function countPartial(): void {
    const before = partialSizeBytes;
    partialSizeBytes = reader.partialSizeBytes;
    if (partialSizeBytes > before) inFlight.addPartial(partialSizeBytes - before);
    else if (partialSizeBytes < before) inFlight.removePartial(before - partialSizeBytes);
    if (partialSizeBytes === 0) frameStartedMs = undefined;
    else frameStartedMs ??= lastActiveMs;
  }

  function beginWaiting(): void {
    while (waiting.length > 0 && !isBusy && !isClosed) {
      if (turns.length >= PIPELINED_REQUEST_COUNT_MAX || connection.unsentBytes > limits.unsentSizeBytesMax) return;
      const frame = waiting[0];
      if (frame === undefined) return;
      const begun = dispatch(frame, peer, underWayCount > 0);
      // What is under way flushes when it has ended, and then this is called again.
      if (begun === 'later') return;
      waiting.shift();
      follow(begun, { sizeBytes: frame.length, outcome: undefined });
    }
  }

  function follow(begun: Begun, turn: Turn): void {
    turns.push(turn);
    if (!(begun.outcome instanceof Promise)) {
      settle(turn, begun.outcome);
      return;
    }
    underWayCount++;
    const holdsBackOthers = !begun.isPipelined;
    if (holdsBackOthers) isBusy = true;
    else if (begun.effects !== undefined) holdBackUntil(begun.effects);
    begun.outcome.then((outcome) => {
      underWayCount--;
      if (holdsBackOthers) isBusy = false;
      settle(turn, outcome);
      if (holdsBackOthers) beginWaiting();
      updatePause();
    });
  }

  /** What comes after it must not take effect before it. */
  function holdBackUntil(effects: Promise<void>): void {
    isBusy = true;
    effects.then(() => {
      isBusy = false;
      beginWaiting();
      updatePause();
    });
  }

  function settle(turn: Turn, outcome: Outcome): void {
    turn.outcome = outcome;
    // As in Kafka, nothing that came after it takes effect.
    if (outcome === 'close') takeNoMore();
    if (turns[0] !== turn || isFlushScheduled) return;
    isFlushScheduled = true;
    queueMicrotask(flush);
  }

  /** Everything that is answered, up to the first request that is not, leaves in one write. */
  function flush(): void {
    isFlushScheduled = false;
    const buffers: Buffer[] = [];
    let closes = false;
    while (!closes) {
      const outcome = turns[0]?.outcome;
      if (outcome === undefined) break;
      letGo(turns.shift()?.sizeBytes ?? 0);
      if (outcome === 'close') closes = true;
      else if (outcome !== 'none') collect(outcome, buffers);
    }
    if (isClosed || isEnded) return;
    lastActiveMs = clock.monotonicMs();
    if (buffers.length > 0) connection.write(buffers);
    tellSent();
    if (closes || (isFinishing && turns.length === 0)) {
      end();
      return;
    }
    beginWaiting();
    updatePause();
  }

  function takeNoMore(): void {
    isFinishing = true;
    for (const frame of waiting.splice(0)) letGo(frame.length);
  }

  function end(): void {
    isEnded = true;
    connection.end();
  }

  function collect(outcome: readonly Buffer[] | SentOutcome, buffers: Buffer[]): void {
    const isTold = 'onSent' in outcome;
    for (const buffer of isTold ? outcome.buffers : outcome) buffers.push(buffer);
    if (isTold) unsent.push(outcome.onSent);
  }

  /** Everything that was written has left. */
  function tellSent(): void {
    if (unsent.length === 0 || connection.unsentBytes > 0) return;
    const told = unsent;
    unsent = [];
    for (const onSent of told) onSent();
  }

  /** The time that we did not read does not count against the frame's deadline. */
  function resumeReading(): void {
    if (frameStartedMs !== undefined) frameStartedMs = clock.monotonicMs();
    connection.resume();
  }

  function updatePause(): void {
    // An ended connection reads on, else it would not see the peer's end.
    if (isClosed || isEnded) return;
    const mayRead = inFlight.mayRead(member);
    const mustPause = !mayRead || waiting.length + turns.length >= PIPELINED_REQUEST_COUNT_MAX || isFinishing;
    if (mustPause !== isPaused) {
      isPaused = mustPause;
      if (mustPause) connection.pause();
      else resumeReading();
    }
    // Also if it was paused already, for another reason: when that is gone, nobody else wakes it.
    if (!mayRead) inFlight.wait(member);
  }

  function frameIsOverdue(nowMs: number): boolean {
    if (frameStartedMs === undefined || isPaused) return false;
    const allowedMs = FRAME_MS_MAX + (reader.partialSizeBytes / FRAME_RATE_BYTES_MIN) * 1_000;
    return nowMs - frameStartedMs > allowedMs;
  }

  function received(count: number): void {
    if (isClosed || isFinishing) return;
    lastActiveMs = clock.monotonicMs();
    const completedBefore = waiting.length;
    reader.received(count);
    if (waiting.length > completedBefore) {
      frameStartedMs = undefined;
      inFlight.leave(member);
    }
    countPartial();
    beginWaiting();
    updatePause();
  }

  return {
    peer,
    receiver: { buffer: () => reader.buffer(), received },
    onData: () => assert(false, 'bytes go to the receiver'),
    onDrain() {
      tellSent();
      lastActiveMs = clock.monotonicMs();
      beginWaiting();
      updatePause();
    },
    onClose(reason: CloseReason) {
      isClosed = true;
      waiting.length = 0;
      inFlight.leave(member);
      inFlight.removeWhole(wholeSizeBytes);
      inFlight.removePartial(partialSizeBytes);
      if (reason === 'error') logger.debug('connection failed');
      onClosed();
    },
    sweep() {
      const nowMs = clock.monotonicMs();
      if (frameIsOverdue(nowMs)) {
        logger.warn('connection closed: a request took too long to arrive', { receivedBytes: reader.partialSizeBytes });
        connection.destroy();
        return;
      }
      const waitsForUs = turns.length > 0 && connection.unsentBytes === 0;
      if (limits.idleMs >= 0 && !waitsForUs && nowMs - lastActiveMs > limits.idleMs) {
        logger.debug('connection closed: idle', { idleMs: Math.round(nowMs - lastActiveMs) });
        connection.destroy();
      }
    },
    finish() {
      takeNoMore();
      if (turns.length === 0) end();
    },
    destroy() {
      connection.destroy();
    },
  };
}
