import fc from 'fast-check';

/** What is done to a log and to its model. Shares (0 to 1) choose among what there is when their turn comes. */
export type Command =
  | {
      readonly kind: 'send';
      readonly producer: number;
      readonly records: readonly { readonly key: number; readonly size: number; readonly age: number }[];
      readonly codec: number;
      readonly isDurable: boolean;
    }
  | { readonly kind: 'end-transaction'; readonly producer: number; readonly isAbort: boolean }
  | { readonly kind: 'retry'; readonly producer: number }
  | { readonly kind: 'settle' }
  | { readonly kind: 'pass-turns'; readonly count: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'look'; readonly at: number; readonly maxBytes: number }
  | { readonly kind: 'look-at-all' }
  | { readonly kind: 'new-epoch' }
  | { readonly kind: 'set-policy'; readonly policy: number }
  | { readonly kind: 'delete-below'; readonly at: number }
  | { readonly kind: 'retain-bytes'; readonly sizeBytes: number }
  | { readonly kind: 'retain-time'; readonly ms: number; readonly jumpMs: number }
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'compact' }
  | { readonly kind: 'begin-compacting' }
  | { readonly kind: 'truncate'; readonly at: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'lose-power'; readonly seed: number };

/** Without an idempotent producer's state; with it; with transactions. */
export const PLAIN_PRODUCERS = 1;
export const IDEMPOTENT_PRODUCERS = 2;
const TRANSACTIONAL_PRODUCERS = 2;
const PRODUCERS = PLAIN_PRODUCERS + IDEMPOTENT_PRODUCERS + TRANSACTIONAL_PRODUCERS;
const KEYS = 7;
const AGE_MS_MAX = 20_000;

const share = fc.double({ min: 0, max: 1, noNaN: true });
const producer = fc.nat(PRODUCERS - 1);

const record = fc.record({
  key: fc.nat(KEYS - 1),
  // Every seventh is a tombstone.
  size: fc.integer({ min: -15, max: 90 }),
  age: fc.nat(AGE_MS_MAX),
});

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      producer,
      records: fc.array(record, { minLength: 1, maxLength: 4 }),
      codec: fc.nat(4),
      isDurable: fc.boolean(),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({ kind: fc.constant('end-transaction' as const), producer, isAbort: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('retry' as const), producer }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'settle' as const }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass-turns' as const), count: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(15_000) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('look' as const),
      at: share,
      maxBytes: fc.integer({ min: 1, max: 3000 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'look-at-all' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'new-epoch' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('set-policy' as const), policy: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-below' as const), at: share }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retain-bytes' as const), sizeBytes: fc.nat(6000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('retain-time' as const),
      ms: fc.nat(2 * AGE_MS_MAX),
      jumpMs: fc.constantFrom(0, 0, 86_400_000, -86_400_000),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'checkpoint' as const }) },
  { weight: 6, arbitrary: fc.constant({ kind: 'compact' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'begin-compacting' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const), at: share }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'restart' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lose-power' as const), seed: fc.nat(1_000_000) }) },
);

/** Conditions that hold for the whole life of a log. */
export interface Circumstances {
  readonly cacheSizeBytes: number;
  /** Little: one compaction does a part. */
  readonly keyMemorySizeBytes: number;
  readonly policy: number;
  /** Files may end in zeros after a power loss. */
  readonly zeroTails: boolean;
}

export const circumstances: fc.Arbitrary<Circumstances> = fc.record({
  cacheSizeBytes: fc.constantFrom(0, 600, 100_000),
  keyMemorySizeBytes: fc.constantFrom(100_000, 100_000, 24 * 8),
  policy: fc.nat(3),
  zeroTails: fc.boolean(),
});

export const lives: fc.Arbitrary<readonly Command[]> = fc.array(command, {
  minLength: 10,
  maxLength: 110,
  size: 'max',
});
