import type { SharePartitionCanary } from '@sluice/coordinator/share-partition/share-partition';
import type { Canary } from '../machine/seeded-run.ts';

export const SHARE_CANARIES: readonly Canary<SharePartitionCanary>[] = [
  { name: 'forgets-state', rule: 'done-is-done' },
  { name: 'skips-member-check', rule: 'one-holder' },
  { name: 'forgets-count', rule: 'counts-rise' },
];
