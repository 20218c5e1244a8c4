import { KINESIS_CONTRACT } from '../../generated/contract.ts';
import { validInputOf } from '../valid-input.ts';
import { ACTIVE, type Case, type Fixture, LIMIT, type Name, SHARD } from './fixture.ts';

/** More calls than any operation but ListShards takes in a second. */
const CALLS = 20;
const CALLS_TO_LIST_SHARDS = 1_000;

/** Too many calls, of every operation that the model says this of and that is there. */
export function ratesFailures(operations: Fixture['operations']): readonly Case[] {
  const names = Object.keys(operations) as Name[];
  const limited = names.filter((name) => KINESIS_CONTRACT.operations[name]?.errors.includes(LIMIT));
  return [
    ...limited
      .filter((name) => !/Channel|^PutRecords?$|^Get(Records|ShardIterator)$/.test(name))
      .map(
        (operation): Case => ({
          operation,
          error: LIMIT,
          message: /^Rate exceeded for account 123456789012\.$/,
          isSpecial: true,
          settings: { throttle: true },
          input: (fixture) => exhaust(fixture, operation, validInputOf(operation)),
        }),
      ),
    {
      operation: 'GetShardIterator',
      error: 'ProvisionedThroughputExceededException',
      message: /^Rate exceeded for shard shardId-000000000000 in stream active under account 123456789012\.$/,
      isSpecial: true,
      settings: { throttle: true },
      input: (fixture) =>
        exhaust(fixture, 'GetShardIterator', { ...ACTIVE, ShardId: SHARD, ShardIteratorType: 'LATEST' }),
    },
  ];
}

/** Whether these calls succeed does not matter: they count. */
async function exhaust({ special, context, run }: Fixture, operation: Name, input: unknown): Promise<unknown> {
  const call = special[operation] as (input: unknown, context: unknown) => unknown;
  const calls = operation === 'ListShards' ? CALLS_TO_LIST_SHARDS : CALLS;
  const all = Array.from({ length: calls }, async () => await call(input, context()));
  await run(Promise.allSettled(all));
  return input;
}
