import type { ApiCases, ApiExchange, Case } from '../case.ts';
import {
  addPartitions,
  begin,
  end,
  isVersionTwo,
  opened,
  readBack,
  shown,
  topics,
  write,
} from '../requests/transactions.ts';
import type { Body } from '../wire/encode.ts';

/** With a producer that has a transactional id, which Produce carries since version 3. */
const transactional = (name: string, exchanges: Case['exchanges']): Case => ({
  name: `transactional: ${name}`,
  versions: { min: 3 },
  topics,
  exchanges,
});

const bodyOf = ({ $body }: ApiExchange): Readonly<Record<string, unknown>> =>
  ($body as () => Readonly<Record<string, unknown>>)();
/** The same request with other fields. */
const instead = (exchange: ApiExchange, more: Body): ApiExchange => ({
  ...exchange,
  $body: () => ({ ...(bodyOf(exchange) as object), ...more }),
});

export const cases: ApiCases = {
  api: 'Produce',
  needsTransactions: true,
  cases: [
    transactional('committed', (c) => [
      begin(c),
      ...opened(c, {}, { orders: [0, 1] }),
      write(c, { count: 2 }),
      write(c, { sequence: 2 }),
      write(c, { partition: 1 }),
      shown(c, 'Ongoing'),
      readBack(c, 1),
      end(c, true),
      shown(c, 'CompleteCommit'),
      readBack(c, 1),
    ]),
    transactional('a partition that is not in the transaction', (c) => [
      begin(c),
      write(c),
      addPartitions(c, { orders: [1] }),
      write(c, { partition: 2 }),
      write(c, { partition: 1 }),
      shown(c, 'Ongoing'),
    ]),
    transactional('of an id, a producer, an epoch that nobody has', (c) => [
      begin(c),
      write(c, { txn: 'missing' }),
      write(c, { txn: '' }),
      write(c, { more: { producerId: 123_456 } }),
      write(c, { epochs: 1 }),
      shown(c, 'Empty'),
    ]),
    transactional('of a producer that was fenced', (c) => [
      begin(c, { as: 'zombie' }),
      ...opened(c, { as: 'zombie' }),
      write(c, { as: 'zombie' }),
      begin(c),
      write(c, { as: 'zombie', sequence: 1 }),
      write(c, { as: 'zombie', partition: 1 }),
      ...opened(c),
      write(c),
      write(c, { as: 'zombie', sequence: 1 }),
      readBack(c, 0),
    ]),
    transactional('late, when its transaction is over', (c) => [
      begin(c),
      ...opened(c),
      write(c),
      end(c, true, { keeps: true }),
      shown(c, 'CompleteCommit'),
      write(c, { sequence: 1 }),
      write(c),
      shown(c, 'CompleteCommit'),
    ]),
    transactional('a batch outside of the transaction while it is open', (c) => [
      begin(c),
      ...opened(c),
      write(c),
      write(c, { isPlain: true, sequence: 1 }),
      end(c, true),
      shown(c, 'CompleteCommit'),
      write(c, { isPlain: true, sequence: isVersionTwo(c) ? 0 : 1 }),
    ]),
    transactional('sequences at the beginning', (c) => [
      begin(c),
      ...opened(c, {}, { orders: [0, 1] }),
      write(c, { sequence: 3 }),
      write(c, { partition: 1, sequence: 0 }),
      write(c, { partition: 1, sequence: 2 }),
      write(c, { partition: 1, sequence: 0 }),
    ]),
    transactional('without the id, without a producer', (c) => [
      begin(c),
      ...opened(c, {}, { orders: [0, 1] }),
      instead(write(c), { transactionalId: null }),
      write(c, { more: { producerId: -1 } }),
      write(c, { more: { producerId: -1, producerEpoch: -1, baseSequence: -1 } }),
      write(c, { more: { producerEpoch: -1 } }),
      write(c, { more: { producerEpoch: -5 } }),
      write(c, { more: { baseSequence: -1 } }),
      write(c, { more: { baseSequence: -5 } }),
      instead(write(c), { acks: 1 }),
      instead(write(c, { partition: 1 }), { acks: 7 }),
      readBack(c, 0),
      readBack(c, 0, 1),
    ]),
    transactional('what only brokers write, partitions that are not there', (c) => [
      begin(c),
      ...opened(c),
      write(c, { more: { isControl: true } }),
      write(c, { partition: 9 }),
      write(c, { partition: -1 }),
      instead(write(c), { transactionalId: 'i'.repeat(32_767) }),
      readBack(c, 0),
    ]),
    transactional('of two producers in one request', (c) => [
      begin(c),
      begin(c, { txn: 'other', as: 'other' }),
      ...opened(c, {}, { orders: [0, 1] }),
      {
        ...write(c),
        $body: () => {
          const [first, second] = [bodyOf(write(c)), bodyOf(write(c, { as: 'other', partition: 1 }))];
          const [topic] = first.topicData as readonly { readonly partitionData: readonly Body[] }[];
          const [more] = second.topicData as readonly { readonly partitionData: readonly Body[] }[];
          const partitionData = [...(topic?.partitionData ?? []), ...(more?.partitionData ?? [])];
          return { ...first, topicData: [{ ...topic, partitionData }] } as Body;
        },
      },
      readBack(c, 0),
      readBack(c, 0, 1),
    ]),
  ],
};
