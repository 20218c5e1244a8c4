import { type CheckOptions, createInspection, type Rule } from '../rule.ts';

export function startsAreBounded({ startMs, startMsPerMegabyte }: CheckOptions): Rule {
  return {
    row: 'I20',
    promise: `a start takes at most ${startMs} ms and ${startMsPerMegabyte} ms for each MB behind the recovery points`,
    check({ events }) {
      const inspection = createInspection();
      for (const event of events) {
        if (event.kind !== 'started') continue;
        const megabytes = event.uncheckedSizeBytes / 1e6;
        const boundMs = startMs + startMsPerMegabyte * megabytes;
        inspection.check(
          event.readyMs <= boundMs,
          () => `a start took ${event.readyMs.toFixed(0)} ms with ${megabytes.toFixed(1)} MB to read`,
        );
      }
      return inspection.verdict();
    },
  };
}
