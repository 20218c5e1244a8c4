import type { Receiver } from '@sluice/kernel/network';
import type { FrameBuffers } from './frame-buffers.ts';

/**
 * Cuts a connection's bytes into frames (a 4-byte length, then that many bytes).
 *
 * Between frames bytes arrive in a scratch that all connections share; a frame that is not whole there gets a buffer of
 * its own, and the rest arrives in that. The buffer grows with the bytes received, never with the length that a peer
 * announces.
 */
export interface FrameReader extends Receiver {
  /** Bytes held of a frame that is not complete. */
  readonly partialSizeBytes: number;
}

export interface FrameReaderOptions {
  /** `socket.request.max.bytes` */
  readonly frameSizeBytesMax: number;
  /** Shared by all connections: nothing in it outlives a call of `received`. */
  readonly scratch: Buffer;
  readonly buffers: FrameBuffers;
  onFrame(frame: Buffer): void;
  onBadLength(length: number): void;
}

export const SCRATCH_SIZE_BYTES = 64 * 1024;
const LENGTH_SIZE_BYTES = 4;
/** A frame's buffer is at most this many times what has come of it. */
const GROWTH = 16;
const FRAME_BUFFER_SIZE_BYTES_MIN = 256;

export function createFrameReader(options: FrameReaderOptions): FrameReader {
  const { scratch, buffers, frameSizeBytesMax, onFrame, onBadLength } = options;
  const length = Buffer.alloc(LENGTH_SIZE_BYTES);
  let lengthFilled = 0;
  /** Of the frame under way; −1 while its length is not known. */
  let frameSizeBytes = -1;
  /** The frame's own buffer, once it was not whole in the scratch. */
  let frame: Buffer | undefined;
  let frameFilled = 0;
  let isBroken = false;

  /** Takes the length's bytes; returns where the content goes on. */
  function readLength(from: number, end: number): number {
    const taken = Math.min(LENGTH_SIZE_BYTES - lengthFilled, end - from);
    scratch.copy(length, lengthFilled, from, from + taken);
    lengthFilled += taken;
    if (lengthFilled === LENGTH_SIZE_BYTES) {
      const announced = length.readInt32BE(0);
      if (announced < 0 || announced > frameSizeBytesMax) {
        isBroken = true;
        onBadLength(announced);
      } else {
        frameSizeBytes = announced;
      }
    }
    return from + taken;
  }

  /** The frame's buffer with room for at least one more byte. */
  function grown(): Buffer {
    const sizeBytes = Math.min(frameSizeBytes, Math.max(FRAME_BUFFER_SIZE_BYTES_MIN, frameFilled * GROWTH));
    // One that will be outgrown is not worth the pool's memory.
    const isFinal = sizeBytes === frameSizeBytes;
    const larger = isFinal ? buffers.take(sizeBytes).subarray(0, sizeBytes) : Buffer.allocUnsafeSlow(sizeBytes);
    frame?.copy(larger, 0, 0, frameFilled);
    frame = larger;
    return larger;
  }

  function finish(whole: Buffer): void {
    frameSizeBytes = -1;
    lengthFilled = 0;
    frame = undefined;
    frameFilled = 0;
    onFrame(whole);
  }

  function cutScratch(end: number): void {
    let position = 0;
    while (!isBroken) {
      if (frameSizeBytes < 0) {
        if (position === end) return;
        position = readLength(position, end);
        continue;
      }
      const there = end - position;
      if (there < frameSizeBytes) {
        frameFilled = there;
        if (there > 0) scratch.copy(grown(), 0, position, end);
        return;
      }
      const whole = buffers.take(frameSizeBytes).subarray(0, frameSizeBytes);
      scratch.copy(whole, 0, position, position + frameSizeBytes);
      position += frameSizeBytes;
      finish(whole);
    }
  }

  return {
    buffer() {
      if (frameSizeBytes <= 0) return scratch;
      const room = frame === undefined || frameFilled === frame.length ? grown() : frame;
      return room.subarray(frameFilled);
    },
    received(count) {
      if (isBroken) return;
      if (frameSizeBytes <= 0) {
        cutScratch(count);
        return;
      }
      frameFilled += count;
      if (frame !== undefined && frameFilled === frameSizeBytes) finish(frame);
    },
    get partialSizeBytes() {
      return lengthFilled + frameFilled;
    },
  };
}
