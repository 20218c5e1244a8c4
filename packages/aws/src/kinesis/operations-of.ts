import type { Clock } from '@sluice/kernel/clock';
import type { Random } from '@sluice/kernel/random';
import type { KafkaLog } from '../kafka/kafka-log.ts';
import type { KinesisOperations } from './generated/types.ts';
import { acknowledgeDeadLetterQueueRecords } from './operations/acknowledge-dead-letter-queue-records.ts';
import { acknowledgeQueueRecords } from './operations/acknowledge-queue-records.ts';
import { addTagsToStream } from './operations/add-tags-to-stream.ts';
import { createChannel } from './operations/create-channel.ts';
import { createQueue } from './operations/create-queue.ts';
import { createStream } from './operations/create-stream.ts';
import { decreaseStreamRetentionPeriod } from './operations/decrease-stream-retention-period.ts';
import { deleteChannel } from './operations/delete-channel.ts';
import { deleteQueue } from './operations/delete-queue.ts';
import { deleteResourcePolicy } from './operations/delete-resource-policy.ts';
import { deleteStream } from './operations/delete-stream.ts';
import { deregisterStreamConsumer } from './operations/deregister-stream-consumer.ts';
import { describeAccountSettings } from './operations/describe-account-settings.ts';
import { describeChannel } from './operations/describe-channel.ts';
import { describeLimits } from './operations/describe-limits.ts';
import { describeQueue } from './operations/describe-queue.ts';
import { describeStream } from './operations/describe-stream.ts';
import { describeStreamConsumer } from './operations/describe-stream-consumer.ts';
import { describeStreamSummary } from './operations/describe-stream-summary.ts';
import { disableEnhancedMonitoring } from './operations/disable-enhanced-monitoring.ts';
import { enableEnhancedMonitoring } from './operations/enable-enhanced-monitoring.ts';
import { getRecords } from './operations/get-records.ts';
import { getResourcePolicy } from './operations/get-resource-policy.ts';
import { getShardIterator } from './operations/get-shard-iterator.ts';
import { increaseStreamRetentionPeriod } from './operations/increase-stream-retention-period.ts';
import { listChannels } from './operations/list-channels.ts';
import { listQueues } from './operations/list-queues.ts';
import { listShards } from './operations/list-shards.ts';
import { listStreamConsumers } from './operations/list-stream-consumers.ts';
import { listStreams } from './operations/list-streams.ts';
import { listTagsForResource } from './operations/list-tags-for-resource.ts';
import { listTagsForStream } from './operations/list-tags-for-stream.ts';
import { mergeShards } from './operations/merge-shards.ts';
import { putRecord } from './operations/put-record.ts';
import { putRecords } from './operations/put-records.ts';
import { putResourcePolicy } from './operations/put-resource-policy.ts';
import { receiveDeadLetterQueueRecords } from './operations/receive-dead-letter-queue-records.ts';
import { receiveQueueRecords } from './operations/receive-queue-records.ts';
import { registerStreamConsumer } from './operations/register-stream-consumer.ts';
import { removeTagsFromStream } from './operations/remove-tags-from-stream.ts';
import { restoreDeadLetterQueueRecords } from './operations/restore-dead-letter-queue-records.ts';
import { splitShard } from './operations/split-shard.ts';
import { startStreamEncryption } from './operations/start-stream-encryption.ts';
import { stopStreamEncryption } from './operations/stop-stream-encryption.ts';
import { subscribeToShard } from './operations/subscribe-to-shard.ts';
import { tagResource } from './operations/tag-resource.ts';
import { untagResource } from './operations/untag-resource.ts';
import { updateAccountSettings } from './operations/update-account-settings.ts';
import { updateChannel } from './operations/update-channel.ts';
import { updateDeadLetterQueueRecordsVisibility } from './operations/update-dead-letter-queue-records-visibility.ts';
import { updateMaxRecordSize } from './operations/update-max-record-size.ts';
import { updateQueue } from './operations/update-queue.ts';
import { updateQueueRecordsVisibility } from './operations/update-queue-records-visibility.ts';
import { updateShardCount } from './operations/update-shard-count.ts';
import { updateStreamMode } from './operations/update-stream-mode.ts';
import { updateStreamRecordDistributionStrategy } from './operations/update-stream-record-distribution-strategy.ts';
import { updateStreamWarmThroughput } from './operations/update-stream-warm-throughput.ts';
import type { CarryOnQueues } from './queues/carry-on-queues.ts';
import type { Queues } from './queues/queues.ts';
import type { LiveTail } from './records/live-tail.ts';
import type { Putter } from './records/put-records.ts';
import type { ShardReader } from './records/read-shard.ts';
import type { Seal } from './records/seal.ts';
import type { Subscriptions } from './records/subscriptions.ts';
import type { CarryOn } from './registry/carry-on.ts';
import type { Registry } from './registry/registry.ts';
import type { Streams } from './registry/streams.ts';
import type { KinesisSettings } from './settings.ts';
import type { Throttle } from './throttle.ts';

/** All that operations need; each takes what it names. */
export interface Parts {
  readonly log: KafkaLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: Registry;
  readonly streams: Streams;
  readonly carryOn: CarryOn;
  readonly queues: Queues;
  readonly carryOnQueues: CarryOnQueues;
  readonly seal: Seal;
  readonly putter: Putter;
  readonly reader: ShardReader;
  readonly tail: LiveTail;
  readonly subscriptions: Subscriptions;
  readonly throttle: Throttle;
  readonly settings: KinesisSettings;
}

/** The operations that there are. */
export function operationsOf(parts: Parts) {
  return {
    AddTagsToStream: addTagsToStream(parts),
    CreateStream: createStream(parts),
    DecreaseStreamRetentionPeriod: decreaseStreamRetentionPeriod(parts),
    DeleteResourcePolicy: deleteResourcePolicy(parts),
    DeleteStream: deleteStream(parts),
    DeregisterStreamConsumer: deregisterStreamConsumer(parts),
    DescribeAccountSettings: describeAccountSettings(parts),
    DescribeLimits: describeLimits(parts),
    DescribeStream: describeStream(parts),
    DescribeStreamConsumer: describeStreamConsumer(parts),
    DescribeStreamSummary: describeStreamSummary(parts),
    DisableEnhancedMonitoring: disableEnhancedMonitoring(parts),
    EnableEnhancedMonitoring: enableEnhancedMonitoring(parts),
    GetRecords: getRecords(parts),
    GetResourcePolicy: getResourcePolicy(parts),
    GetShardIterator: getShardIterator(parts),
    IncreaseStreamRetentionPeriod: increaseStreamRetentionPeriod(parts),
    ListShards: listShards(parts),
    ListStreamConsumers: listStreamConsumers(parts),
    ListStreams: listStreams(parts),
    ListTagsForResource: listTagsForResource(parts),
    ListTagsForStream: listTagsForStream(parts),
    MergeShards: mergeShards(parts),
    PutRecord: putRecord(parts),
    PutRecords: putRecords(parts),
    PutResourcePolicy: putResourcePolicy(parts),
    RegisterStreamConsumer: registerStreamConsumer(parts),
    RemoveTagsFromStream: removeTagsFromStream(parts),
    SplitShard: splitShard(parts),
    StartStreamEncryption: startStreamEncryption(parts),
    StopStreamEncryption: stopStreamEncryption(parts),
    SubscribeToShard: subscribeToShard(parts),
    TagResource: tagResource(parts),
    UntagResource: untagResource(parts),
    UpdateAccountSettings: updateAccountSettings(parts),
    UpdateMaxRecordSize: updateMaxRecordSize(parts),
    UpdateShardCount: updateShardCount(parts),
    UpdateStreamMode: updateStreamMode(parts),
    UpdateStreamRecordDistributionStrategy: updateStreamRecordDistributionStrategy(parts),
    UpdateStreamWarmThroughput: updateStreamWarmThroughput(parts),
    AcknowledgeDeadLetterQueueRecords: acknowledgeDeadLetterQueueRecords(parts),
    AcknowledgeQueueRecords: acknowledgeQueueRecords(parts),
    CreateQueue: createQueue(parts),
    DeleteQueue: deleteQueue(parts),
    DescribeQueue: describeQueue(parts),
    ListQueues: listQueues(parts),
    ReceiveDeadLetterQueueRecords: receiveDeadLetterQueueRecords(parts),
    ReceiveQueueRecords: receiveQueueRecords(parts),
    RestoreDeadLetterQueueRecords: restoreDeadLetterQueueRecords(parts),
    UpdateDeadLetterQueueRecordsVisibility: updateDeadLetterQueueRecordsVisibility(parts),
    UpdateQueue: updateQueue(parts),
    UpdateQueueRecordsVisibility: updateQueueRecordsVisibility(parts),
    CreateChannel: createChannel(),
    DeleteChannel: deleteChannel(),
    DescribeChannel: describeChannel(),
    UpdateChannel: updateChannel(),
    ListChannels: listChannels(),
  } satisfies Partial<KinesisOperations>;
}
