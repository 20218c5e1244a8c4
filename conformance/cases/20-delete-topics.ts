import type { ApiCases, CaseContext } from '../case.ts';
import { unknownId } from '../constants.ts';
import type { Body } from '../wire/encode.ts';

const byName = (c: CaseContext, ...names: string[]): Body =>
  c.version <= 5
    ? { topicNames: names.map((name) => c.name(name)), timeoutMs: 10_000 }
    : { topics: names.map((name) => ({ name: c.name(name) })), timeoutMs: 10_000 };
const listing = (c: CaseContext, ...names: string[]) => ({
  $api: 'Metadata',
  $version: 9,
  $body: { topics: names.map((name) => ({ name: c.name(name) })), allowAutoTopicCreation: false },
});

export const cases: ApiCases = {
  api: 'DeleteTopics',
  cases: [
    {
      name: 'by name',
      topics: { a: { partitions: 2 }, b: {} },
      exchanges: (c) => [byName(c, 'a'), byName(c, 'a', 'b')],
    },
    { name: 'an unknown name', exchanges: (c) => [byName(c, 'missing')] },
    { name: 'the same name twice', topics: { a: {} }, exchanges: (c) => [byName(c, 'a', 'a'), listing(c, 'a')] },
    { name: 'none', exchanges: (c) => [byName(c)] },
    {
      name: 'invalid names',
      versions: { max: 5 },
      exchanges: () => [{ topicNames: ['', '..', 'a b'], timeoutMs: 10_000 }],
    },
    {
      name: 'by id',
      versions: { min: 6 },
      topics: { a: {} },
      exchanges: (c) => [
        { topics: [{ name: null, topicId: c.topicId('a') }], timeoutMs: 10_000 },
        { topics: [{ name: null, topicId: c.topicId('a') }], timeoutMs: 10_000 },
        { topics: [{ name: null, topicId: unknownId }], timeoutMs: 10_000 },
      ],
    },
    {
      name: 'by name and id together, by neither, twice by different means',
      versions: { min: 6 },
      topics: { a: {}, b: {} },
      exchanges: (c) => [
        { topics: [{ name: c.name('a'), topicId: c.topicId('a') }], timeoutMs: 10_000 },
        { topics: [{ name: c.name('missing'), topicId: c.topicId('a') }], timeoutMs: 10_000 },
        { topics: [{ name: null }], timeoutMs: 10_000 },
        { topics: [{ name: c.name('b') }, { name: null, topicId: c.topicId('b') }], timeoutMs: 10_000 },
        {
          topics: [
            { name: null, topicId: c.topicId('a') },
            { name: null, topicId: c.topicId('a') },
          ],
          timeoutMs: 10_000,
        },
        listing(c, 'a', 'b'),
      ],
    },
    {
      name: 'a timeout of zero',
      topics: { a: {} },
      exchanges: (c) => [{ ...byName(c, 'a'), timeoutMs: 0 }],
    },
  ],
};
