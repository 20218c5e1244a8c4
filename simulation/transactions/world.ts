import type { SimMachine } from '../machine/sim-machine.ts';
import type { TransactionHistory } from './history.ts';

export const BANK = 'bank';
export const BANK_PARTITIONS = 4;
/** What the copying program reads and writes. */
export const INPUT = 'input';
export const OUTPUT = 'output';
export const COPY_GROUP = 'copiers';
export const TRANSACTION_TIMEOUT_MS = 5_000;

/** What all clients of a run share. */
export interface TransactionWorld {
  readonly machine: SimMachine;
  readonly history: TransactionHistory;
  /** No more new transactions. */
  isEnding: boolean;
  /** Names of transactional ids that were used. */
  readonly transactionalIds: Set<string>;
}
