import type { GroupSettings } from '@sluice/coordinator/group/group-environment';

/** Short times, so that a run sees much in little. */
export const SESSION_TIMEOUT_MS = 10_000;
export const REBALANCE_TIMEOUT_MS = 15_000;
export const HEARTBEAT_INTERVAL_MS = 2000;

export const simGroupSettings: GroupSettings = {
  classic: {
    sessionTimeoutMsMin: 1000,
    sessionTimeoutMsMax: 1_800_000,
    initialRebalanceDelayMs: 1000,
    groupSizeMax: 1000,
  },
  consumer: {
    groupSizeMax: 1000,
    assignors: ['uniform', 'range'],
    migrationPolicy: 'bidirectional',
    isEnabled: true,
    sessionTimeoutMs: () => SESSION_TIMEOUT_MS,
    heartbeatIntervalMs: () => HEARTBEAT_INTERVAL_MS,
    assignmentIntervalMs: () => 0,
  },
  share: {
    groupSizeMax: 1000,
    sessionTimeoutMs: () => SESSION_TIMEOUT_MS,
    heartbeatIntervalMs: () => HEARTBEAT_INTERVAL_MS,
    assignmentIntervalMs: () => 0,
  },
  // Offsets outlive every run.
  offsets: { commitTimeoutMs: 5000, metadataSizeMax: 4096, retentionMs: 86_400_000, retentionCheckIntervalMs: 600_000 },
};
