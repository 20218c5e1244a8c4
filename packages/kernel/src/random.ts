import type { Uuid } from './ids.ts';

/** Randomness as a port, so that a seed replays a run. */
export interface Random {
  /** A whole number, 0 ≤ n < bound ≤ 2^48−1. */
  below(bound: number): number;
  bytes(count: number): Buffer;
  /** A version-4 UUID that does not start with "-" (Kafka's tools could take it for an option) and is not reserved. */
  uuid(): Uuid;
}
