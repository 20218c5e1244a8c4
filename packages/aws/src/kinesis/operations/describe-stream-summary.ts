import { streamArn } from '../arn.ts';
import { describeEncryption, describeMetrics } from '../describe-stream-parts.ts';
import { requireStream } from '../find-stream.ts';
import type { KinesisOperations } from '../generated/types.ts';
import { openShards } from '../registry/stream-state.ts';
import type { Streams } from '../registry/streams.ts';
import { describeWarmThroughput } from '../warm-throughput.ts';

export function describeStreamSummary({ streams }: { streams: Streams }): KinesisOperations['DescribeStreamSummary'] {
  return async (input, context) => {
    const state = await requireStream(streams, input, context);
    return {
      StreamDescriptionSummary: {
        StreamName: state.name,
        StreamARN: streamArn(state.name, context),
        StreamStatus: state.status,
        StreamModeDetails: { StreamMode: state.mode },
        RetentionPeriodHours: state.retentionHours,
        StreamCreationTimestamp: state.createdAtMs,
        EnhancedMonitoring: describeMetrics(state),
        ...describeEncryption(state),
        OpenShardCount: state.status === 'CREATING' ? 0 : openShards(state).length,
        ConsumerCount: state.consumers.length,
        ...describeWarmThroughput(state),
        MaxRecordSizeInKiB: state.maxRecordSizeKiB,
        RecordDistributionStrategy: state.distribution,
      },
    };
  };
}
