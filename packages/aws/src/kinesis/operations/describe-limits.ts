import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';
import type { KinesisSettings } from '../settings.ts';
import { onDemandCount, openShardCount } from '../stream-limits.ts';

export interface DescribeLimitsNeeds {
  readonly streams: Streams;
  readonly settings: KinesisSettings;
}

export function describeLimits({ streams, settings }: DescribeLimitsNeeds): KinesisOperations['DescribeLimits'] {
  return async () => {
    await streams.confirm();
    return {
      ShardLimit: settings.shardLimit,
      OpenShardCount: openShardCount(streams.known()),
      OnDemandStreamCount: onDemandCount(streams.known()),
      OnDemandStreamCountLimit: settings.onDemandStreamLimit,
    };
  };
}
