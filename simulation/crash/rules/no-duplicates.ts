import { type History, type ReadBack, type RecordId, splitRecordId } from '../history.ts';
import { createInspection, type Rule } from '../rule.ts';

/** Every record is new, and only idempotent producers send one again: each may be in the logs once, in its order. */
export const noDuplicates: Rule = {
  row: 'I4',
  promise: 'a record is written once, in its order, and an idempotent producer leaves no hole',
  check(history) {
    const inspection = createInspection();
    const idempotent = idempotentProducers(history);
    const places = new Map<RecordId, string>();

    function inspect({ partition, records }: ReadBack): void {
      const last = new Map<string, number>();
      for (const [offset, id] of [...records].sort(([a], [b]) => a - b)) {
        const place = `${partition} @ ${offset}`;
        const before = places.get(id);
        inspection.check(before === undefined, () => `${id} is at ${before} and at ${place}`);
        places.set(id, place);
        const { producer, number } = splitRecordId(id);
        const previous = last.get(producer);
        last.set(producer, number);
        if (previous === undefined || before !== undefined) continue;
        inspection.check(number > previous, () => `${id} at ${place} comes after ${previous}`);
        if (idempotent.has(producer)) {
          inspection.check(number <= previous + 1, () => `${id} at ${place} comes right after ${previous}`);
        }
      }
    }

    for (const readBack of history.readBack.values()) inspect(readBack);
    return inspection.verdict();
  },
};

function idempotentProducers({ events }: History): Set<string> {
  return new Set(events.flatMap((event) => (event.kind === 'sent' && event.isIdempotent ? [event.producer] : [])));
}
