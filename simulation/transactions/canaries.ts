import type { TransactionCanary } from '@sluice/coordinator/transaction/transaction-environment';

/** Broken builds, and the row that must turn red. */
export const TRANSACTION_CANARIES: readonly { readonly name: TransactionCanary; readonly row: string }[] = [
  { name: 'shows-aborted', row: 'I5' },
  { name: 'ignores-epochs', row: 'I6' },
  { name: 'loses-markers', row: 'I22' },
];
