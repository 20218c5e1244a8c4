import type { OperationContext } from '../front/operation.ts';
import { limitExceeded } from './errors.ts';
import { openShards, type StreamState } from './registry/stream-state.ts';

type Account = Pick<OperationContext, 'accountId' | 'region'>;

export function openShardCount(streams: readonly StreamState[]): number {
  return streams.reduce((sum, state) => sum + openShards(state).length, 0);
}

export function onDemandCount(streams: readonly StreamState[]): number {
  return streams.filter(({ mode }) => mode === 'ON_DEMAND').length;
}

export function requireShardRoom(
  streams: readonly StreamState[],
  additional: number,
  limit: number,
  { accountId, region }: Account,
): void {
  const count = openShardCount(streams);
  if (count + additional <= limit) return;
  throw limitExceeded(
    `This request would exceed the shard limit for the account ${accountId} in ${region}. ` +
      `Current shard count for the account: ${count}. Limit: ${limit}. ` +
      `Number of additional shards that would have resulted from this request: ${additional}. ` +
      'Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) ' +
      'for current limits and how to request higher limits.',
  );
}

export function requireOnDemandRoom(
  streams: readonly StreamState[],
  limit: number,
  { accountId, region }: Account,
): void {
  if (onDemandCount(streams) < limit) return;
  throw limitExceeded(
    `This request would exceed the limit of ${limit} on-demand streams for the account ${accountId} in ${region}.`,
  );
}
