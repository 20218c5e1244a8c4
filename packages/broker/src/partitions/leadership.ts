import type { HostedPartition } from './hosted-partition.ts';

/** Told when this broker begins to lead a partition, and when it ends to: coordinators live where their partition is led. */
export interface LeadershipListener {
  /** Also for what it leads at its start, and again in a new leader epoch. The log is open. */
  onElected(partition: HostedPartition): void;
  onResigned(topic: string, partition: number): void;
}

/** Tells each of them, in this order. */
export function allOf(...listeners: readonly LeadershipListener[]): LeadershipListener {
  return {
    onElected(partition) {
      for (const listener of listeners) listener.onElected(partition);
    },
    onResigned(topic, partition) {
      for (const listener of listeners) listener.onResigned(topic, partition);
    },
  };
}
