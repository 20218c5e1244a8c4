import { type Cluster, createCluster } from '@sluice/client/cluster';
import type { ClientOptions } from '../commands/client-options.ts';
import type { Shell } from '../shell.ts';
import { explainFailure } from './explain-failure.ts';

/** Gives `work` a cluster to talk to, closes it afterwards, and turns its failures into messages for people. */
export async function withCluster<Result>(
  shell: Shell,
  options: ClientOptions,
  work: (cluster: Cluster) => Promise<Result>,
): Promise<Result> {
  const cluster = createCluster({
    network: shell.network,
    clock: shell.clock,
    clientId: 'sluice-cli',
    timeoutMs: options.timeout,
    bootstrap: options.bootstrap,
  });
  try {
    return await work(cluster);
  } catch (error) {
    throw explainFailure(error);
  } finally {
    cluster.close();
  }
}
