import { createInspection, type Rule } from '../rule.ts';

/** Neither compaction nor control records: no offset is missing. */
export const pollsAreContiguous: Rule = {
  row: 'I9',
  promise: 'a fetch gives the offset that was asked for, and those behind it without a gap',
  check({ events, readBack }) {
    const inspection = createInspection();
    for (const event of events) {
      if (event.kind !== 'polled') continue;
      let expected = event.position;
      for (const { offset } of event.records) {
        const wanted = expected;
        inspection.check(offset === wanted, () => `${event.partition}: ${event.consumer} got ${offset}, not ${wanted}`);
        expected = offset + 1;
      }
    }
    for (const { partition, logStartOffset, highWatermark, records } of readBack.values()) {
      const missing = highWatermark - logStartOffset - records.size;
      inspection.check(missing === 0, () => `${partition}: ${missing} offsets are missing`);
    }
    return inspection.verdict();
  },
};
