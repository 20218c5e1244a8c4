import type { Uuid } from '@sluice/kernel/ids';

/** A partition that the member fetches. */
export interface ShareSessionPartition {
  readonly topicId: Uuid;
  readonly partition: number;
  /** The next answer shows it, also without records: it is new to the session, or there was an error. */
  mustShow: boolean;
}

/** What a member of a share group has asked for: later requests name only what changes. */
export interface ShareSession {
  readonly groupId: string;
  readonly memberId: string;
  readonly connectionId: string;
  /** That the next request must carry. */
  epoch: number;
  /** In the order of reading; a partition that gave records goes to the end. */
  readonly partitions: Map<string, ShareSessionPartition>;
  /** How to end fetches that wait, once the session is over: nobody would take what they acquire. */
  readonly waiting: Set<() => void>;
}

export const EPOCH_INITIAL = 0;
export const EPOCH_FINAL = -1;
const EPOCH_MAX = 2 ** 31 - 1;

export function nextShareEpoch(epoch: number): number {
  return epoch === EPOCH_MAX ? 1 : epoch + 1;
}

export interface TopicIdPartition {
  readonly topicId: Uuid;
  readonly partition: number;
}

export function partitionKey({ topicId, partition }: TopicIdPartition): string {
  return `${topicId}/${partition}`;
}

export function addPartitions(session: ShareSession, added: readonly TopicIdPartition[], mustShow: boolean): void {
  for (const { topicId, partition } of added) {
    const key = partitionKey({ topicId, partition });
    if (!session.partitions.has(key)) session.partitions.set(key, { topicId, partition, mustShow });
  }
}

export function forgetPartitions(session: ShareSession, forgotten: readonly TopicIdPartition[]): void {
  for (const partition of forgotten) session.partitions.delete(partitionKey(partition));
}

/** What an answer within the session says of one partition. */
export interface ShownPartition extends TopicIdPartition {
  readonly errorCode: number;
  readonly hasRecords: boolean;
}

/** Those that the answer must show; remembers what it shows. */
export function selectShown<Shown extends ShownPartition>(session: ShareSession, rows: readonly Shown[]): Shown[] {
  return rows.filter((row) => {
    const key = partitionKey(row);
    const known = session.partitions.get(key);
    if (known === undefined) return row.hasRecords || row.errorCode !== 0;
    const isShown = row.hasRecords || known.mustShow || row.errorCode !== 0;
    known.mustShow = row.errorCode !== 0;
    if (row.hasRecords) {
      session.partitions.delete(key);
      session.partitions.set(key, known);
    }
    return isShown;
  });
}
