import { type ApiCases, type ApiExchange, without } from '../case.ts';
import type { Body } from '../wire/encode.ts';

const init = (body: Body): ApiExchange => ({
  $body: { transactionalId: null, transactionTimeoutMs: 60_000, ...body },
  // The first request may find that no block of ids was handed out yet.
  $until: without(14),
});

export const cases: ApiCases = {
  api: 'InitProducerId',
  cases: [
    { name: 'without a transactional id, each time a new one', exchanges: () => [init({}), init({})] },
    {
      name: 'without a transactional id the timeout does not matter',
      exchanges: () => [
        init({ transactionTimeoutMs: 0 }),
        init({ transactionTimeoutMs: -1 }),
        init({ transactionTimeoutMs: 2_147_483_647 }),
      ],
    },
    { name: 'the transactional id without a name', exchanges: () => [init({ transactionalId: '' })] },
    {
      name: 'without a transactional id but with a producer id of before',
      versions: { min: 3 },
      exchanges: () => [
        init({ producerId: 1000, producerEpoch: 0 }),
        init({ producerId: 1000, producerEpoch: -1 }),
        init({ producerId: -1, producerEpoch: 5 }),
        init({ producerId: -5, producerEpoch: 0 }),
      ],
    },
  ],
};
