import type { PartitionKey } from '../history.ts';
import { createInspection, type Rule } from '../rule.ts';

interface Deletion {
  /** Answered: the log starts at least here. */
  lowest: number;
  /** Tried: it starts at most here. */
  highest: number;
}

/** Retention is far away in these runs: only DeleteRecords moves a log's start. */
export const deletionsStay: Rule = {
  row: 'I16',
  promise: 'an answered DeleteRecords stays, and takes nothing more',
  check({ events, readBack }) {
    const inspection = createInspection();
    const deletions = new Map<PartitionKey, Deletion>();
    const answered = new Map<PartitionKey, { at: number; lowWatermark: number }[]>();
    for (const [at, event] of events.entries()) {
      if (event.kind !== 'deleted') continue;
      const known = deletions.get(event.partition) ?? { lowest: 0, highest: 0 };
      deletions.set(event.partition, known);
      if (event.outcome !== 'refused') known.highest = Math.max(known.highest, event.belowOffset);
      if (event.outcome !== 'ok') continue;
      const { lowWatermark, belowOffset, partition } = event;
      inspection.check(lowWatermark >= belowOffset, () => `${partition}: below ${belowOffset} gave ${lowWatermark}`);
      known.lowest = Math.max(known.lowest, lowWatermark);
      answered.set(partition, [...(answered.get(partition) ?? []), { at, lowWatermark }]);
    }

    for (const event of events) {
      if (event.kind === 'polled') {
        const before = answered.get(event.partition)?.findLast(({ at }) => at < event.begunAt);
        if (before === undefined) continue;
        const { partition, position, logStartOffset } = event;
        inspection.check(
          position >= before.lowWatermark && logStartOffset >= before.lowWatermark,
          () =>
            `${partition}: ${position} was read (log start ${logStartOffset}), deleted below ${before.lowWatermark}`,
        );
      } else if (event.kind === 'out-of-range') {
        const { partition, position, consumer } = event;
        const highest = deletions.get(partition)?.highest ?? 0;
        inspection.check(position < highest, () => `${partition} @ ${position} is out of range for ${consumer}`);
      }
    }
    for (const { partition, logStartOffset } of readBack.values()) {
      const { lowest, highest } = deletions.get(partition) ?? { lowest: 0, highest: 0 };
      inspection.check(
        logStartOffset >= lowest && logStartOffset <= highest,
        () => `${partition} starts at ${logStartOffset}, which is not within ${lowest} … ${highest}`,
      );
    }
    return inspection.verdict();
  },
};
