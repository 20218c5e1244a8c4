import { type History, idsOf, topicIdOf } from '../history.ts';
import { createInspection, type Rule } from '../rule.ts';

/**
 * A killed process takes nothing with it that it had written: what acks=1 answered must be there too. (A power loss
 * may take that; then only acks=all counts.)
 */
export const acknowledgedStays: Rule = {
  row: 'I1',
  promise: 'no acknowledged write is lost',
  check(history) {
    const inspection = createInspection();
    const mayBeGone = topicsThatMayBeGone(history);
    for (const event of history.events) {
      if (event.kind !== 'answered' || event.outcome !== 'ok') continue;
      const { sent, baseOffset } = event;
      const found = history.readBack.get(sent.partition);
      if (found === undefined && mayBeGone.has(topicIdOf(sent.partition))) continue;
      for (const [index, id] of idsOf(sent).entries()) {
        const offset = baseOffset + index;
        const isThere = found?.records.get(offset) === id || offset < (found?.logStartOffset ?? 0);
        inspection.check(isThere, () => `${id} (acks=${sent.acks}) is not at ${sent.partition} @ ${offset}`);
      }
    }
    return inspection.verdict();
  },
};

/** Ids of topics whose deletion was at least tried. */
function topicsThatMayBeGone({ events }: History): Set<string> {
  const gone = new Set<string>();
  const latest = new Map<string, string>();
  for (const event of events) {
    if (event.kind === 'topics-seen') for (const [name, { topicId }] of event.topics) latest.set(name, topicId);
    if (event.kind !== 'changed') continue;
    if (event.topicId !== undefined) latest.set(event.topic, event.topicId);
    const topicId = latest.get(event.topic);
    if (event.change.type === 'delete' && event.outcome !== 'refused' && topicId !== undefined) gone.add(topicId);
  }
  return gone;
}
