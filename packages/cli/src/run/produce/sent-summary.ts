import type { SentBatch } from '@sluice/client/batch-sender';
import { plural } from '../../output/units.ts';

interface PartitionSummary {
  records: number;
  /** −1 while the broker has told none. */
  firstOffset: number;
  lastOffset: number;
}

/** What was written where. */
export interface SentSummary {
  add(batches: readonly SentBatch[]): void;
  readonly records: number;
  toText(topic: string): string;
  toJson(topic: string): unknown;
}

/** More partitions than this are not told one by one in text. */
const PARTITIONS_TOLD_MAX = 12;

export function createSentSummary(): SentSummary {
  const partitions = new Map<number, PartitionSummary>();
  let records = 0;
  const sorted = () => [...partitions].sort(([a], [b]) => a - b);

  return {
    add(batches) {
      for (const { partition, count, baseOffset } of batches) {
        const summary = partitions.get(partition) ?? { records: 0, firstOffset: -1, lastOffset: -1 };
        partitions.set(partition, summary);
        summary.records += count;
        records += count;
        if (baseOffset < 0) continue;
        if (summary.firstOffset < 0) summary.firstOffset = baseOffset;
        summary.lastOffset = baseOffset + count - 1;
      }
    },
    get records() {
      return records;
    },
    toText(topic) {
      const told = sorted()
        .slice(0, PARTITIONS_TOLD_MAX)
        .map(([partition, summary]) => tell(partition, summary));
      const left = partitions.size - told.length;
      const where = [...told, ...(left > 0 ? [`${plural(left, 'more partition')}`] : [])].join(', ');
      return `wrote ${plural(records, 'record')} to ${topic}${where === '' ? '' : `: ${where}`}`;
    },
    toJson(topic) {
      return {
        topic,
        records,
        partitions: sorted().map(([partition, { records, firstOffset, lastOffset }]) => ({
          partition,
          records,
          firstOffset: firstOffset < 0 ? null : firstOffset,
          lastOffset: lastOffset < 0 ? null : lastOffset,
        })),
      };
    },
  };
}

function tell(partition: number, { records, firstOffset, lastOffset }: PartitionSummary): string {
  if (firstOffset < 0) return `partition ${partition} (${plural(records, 'record')})`;
  return `partition ${partition} ${lastOffset === firstOffset ? `offset ${firstOffset}` : `offsets ${firstOffset}–${lastOffset}`}`;
}
