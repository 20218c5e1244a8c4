import type { Metrics } from '@sluice/kernel/metrics';
import type { CompactionStats } from './compact-log.ts';

/** What is known before a round of compactions. */
export interface CompactionOutlook {
  readonly dirtyRatioMax: number;
  /** By how much the record that has waited longest is beyond `max.compaction.lag.ms`. */
  readonly delayMsMax: number;
  readonly failedPartitions: number;
  /** What could be compacted of partitions that failed. */
  readonly failedSizeBytes: number;
}

export interface CompactionMetrics {
  onLook(outlook: CompactionOutlook): void;
  onRead(sizeBytes: number): void;
  onDone(stats: CompactionStats, tookMs: number): void;
  onFailure(): void;
}

/**
 * The figures of Kafka's `kafka.log:type=LogCleaner` and `type=LogCleanerManager`, by the names that Prometheus' JMX
 * exporter gives them, and totals of our own.
 */
export function createCompactionMetrics(metrics: Metrics, logDirectory: string): CompactionMetrics {
  const labels = { logDirectory };
  const cleaner = (name: string) => metrics.gauge(`kafka_log_logcleaner_${name}`, labels);
  const manager = (name: string) => metrics.gauge(`kafka_log_logcleanermanager_${name}`, labels);
  const bufferUtilization = cleaner('max_buffer_utilization_percent');
  const recopied = cleaner('cleaner_recopy_percent');
  const cleanTime = cleaner('max_clean_time_secs');
  const compactionDelay = cleaner('max_compaction_delay_secs');
  // There is no thread that could die; alerts on it stay quiet.
  cleaner('deadthreadcount').set(0);
  const dirtyPercent = manager('max_dirty_percent');
  const uncleanablePartitions = manager('uncleanable_partitions_count');
  const uncleanableBytes = manager('uncleanable_bytes');
  const runs = metrics.counter('sluice_log_compactions_total', labels);
  const failures = metrics.counter('sluice_log_compaction_failures_total', labels);
  const readBytes = metrics.counter('sluice_log_compaction_input_bytes_total', labels);
  const keptBytes = metrics.counter('sluice_log_compaction_output_bytes_total', labels);

  return {
    onLook({ dirtyRatioMax, delayMsMax, failedPartitions, failedSizeBytes }) {
      dirtyPercent.set(Math.floor(100 * dirtyRatioMax));
      compactionDelay.set(Math.floor(delayMsMax / 1000));
      uncleanablePartitions.set(failedPartitions);
      uncleanableBytes.set(failedSizeBytes);
    },
    onRead: (sizeBytes) => readBytes.add(sizeBytes),
    onDone({ sizeBytesBefore, sizeBytesAfter, keyCount, keyCountMax }, tookMs) {
      runs.add();
      keptBytes.add(sizeBytesAfter);
      bufferUtilization.set(Math.floor((100 * keyCount) / keyCountMax));
      recopied.set(sizeBytesBefore === 0 ? 0 : Math.floor((100 * sizeBytesAfter) / sizeBytesBefore));
      cleanTime.set(Math.floor(tookMs / 1000));
    },
    onFailure: () => failures.add(),
  };
}
