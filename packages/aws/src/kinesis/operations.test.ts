import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KINESIS_CONTRACT } from './generated/contract.ts';
import { askFront, PROTOCOLS, requireError } from './testing/ask-front.ts';
import { COMMON_FAILURES } from './testing/failures/common.ts';
import { CONSUMERS_FAILURES } from './testing/failures/consumers.ts';
import { fixture, type Name } from './testing/failures/fixture.ts';
import { MODEL_FAILURES } from './testing/failures/model.ts';
import { neverRaised } from './testing/failures/never-raised.ts';
import { QUEUES_FAILURES } from './testing/failures/queues.ts';
import { ratesFailures } from './testing/failures/rates.ts';
import { RECORDS_FAILURES } from './testing/failures/records.ts';
import { SHARDS_FAILURES } from './testing/failures/shards.ts';
import { STREAMS_FAILURES } from './testing/failures/streams.ts';

const { operations } = await fixture();

const CASES = [
  ...MODEL_FAILURES,
  ...COMMON_FAILURES,
  ...STREAMS_FAILURES,
  ...SHARDS_FAILURES,
  ...RECORDS_FAILURES,
  ...CONSUMERS_FAILURES,
  ...QUEUES_FAILURES,
  ...ratesFailures(operations),
];

describe('each operation fails as the service does', () => {
  for (const [index, { operation, error, message, input, settings, isSpecial }] of CASES.entries()) {
    // Both protocols answer each error of each operation (error-answers.test.ts): here they take turns.
    const protocol = PROTOCOLS[index % 2] ?? PROTOCOLS[0];
    it(`${operation} in ${protocol.name}: ${error} ${message}`, async () => {
      const made = await fixture(settings);
      if (operation === 'UpdateShardCount') {
        await made.run(made.operations.CreateStream({ StreamName: 'wide', ShardCount: 4 }, made.context()));
        await made.clock.advance(100);
      }
      const request = await input(made);
      const ask = askFront(isSpecial === true ? made.special : made.operations, made.clock);
      const response = await made.run(ask(operation, request, protocol));
      const told = requireError(response, protocol, error === 'InternalFailureException' ? 500 : 400);
      assert.equal(told.__type, error, told.message);
      assert.match(told.message ?? '', message);
      const isInModel = KINESIS_CONTRACT.operations[operation]?.errors.includes(error) === true;
      assert(isInModel || error === 'ValidationException', `${operation} has no ${error} in the model`);
    });
  }
});

describe('the table of failures', () => {
  const tested = new Set(CASES.map(({ operation, error }) => `${operation}: ${error}`));
  for (const operation of Object.keys(operations) as Name[]) {
    it(`has all that the model says of ${operation}`, () => {
      for (const error of KINESIS_CONTRACT.operations[operation]?.errors ?? []) {
        // That one needs no request of a kind: error-answers.test.ts has it for each operation.
        if (error === 'InternalFailureException') continue;
        const isTested = tested.has(`${operation}: ${error}`);
        const reason = neverRaised(operation, error);
        assert(isTested || reason !== undefined, `${error} is neither tested nor said never to be raised`);
        assert(!isTested || reason === undefined, `${error} is raised, though it is said that ${reason}`);
      }
    });
  }
});
