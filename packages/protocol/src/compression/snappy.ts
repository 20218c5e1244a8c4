import { createRequire } from 'node:module';
import type * as NativeSnappy from 'snappy';
import { CompressionError, tooLarge } from './codec.ts';

/*
 * Two framings are in use. Java's clients write xerial's: an 8-byte magic, version and compatible version (int32), then
 * blocks of int32 length and raw snappy. librdkafka and others write one raw snappy block. A reader must tell by the
 * magic, as Java's does.
 */
const XERIAL_MAGIC = Buffer.from('82534e4150505900', 'hex');
const XERIAL_HEADER = Buffer.from('82534e41505059000000000100000001', 'hex');
/** Concatenated xerial streams repeat the header where a block length is due: the magic's first four bytes. */
const XERIAL_MAGIC_START = XERIAL_MAGIC.readInt32BE(0);
/** What Java's writer puts into one block. */
const XERIAL_BLOCK_SIZE_BYTES = 32 * 1024;

/** A copy element of 3 bytes yields at most 64: a block that claims more than this per byte is lying. */
const EXPANSION_MAX = 22;
/** The uncompressed length is a varint of at most 5 bytes. */
const LENGTH_VARINT_SIZE_BYTES_MAX = 5;

const require = createRequire(import.meta.url);
let native: typeof NativeSnappy | undefined;

/** In xerial framing, as Java's clients write. */
export function compressSnappy(input: Buffer): Buffer {
  const parts: Buffer[] = [XERIAL_HEADER];
  for (let at = 0; at < input.length; at += XERIAL_BLOCK_SIZE_BYTES) {
    const block = snappy().compressSync(input.subarray(at, at + XERIAL_BLOCK_SIZE_BYTES));
    const length = Buffer.allocUnsafe(4);
    length.writeInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/** Either framing. The announced sizes are checked before anything is allocated. */
export function decompressSnappy(input: Buffer, sizeBytesMax: number): Buffer {
  const isXerial = input.length >= XERIAL_HEADER.length && input.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC);
  return isXerial ? decompressXerial(input, sizeBytesMax) : decompressBlock(input, sizeBytesMax);
}

function decompressXerial(input: Buffer, sizeBytesMax: number): Buffer {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  let at = XERIAL_HEADER.length;
  while (at < input.length) {
    if (at + 4 > input.length) throw corrupt('cut short in a block length');
    const length = input.readInt32BE(at);
    if (length === XERIAL_MAGIC_START) {
      at += XERIAL_HEADER.length;
      continue;
    }
    at += 4;
    if (length < 0 || length > input.length - at)
      throw corrupt(`a block of ${length} bytes, ${input.length - at} left`);
    const part = decompressBlock(input.subarray(at, at + length), sizeBytesMax - sizeBytes);
    parts.push(part);
    sizeBytes += part.length;
    at += length;
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, sizeBytes);
}

function decompressBlock(block: Buffer, sizeBytesMax: number): Buffer {
  const announced = uncompressedSizeBytes(block);
  if (announced > sizeBytesMax) throw tooLarge('snappy', sizeBytesMax);
  if (announced > block.length * EXPANSION_MAX) throw corrupt(`${block.length} bytes cannot hold ${announced}`);
  try {
    const output = snappy().uncompressSync(block, { asBuffer: true });
    return typeof output === 'string' ? Buffer.from(output) : output;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CompressionError('corrupt', 'snappy', error.message, { cause: error });
  }
}

function uncompressedSizeBytes(block: Buffer): number {
  let size = 0;
  for (let at = 0; at < LENGTH_VARINT_SIZE_BYTES_MAX; at++) {
    const byte = block[at];
    if (byte === undefined) throw corrupt('cut short in the length');
    size += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return size;
  }
  throw corrupt('the length does not end');
}

function corrupt(message: string): CompressionError {
  return new CompressionError('corrupt', 'snappy', message);
}

function snappy(): typeof NativeSnappy {
  native ??= require('snappy') as typeof NativeSnappy;
  return native;
}
