import { createRequire } from 'node:module';
import type * as NativeLz4 from 'lz4-napi';
import { CompressionError, checkLevel, LEVELS, tooLarge } from './codec.ts';
import { type BlockResult, decompressBlock } from './lz4-block.ts';
import { xxhash32 } from './xxhash32.ts';

/*
 * The LZ4 frame format: magic, flags, block descriptor, optional content size and dictionary id, header checksum; then
 * blocks of a little-endian length (top bit: stored), data and optional checksum; an end mark of 0; optional content
 * checksum. Blocks are independent (Java) or linked to what was decoded before (librdkafka, the lz4 tool).
 */
const FRAME_MAGIC = 0x184d2204;
const FLAG_DICTIONARY = 0x01;
const FLAG_RESERVED = 0x02;
const FLAG_CONTENT_CHECKSUM = 0x04;
const FLAG_CONTENT_SIZE = 0x08;
const FLAG_BLOCK_CHECKSUM = 0x10;
const FLAG_BLOCK_INDEPENDENT = 0x20;
const FRAME_VERSION = 0x40;
const FRAME_VERSION_MASK = 0xc0;
const BLOCK_SIZE_BYTES_MAX_BY_ID: Readonly<Record<number, number>> = { 4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22 };
const STORED_BIT = 0x80000000;

/** Version 1, independent blocks of 64 KiB, no checksums: what Java's clients write. */
const WRITTEN_HEADER = Buffer.from('04224d18604082', 'hex');
const WRITTEN_BLOCK_SIZE_BYTES = 1 << 16;
/** lz4-napi puts the uncompressed size in front of its blocks. */
const NATIVE_SIZE_PREFIX_SIZE_BYTES = 4;

/** Records usually compress less than this; more only takes another turn. */
const EXPECTED_RATIO = 4;
const OUTPUT_SIZE_BYTES_MIN = 1024;

const require = createRequire(import.meta.url);
let native: typeof NativeLz4 | undefined;

/** Every level compresses alike: the library has the fast method only, which is also Kafka's at its default level 9. */
export function compressLz4(input: Buffer, level: number = LEVELS.lz4.default): Buffer {
  checkLevel('lz4', level);
  native ??= require('lz4-napi') as typeof NativeLz4;
  const parts: Buffer[] = [WRITTEN_HEADER];
  for (let at = 0; at < input.length; at += WRITTEN_BLOCK_SIZE_BYTES) {
    const plain = input.subarray(at, at + WRITTEN_BLOCK_SIZE_BYTES);
    const packed = native.compressSync(plain).subarray(NATIVE_SIZE_PREFIX_SIZE_BYTES);
    const isStored = packed.length >= plain.length;
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32LE(isStored ? plain.length + STORED_BIT : packed.length);
    parts.push(length, isStored ? plain : packed);
  }
  parts.push(Buffer.alloc(4));
  return Buffer.concat(parts);
}

/** Reads one frame, as Java does; bytes behind it are ignored. Output never outgrows a small multiple of what was read. */
export function decompressLz4(input: Buffer, sizeBytesMax: number): Buffer {
  const frame = readFrameHeader(input);
  const decoded: Decoded = {
    output: Buffer.allocUnsafe(Math.min(sizeBytesMax, Math.max(OUTPUT_SIZE_BYTES_MIN, input.length * EXPECTED_RATIO))),
    sizeBytes: 0,
  };
  let at = frame.blocksAt;
  for (;;) {
    const lengthField = readUInt32(input, at);
    at += 4;
    if (lengthField === 0) break;
    const isStored = lengthField >= STORED_BIT;
    const length = isStored ? lengthField - STORED_BIT : lengthField;
    if (length > frame.blockSizeBytesMax) throw corrupt(`a block of ${length} bytes`);
    if (length > input.length - at) throw corrupt('cut short in a block');
    const block = input.subarray(at, at + length);
    at += length;
    if (frame.hasBlockChecksum) {
      if (readUInt32(input, at) !== xxhash32(block)) throw corrupt('a block checksum differs');
      at += 4;
    }
    addBlock(decoded, block, isStored, frame, sizeBytesMax);
  }
  const content = decoded.output.subarray(0, decoded.sizeBytes);
  if (frame.hasContentChecksum && readUInt32(input, at) !== xxhash32(content)) {
    throw corrupt('the content checksum differs');
  }
  if (frame.contentSizeBytes !== undefined && frame.contentSizeBytes !== BigInt(content.length)) {
    throw corrupt(`${content.length} bytes instead of the announced ${frame.contentSizeBytes}`);
  }
  return content;
}

/** What the blocks so far gave, in a buffer that grows. */
interface Decoded {
  output: Buffer;
  sizeBytes: number;
}

/** Decodes a block behind the others, again from its start with twice the room for as long as it does not fit. */
function addBlock(decoded: Decoded, block: Buffer, isStored: boolean, frame: FrameHeader, sizeBytesMax: number): void {
  const start = decoded.sizeBytes;
  const endMax = Math.min(sizeBytesMax, start + frame.blockSizeBytesMax);
  for (;;) {
    const end = Math.min(decoded.output.length, endMax);
    const result = isStored
      ? storeBlock(block, decoded.output, start, end)
      : decompressBlock(block, 0, block.length, decoded.output, start, end, frame.isLinked ? 0 : start);
    if (result === 'corrupt') throw corrupt('a block is not LZ4');
    if (result !== 'output-full') {
      decoded.sizeBytes = result;
      return;
    }
    if (end === sizeBytesMax) throw tooLarge('lz4', sizeBytesMax);
    if (end === endMax) throw corrupt(`a block of more than ${frame.blockSizeBytesMax} bytes`);
    const larger = Buffer.allocUnsafe(Math.min(sizeBytesMax, decoded.output.length * 2));
    decoded.output.copy(larger, 0, 0, start);
    decoded.output = larger;
  }
}

interface FrameHeader {
  readonly isLinked: boolean;
  readonly hasBlockChecksum: boolean;
  readonly hasContentChecksum: boolean;
  readonly contentSizeBytes: bigint | undefined;
  readonly blockSizeBytesMax: number;
  readonly blocksAt: number;
}

function readFrameHeader(input: Buffer): FrameHeader {
  if (input.length < WRITTEN_HEADER.length) throw corrupt('cut short in the frame header');
  if (input.readUInt32LE(0) !== FRAME_MAGIC) throw corrupt('not a frame');
  const flags = input.readUInt8(4);
  const descriptor = input.readUInt8(5);
  const blockSizeBytesMax = BLOCK_SIZE_BYTES_MAX_BY_ID[(descriptor >>> 4) & 7];
  if ((flags & FRAME_VERSION_MASK) !== FRAME_VERSION) throw corrupt('not version 1 of the frame format');
  if ((flags & (FLAG_RESERVED | FLAG_DICTIONARY)) !== 0) throw corrupt('a reserved flag or a dictionary');
  if ((descriptor & 0x8f) !== 0 || blockSizeBytesMax === undefined) throw corrupt('an unknown block descriptor');
  const hasContentSize = (flags & FLAG_CONTENT_SIZE) !== 0;
  const checksumAt = hasContentSize ? 14 : 6;
  if (input.length <= checksumAt) throw corrupt('cut short in the frame header');
  if (input.readUInt8(checksumAt) !== ((xxhash32(input, 4, checksumAt) >>> 8) & 0xff)) {
    throw corrupt('the header checksum differs');
  }
  return {
    isLinked: (flags & FLAG_BLOCK_INDEPENDENT) === 0,
    hasBlockChecksum: (flags & FLAG_BLOCK_CHECKSUM) !== 0,
    hasContentChecksum: (flags & FLAG_CONTENT_CHECKSUM) !== 0,
    contentSizeBytes: hasContentSize ? input.readBigUInt64LE(6) : undefined,
    blockSizeBytesMax,
    blocksAt: checksumAt + 1,
  };
}

function storeBlock(block: Buffer, output: Buffer, start: number, end: number): BlockResult {
  if (block.length > end - start) return 'output-full';
  block.copy(output, start);
  return start + block.length;
}

function readUInt32(input: Buffer, at: number): number {
  if (at + 4 > input.length) throw corrupt('cut short');
  return input.readUInt32LE(at);
}

function corrupt(message: string): CompressionError {
  return new CompressionError('corrupt', 'lz4', message);
}
