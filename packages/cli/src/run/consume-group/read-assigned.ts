import type { Cluster } from '@sluice/client/cluster';
import { type PartitionPosition, readPartitions } from '@sluice/client/partition-reader';
import { byTopic, partitionKey, type TopicPartition } from '@sluice/client/topic-partition';
import type { BatchRecord } from '@sluice/protocol/records/record';
import type { Progress } from './progress.ts';

export interface AssignedReading {
  /** Settles when reading was stopped and nothing is on its way to `onRecords`; fails when it cannot go on. */
  readonly done: Promise<void>;
  stop(): void;
}

/**
 * Reads the partitions of a member, of all their topics.
 * @param onRecords takes records and gives the offset before which everything is done; less than the records' end stops it.
 */
export function readAssigned(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  starts: ReadonlyMap<string, number>,
  progress: Progress,
  onRecords: (each: TopicPartition, records: readonly BatchRecord[]) => Promise<{ doneTo: number; goOn: boolean }>,
): AssignedReading {
  /** Records of several topics are printed one after the other. */
  let turn: Promise<unknown> = Promise.resolve();
  const readings = byTopic(partitions).map(({ name: topic, partitions: own }) => {
    const positions = own.map(
      ({ partition }): PartitionPosition => ({
        partition,
        position: starts.get(partitionKey({ topic, partition })) ?? 0,
        end: Number.POSITIVE_INFINITY,
      }),
    );
    for (const { partition, position } of positions) progress.advance({ topic, partition }, position);
    return readPartitions(cluster, {
      topic,
      positions,
      onRecords(partition, records) {
        const taken = turn.then(() => onRecords({ topic, partition }, records));
        turn = taken.catch(() => {});
        return taken.then(({ doneTo, goOn }) => {
          progress.advance({ topic, partition }, doneTo);
          return goOn;
        });
      },
      // Behind control batches at the end there is nothing to print, but nothing left to read either.
      onPassed: (partition, nextOffset) => progress.advance({ topic, partition }, nextOffset),
    });
  });
  const stop = () => {
    for (const reading of readings) reading.stop();
  };
  // One that fails must not leave the others reading.
  const done = Promise.all(
    readings.map(async (reading) => {
      try {
        await reading.done;
      } finally {
        stop();
      }
    }),
  );
  return { done: done.then(() => {}), stop };
}
