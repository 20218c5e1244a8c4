import type { ReadBack } from '../history.ts';
import { MAX_TIMESTAMP } from '../look-closer.ts';
import { createInspection, type Rule } from '../rule.ts';

/** Nothing is written any more, so that all of the partition's records are known. */
export const lookupsAreRight: Rule = {
  row: 'I14',
  promise: 'ListOffsets by time is what a look at every record gives',
  check({ events, readBack }) {
    const inspection = createInspection();
    for (const event of events) {
      if (event.kind !== 'looked-up') continue;
      const found = readBack.get(event.partition);
      if (found === undefined) continue;
      const { partition, timestamp, foundOffset, foundTimestamp } = event;
      const [offset, at] = expected(found, timestamp);
      inspection.check(
        foundOffset === offset && foundTimestamp === at,
        () => `${partition}: ${timestamp} gave ${foundOffset} (${foundTimestamp}), not ${offset} (${at})`,
      );
    }
    return inspection.verdict();
  },
};

/** The first record that is not older, or the first of the newest ones; −1 where there is none. */
function expected({ timestamps }: ReadBack, asked: number): readonly [offset: number, timestamp: number] {
  const all = [...(timestamps ?? [])].sort(([a], [b]) => a - b);
  const newest = all.reduce((largest, [, timestamp]) => Math.max(largest, timestamp), -1);
  const wanted = asked === MAX_TIMESTAMP ? newest : asked;
  return all.find(([, timestamp]) => timestamp >= wanted) ?? [-1, -1];
}
