import { MID_BATCH_READER } from '../look-closer.ts';
import { createInspection, type Rule } from '../rule.ts';

export const midBatchFetches: Rule = {
  row: 'I10',
  promise: 'a fetch at any offset gives that offset, wherever in a batch it lies',
  check({ events }) {
    const inspection = createInspection();
    for (const event of events) {
      if (event.kind !== 'polled' || event.consumer !== MID_BATCH_READER) continue;
      const { partition, position, records } = event;
      inspection.check(records[0]?.offset === position, () => `${partition} @ ${position} gave ${records[0]?.offset}`);
    }
    return inspection.verdict();
  },
};
