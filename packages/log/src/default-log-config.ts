import type { LogConfig } from './partition-log.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** Kafka 4.3's defaults. Longs that mean "no limit" there are Infinity here. */
export const DEFAULT_LOG_CONFIG: LogConfig = {
  segmentSizeBytes: 1024 * 1024 * 1024,
  segmentMs: 7 * DAY_MS,
  segmentJitterMs: 0,
  segmentIndexSizeBytes: 10 * 1024 * 1024,
  indexIntervalBytes: 4096,
  flushMessages: Number.POSITIVE_INFINITY,
  flushMs: Number.POSITIVE_INFINITY,
  maxMessageSizeBytes: 1024 * 1024 + 12,
  cleanupCompact: false,
  cleanupDelete: true,
  cleanableDirtyRatioMin: 0.5,
  compactionLagMsMin: 0,
  compactionLagMsMax: Number.POSITIVE_INFINITY,
  deleteRetentionMs: DAY_MS,
  retentionMs: 7 * DAY_MS,
  retentionSizeBytes: -1,
  fileDeleteDelayMs: 60_000,
  compressionType: 'producer',
  compressionGzipLevel: -1,
  compressionLz4Level: 9,
  compressionZstdLevel: 3,
  timestampType: 'CreateTime',
  timestampBeforeMaxMs: Number.POSITIVE_INFINITY,
  timestampAfterMaxMs: HOUR_MS,
  producerIdExpirationMs: DAY_MS,
};
