import type { ApiCases } from '../case.ts';
import { unknownId } from '../constants.ts';

export const cases: ApiCases = {
  api: 'Metadata',
  cases: [
    {
      name: 'all topics',
      topics: { orders: { partitions: 2 }, bills: {} },
      exchanges: (c) => [{ topics: c.version === 0 ? [] : null }],
    },
    {
      name: 'no topics',
      versions: { min: 1 },
      topics: { orders: {} },
      exchanges: () => [{ topics: [] }],
    },
    {
      name: 'by name',
      topics: { orders: { partitions: 3 }, bills: {} },
      exchanges: (c) => [
        { topics: [{ name: c.name('orders') }] },
        { topics: [{ name: c.name('bills') }, { name: c.name('orders') }] },
        { topics: [{ name: c.name('orders') }, { name: c.name('orders') }] },
      ],
    },
    {
      name: 'an unknown topic without auto-creation',
      versions: { min: 4 },
      topics: { orders: {} },
      exchanges: (c) => [
        { topics: [{ name: c.name('missing') }], allowAutoTopicCreation: false },
        { topics: [{ name: c.name('missing') }, { name: c.name('orders') }], allowAutoTopicCreation: false },
      ],
    },
    {
      name: 'the first answer to an auto-creation',
      exchanges: (c) => [{ topics: [{ name: c.name('fresh') }], allowAutoTopicCreation: true }],
    },
    {
      name: 'invalid names',
      exchanges: (c) => [
        { topics: [{ name: '' }] },
        { topics: [{ name: '.' }] },
        { topics: [{ name: '..' }] },
        { topics: [{ name: 'a b' }] },
        { topics: [{ name: `${c.name('x')}/y` }] },
        { topics: [{ name: 'x'.repeat(249) + c.name('') }] },
      ],
    },
    {
      name: 'invalid names without auto-creation',
      versions: { min: 4 },
      exchanges: () => [
        { topics: [{ name: '' }], allowAutoTopicCreation: false },
        { topics: [{ name: 'a b' }], allowAutoTopicCreation: false },
        { topics: [{ name: 'x'.repeat(250) }], allowAutoTopicCreation: false },
      ],
    },
    {
      name: 'a name that collides by dot and underscore is not created',
      topics: { 'a.b': {} },
      exchanges: (c) => [{ topics: [{ name: c.name('a_b') }] }],
    },
    {
      name: 'by id',
      versions: { min: 12 },
      topics: { orders: { partitions: 2 } },
      exchanges: (c) => [
        { topics: [{ topicId: c.topicId('orders'), name: null }] },
        { topics: [{ topicId: unknownId, name: null }] },
        {
          topics: [
            { topicId: c.topicId('orders'), name: null },
            { topicId: unknownId, name: null },
          ],
        },
      ],
    },
    {
      name: 'an id with a wrong name beside it',
      versions: { min: 10 },
      topics: { orders: {}, bills: {} },
      exchanges: (c) => [
        { topics: [{ topicId: c.topicId('orders'), name: c.name('bills') }] },
        { topics: [{ topicId: unknownId, name: c.name('bills') }] },
      ],
    },
    {
      name: 'an id and no name before both are allowed, or neither',
      versions: { min: 10 },
      topics: { orders: {} },
      exchanges: (c) => [
        { topics: [{ topicId: c.topicId('orders'), name: null }] },
        { topics: [{ name: null }] },
        { topics: [{ name: null }, { name: c.name('orders') }] },
        { topics: [{ name: c.name('orders') }, { topicId: c.topicId('orders'), name: null }] },
      ],
    },
    {
      name: 'authorized operations',
      versions: { min: 8 },
      topics: { orders: {} },
      exchanges: (c) => [
        {
          topics: [{ name: c.name('orders') }, { name: c.name('missing') }],
          allowAutoTopicCreation: false,
          includeTopicAuthorizedOperations: true,
          ...(c.version <= 10 ? { includeClusterAuthorizedOperations: true } : {}),
        },
      ],
    },
    {
      name: 'internal topics cannot be created by asking',
      versions: { min: 4 },
      exchanges: () => [{ topics: [{ name: '__share_group_state' }], allowAutoTopicCreation: false }],
    },
  ],
};
