import type { StreamState } from './stream-state.ts';

const HOUR_MS = 60 * 60 * 1000;
/** A put of many records is one batch: up to the largest request of the service, and what a batch costs besides. */
const BATCH_SIZE_BYTES_MAX = 12 * 1024 * 1024;

/** The settings of a topic that a door makes. */
export function topicSettingsOf({ retentionHours }: Pick<StreamState, 'retentionHours'>): Record<string, string> {
  return {
    'cleanup.policy': 'delete',
    ...retentionSettings(retentionHours),
    // The service keeps whatever its retention allows, however much it is.
    'retention.bytes': '-1',
    'message.timestamp.type': 'LogAppendTime',
    'max.message.bytes': String(BATCH_SIZE_BYTES_MAX),
  };
}

export function retentionSettings(retentionHours: number): Record<string, string> {
  return { 'retention.ms': String(retentionHours * HOUR_MS) };
}
