import type { ApiCases, Case } from '../case.ts';
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

/** With a producer that has a transactional id, which Produce carries since version 3. */
const transactional = (name: string, exchanges: Case['exchanges']): Case => ({
  name: `transactional: ${name}`,
  versions: { min: 3 },
  topics,
  exchanges,
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
  ],
};
