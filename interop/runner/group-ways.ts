import type { Join } from './contract.ts';

/** A way in which a client can be a member of a group. */
export type Way = {
  readonly name: string;
  readonly join: Omit<Join, 'group' | 'topics'>;
};

const classic = (assignor: string): Way => ({
  name: `classic ${assignor}`,
  join: { protocol: 'classic', assignor },
});
const consumer = (assignor?: string): Way => ({
  name: `consumer ${assignor ?? ''}`.trim(),
  join: { protocol: 'consumer', ...(assignor === undefined ? {} : { assignor }) },
});

const classics = (...assignors: readonly string[]) => assignors.map(classic);

export const groupWays: Readonly<Record<string, readonly Way[]>> = {
  'kafka-clients': [
    ...classics('range', 'roundrobin', 'sticky', 'cooperative-sticky'),
    consumer(),
    consumer('uniform'),
    consumer('range'),
  ],
  'confluent-kafka': [...classics('range', 'roundrobin', 'cooperative-sticky'), consumer(), consumer('range')],
  kcat: classics('range', 'cooperative-sticky'),
  'franz-go': [
    ...classics('range', 'roundrobin', 'sticky', 'cooperative-sticky'),
    consumer('uniform'),
    consumer('range'),
  ],
  sarama: classics('range', 'roundrobin', 'sticky', 'cooperative-sticky'),
  platformatic: [...classics('roundrobin', 'cooperative-sticky'), consumer(), consumer('range')],
  kafkajs: classics('RoundRobinAssigner'),
  'kafka-python': classics('range', 'roundrobin', 'sticky', 'cooperative-sticky'),
  aiokafka: classics('range', 'roundrobin', 'sticky'),
};

/** What a client's members cannot do, or cannot tell. */
export type Limit =
  /** It commits without telling of it: a history may repeat what it committed. */
  | 'commits-unseen'
  /** The record that it is at when it is told to end counts as read, and is lost. */
  | 'loses-at-its-end'
  /** In a rebalance it goes back to the last commit without a word. */
  | 'rewinds'
  /** Its members are processes of their own, which outlive the program. */
  | 'no-death'
  | 'no-committed'
  | 'no-metadata'
  | 'no-pause'
  | 'no-seek'
  | 'no-commit-by-hand';

const limits: Readonly<Record<string, readonly Limit[]>> = {
  kcat: [
    'commits-unseen',
    'loses-at-its-end',
    'no-committed',
    'no-metadata',
    'no-pause',
    'no-seek',
    'no-commit-by-hand',
  ],
  // Its commits end without a word, and a session begins where its group's offsets are.
  sarama: ['commits-unseen', 'no-seek'],
  // A stream has no seek: it is opened anew with the offsets to begin at.
  platformatic: ['rewinds', 'no-metadata', 'no-seek'],
};

export const isLimited = (client: string, limit: Limit): boolean => limits[client]?.includes(limit) ?? false;
