import type { ApiCases, ApiExchange, Case, CaseContext } from '../case.ts';
import { beat, enter, settled } from '../groups/consumers.ts';
import { describedConsumers } from '../groups/requests.ts';

const topics = { orders: { partitions: 2 }, 'orders-old': {}, bills: {} };
const byPattern = (c: CaseContext, name: string, pattern: string | null, changes = {}, group?: string): ApiExchange =>
  enter(c, name, { subscribedTopicNames: [], subscribedTopicRegex: pattern, ...changes }, group);
/** Kafka resolves patterns beside the coordinator and takes them up with a later heartbeat. */
const resolved = (c: CaseContext, name: string, partitions: number): ApiExchange => ({
  ...beat(c, name),
  $until: (answer) => (JSON.stringify(answer.assignment).match(/topicId/g) ?? []).length >= partitions,
});
type Outcome = 'matches' | 'matches nothing' | 'is refused';
const pattern = (name: string, outcome: Outcome, text: (c: CaseContext) => string): Case => ({
  name,
  versions: { min: 1 },
  topics: { orders: {} },
  exchanges: (c) => [
    ...settled(c),
    byPattern(c, 'm', text(c)),
    ...(outcome === 'matches' ? [resolved(c, 'm', 1)] : []),
    ...(outcome === 'matches nothing' ? [{ $pauseMs: 100 }, beat(c, 'm')] : []),
    describedConsumers(c, ''),
  ],
});

export const cases: ApiCases = {
  api: 'ConsumerGroupHeartbeat',
  needsGroups: true,
  cases: [
    {
      name: 'topics that match, until the pattern is gone',
      versions: { min: 1 },
      topics,
      exchanges: (c) => [
        ...settled(c),
        byPattern(c, 'm', `orders.*${c.name('')}`),
        resolved(c, 'm', 2),
        describedConsumers(c, ''),
        beat(c, 'm', { subscribedTopicRegex: '' }),
        describedConsumers(c, ''),
      ],
    },
    {
      name: 'names and a pattern together',
      versions: { min: 1 },
      topics,
      exchanges: (c) => [
        ...settled(c),
        byPattern(c, 'm', `orders.*${c.name('')}`, { subscribedTopicNames: [c.name('bills')] }),
        resolved(c, 'm', 3),
        describedConsumers(c, ''),
      ],
    },
    {
      name: 'the whole name must match',
      versions: { min: 1 },
      topics,
      exchanges: (c) => [
        ...settled(c),
        byPattern(c, 'm', c.name('orders').slice(0, -1)),
        byPattern(c, 'n', c.name('ORDERS'), {}, 'capitals'),
        { $pauseMs: 100 },
        beat(c, 'm'),
        beat(c, 'n', {}, 'capitals'),
      ],
    },
    pattern('that cannot be parsed', 'is refused', () => '(unclosed'),
    pattern('of nothing but a star', 'is refused', () => '*'),
    pattern('with a reference back', 'is refused', () => '(a)\\1'),
    pattern('that looks ahead', 'is refused', () => '(?=orders).*'),
    pattern('that is possessive', 'is refused', () => 'a*+'),
    pattern('of classes and bounds', 'matches', (c) => `[o-o]rders{1}${c.name('')}`),
    pattern('that counts too far', 'is refused', () => 'a{1001}'),
    pattern('with a class of letters', 'matches', (c) => `\\p{L}+${c.name('')}`),
    pattern('that is quoted', 'matches', (c) => `\\Q${c.name('orders')}\\E`),
    pattern('with a name for a group', 'matches', (c) => `(?P<x>orders)${c.name('')}`),
    pattern('with a name for a group, as Java has it', 'matches', (c) => `(?<x>orders)${c.name('')}`),
    pattern('of alternatives', 'matches', (c) => `${c.name('orders')}|${c.name('bills')}`),
    pattern('that tells no capitals', 'matches', (c) => `(?i)${c.name('ORDERS')}`),
    pattern('empty', 'matches nothing', () => ''),
  ],
};
