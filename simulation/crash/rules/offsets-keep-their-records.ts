import { type History, idsOf, type PartitionKey, type RecordId } from '../history.ts';
import { createInspection, type Rule } from '../rule.ts';

export const offsetsKeepTheirRecords: Rule = {
  row: 'I2',
  promise: 'an offset never changes its record',
  check(history) {
    const inspection = createInspection();
    const known = new Map<PartitionKey, Map<number, RecordId>>();

    function see(partition: PartitionKey, offset: number, id: RecordId, where: string): void {
      const records = known.get(partition) ?? new Map<number, RecordId>();
      known.set(partition, records);
      const before = records.get(offset);
      records.set(offset, before ?? id);
      const isSame = before === undefined || before === id;
      inspection.check(isSame, () => `${partition} @ ${offset} was ${before} and is ${id} (${where})`);
    }

    for (const event of history.events) {
      if (event.kind === 'answered' && event.outcome === 'ok') {
        for (const [index, id] of idsOf(event.sent).entries()) {
          see(event.sent.partition, event.baseOffset + index, id, 'acknowledged');
        }
      } else if (event.kind === 'polled') {
        for (const { offset, id } of event.records) see(event.partition, offset, id, event.consumer);
      }
    }
    for (const { partition, records } of history.readBack.values()) {
      for (const [offset, id] of records) see(partition, offset, id, 'read back');
    }
    for (const violation of seenAndGone(history)) inspection.check(false, () => violation);
    return inspection.verdict();
  },
};

/** What a consumer was given must still be there, though nobody may have been told that it is safe. */
function* seenAndGone({ events, readBack }: History): Generator<string> {
  const reported = new Set<string>();
  for (const event of events) {
    if (event.kind !== 'polled') continue;
    const found = readBack.get(event.partition);
    if (found === undefined) continue;
    for (const { offset, id } of event.records) {
      const place = `${event.partition} @ ${offset}`;
      if (offset < found.logStartOffset || found.records.has(offset) || reported.has(place)) continue;
      reported.add(place);
      yield `${place} was ${id} (${event.consumer}) and is gone`;
    }
  }
}
