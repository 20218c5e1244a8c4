import type { Uuid } from '@sluice/kernel/ids';
import { type OffsetCommitKey, offsetCommitKeyCodec } from '@sluice/protocol/generated/records/group/offset-commit-key';
import {
  type OffsetCommitValue,
  offsetCommitValueCodec,
} from '@sluice/protocol/generated/records/group/offset-commit-value';
import { int64At } from '@sluice/protocol/int64';
import { Reader } from '@sluice/protocol/reader';

const KEY_VERSION = 0;
const PARTITION_SIZE_BYTES = 4;

/**
 * A value as Kafka 4.3 writes nearly all of them: version 4, no metadata, the topic id as its one tagged field. `*` is a
 * number's or the id's byte.
 */
const PLAIN_VALUE = '0004 **************** ******** 01 **************** 01 00 10 ********************************';
const FIXED_BYTES = fixedBytes(PLAIN_VALUE);
const PLAIN_SIZE_BYTES = PLAIN_VALUE.replaceAll(' ', '').length / 2;
const OFFSET_AT = 2;
const LEADER_EPOCH_AT = 10;
const TIME_AT = 15;
const TOPIC_ID_AT = PLAIN_SIZE_BYTES - 16;

/**
 * Reads offset commits as the generated codecs do (a test compares), but takes what a record has in common with the one
 * before it (group, topic, topic id) from that: a start may read millions, and what is kept of them is shared.
 */
export function createOffsetCommitReader() {
  let lastKeyBytes: Buffer = Buffer.alloc(0);
  let lastKey: OffsetCommitKey = { group: '', topic: '', partition: -1 };
  let lastTopicIdBytes: Buffer = Buffer.alloc(0);
  let lastTopicId: Uuid = '';

  return {
    /** With its type in front. */
    key(bytes: Buffer): OffsetCommitKey {
      const partitionAt = bytes.length - PARTITION_SIZE_BYTES;
      if (bytes.length === lastKeyBytes.length && isEqual(bytes, 0, lastKeyBytes, partitionAt)) {
        return { group: lastKey.group, topic: lastKey.topic, partition: bytes.readInt32BE(partitionAt) };
      }
      const reader = new Reader(bytes, { utf8Lenient: true });
      reader.int16('type');
      const key = offsetCommitKeyCodec.decode(reader, KEY_VERSION);
      if (reader.remaining === 0) {
        lastKeyBytes = Buffer.from(bytes);
        lastKey = key;
      }
      return key;
    },
    /** With its version in front. */
    value(bytes: Buffer): OffsetCommitValue {
      const offset = isPlain(bytes) ? int64At(bytes, OFFSET_AT) : Number.NaN;
      const commitTimestamp = Number.isSafeInteger(offset) ? int64At(bytes, TIME_AT) : Number.NaN;
      if (!Number.isSafeInteger(commitTimestamp)) {
        const reader = new Reader(bytes, { utf8Lenient: true });
        return offsetCommitValueCodec.decode(reader, reader.int16('version'));
      }
      if (lastTopicIdBytes.length === 0 || !isEqual(bytes, TOPIC_ID_AT, lastTopicIdBytes, 16)) {
        lastTopicIdBytes = Buffer.from(bytes.subarray(TOPIC_ID_AT));
        lastTopicId = lastTopicIdBytes.toString('base64url');
      }
      return {
        offset,
        leaderEpoch: bytes.readInt32BE(LEADER_EPOCH_AT),
        metadata: '',
        commitTimestamp,
        expireTimestamp: -1,
        topicId: lastTopicId,
      };
    },
  };
}

function isPlain(bytes: Buffer): boolean {
  if (bytes.length !== PLAIN_SIZE_BYTES) return false;
  for (const { at, byte } of FIXED_BYTES) if (bytes[at] !== byte) return false;
  return true;
}

/** Short pieces: a loop is quicker than a call into native code. */
function isEqual(bytes: Buffer, from: number, other: Buffer, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[from + i] !== other[i]) return false;
  return true;
}

function fixedBytes(layout: string): readonly { at: number; byte: number }[] {
  const pairs = layout.replaceAll(' ', '').match(/../g) ?? [];
  return pairs.flatMap((pair, at) => (pair === '**' ? [] : [{ at, byte: Number.parseInt(pair, 16) }]));
}
