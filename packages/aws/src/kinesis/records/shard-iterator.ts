import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import { expiredIterator, invalidArgument } from '../errors.ts';
import type { Seal } from './seal.ts';

/** Where a client is in a shard. */
export interface ShardIterator {
  readonly stream: string;
  readonly shard: number;
  readonly generation: number;
  readonly offset: Offset;
  readonly createdAtMs: TimestampMs;
}

export const ITERATOR_LIFETIME_MS = 5 * 60 * 1000;
/** Tells iterators from page tokens, which bear the same seal. */
const KIND = 1;
const HEAD_SIZE_BYTES = 1 + 6 + 4 + 6 + 6;

export function sealIterator(seal: Seal, iterator: ShardIterator): Promise<string> {
  const head = Buffer.alloc(HEAD_SIZE_BYTES);
  head.writeUInt8(KIND, 0);
  head.writeUIntBE(iterator.createdAtMs, 1, 6);
  head.writeUInt32BE(iterator.shard, 7);
  head.writeUIntBE(iterator.generation, 11, 6);
  head.writeUIntBE(iterator.offset, 17, 6);
  return seal.seal(Buffer.concat([head, Buffer.from(iterator.stream)]));
}

/** Fails for what no door has made, and for what is older than five minutes. */
export async function openIterator(seal: Seal, sealed: string, now: TimestampMs): Promise<ShardIterator> {
  const content = await seal.open(sealed);
  if (content === undefined || content.length < HEAD_SIZE_BYTES || content.readUInt8(0) !== KIND) {
    throw invalidArgument('Invalid ShardIterator.');
  }
  const createdAtMs = content.readUIntBE(1, 6);
  if (now - createdAtMs > ITERATOR_LIFETIME_MS) {
    throw expiredIterator(
      `Iterator expired. The iterator was created at time ${spell(createdAtMs)} while right now it is ${spell(now)} ` +
        `which is further in the future than the tolerated delay of ${ITERATOR_LIFETIME_MS} milliseconds.`,
    );
  }
  return {
    createdAtMs,
    shard: content.readUInt32BE(7),
    generation: content.readUIntBE(11, 6),
    offset: content.readUIntBE(17, 6),
    stream: content.toString('utf8', HEAD_SIZE_BYTES),
  };
}

/** As the service writes times in sentences: `Thu Jan 22 01:22:02 UTC 2015`. */
function spell(timeMs: TimestampMs): string {
  const [weekday = '', day, month, year, time] = new Date(timeMs).toUTCString().split(' ');
  return `${weekday.slice(0, -1)} ${month} ${day} ${time} UTC ${year}`;
}
