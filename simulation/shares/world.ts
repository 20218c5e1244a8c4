import type { SimRandom } from '@sluice/kernel/sim/random';
import type { SimMachine } from '../machine/sim-machine.ts';
import type { HeldOffset } from './held-records.ts';
import type { ShareHistory } from './history.ts';

/** Plain records and transactions. */
export const JOBS = 'jobs';
export const JOBS_PARTITIONS = 2;
/** Few keys, again and again: it is compacted meanwhile. */
export const TALLY = 'tally';
export const PLACES = [
  { topic: JOBS, partition: 0 },
  { topic: JOBS, partition: 1 },
  { topic: TALLY, partition: 0 },
] as const;

/** The one gets what is aborted as well. */
export const GROUPS = [
  { id: 'eager', isCommittedOnly: false },
  { id: 'careful', isCommittedOnly: true },
] as const;

export const LOCK_MS = 2_000;
export const DELIVERY_LIMIT = 4;

export const BROKER_SETTINGS: Readonly<Record<string, string>> = {
  'offsets.topic.num.partitions': '2',
  'transaction.state.log.num.partitions': '1',
  'share.coordinator.state.topic.num.partitions': '2',
  // Snapshots come, and the state's log is pruned.
  'share.coordinator.snapshot.update.records.per.snapshot': '20',
  'group.share.min.record.lock.duration.ms': '1000',
  'group.share.record.lock.duration.ms': `${LOCK_MS}`,
  'group.share.min.heartbeat.interval.ms': '200',
  'group.share.heartbeat.interval.ms': '200',
  'group.share.min.session.timeout.ms': '1000',
  'group.share.session.timeout.ms': '3000',
  'group.share.delivery.count.limit': `${DELIVERY_LIMIT}`,
  'group.share.assignment.interval.ms': '0',
  'log.segment.bytes': '1048576',
  'log.cleaner.backoff.ms': '500',
  'log.cleaner.min.cleanable.ratio': '0.01',
};

/** What all clients of a run share. */
export interface ShareWorld {
  readonly machine: SimMachine;
  readonly history: ShareHistory;
  /** The noise is over. */
  isEnding: boolean;
  /** What members hold just now, or think so, for those who acknowledge for others. */
  readonly held: Map<string, HeldOffset>;
  /** Of `JOBS` and `TALLY`. */
  readonly topicIds: Map<string, string>;
}

export function pick<T>(random: SimRandom, from: readonly T[]): T | undefined {
  return from.length === 0 ? undefined : from[random.below(from.length)];
}
