/** What must hold in groups of the new protocol (I12). */
export const CONSUMER_PROMISES = {
  book: 'a partition is one member’s until that member has given it up',
  owners: 'no partition is owned by two members whose epochs are taken',
  stale: 'heartbeats and commits of epochs that are over are rejected',
  target: 'a target is complete, balanced, and moves no more partitions than it must',
  rest: 'stable within session + rebalance timeout + 5 s',
  answers: 'members are told nothing that no client expects',
} as const;
