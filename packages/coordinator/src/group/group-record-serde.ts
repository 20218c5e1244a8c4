import { ZERO_UUID } from '@sluice/kernel/ids';
import { consumerGroupCurrentMemberAssignmentKeyCodec as currentAssignmentKey } from '@sluice/protocol/generated/records/group/consumer-group-current-member-assignment-key';
import { consumerGroupCurrentMemberAssignmentValueCodec as currentAssignmentValue } from '@sluice/protocol/generated/records/group/consumer-group-current-member-assignment-value';
import { consumerGroupMemberMetadataKeyCodec as memberMetadataKey } from '@sluice/protocol/generated/records/group/consumer-group-member-metadata-key';
import { consumerGroupMemberMetadataValueCodec as memberMetadataValue } from '@sluice/protocol/generated/records/group/consumer-group-member-metadata-value';
import { consumerGroupMetadataKeyCodec as consumerGroupKey } from '@sluice/protocol/generated/records/group/consumer-group-metadata-key';
import { consumerGroupMetadataValueCodec as consumerGroupValue } from '@sluice/protocol/generated/records/group/consumer-group-metadata-value';
import { consumerGroupRegularExpressionKeyCodec as regularExpressionKey } from '@sluice/protocol/generated/records/group/consumer-group-regular-expression-key';
import { consumerGroupRegularExpressionValueCodec as regularExpressionValue } from '@sluice/protocol/generated/records/group/consumer-group-regular-expression-value';
import { consumerGroupTargetAssignmentMemberKeyCodec as targetMemberKey } from '@sluice/protocol/generated/records/group/consumer-group-target-assignment-member-key';
import { consumerGroupTargetAssignmentMemberValueCodec as targetMemberValue } from '@sluice/protocol/generated/records/group/consumer-group-target-assignment-member-value';
import { consumerGroupTargetAssignmentMetadataKeyCodec as targetMetadataKey } from '@sluice/protocol/generated/records/group/consumer-group-target-assignment-metadata-key';
import { consumerGroupTargetAssignmentMetadataValueCodec as targetMetadataValue } from '@sluice/protocol/generated/records/group/consumer-group-target-assignment-metadata-value';
import { groupMetadataKeyCodec } from '@sluice/protocol/generated/records/group/group-metadata-key';
import { groupMetadataValueCodec } from '@sluice/protocol/generated/records/group/group-metadata-value';
import { legacyOffsetCommitKeyCodec } from '@sluice/protocol/generated/records/group/legacy-offset-commit-key';
import { legacyOffsetCommitValueCodec } from '@sluice/protocol/generated/records/group/legacy-offset-commit-value';
import { offsetCommitKeyCodec } from '@sluice/protocol/generated/records/group/offset-commit-key';
import type { MessageCodec } from '@sluice/protocol/message-codec';
import { Reader } from '@sluice/protocol/reader';
import { Writer } from '@sluice/protocol/writer';
import type { RecordSerde } from '../runtime/coordinator-shard.ts';
import type { GroupRecord } from './group-record.ts';
import { createOffsetCommitBytes } from './offset-commit-bytes.ts';
import { createOffsetCommitReader } from './offset-commit-reader.ts';

/** All schemas of keys have this version alone: the two bytes in front of a key are the record's type. */
const KEY_VERSION = 0;
/** What 4.3 writes, though it reads version 4: older brokers in the cluster could not. */
const GROUP_METADATA_VERSION = 3;
const offsetCommitBytes = createOffsetCommitBytes();
const offsetCommitReader = createOffsetCommitReader();

/**
 * The records of `__consumer_offsets` as Kafka 4.3 writes them, and as every version up to it wrote them. Records of
 * share and streams groups are of types that are not known here, and so is a consumer group's partition metadata, which
 * 4.3 reads no more (a hash stands in the group's own record).
 *
 * `encode` throws a RangeError for a text of more than 32,767 bytes. `decode` keeps no view of the bytes, but of unknown
 * tagged fields of an offset commit; bytes left over and invalid UTF-8 are accepted, as in Kafka.
 */
export const groupRecordSerde: RecordSerde<GroupRecord> = { encode, decode };

function encode(record: GroupRecord): { key: Buffer; value: Buffer | null } {
  switch (record.type) {
    case 'offset-commit': {
      const { key, value } = record;
      return { key: offsetCommitBytes.key(key), value: value === null ? null : offsetCommitBytes.value(value) };
    }
    case 'group-metadata':
      return bytesOf(groupMetadataKeyCodec, record.key, groupMetadataValueCodec, record.value, GROUP_METADATA_VERSION);
    case 'consumer-group-metadata':
      return bytesOf(consumerGroupKey, record.key, consumerGroupValue, record.value);
    case 'consumer-group-member-metadata':
      return bytesOf(memberMetadataKey, record.key, memberMetadataValue, record.value);
    case 'consumer-group-target-assignment-metadata':
      return bytesOf(targetMetadataKey, record.key, targetMetadataValue, record.value);
    case 'consumer-group-target-assignment-member':
      return bytesOf(targetMemberKey, record.key, targetMemberValue, record.value);
    case 'consumer-group-current-member-assignment':
      return bytesOf(currentAssignmentKey, record.key, currentAssignmentValue, record.value);
    case 'consumer-group-regular-expression':
      return bytesOf(regularExpressionKey, record.key, regularExpressionValue, record.value);
  }
}

function decode(key: Buffer, value: Buffer | null): GroupRecord | undefined {
  const keyReader = new Reader(key, { utf8Lenient: true });
  const recordType = keyReader.int16('type');
  switch (recordType) {
    case legacyOffsetCommitKeyCodec.apiKey:
      return legacyOffsetCommit(keyReader, value);
    case offsetCommitKeyCodec.apiKey:
      return {
        type: 'offset-commit',
        key: offsetCommitReader.key(key),
        value: value === null ? null : offsetCommitReader.value(value),
      };
    case groupMetadataKeyCodec.apiKey:
      return recordOf('group-metadata', groupMetadataKeyCodec, keyReader, groupMetadataValueCodec, value);
    case consumerGroupKey.apiKey:
      return recordOf('consumer-group-metadata', consumerGroupKey, keyReader, consumerGroupValue, value);
    case memberMetadataKey.apiKey:
      return recordOf('consumer-group-member-metadata', memberMetadataKey, keyReader, memberMetadataValue, value);
    case targetMetadataKey.apiKey:
      return recordOf(
        'consumer-group-target-assignment-metadata',
        targetMetadataKey,
        keyReader,
        targetMetadataValue,
        value,
      );
    case targetMemberKey.apiKey:
      return recordOf('consumer-group-target-assignment-member', targetMemberKey, keyReader, targetMemberValue, value);
    case currentAssignmentKey.apiKey:
      return recordOf(
        'consumer-group-current-member-assignment',
        currentAssignmentKey,
        keyReader,
        currentAssignmentValue,
        value,
      );
    case regularExpressionKey.apiKey:
      return recordOf(
        'consumer-group-regular-expression',
        regularExpressionKey,
        keyReader,
        regularExpressionValue,
        value,
      );
    default:
      return undefined;
  }
}

/** Of Kafka 0.8.2. */
function legacyOffsetCommit(keyReader: Reader, bytes: Buffer | null): GroupRecord {
  const key = legacyOffsetCommitKeyCodec.decode(keyReader, KEY_VERSION);
  const legacy = read(legacyOffsetCommitValueCodec, bytes);
  const value = legacy && { ...legacy, leaderEpoch: -1, expireTimestamp: -1, topicId: ZERO_UUID };
  return { type: 'offset-commit', key, value };
}

function recordOf<Type extends string, Key, Value>(
  type: Type,
  keyCodec: MessageCodec<Key, never>,
  keyReader: Reader,
  valueCodec: MessageCodec<Value, never>,
  value: Buffer | null,
): { type: Type; key: Key; value: Value | null } {
  // What a group keeps of it would hold on to the whole batch that it was read with.
  const own = value === null ? null : Buffer.from(value);
  return { type, key: keyCodec.decode(keyReader, KEY_VERSION), value: read(valueCodec, own) };
}

function read<Value>(codec: MessageCodec<Value, never>, bytes: Buffer | null): Value | null {
  if (bytes === null) return null;
  const reader = new Reader(bytes, { utf8Lenient: true });
  return codec.decode(reader, reader.int16('version'));
}

function bytesOf<Key, Value>(
  keyCodec: MessageCodec<unknown, Key>,
  key: Key,
  valueCodec: MessageCodec<unknown, Value>,
  value: Value | null,
  version = 0,
): { key: Buffer; value: Buffer | null } {
  if (keyCodec.apiKey === undefined) throw new TypeError(`${keyCodec.name} is no key of a record`);
  return {
    key: written(keyCodec, key, keyCodec.apiKey, KEY_VERSION),
    value: value === null ? null : written(valueCodec, value, version, version),
  };
}

function written<Input>(codec: MessageCodec<unknown, Input>, input: Input, prefix: number, version: number): Buffer {
  const writer = new Writer();
  writer.int16(prefix);
  codec.encode(writer, input, version);
  const [bytes, more] = writer.finish();
  if (bytes === undefined || more !== undefined) throw new Error(`${codec.name} in more than one piece`);
  return bytes;
}
