import type { EncryptionType, EnhancedMetrics, MetricsName } from './generated/types.ts';
import type { StreamState } from './registry/stream-state.ts';

export function describeEncryption({ encryptionKeyId }: StreamState): {
  readonly EncryptionType: EncryptionType;
  readonly KeyId?: string;
} {
  return encryptionKeyId === null ? { EncryptionType: 'NONE' } : { EncryptionType: 'KMS', KeyId: encryptionKeyId };
}

export function metricsOf({ metrics }: StreamState): MetricsName[] {
  // The registry has only what the model allows.
  return metrics.map((metric) => metric as MetricsName);
}

export function describeMetrics(state: StreamState): EnhancedMetrics[] {
  return [{ ShardLevelMetrics: metricsOf(state) }];
}
