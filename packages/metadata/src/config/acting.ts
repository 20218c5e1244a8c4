import { topicSynonyms } from './topic-values.ts';

/** What a configuration does in this Sluice. All are accepted, checked and described; not all have an effect yet. */
export type Effect =
  | { readonly kind: 'acts'; readonly note?: string }
  /** Kept for the day that the feature comes, and for tools that set it. */
  | { readonly kind: 'waits'; readonly for: string }
  /** It has no meaning here and never will. */
  | { readonly kind: 'meaningless'; readonly why: string };

const acts: Effect = { kind: 'acts' };
const replication: Effect = { kind: 'waits', for: 'replication' };
const tiering: Effect = { kind: 'waits', for: 'tiered storage' };

/** By name; every topic configuration is here. */
export const TOPIC_EFFECTS: Readonly<Record<string, Effect>> = {
  'cleanup.policy': acts,
  'compression.gzip.level': acts,
  'compression.lz4.level': acts,
  'compression.type': acts,
  'compression.zstd.level': acts,
  'delete.retention.ms': acts,
  'file.delete.delay.ms': { kind: 'acts', note: 'for deleted segments; the files of a deleted topic go at once' },
  'flush.messages': acts,
  'flush.ms': acts,
  'follower.replication.throttled.replicas': replication,
  'index.interval.bytes': acts,
  'leader.replication.throttled.replicas': replication,
  'local.retention.bytes': tiering,
  'local.retention.ms': tiering,
  'max.compaction.lag.ms': acts,
  'max.message.bytes': acts,
  'message.timestamp.after.max.ms': acts,
  'message.timestamp.before.max.ms': acts,
  'message.timestamp.type': acts,
  'min.cleanable.dirty.ratio': acts,
  'min.compaction.lag.ms': acts,
  'min.insync.replicas': { kind: 'acts', note: 'against the replicas in sync, of which there is one' },
  preallocate: { kind: 'meaningless', why: 'segments grow by large writes; their files are never preallocated' },
  'remote.log.copy.disable': tiering,
  'remote.log.delete.on.disable': tiering,
  'remote.storage.enable': tiering,
  'retention.bytes': acts,
  'retention.ms': acts,
  'segment.bytes': acts,
  'segment.index.bytes': acts,
  'segment.jitter.ms': acts,
  'segment.ms': acts,
  'unclean.leader.election.enable': { kind: 'waits', for: 'replication; with one replica there is nobody to elect' },
};

/** Broker configurations that act in their own right. */
const actingBrokerConfigs: readonly string[] = [
  'advertised.listeners',
  'auto.create.topics.enable',
  'broker.heartbeat.interval.ms',
  'broker.id',
  'broker.rack',
  'broker.session.timeout.ms',
  'connections.max.idle.ms',
  'cordoned.log.dirs',
  'default.replication.factor',
  'delete.topic.enable',
  'fetch.max.bytes',
  'group.consumer.assignment.interval.ms',
  'group.consumer.assignors',
  'group.consumer.heartbeat.interval.ms',
  'group.consumer.max.size',
  'group.consumer.migration.policy',
  'group.consumer.session.timeout.ms',
  'group.coordinator.rebalance.protocols',
  'group.initial.rebalance.delay.ms',
  'group.max.session.timeout.ms',
  'group.max.size',
  'group.min.session.timeout.ms',
  'group.share.assignment.interval.ms',
  'group.share.delivery.count.limit',
  'group.share.heartbeat.interval.ms',
  'group.share.max.share.sessions',
  'group.share.max.size',
  'group.share.partition.max.record.locks',
  'group.share.record.lock.duration.ms',
  'group.share.session.timeout.ms',
  'listener.security.protocol.map',
  'listeners',
  'log.dir',
  'log.dirs',
  'log.cleaner.backoff.ms',
  'log.cleaner.dedupe.buffer.size',
  'log.cleaner.enable',
  'log.cleaner.io.max.bytes.per.second',
  'log.retention.check.interval.ms',
  'max.connections',
  'max.connections.per.ip',
  'max.connections.per.ip.overrides',
  'max.incremental.fetch.session.cache.slots',
  'max.request.partition.size.limit',
  'metadata.log.dir',
  'node.id',
  'num.partitions',
  'offset.metadata.max.bytes',
  'offsets.commit.timeout.ms',
  'offsets.retention.check.interval.ms',
  'offsets.retention.minutes',
  'offsets.topic.compression.codec',
  'offsets.topic.num.partitions',
  'offsets.topic.replication.factor',
  'offsets.topic.segment.bytes',
  'producer.id.expiration.ms',
  'queued.max.request.bytes',
  'share.coordinator.snapshot.update.records.per.snapshot',
  'share.coordinator.state.topic.compression.codec',
  'share.coordinator.state.topic.min.isr',
  'share.coordinator.state.topic.num.partitions',
  'share.coordinator.state.topic.replication.factor',
  'share.coordinator.state.topic.segment.bytes',
  'share.coordinator.write.timeout.ms',
  'socket.request.max.bytes',
  'sluice.connection.unsent.max.bytes',
  'sluice.durability',
  'sluice.log.format',
  'sluice.log.level',
  'sluice.tail.cache.bytes',
  'transaction.max.timeout.ms',
  'transaction.partition.verification.enable',
  'transaction.remove.expired.transaction.cleanup.interval.ms',
  'transaction.state.log.min.isr',
  'transaction.state.log.num.partitions',
  'transaction.state.log.replication.factor',
  'transaction.state.log.segment.bytes',
  'transaction.two.phase.commit.enable',
  'transactional.id.expiration.ms',
];

/** Those of them that need a word more. */
const actingWithNote: ReadonlyMap<string, string> = new Map([
  ['socket.listen.backlog.size', 'at each of the sixteen sockets of a port; 511 unless it is set'],
]);

/** Defaults of topics act where the topic's configuration does. */
const actingDefaults: ReadonlyMap<string, string> = new Map(
  Object.entries(TOPIC_EFFECTS).flatMap(([topic, effect]) =>
    effect.kind === 'acts' ? topicSynonyms(topic).map((broker) => [broker, topic] as const) : [],
  ),
);

/** `undefined`: accepted and described, without effect. */
export function brokerEffect(name: string): Effect | undefined {
  const topic = actingDefaults.get(name);
  if (topic !== undefined) return { kind: 'acts', note: `the default of topics' ${topic}` };
  if (actingBrokerConfigs.includes(name)) return acts;
  const note = actingWithNote.get(name);
  if (note !== undefined) return { kind: 'acts', note };
  if (/^group\.(consumer|share|streams)\.(min|max)\.(?!size$|share\.sessions$)/.test(name)) {
    return { kind: 'acts', note: 'as a limit of group configurations' };
  }
  return undefined;
}

/** Names that act; for the test that all of them exist and are documented. */
export const ACTING_BROKER_CONFIGS: readonly string[] = [
  ...actingBrokerConfigs,
  ...actingWithNote.keys(),
  ...actingDefaults.keys(),
];
