import { test } from 'node:test';
import fc from 'fast-check';
import { type Command, runAgainstModel } from './testing/log-model.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      sizes: fc.array(fc.nat(150), { minLength: 1, maxLength: 5 }),
      timestamps: fc.array(fc.nat(5000), { minLength: 1, maxLength: 5 }),
      codec: fc.nat(4),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      at: share,
      maxBytes: fc.integer({ min: 1, max: 3000 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('find-time' as const), timestamp: fc.nat(6000) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'find-max-time' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-below' as const), at: share }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('retain' as const),
      sizeBytes: fc.nat(6000),
      timestamp: fc.nat(6000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const), at: share }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'new-epoch' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'checkpoint' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'kill' as const }) },
);

test('a log answers as a list of records would, whatever is done to it', async () => {
  const commands = fc.array(command, { minLength: 5, maxLength: 80 });
  const cacheSizeBytes = fc.constantFrom(0, 600, 100_000);
  await fc.assert(fc.asyncProperty(commands, cacheSizeBytes, runAgainstModel), { numRuns: 150 });
});
