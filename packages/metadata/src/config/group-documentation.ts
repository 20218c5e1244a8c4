/** One line on each group configuration, for DescribeConfigs and the reference page. */
export const GROUP_DOCUMENTATION: Readonly<Record<string, string>> = {
  'consumer.assignment.interval.ms': 'The least time between two assignments of a consumer group.',
  'consumer.heartbeat.interval.ms': 'How often members of a consumer group send a heartbeat.',
  'consumer.session.timeout.ms': 'How long a member of a consumer group may be silent before it is taken for gone.',
  'share.assignment.interval.ms': 'The least time between two assignments of a share group.',
  'share.auto.offset.reset':
    'Where a share group starts on a partition: earliest, latest or by_duration:<ISO 8601 duration>.',
  'share.delivery.count.limit': 'How many times a record is delivered before a share group gives it up.',
  'share.heartbeat.interval.ms': 'How often members of a share group send a heartbeat.',
  'share.isolation.level': 'Whether a share group sees records of open and aborted transactions.',
  'share.partition.max.record.locks': 'How many records of a partition a share group may have acquired at once.',
  'share.record.lock.duration.ms': 'How long a member of a share group holds a record that it acquired.',
  'share.renew.acknowledge.enable': 'Whether members of a share group may renew the time for which they hold a record.',
  'share.session.timeout.ms': 'How long a member of a share group may be silent before it is taken for gone.',
  'streams.assignment.interval.ms': 'The least time between two assignments of a streams group.',
  'streams.heartbeat.interval.ms': 'How often members of a streams group send a heartbeat.',
  'streams.initial.rebalance.delay.ms': 'How long the first assignment of a streams group waits for more members.',
  'streams.num.standby.replicas': 'How many standby copies of each task a streams group keeps.',
  'streams.session.timeout.ms': 'How long a member of a streams group may be silent before it is taken for gone.',
};
