import { streamArn } from '../arn.ts';
import { describeShard, keptShards } from '../describe-shards.ts';
import { describeEncryption, describeMetrics } from '../describe-stream-parts.ts';
import { requireStream } from '../find-stream.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';

const LIMIT_DEFAULT = 100;

export function describeStream({ streams }: { streams: Streams }): KinesisOperations['DescribeStream'] {
  return async (input, context) => {
    const state = await requireStream(streams, input, context);
    const { Limit = LIMIT_DEFAULT, ExclusiveStartShardId = '' } = input;
    // Shards come into being with the stream.
    const shards = state.status === 'CREATING' ? [] : keptShards(state, context.now).map(describeShard);
    const rest = shards.filter(({ ShardId }) => ShardId > ExclusiveStartShardId);
    return {
      StreamDescription: {
        StreamName: state.name,
        StreamARN: streamArn(state.name, context),
        StreamStatus: state.status,
        StreamModeDetails: { StreamMode: state.mode },
        Shards: rest.slice(0, Limit),
        HasMoreShards: rest.length > Limit,
        RetentionPeriodHours: state.retentionHours,
        StreamCreationTimestamp: state.createdAtMs,
        EnhancedMonitoring: describeMetrics(state),
        ...describeEncryption(state),
      },
    };
  };
}
