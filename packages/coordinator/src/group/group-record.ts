import type { ConsumerGroupCurrentMemberAssignmentKey } from '@sluice/protocol/generated/records/group/consumer-group-current-member-assignment-key';
import type { ConsumerGroupCurrentMemberAssignmentValueInput } from '@sluice/protocol/generated/records/group/consumer-group-current-member-assignment-value';
import type { ConsumerGroupMemberMetadataKey } from '@sluice/protocol/generated/records/group/consumer-group-member-metadata-key';
import type { ConsumerGroupMemberMetadataValueInput } from '@sluice/protocol/generated/records/group/consumer-group-member-metadata-value';
import type { ConsumerGroupMetadataKey } from '@sluice/protocol/generated/records/group/consumer-group-metadata-key';
import type { ConsumerGroupMetadataValueInput } from '@sluice/protocol/generated/records/group/consumer-group-metadata-value';
import type { ConsumerGroupRegularExpressionKey } from '@sluice/protocol/generated/records/group/consumer-group-regular-expression-key';
import type { ConsumerGroupRegularExpressionValueInput } from '@sluice/protocol/generated/records/group/consumer-group-regular-expression-value';
import type { ConsumerGroupTargetAssignmentMemberKey } from '@sluice/protocol/generated/records/group/consumer-group-target-assignment-member-key';
import type { ConsumerGroupTargetAssignmentMemberValueInput } from '@sluice/protocol/generated/records/group/consumer-group-target-assignment-member-value';
import type { ConsumerGroupTargetAssignmentMetadataKey } from '@sluice/protocol/generated/records/group/consumer-group-target-assignment-metadata-key';
import type { ConsumerGroupTargetAssignmentMetadataValueInput } from '@sluice/protocol/generated/records/group/consumer-group-target-assignment-metadata-value';
import type { GroupMetadataKey } from '@sluice/protocol/generated/records/group/group-metadata-key';
import type { GroupMetadataValueInput } from '@sluice/protocol/generated/records/group/group-metadata-value';
import type { OffsetCommitKey } from '@sluice/protocol/generated/records/group/offset-commit-key';
import type { OffsetCommitValueInput } from '@sluice/protocol/generated/records/group/offset-commit-value';
import type { ShareGroupCurrentMemberAssignmentKey } from '@sluice/protocol/generated/records/group/share-group-current-member-assignment-key';
import type { ShareGroupCurrentMemberAssignmentValueInput } from '@sluice/protocol/generated/records/group/share-group-current-member-assignment-value';
import type { ShareGroupMemberMetadataKey } from '@sluice/protocol/generated/records/group/share-group-member-metadata-key';
import type { ShareGroupMemberMetadataValueInput } from '@sluice/protocol/generated/records/group/share-group-member-metadata-value';
import type { ShareGroupMetadataKey } from '@sluice/protocol/generated/records/group/share-group-metadata-key';
import type { ShareGroupMetadataValueInput } from '@sluice/protocol/generated/records/group/share-group-metadata-value';
import type { ShareGroupStatePartitionMetadataKey } from '@sluice/protocol/generated/records/group/share-group-state-partition-metadata-key';
import type { ShareGroupStatePartitionMetadataValueInput } from '@sluice/protocol/generated/records/group/share-group-state-partition-metadata-value';
import type { ShareGroupTargetAssignmentMemberKey } from '@sluice/protocol/generated/records/group/share-group-target-assignment-member-key';
import type { ShareGroupTargetAssignmentMemberValueInput } from '@sluice/protocol/generated/records/group/share-group-target-assignment-member-value';
import type { ShareGroupTargetAssignmentMetadataKey } from '@sluice/protocol/generated/records/group/share-group-target-assignment-metadata-key';
import type { ShareGroupTargetAssignmentMetadataValueInput } from '@sluice/protocol/generated/records/group/share-group-target-assignment-metadata-value';

/** A record of `__consumer_offsets`. A null value is a tombstone. */
export type GroupRecord =
  | RecordOf<'offset-commit', OffsetCommitKey, OffsetCommitValueInput>
  | RecordOf<'group-metadata', GroupMetadataKey, GroupMetadataValueInput>
  | ConsumerGroupRecord
  | ShareGroupRecord;

/** Of the groups of KIP-848. */
export type ConsumerGroupRecord =
  | RecordOf<'consumer-group-metadata', ConsumerGroupMetadataKey, ConsumerGroupMetadataValueInput>
  | RecordOf<'consumer-group-member-metadata', ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataValueInput>
  | RecordOf<
      'consumer-group-target-assignment-metadata',
      ConsumerGroupTargetAssignmentMetadataKey,
      ConsumerGroupTargetAssignmentMetadataValueInput
    >
  | RecordOf<
      'consumer-group-target-assignment-member',
      ConsumerGroupTargetAssignmentMemberKey,
      ConsumerGroupTargetAssignmentMemberValueInput
    >
  | RecordOf<
      'consumer-group-current-member-assignment',
      ConsumerGroupCurrentMemberAssignmentKey,
      ConsumerGroupCurrentMemberAssignmentValueInput
    >
  | RecordOf<
      'consumer-group-regular-expression',
      ConsumerGroupRegularExpressionKey,
      ConsumerGroupRegularExpressionValueInput
    >;

/** Of share groups (KIP-932). */
export type ShareGroupRecord =
  | RecordOf<'share-group-metadata', ShareGroupMetadataKey, ShareGroupMetadataValueInput>
  | RecordOf<'share-group-member-metadata', ShareGroupMemberMetadataKey, ShareGroupMemberMetadataValueInput>
  | RecordOf<
      'share-group-target-assignment-metadata',
      ShareGroupTargetAssignmentMetadataKey,
      ShareGroupTargetAssignmentMetadataValueInput
    >
  | RecordOf<
      'share-group-target-assignment-member',
      ShareGroupTargetAssignmentMemberKey,
      ShareGroupTargetAssignmentMemberValueInput
    >
  | RecordOf<
      'share-group-current-member-assignment',
      ShareGroupCurrentMemberAssignmentKey,
      ShareGroupCurrentMemberAssignmentValueInput
    >
  | RecordOf<
      'share-group-state-partition-metadata',
      ShareGroupStatePartitionMetadataKey,
      ShareGroupStatePartitionMetadataValueInput
    >;

export function isOfShareGroup(record: GroupRecord): record is ShareGroupRecord {
  return record.type.startsWith('share-');
}

interface RecordOf<Type extends string, Key, Value> {
  readonly type: Type;
  readonly key: Key;
  readonly value: Value | null;
}
