import type { Cluster } from '@sluice/client/cluster';
import { APIS } from '@sluice/protocol/generated/apis';
import type { ClusterApisOptions } from '../commands/cluster.ts';
import { CliFailure } from '../failure.ts';
import { printJson, printText } from '../output/print.ts';
import { styleFor } from '../output/style.ts';
import { type Column, formatTable } from '../output/table.ts';
import type { Shell } from '../shell.ts';
import { withCluster } from './with-cluster.ts';

interface ApiRange {
  readonly key: number;
  /** Null when it is newer than what this program knows. */
  readonly name: string | null;
  readonly minVersion: number;
  readonly maxVersion: number;
}

const COLUMNS: readonly Column<ApiRange>[] = [
  { title: 'KEY', value: ({ key }) => key, align: 'right' },
  { title: 'API', value: ({ name }) => name ?? '(unknown)' },
  { title: 'VERSIONS', value: ({ minVersion, maxVersion }) => `${minVersion}–${maxVersion}`, align: 'right' },
];

/** `sluice cluster apis` */
export async function describeApis(shell: Shell, options: ClusterApisOptions): Promise<void> {
  const broker = await withCluster(shell, options, (cluster) => chosenBroker(cluster, options.broker));
  const apis = broker.apiVersions.apiKeys
    .map(({ apiKey, minVersion, maxVersion }) => ({
      key: apiKey,
      name: APIS.get(apiKey)?.name ?? null,
      minVersion,
      maxVersion,
    }))
    .sort((a, b) => a.key - b.key);
  if (options.json) return await printJson(shell, { broker: broker.address, apis });
  await printText(shell, formatTable(apis, COLUMNS, styleFor(shell.stdout), shell.stdout.columns));
}

async function chosenBroker(cluster: Cluster, nodeId: number | undefined) {
  if (nodeId === undefined) return await cluster.any();
  const { brokers } = await cluster.metadata([]);
  if (brokers.some((broker) => broker.nodeId === nodeId)) return await cluster.broker(nodeId);
  throw new CliFailure('not-found', `there is no broker ${nodeId}`, '`sluice cluster describe` shows them');
}
