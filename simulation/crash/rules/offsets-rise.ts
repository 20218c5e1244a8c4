import type { PartitionKey, Sent } from '../history.ts';
import { createInspection, type Rule } from '../rule.ts';

/** Per producer and partition: the highest acknowledged record. */
interface Highest {
  number: number;
  offset: number;
}

export const offsetsRise: Rule = {
  row: 'I3',
  promise: "a producer's offsets rise in its order, above the high watermark known before",
  check({ events }) {
    const inspection = createInspection();
    const highWatermarks = new Map<PartitionKey, number>();
    const highest = new Map<string, Highest>();
    /** By the first record of a batch: what was known when it was sent for the first time. */
    const knownBefore = new Map<string, number>();
    const nameOf = ({ producer, partition, firstNumber }: Sent) => `${producer}:${firstNumber} in ${partition}`;

    for (const event of events) {
      if (event.kind === 'polled') {
        const before = highWatermarks.get(event.partition) ?? 0;
        highWatermarks.set(event.partition, Math.max(before, event.highWatermark));
      } else if (event.kind === 'sent') {
        const name = nameOf(event);
        if (!knownBefore.has(name)) knownBefore.set(name, highWatermarks.get(event.partition) ?? 0);
      } else if (event.kind === 'answered' && event.outcome === 'ok') {
        const { sent, baseOffset } = event;
        const known = knownBefore.get(nameOf(sent)) ?? 0;
        inspection.check(baseOffset >= known, () => `${nameOf(sent)} got ${baseOffset}, below ${known}`);
        const lane = `${sent.producer} in ${sent.partition}`;
        const last = highest.get(lane);
        if (last !== undefined && sent.firstNumber > last.number) {
          inspection.check(baseOffset > last.offset, () => `${nameOf(sent)} got ${baseOffset}, behind ${last.offset}`);
        }
        if (last === undefined || sent.firstNumber > last.number) {
          const lastIndex = sent.count - 1;
          highest.set(lane, { number: sent.firstNumber + lastIndex, offset: baseOffset + lastIndex });
        }
      }
    }
    return inspection.verdict();
  },
};
