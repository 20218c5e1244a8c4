/** One line on each topic configuration, for DescribeConfigs and the reference page. */
export const TOPIC_DOCUMENTATION: Readonly<Record<string, string>> = {
  'cleanup.policy':
    'What happens to old data: delete removes whole segments by age and size, compact keeps the last value of each key; empty keeps everything.',
  'compression.gzip.level': 'The level when the broker compresses with gzip; -1 is the default of the codec.',
  'compression.lz4.level': 'The level when the broker compresses with LZ4.',
  'compression.type':
    'How batches are stored: producer as they come, uncompressed, or always with the given codec, if need be compressed anew.',
  'compression.zstd.level': 'The level when the broker compresses with Zstandard.',
  'delete.retention.ms':
    'How long compaction keeps a tombstone, so that a reader that started before it sees the deletion.',
  'file.delete.delay.ms': 'How long the files of a removed segment stay on disk.',
  'flush.messages': 'After how many records the log is synced to disk whatever the acks.',
  'flush.ms': 'After how much time a record is synced to disk whatever the acks.',
  'follower.replication.throttled.replicas':
    'Followers whose replication is throttled, as partition:broker pairs; * is all of them.',
  'index.interval.bytes': 'How many bytes of log there are between two entries of the offset index.',
  'leader.replication.throttled.replicas':
    'Leaders whose replication is throttled, as partition:broker pairs; * is all of them.',
  'local.retention.bytes': 'How much of a tiered partition stays on local disk; -2 is as retention.bytes.',
  'local.retention.ms': 'How long segments of a tiered partition stay on local disk; -2 is as retention.ms.',
  'max.compaction.lag.ms': 'The longest time that a record stays out of compaction.',
  'max.message.bytes': 'The largest batch of records, as it is stored.',
  'message.timestamp.after.max.ms': "How far a record's create time may lie after the broker's clock.",
  'message.timestamp.before.max.ms': "How far a record's create time may lie before the broker's clock.",
  'message.timestamp.type': 'Whose time a record carries: CreateTime the producer’s, LogAppendTime the broker’s.',
  'min.cleanable.dirty.ratio': 'The part of a log that must be uncompacted before it is compacted again.',
  'min.compaction.lag.ms': 'The shortest time that a record stays out of compaction.',
  'min.insync.replicas': 'How many replicas must be in sync for an acks=all write to be accepted.',
  preallocate: 'Whether the file of a new segment is given its full size at once.',
  'remote.log.copy.disable': 'Whether a tiered topic stops copying segments to remote storage.',
  'remote.log.delete.on.disable': 'Whether remote data is deleted when tiering is turned off for the topic.',
  'remote.storage.enable': 'Whether segments of the topic are tiered to remote storage.',
  'retention.bytes': 'The size from which old segments of a partition are deleted; -1 is no limit.',
  'retention.ms': 'The age from which segments are deleted; -1 is no limit.',
  'segment.bytes': 'The size at which a new segment is begun.',
  'segment.index.bytes': 'The size of an index file at which a new segment is begun.',
  'segment.jitter.ms':
    'A random time, up to this, by which the age for a new segment is shortened, so that not all roll at once.',
  'segment.ms': 'The age at which a new segment is begun even if the old one is not full.',
  'unclean.leader.election.enable':
    'Whether a replica that was not in sync may become leader when no other is left, at the price of losing data.',
};
