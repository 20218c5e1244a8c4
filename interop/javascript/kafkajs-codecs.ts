import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import lz4 from 'lz4-napi';
import snappy from 'snappy';

type Encoder = { readonly buffer: Buffer };

const xerialMagic = Buffer.from('82534e4150505900', 'hex');
const xerialHeaderBytes = 16;
const zstd = promisify(zstdCompress);
const unzstd = promisify(zstdDecompress);

/** kafkajs brings gzip only and leaves the other codecs to its users. */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.Snappy] = () => ({
    compress: ({ buffer }: Encoder) => snappy.compress(buffer),
    decompress: uncompressSnappy,
  });
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: ({ buffer }: Encoder) => lz4.compressFrame(buffer),
    decompress: (buffer: Buffer) => lz4.decompressFrame(buffer),
  });
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: Encoder) => zstd(buffer),
    decompress: (buffer: Buffer) => unzstd(buffer),
  });
}

/** One raw block, or the blocks with lengths that snappy-java writes behind a magic word. */
async function uncompressSnappy(buffer: Buffer): Promise<Buffer> {
  const uncompress = async (block: Buffer) => Buffer.from(await snappy.uncompress(block, { asBuffer: true }));
  if (!buffer.subarray(0, xerialMagic.length).equals(xerialMagic)) return uncompress(buffer);
  const blocks: Buffer[] = [];
  for (let at = xerialHeaderBytes; at < buffer.length; ) {
    const length = buffer.readInt32BE(at);
    blocks.push(await uncompress(buffer.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return Buffer.concat(blocks);
}
