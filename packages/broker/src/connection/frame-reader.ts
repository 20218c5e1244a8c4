/**
 * Cuts a connection's bytes into frames (a 4-byte length, then that many bytes).
 *
 * Memory grows with the bytes received, never with the length that a peer announces: a frame that lies whole in one
 * chunk is a view of it; a larger one keeps its chunks and is joined once, when its last byte is there.
 */
export interface FrameReader {
  /** Hands every frame that `chunk` completes to `onFrame`. After `onBadLength` nothing more is read. */
  push(chunk: Buffer): void;
  /** Bytes held of a frame that is not complete. */
  readonly partialSizeBytes: number;
}

export interface FrameReaderOptions {
  /** `socket.request.max.bytes` */
  readonly frameSizeBytesMax: number;
  onFrame(frame: Buffer): void;
  onBadLength(length: number): void;
}

const LENGTH_SIZE_BYTES = 4;
/** Shorter pieces are copied together, so that a peer that sends byte by byte costs bytes, not objects. */
const PIECE_SIZE_BYTES_MIN = 16 * 1024;
const SCRATCH_SIZE_BYTES_MIN = 256;

export function createFrameReader(options: FrameReaderOptions): FrameReader {
  const pieces = createPieces();
  const length = Buffer.alloc(LENGTH_SIZE_BYTES);
  let lengthFilled = 0;
  /** Of the frame under way; −1 while its length is not known. */
  let frameSizeBytes = -1;
  let broken = false;

  /** Takes the length's bytes from `chunk`; returns where the frame's content goes on. */
  function readLength(chunk: Buffer, from: number): number {
    const taken = Math.min(LENGTH_SIZE_BYTES - lengthFilled, chunk.length - from);
    chunk.copy(length, lengthFilled, from, from + taken);
    lengthFilled += taken;
    if (lengthFilled === LENGTH_SIZE_BYTES) {
      const announced = length.readInt32BE(0);
      if (announced < 0 || announced > options.frameSizeBytesMax) {
        broken = true;
        options.onBadLength(announced);
      } else {
        frameSizeBytes = announced;
      }
    }
    return from + taken;
  }

  return {
    push(chunk) {
      let position = 0;
      while (!broken) {
        if (frameSizeBytes < 0) {
          if (position === chunk.length) return;
          position = readLength(chunk, position);
          continue;
        }
        const missing = frameSizeBytes - pieces.sizeBytes;
        if (chunk.length - position < missing) {
          if (position < chunk.length) pieces.add(chunk.subarray(position));
          return;
        }
        const last = chunk.subarray(position, position + missing);
        position += missing;
        const frame = pieces.sizeBytes === 0 ? last : pieces.join(last);
        frameSizeBytes = -1;
        lengthFilled = 0;
        options.onFrame(frame);
      }
    },
    get partialSizeBytes() {
      return lengthFilled + pieces.sizeBytes;
    },
  };
}

interface Pieces {
  readonly sizeBytes: number;
  add(piece: Buffer): void;
  /** All pieces and `last` as one buffer; empty afterwards. */
  join(last: Buffer): Buffer;
}

function createPieces(): Pieces {
  let parts: Buffer[] = [];
  let sizeBytes = 0;
  /** The last part, if it is ours and may have room. */
  let scratch: Buffer | undefined;
  let scratchFilled = 0;

  function addSmall(piece: Buffer): void {
    let rest = piece;
    while (rest.length > 0) {
      if (scratch === undefined || scratchFilled === scratch.length) {
        const size = Math.min(Math.max(sizeBytes, SCRATCH_SIZE_BYTES_MIN), PIECE_SIZE_BYTES_MIN);
        scratch = Buffer.allocUnsafeSlow(size);
        scratchFilled = 0;
        parts.push(scratch);
      }
      const taken = rest.copy(scratch, scratchFilled);
      scratchFilled += taken;
      sizeBytes += taken;
      parts[parts.length - 1] = scratch.subarray(0, scratchFilled);
      rest = rest.subarray(taken);
    }
  }

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    add(piece) {
      if (piece.length < PIECE_SIZE_BYTES_MIN) {
        addSmall(piece);
        return;
      }
      scratch = undefined;
      parts.push(piece);
      sizeBytes += piece.length;
    },
    join(last) {
      parts.push(last);
      const whole = Buffer.allocUnsafeSlow(sizeBytes + last.length);
      let position = 0;
      for (const part of parts) position += part.copy(whole, position);
      parts = [];
      sizeBytes = 0;
      scratch = undefined;
      return whole;
    },
  };
}
