import { shareGroupCurrentMemberAssignmentKeyCodec as currentKey } from '@sluice/protocol/generated/records/group/share-group-current-member-assignment-key';
import { shareGroupCurrentMemberAssignmentValueCodec as currentValue } from '@sluice/protocol/generated/records/group/share-group-current-member-assignment-value';
import { shareGroupMemberMetadataKeyCodec as memberKey } from '@sluice/protocol/generated/records/group/share-group-member-metadata-key';
import { shareGroupMemberMetadataValueCodec as memberValue } from '@sluice/protocol/generated/records/group/share-group-member-metadata-value';
import { shareGroupMetadataKeyCodec as groupKey } from '@sluice/protocol/generated/records/group/share-group-metadata-key';
import { shareGroupMetadataValueCodec as groupValue } from '@sluice/protocol/generated/records/group/share-group-metadata-value';
import { shareGroupStatePartitionMetadataKeyCodec as initializedKey } from '@sluice/protocol/generated/records/group/share-group-state-partition-metadata-key';
import { shareGroupStatePartitionMetadataValueCodec as initializedValue } from '@sluice/protocol/generated/records/group/share-group-state-partition-metadata-value';
import { shareGroupTargetAssignmentMemberKeyCodec as targetMemberKey } from '@sluice/protocol/generated/records/group/share-group-target-assignment-member-key';
import { shareGroupTargetAssignmentMemberValueCodec as targetMemberValue } from '@sluice/protocol/generated/records/group/share-group-target-assignment-member-value';
import { shareGroupTargetAssignmentMetadataKeyCodec as targetMetadataKey } from '@sluice/protocol/generated/records/group/share-group-target-assignment-metadata-key';
import { shareGroupTargetAssignmentMetadataValueCodec as targetMetadataValue } from '@sluice/protocol/generated/records/group/share-group-target-assignment-metadata-value';
import type { MessageCodec } from '@sluice/protocol/message-codec';
import type { ShareGroupRecord } from '../group-record.ts';

type ToBytes = <Key, Value>(
  keyCodec: MessageCodec<unknown, Key>,
  key: Key,
  valueCodec: MessageCodec<unknown, Value>,
  value: Value | null,
) => { key: Buffer; value: Buffer | null };

type ToParts = <Key, Value>(
  keyCodec: MessageCodec<Key, never>,
  valueCodec: MessageCodec<Value, never>,
) => { key: Key; value: Value | null };

/** The records of share groups, all of version 0. */
export function encodeShareGroupRecord(
  record: ShareGroupRecord,
  bytes: ToBytes,
): { key: Buffer; value: Buffer | null } {
  switch (record.type) {
    case 'share-group-metadata':
      return bytes(groupKey, record.key, groupValue, record.value);
    case 'share-group-member-metadata':
      return bytes(memberKey, record.key, memberValue, record.value);
    case 'share-group-target-assignment-metadata':
      return bytes(targetMetadataKey, record.key, targetMetadataValue, record.value);
    case 'share-group-target-assignment-member':
      return bytes(targetMemberKey, record.key, targetMemberValue, record.value);
    case 'share-group-current-member-assignment':
      return bytes(currentKey, record.key, currentValue, record.value);
    case 'share-group-state-partition-metadata':
      return bytes(initializedKey, record.key, initializedValue, record.value);
  }
}

/** `undefined` if the type is not one of a share group. */
export function decodeShareGroupRecord(recordType: number, parts: ToParts): ShareGroupRecord | undefined {
  switch (recordType) {
    case groupKey.apiKey:
      return { type: 'share-group-metadata', ...parts(groupKey, groupValue) };
    case memberKey.apiKey:
      return { type: 'share-group-member-metadata', ...parts(memberKey, memberValue) };
    case targetMetadataKey.apiKey:
      return { type: 'share-group-target-assignment-metadata', ...parts(targetMetadataKey, targetMetadataValue) };
    case targetMemberKey.apiKey:
      return { type: 'share-group-target-assignment-member', ...parts(targetMemberKey, targetMemberValue) };
    case currentKey.apiKey:
      return { type: 'share-group-current-member-assignment', ...parts(currentKey, currentValue) };
    case initializedKey.apiKey:
      return { type: 'share-group-state-partition-metadata', ...parts(initializedKey, initializedValue) };
    default:
      return undefined;
  }
}
