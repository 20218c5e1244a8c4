import type { ShareFetchResponse } from '@sluice/protocol/generated/messages/share-fetch-response';
import {
  type Acknowledgement,
  type AcknowledgementSink,
  AcknowledgeType,
  type Acquired,
  acknowledgementOfOffsets,
  type SessionLife,
  type SharedPartition,
  sharedPartitionKey,
} from './acknowledgement.ts';
import { type OffsetRange, readAcquired } from './acquired-records.ts';

export interface AcquiredContext {
  readonly from: AcknowledgementSink;
  readonly life: SessionLife;
  readonly lockEndMs: number;
  /** The partitions that were asked for. */
  readonly places: ReadonlyMap<string, SharedPartition>;
}

export interface FetchedRecords {
  readonly acquired: readonly Acquired[];
  /** What nobody is handed out. */
  readonly acknowledgements: readonly Acknowledgement[];
  readonly unreadable: readonly { readonly place: SharedPartition; readonly range: OffsetRange }[];
}

/** The records of an answered fetch, and what is to be said at once of the others that were acquired with them. */
export function acquiredIn({ responses }: ShareFetchResponse, context: AcquiredContext): FetchedRecords {
  const { from, life, lockEndMs, places } = context;
  const acquired: Acquired[] = [];
  const acknowledgements: Acknowledgement[] = [];
  const unreadable: { place: SharedPartition; range: OffsetRange }[] = [];
  for (const { topicId, partitions } of responses) {
    for (const { partitionIndex, records, acquiredRecords } of partitions) {
      const place = places.get(sharedPartitionKey({ topicId, partition: partitionIndex }));
      if (place === undefined || acquiredRecords.length === 0) continue;
      const read = readAcquired(records, acquiredRecords);
      for (const { record, deliveryCount } of read.records) {
        acquired.push({ from, place, record, deliveryCount, lockEndMs, life, said: undefined, renewal: undefined });
      }
      const say = (ranges: readonly OffsetRange[], type: AcknowledgeType) =>
        acknowledgements.push(...ranges.map((range) => acknowledgementOfOffsets(place, range, type)));
      say(read.gaps, AcknowledgeType.GAP);
      say(read.corrupt, AcknowledgeType.REJECT);
      say(read.unreadable, AcknowledgeType.RELEASE);
      unreadable.push(...[...read.corrupt, ...read.unreadable].map((range) => ({ place, range })));
    }
  }
  return { acquired, acknowledgements, unreadable };
}
