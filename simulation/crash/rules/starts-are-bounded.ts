import { type CheckOptions, createInspection, type Rule } from '../rule.ts';

/** For the disk, and for the other work of the machine. */
const WAITING_MS_MAX = 60_000;

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
          // Processor time where it is known: the wall's says how busy the machine was.
          (event.readyCpuMs ?? event.readyMs) <= boundMs && event.readyMs <= boundMs + WAITING_MS_MAX,
          () => `a start took ${event.readyMs.toFixed(0)} ms with ${megabytes.toFixed(1)} MB to read`,
        );
      }
      return inspection.verdict();
    },
  };
}
