import type { KeyedRecord, PartitionKey, Updated } from '../history.ts';
import { createInspection, type Rule } from '../rule.ts';

/** Each key has one producer, which sends one batch at a time. */
export const lastValuesStay: Rule = {
  row: 'I15',
  promise: "a compacted log keeps each key's last value, and offsets and order of what it keeps",
  check({ events, compacted = new Map<PartitionKey, readonly KeyedRecord[]>() }) {
    const inspection = createInspection();
    const updates = new Map<PartitionKey, Updated[]>();
    for (const event of events) {
      if (event.kind !== 'updated' || event.outcome === 'refused') continue;
      updates.set(event.partition, [...(updates.get(event.partition) ?? []), event]);
    }
    for (const [partition, records] of compacted) {
      const own = updates.get(partition) ?? [];
      const last = new Map<string, string | null>();
      let previous = -1;
      for (const { offset, key, value } of records) {
        const before = previous;
        inspection.check(offset > before, () => `${partition}: ${offset} comes after ${before}`);
        previous = offset;
        last.set(key, value);
        inspection.check(
          wasSent(own, { offset, key, value }),
          () => `${partition} @ ${offset}: ${key}=${short(value)} was not sent, or not there`,
        );
      }
      for (const [key, allowed] of possibleValues(own)) {
        const found = last.get(key) ?? null;
        inspection.check(
          allowed.has(found),
          () => `${partition}: ${key} is ${short(found)}, not ${[...allowed].map(short).join(' or ')}`,
        );
      }
    }
    return inspection.verdict();
  },
};

/** Acknowledged, at the offset that was told; or never answered, anywhere. */
function wasSent(updates: readonly Updated[], found: KeyedRecord): boolean {
  return updates.some(({ outcome, baseOffset, records }) =>
    records.some(
      ({ key, value }, index) =>
        key === found.key && value === found.value && (outcome !== 'ok' || baseOffset + index === found.offset),
    ),
  );
}

/** The last acknowledged value of each key, and what nobody knows of after it. */
function possibleValues(updates: readonly Updated[]): Map<string, Set<string | null>> {
  const possible = new Map<string, Set<string | null>>();
  for (const { outcome, records } of updates) {
    const lastInBatch = new Map(records.map(({ key, value }) => [key, value]));
    for (const [key, value] of lastInBatch) {
      const before = outcome === 'ok' ? [] : (possible.get(key) ?? [null]);
      possible.set(key, new Set([...before, value]));
    }
  }
  return possible;
}

function short(value: string | null): string {
  return value === null ? 'null' : value.slice(0, value.indexOf(':'));
}
