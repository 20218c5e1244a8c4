import type { Changed, SeenTopic, TopicsSeen } from '../history.ts';
import { createInspection, type Rule } from '../rule.ts';

/** All that a topic may be, after what was answered and what was not. */
interface Possible {
  mayBeAbsent: boolean;
  present: PossibleTopic | undefined;
}

interface PossibleTopic {
  /** Unknown while its creation is. */
  topicId: string | undefined;
  readonly partitionCount: number;
  readonly settings: Set<string>;
}

export const metadataStays: Rule = {
  row: 'I19',
  promise: 'acknowledged topics and settings are there, and a deleted topic does not come back',
  check({ events }) {
    const inspection = createInspection();
    const possible = new Map<string, Possible>();
    const deletedIds = new Set<string>();

    function see({ topics }: TopicsSeen): void {
      for (const [topic, state] of possible) {
        const seen = topics.get(topic);
        if (seen === undefined) {
          inspection.check(state.mayBeAbsent, () => `${topic} (${state.present?.topicId}) is gone`);
          possible.set(topic, { mayBeAbsent: true, present: undefined });
        } else {
          const problems = problemsOf(seen, state);
          inspection.check(problems.length === 0, () => `${topic}: ${problems.join(', ')}`);
        }
      }
      for (const [topic, seen] of topics) {
        const { topicId, partitionCount, setting } = seen;
        inspection.check(!deletedIds.has(topicId), () => `${topic} (${topicId}) was deleted and is back`);
        inspection.check(possible.has(topic), () => `${topic} (${topicId}) was never made`);
        const present = { topicId, partitionCount, settings: new Set([setting]) };
        possible.set(topic, { mayBeAbsent: false, present });
      }
    }

    for (const event of events) {
      if (event.kind === 'topics-seen') see(event);
      else if (event.kind === 'changed') {
        const state = possible.get(event.topic) ?? { mayBeAbsent: true, present: undefined };
        const { present } = state;
        if (event.change.type === 'delete' && event.outcome === 'ok' && present?.topicId !== undefined) {
          deletedIds.add(present.topicId);
        }
        possible.set(event.topic, changed(state, event));
      }
    }
    return inspection.verdict();
  },
};

function changed(state: Possible, { change, outcome, topicId }: Changed): Possible {
  if (outcome === 'refused') return state;
  switch (change.type) {
    case 'create': {
      const { partitionCount, setting } = change;
      return { mayBeAbsent: outcome === 'info', present: { topicId, partitionCount, settings: new Set([setting]) } };
    }
    case 'delete':
      return { mayBeAbsent: true, present: outcome === 'ok' ? undefined : state.present };
    case 'alter': {
      if (state.present === undefined) return state;
      const settings = outcome === 'ok' ? new Set<string>() : new Set(state.present.settings);
      return { ...state, present: { ...state.present, settings: settings.add(change.setting) } };
    }
  }
}

function problemsOf(seen: SeenTopic, { present }: Possible): string[] {
  if (present === undefined) return [`${seen.topicId} is there, but should not be`];
  const problems: string[] = [];
  if (present.topicId !== undefined && present.topicId !== seen.topicId) {
    problems.push(`its id was ${present.topicId} and is ${seen.topicId}`);
  }
  if (present.partitionCount !== seen.partitionCount) {
    problems.push(`it had ${present.partitionCount} partitions and has ${seen.partitionCount}`);
  }
  if (!present.settings.has(seen.setting)) {
    problems.push(`its setting is ${seen.setting}, not ${[...present.settings].join(' or ')}`);
  }
  return problems;
}
