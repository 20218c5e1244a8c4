import type { Committed } from '../history.ts';
import { createInspection, type Rule } from '../rule.ts';

/** Each group has one member, which commits one offset after the other. */
export const commitsStay: Rule = {
  row: 'I11',
  promise: 'a committed offset neither vanishes nor goes back, and keeps its metadata',
  check({ events }) {
    const inspection = createInspection();
    const last = new Map<string, Committed>();
    /** What may be committed, though nobody was told. */
    const possible = new Map<string, Committed[]>();
    for (const event of events) {
      if (event.kind !== 'committed' && event.kind !== 'commit-seen') continue;
      const name = `${event.group} in ${event.partition}`;
      if (event.kind === 'committed') {
        if (event.outcome === 'ok') {
          last.set(name, event);
          possible.set(name, []);
        } else if (event.outcome === 'info') {
          possible.set(name, [...(possible.get(name) ?? []), event]);
        }
        continue;
      }
      const answered = last.get(name);
      const candidates = [...(answered === undefined ? [] : [answered]), ...(possible.get(name) ?? [])];
      const isKnown = candidates.some(({ offset, metadata }) => offset === event.offset && metadata === event.metadata);
      const isNothing = event.offset === -1 && answered === undefined;
      inspection.check(
        isKnown || isNothing,
        () => `${name}: committed ${answered?.offset ?? 'nothing'}, and ${event.offset} "${event.metadata}" is there`,
      );
    }
    return inspection.verdict();
  },
};
