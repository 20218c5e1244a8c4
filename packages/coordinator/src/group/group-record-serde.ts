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
import type { RecordSerde } from '../runtime/coordinator-shard.ts';
import { readVersioned, recordBytes } from '../runtime/record-bytes.ts';
import type { GroupRecord } from './group-record.ts';
import { createOffsetCommitBytes } from './offset-commit-bytes.ts';
import { createOffsetCommitReader } from './offset-commit-reader.ts';
import { decodeShareGroupRecord, encodeShareGroupRecord } from './share/share-group-serde.ts';

/** All schemas of keys have this version alone: the two bytes in front of a key are the record's type. */
const KEY_VERSION = 0;
/** What 4.3 writes, though it reads version 4: older brokers in the cluster could not. */
const GROUP_METADATA_VERSION = 3;
const offsetCommitBytes = createOffsetCommitBytes();
const offsetCommitReader = createOffsetCommitReader();

/**
 * The records of `__consumer_offsets` as Kafka 4.3 writes them, and as every version up to it wrote them. Records of
 * streams groups are of types that are not known here, and so is a consumer group's partition metadata, which 4.3 reads
 * no more (a hash stands in the group's own record).
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
    default:
      return encodeShareGroupRecord(record, bytesOf);
  }
}

function decode(key: Buffer, value: Buffer | null): GroupRecord | undefined {
  const keyReader = new Reader(key, { utf8Lenient: true });
  const recordType = keyReader.int16('type');
  const parts = <Key, Value>(keyCodec: MessageCodec<Key, never>, valueCodec: MessageCodec<Value, never>) =>
    partsOf(keyReader, keyCodec, value, valueCodec);
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
      return { type: 'group-metadata', ...parts(groupMetadataKeyCodec, groupMetadataValueCodec) };
    case consumerGroupKey.apiKey:
      return { type: 'consumer-group-metadata', ...parts(consumerGroupKey, consumerGroupValue) };
    case memberMetadataKey.apiKey:
      return { type: 'consumer-group-member-metadata', ...parts(memberMetadataKey, memberMetadataValue) };
    case targetMetadataKey.apiKey:
      return { type: 'consumer-group-target-assignment-metadata', ...parts(targetMetadataKey, targetMetadataValue) };
    case targetMemberKey.apiKey:
      return { type: 'consumer-group-target-assignment-member', ...parts(targetMemberKey, targetMemberValue) };
    case currentAssignmentKey.apiKey:
      return {
        type: 'consumer-group-current-member-assignment',
        ...parts(currentAssignmentKey, currentAssignmentValue),
      };
    case regularExpressionKey.apiKey:
      return { type: 'consumer-group-regular-expression', ...parts(regularExpressionKey, regularExpressionValue) };
    default:
      return decodeShareGroupRecord(recordType, parts);
  }
}

/** Of Kafka 0.8.2. */
function legacyOffsetCommit(keyReader: Reader, bytes: Buffer | null): GroupRecord {
  const key = legacyOffsetCommitKeyCodec.decode(keyReader, KEY_VERSION);
  const legacy = read(legacyOffsetCommitValueCodec, bytes);
  const value = legacy && { ...legacy, leaderEpoch: -1, expireTimestamp: -1, topicId: ZERO_UUID };
  return { type: 'offset-commit', key, value };
}

function partsOf<Key, Value>(
  keyReader: Reader,
  keyCodec: MessageCodec<Key, never>,
  value: Buffer | null,
  valueCodec: MessageCodec<Value, never>,
): { key: Key; value: Value | null } {
  // What a group keeps of it would hold on to the whole batch that it was read with.
  const own = value === null ? null : Buffer.from(value);
  return { key: keyCodec.decode(keyReader, KEY_VERSION), value: read(valueCodec, own) };
}

function read<Value>(codec: MessageCodec<Value, never>, bytes: Buffer | null): Value | null {
  return bytes === null ? null : readVersioned(codec, bytes);
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
    key: recordBytes(keyCodec, key, keyCodec.apiKey, KEY_VERSION),
    value: value === null ? null : recordBytes(valueCodec, value, version, version),
  };
}
