import type { Cluster } from '@sluice/client/cluster';
import type { AcquireMode } from '@sluice/client/share-consumer/options';
import { shareFetchRequestCodec } from '@sluice/protocol/generated/messages/share-fetch-request';
import { shareFetchResponseCodec } from '@sluice/protocol/generated/messages/share-fetch-response';

const SHARE_FETCH = { request: shareFetchRequestCodec, response: shareFetchResponseCodec };
/** KIP-1206: a fetch that takes no more records than it asks for, batches or not. */
const RECORD_LIMIT_FROM = 2;

/** Who wants only some records should not lock the rest of a batch, where the broker can tell them apart. */
export async function acquireModeFor(cluster: Cluster, count: number): Promise<AcquireMode> {
  if (count === Number.POSITIVE_INFINITY) return 'batch_optimized';
  const broker = await cluster.any();
  return (broker.versionOf(SHARE_FETCH) ?? 0) >= RECORD_LIMIT_FROM ? 'record_limit' : 'batch_optimized';
}
