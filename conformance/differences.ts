import type { Difference } from './difference.ts';
import { clusterDifferences } from './differences/cluster.ts';
import { groupDifferences } from './differences/groups.ts';
import { logDifferences } from './differences/logs.ts';
import { requestDifferences } from './differences/requests.ts';
import { shareGroupDifferences } from './differences/share-groups.ts';
import { transactionDifferences } from './differences/transactions.ts';

/** In the order of docs/differences.md, which is made of them. */
export const differences: readonly Difference[] = [
  ...requestDifferences,
  ...clusterDifferences,
  ...logDifferences,
  ...groupDifferences,
  ...transactionDifferences,
  ...shareGroupDifferences,
];
