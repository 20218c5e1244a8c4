import type { GroupSettings, TopicsView } from '../group/group-environment.ts';

/** Kafka's defaults. */
export function testGroupSettings(classic: Partial<GroupSettings['classic']> = {}): GroupSettings {
  return {
    classic: {
      sessionTimeoutMsMin: 6000,
      sessionTimeoutMsMax: 1_800_000,
      initialRebalanceDelayMs: 3000,
      groupSizeMax: 2 ** 31 - 1,
      ...classic,
    },
    consumer: {
      groupSizeMax: 2 ** 31 - 1,
      assignors: ['uniform', 'range'],
      migrationPolicy: 'bidirectional',
      isEnabled: true,
      sessionTimeoutMs: () => 45_000,
      heartbeatIntervalMs: () => 5000,
      assignmentIntervalMs: () => 1000,
    },
    share: {
      groupSizeMax: 200,
      sessionTimeoutMs: () => 45_000,
      heartbeatIntervalMs: () => 5000,
      assignmentIntervalMs: () => 1000,
    },
    offsets: {
      commitTimeoutMs: 5000,
      metadataSizeMax: 4096,
      retentionMs: 7 * 86_400_000,
      retentionCheckIntervalMs: 600_000,
    },
  };
}

export const noTopics: TopicsView = { byName: () => undefined, byId: () => undefined, names: () => [], version: 0 };
