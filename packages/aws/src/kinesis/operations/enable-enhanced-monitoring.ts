import { streamArn } from '../arn.ts';
import { changeActive } from '../change-stream.ts';
import { metricsOf } from '../describe-stream-parts.ts';
import type { KinesisOperations, MetricsName } from '../generated/types.ts';
import { expandMetrics } from '../metric-names.ts';
import type { Streams } from '../registry/streams.ts';

/** Which metrics are wanted is kept and shown; there is no CloudWatch to send them to. */
export function enableEnhancedMonitoring({
  streams,
}: {
  streams: Streams;
}): KinesisOperations['EnableEnhancedMonitoring'] {
  return async (input, context) => {
    const asked = expandMetrics(input.ShardLevelMetrics);
    let current: MetricsName[] = [];
    const changed = await changeActive(streams, input, context, (state) => {
      current = metricsOf(state);
      return { ...state, metrics: [...new Set([...current, ...asked])] };
    });
    return {
      StreamName: changed.name,
      StreamARN: streamArn(changed.name, context),
      CurrentShardLevelMetrics: current,
      DesiredShardLevelMetrics: metricsOf(changed),
    };
  };
}
