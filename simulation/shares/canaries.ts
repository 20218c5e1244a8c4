import type { SharePartitionCanary } from '@sluice/coordinator/share-partition/share-partition';

/** Broken builds, and the rule that must turn red. */
export const SHARE_CANARIES: readonly { readonly name: SharePartitionCanary; readonly rule: string }[] = [
  { name: 'forgets-state', rule: 'done-is-done' },
  { name: 'skips-member-check', rule: 'one-holder' },
  { name: 'forgets-count', rule: 'counts-rise' },
];
