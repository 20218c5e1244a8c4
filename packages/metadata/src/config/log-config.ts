import type { LogConfig } from '@sluice/log/partition-log';
import type { ClusterImage } from '../image/cluster-image.ts';
import { type BrokerValues, brokerNumber, brokerValues } from './broker-values.ts';
import type { StaticConfig } from './static-config.ts';
import { type TopicValues, topicList, topicNumber, topicValuesOf } from './topic-values.ts';

/** How a topic's logs behave on this broker. Take it anew when the topic's or the broker's configuration changes. */
export function logConfigOf(image: Pick<ClusterImage, 'config'>, staticConfig: StaticConfig, topic: string): LogConfig {
  const broker = brokerValues(image, staticConfig);
  return logConfig(topicValuesOf(image, broker, topic), broker);
}

export function logConfig(topic: TopicValues, broker: BrokerValues): LogConfig {
  const cleanup = topicList(topic, 'cleanup.policy');
  return {
    segmentSizeBytes: topicNumber(topic, 'segment.bytes'),
    segmentMs: topicNumber(topic, 'segment.ms'),
    segmentJitterMs: topicNumber(topic, 'segment.jitter.ms'),
    segmentIndexSizeBytes: topicNumber(topic, 'segment.index.bytes'),
    indexIntervalBytes: topicNumber(topic, 'index.interval.bytes'),
    flushMessages: topicNumber(topic, 'flush.messages'),
    flushMs: topicNumber(topic, 'flush.ms'),
    maxMessageSizeBytes: topicNumber(topic, 'max.message.bytes'),
    cleanupCompact: cleanup.includes('compact'),
    cleanupDelete: cleanup.includes('delete'),
    cleanableDirtyRatioMin: topicNumber(topic, 'min.cleanable.dirty.ratio'),
    compactionLagMsMin: topicNumber(topic, 'min.compaction.lag.ms'),
    compactionLagMsMax: topicNumber(topic, 'max.compaction.lag.ms'),
    deleteRetentionMs: topicNumber(topic, 'delete.retention.ms'),
    retentionMs: topicNumber(topic, 'retention.ms'),
    retentionSizeBytes: topicNumber(topic, 'retention.bytes'),
    fileDeleteDelayMs: topicNumber(topic, 'file.delete.delay.ms'),
    compressionType: compressionType(topic('compression.type').text),
    compressionGzipLevel: topicNumber(topic, 'compression.gzip.level'),
    compressionLz4Level: topicNumber(topic, 'compression.lz4.level'),
    compressionZstdLevel: topicNumber(topic, 'compression.zstd.level'),
    timestampType: topic('message.timestamp.type').text === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
    timestampBeforeMaxMs: topicNumber(topic, 'message.timestamp.before.max.ms'),
    timestampAfterMaxMs: topicNumber(topic, 'message.timestamp.after.max.ms'),
    producerIdExpirationMs: brokerNumber(broker, 'producer.id.expiration.ms'),
  };
}

function compressionType(text: string): LogConfig['compressionType'] {
  switch (text) {
    case 'uncompressed':
    case 'gzip':
    case 'snappy':
    case 'lz4':
    case 'zstd':
      return text;
    default:
      return 'producer';
  }
}
