/*
 * The Zstandard frame (RFC 8878): magic, descriptor, window, dictionary id and content size of varying widths; blocks with
 * a 3-byte little-endian header (last, type, size); an optional checksum. Skippable frames have a magic and a size.
 */
const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const SKIPPABLE_MAGIC_MASK = 0xfffffff0;
const FLAG_CHECKSUM = 0x04;
const FLAG_SINGLE_SEGMENT = 0x20;
const DICTIONARY_ID_SIZES_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_SIZES_BYTES = [0, 2, 4, 8];
const BLOCK_HEADER_SIZE_BYTES = 3;
const BLOCK_TYPE_RLE = 1;
const BLOCK_TYPE_RESERVED = 3;

export interface ZstdFrame {
  readonly kind: 'content' | 'skippable';
  readonly end: number;
}

/** The frame at `start`, measured without decoding it; `undefined` if there is none or it is cut short. */
export function zstdFrameAt(input: Buffer, start: number): ZstdFrame | undefined {
  if (input.length - start < 8) return undefined;
  const magic = input.readUInt32LE(start);
  if ((magic & SKIPPABLE_MAGIC_MASK) >>> 0 === SKIPPABLE_MAGIC) {
    const end = start + 8 + input.readUInt32LE(start + 4);
    return end <= input.length ? { kind: 'skippable', end } : undefined;
  }
  if (magic !== FRAME_MAGIC) return undefined;
  const descriptor = input.readUInt8(start + 4);
  const blocksEnd = endOfBlocks(input, start + 5 + headerFieldsSizeBytes(descriptor));
  if (blocksEnd === undefined) return undefined;
  const end = blocksEnd + ((descriptor & FLAG_CHECKSUM) !== 0 ? 4 : 0);
  return end <= input.length ? { kind: 'content', end } : undefined;
}

function headerFieldsSizeBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & FLAG_SINGLE_SEGMENT) !== 0;
  const contentSizeFlag = descriptor >>> 6;
  const contentSizeSizeBytes = isSingleSegment && contentSizeFlag === 0 ? 1 : CONTENT_SIZE_SIZES_BYTES[contentSizeFlag];
  return (isSingleSegment ? 0 : 1) + (DICTIONARY_ID_SIZES_BYTES[descriptor & 3] ?? 0) + (contentSizeSizeBytes ?? 0);
}

function endOfBlocks(input: Buffer, start: number): number | undefined {
  let at = start;
  for (;;) {
    if (at + BLOCK_HEADER_SIZE_BYTES > input.length) return undefined;
    const header = input.readUIntLE(at, BLOCK_HEADER_SIZE_BYTES);
    const type = (header >>> 1) & 3;
    if (type === BLOCK_TYPE_RESERVED) return undefined;
    at += BLOCK_HEADER_SIZE_BYTES + (type === BLOCK_TYPE_RLE ? 1 : header >>> 3);
    if ((header & 1) === 1) return at;
  }
}
