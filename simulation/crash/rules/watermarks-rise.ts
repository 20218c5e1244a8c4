import { createInspection, type Rule } from '../rule.ts';

/** With one replica nothing that was written goes away, so that even a restart takes neither back. */
export const watermarksRise: Rule = {
  row: 'I8',
  promise: 'high watermark and log start never go back',
  check({ events, readBack }) {
    const inspection = createInspection();
    const last = new Map<string, { highWatermark: number; logStartOffset: number }>();

    function see(viewer: string, partition: string, now: { highWatermark: number; logStartOffset: number }): void {
      const key = `${viewer} ${partition}`;
      const before = last.get(key) ?? { highWatermark: 0, logStartOffset: 0 };
      const { highWatermark, logStartOffset } = now;
      inspection.check(
        highWatermark >= before.highWatermark,
        () => `${partition}: the high watermark went from ${before.highWatermark} to ${highWatermark}`,
      );
      inspection.check(
        logStartOffset >= before.logStartOffset,
        () => `${partition}: the log start went from ${before.logStartOffset} to ${logStartOffset}`,
      );
      inspection.check(
        logStartOffset <= highWatermark,
        () => `${partition}: the log starts at ${logStartOffset}, above the high watermark ${highWatermark}`,
      );
      last.set(key, { highWatermark, logStartOffset });
    }

    const consumers = new Set<string>();
    for (const event of events) {
      if (event.kind !== 'polled') continue;
      consumers.add(event.consumer);
      see(event.consumer, event.partition, event);
    }
    for (const found of readBack.values()) for (const consumer of consumers) see(consumer, found.partition, found);
    return inspection.verdict();
  },
};
