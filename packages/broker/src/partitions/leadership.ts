import type { HostedPartition } from './hosted-partition.ts';

/** Told when this broker begins to lead a partition, and when it ends to: coordinators live where their partition is led. */
export interface LeadershipListener {
  /** Also for what it leads at its start, and again in a new leader epoch. The log is open. */
  onElected(partition: HostedPartition): void;
  onResigned(topic: string, partition: number): void;
}

export function bothOf(first: LeadershipListener, second: LeadershipListener): LeadershipListener {
  return {
    onElected(partition) {
      first.onElected(partition);
      second.onElected(partition);
    },
    onResigned(topic, partition) {
      first.onResigned(topic, partition);
      second.onResigned(topic, partition);
    },
  };
}
