import { singleNodeDefaults } from '../scripts/kafka/start-kafka.ts';

/** What both servers are started with: limits that a script reaches at once, and times that it can wait for. */
export const sharedSettings: Readonly<Record<string, string>> = {
  ...singleNodeDefaults,
  'group.initial.rebalance.delay.ms': '100',
  'group.min.session.timeout.ms': '200',
  'group.max.session.timeout.ms': '600000',
  'group.max.size': '3',
  'group.consumer.max.size': '3',
  'group.consumer.min.session.timeout.ms': '300',
  'group.consumer.min.heartbeat.interval.ms': '100',
  'group.consumer.assignment.interval.ms': '0',
  'group.share.max.size': '3',
  'group.share.min.session.timeout.ms': '300',
  'group.share.min.heartbeat.interval.ms': '100',
  'group.share.assignment.interval.ms': '0',
};
