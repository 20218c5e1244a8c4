import { idsOf, type PartitionKey, type RecordId } from '../history.ts';
import { createInspection, type Rule } from '../rule.ts';

export const noPhantoms: Rule = {
  row: 'I5',
  promise: 'nothing is read that was not sent there, or that was refused',
  check({ events, readBack }) {
    const inspection = createInspection();
    const sent = new Map<PartitionKey, Set<RecordId>>();
    const refused = new Set<RecordId>();
    for (const event of events) {
      if (event.kind === 'sent') {
        const ofPartition = sent.get(event.partition) ?? new Set<RecordId>();
        sent.set(event.partition, ofPartition);
        for (const id of idsOf(event)) ofPartition.add(id);
      } else if (event.kind === 'answered' && event.outcome === 'refused' && !event.sent.isIdempotent) {
        // An idempotent producer sends what was refused again.
        for (const id of idsOf(event.sent)) refused.add(id);
      }
    }

    function see(partition: PartitionKey, offset: number, id: RecordId): void {
      const isSent = sent.get(partition)?.has(id) ?? false;
      inspection.check(isSent, () => `${id} at ${partition} @ ${offset} was never sent there`);
      inspection.check(!refused.has(id), () => `${id} at ${partition} @ ${offset} was refused`);
    }

    for (const event of events) {
      if (event.kind === 'polled') for (const { offset, id } of event.records) see(event.partition, offset, id);
    }
    for (const { partition, records } of readBack.values()) {
      for (const [offset, id] of records) see(partition, offset, id);
    }
    return inspection.verdict();
  },
};
