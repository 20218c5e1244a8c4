import type { Uuid } from '@sluice/kernel/ids';
import type { OwnedPartitions } from './owned-partitions.ts';

/**
 * Who has a partition now, told by the owner's member epoch: nobody else may have it before the owner gave it up. What is
 * assigned and what is being revoked both count.
 */
export class PartitionEpochs {
  readonly #epochs = new Map<Uuid, Map<number, number>>();

  isOwned(topicId: Uuid, partition: number): boolean {
    return this.#epochs.get(topicId)?.has(partition) === true;
  }

  add(owned: OwnedPartitions, epoch: number): void {
    for (const [topicId, partitions] of owned) {
      let topic = this.#epochs.get(topicId);
      if (topic === undefined) {
        topic = new Map();
        this.#epochs.set(topicId, topic);
      }
      for (const partition of partitions.keys()) topic.set(partition, epoch);
    }
  }

  /**
   * What another owner took over at another epoch stays: records of two members that exchange a partition may be
   * replayed in either order once the log was compacted.
   */
  remove(owned: OwnedPartitions, epoch: number): void {
    for (const [topicId, partitions] of owned) {
      const topic = this.#epochs.get(topicId);
      if (topic === undefined) continue;
      for (const partition of partitions.keys()) if (topic.get(partition) === epoch) topic.delete(partition);
      if (topic.size === 0) this.#epochs.delete(topicId);
    }
  }
}
