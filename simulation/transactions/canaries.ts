import type { TransactionCanary } from '@sluice/coordinator/transaction/transaction-environment';
import type { Canary } from '../machine/seeded-run.ts';

export const TRANSACTION_CANARIES: readonly Canary<TransactionCanary>[] = [
  { name: 'shows-aborted', rule: 'I5' },
  { name: 'ignores-epochs', rule: 'I6' },
  { name: 'loses-markers', rule: 'I22' },
];
