/** How a batch's records are compressed, by Kafka's names. */
export type Codec = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** In the order of their ids: the three lowest bits of a batch's attributes. */
export const CODECS: readonly Codec[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

export function codecOfId(id: number): Codec | undefined {
  return CODECS[id];
}

export function idOfCodec(codec: Codec): number {
  return CODECS.indexOf(codec);
}

export interface LevelRange {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** `compression.*.level` as Kafka 4.3 accepts them (KIP-390); gzip's default −1 stands beside its range. */
export const LEVELS: Readonly<Record<'gzip' | 'lz4' | 'zstd', LevelRange>> = {
  gzip: { min: 1, max: 9, default: -1 },
  lz4: { min: 1, max: 17, default: 9 },
  zstd: { min: -131072, max: 22, default: 3 },
};

/** Whether `level` is one that Kafka takes for the codec; codecs without levels take none. */
export function isLevelOf(codec: Codec, level: number): boolean {
  if (codec === 'none' || codec === 'snappy') return false;
  const range = LEVELS[codec];
  return Number.isInteger(level) && ((level >= range.min && level <= range.max) || level === range.default);
}

export type CompressionErrorTag =
  /** Not what the codec writes, or cut short. */
  | 'corrupt'
  /** More output than the caller's limit. */
  | 'too-large'
  /** A level that the codec does not have. */
  | 'bad-level';

/** The one error that a codec throws, whatever its library throws. */
export class CompressionError extends Error {
  override readonly name = 'CompressionError';
  readonly tag: CompressionErrorTag;
  readonly codec: Codec;
  constructor(tag: CompressionErrorTag, codec: Codec, message: string, options?: ErrorOptions) {
    super(`${codec}: ${message}`, options);
    this.tag = tag;
    this.codec = codec;
  }
}

/** Throws unless the level is one of the codec's. */
export function checkLevel(codec: 'gzip' | 'lz4' | 'zstd', level: number): void {
  if (!isLevelOf(codec, level)) throw new CompressionError('bad-level', codec, `no compression level ${level}`);
}

/** The error for output beyond the limit. */
export function tooLarge(codec: Codec, sizeBytesMax: number): CompressionError {
  return new CompressionError('too-large', codec, `more than ${sizeBytesMax} bytes decompressed`);
}
