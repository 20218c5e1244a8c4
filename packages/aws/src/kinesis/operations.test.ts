import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AwsError } from '../front/aws-error.ts';
import { KINESIS_CONTRACT } from './generated/contract.ts';
import { COMMON_FAILURES } from './testing/failures/common.ts';
import { CONSUMERS_FAILURES } from './testing/failures/consumers.ts';
import { fixture } from './testing/failures/fixture.ts';
import { RECORDS_FAILURES } from './testing/failures/records.ts';
import { SHARDS_FAILURES } from './testing/failures/shards.ts';
import { STREAMS_FAILURES } from './testing/failures/streams.ts';

const CASES = [...COMMON_FAILURES, ...STREAMS_FAILURES, ...SHARDS_FAILURES, ...RECORDS_FAILURES, ...CONSUMERS_FAILURES];

describe('each operation fails as the service does', () => {
  for (const { operation, error, message, input, settings, isSpecial } of CASES) {
    it(`${operation}: ${error} ${message}`, async () => {
      const made = await fixture(settings);
      if (operation === 'UpdateShardCount') {
        await made.run(made.operations.CreateStream({ StreamName: 'wide', ShardCount: 4 }, made.context()));
        await made.clock.advance(100);
      }
      const door = isSpecial === true ? made.special : made.operations;
      const request = (await input(made)) as never;
      await assert.rejects(
        async () =>
          await made.run((door[operation] as (input: never, context: unknown) => unknown)(request, made.context())),
        (failure) => {
          assert(failure instanceof AwsError, String(failure));
          assert.equal(failure.type, error, failure.message);
          assert.match(failure.message, message);
          const isInModel = KINESIS_CONTRACT.operations[operation]?.errors.includes(error) === true;
          assert(isInModel || error === 'ValidationException', `${operation} has no ${error} in the model`);
          return true;
        },
      );
    });
  }
});
