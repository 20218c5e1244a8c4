import type { AcquireMode } from '../acquire.ts';

/** What happens to a share partition, by the numbers that a generator picks. */
export type Step =
  | { readonly kind: 'append'; readonly sizes: readonly number[]; readonly isAborted: boolean }
  | {
      readonly kind: 'fetch';
      readonly member: number;
      readonly countMax: number;
      readonly batchSize: number;
      readonly mode: AcquireMode;
      /** Record batches that one read gives. */
      readonly readCount: number;
    }
  /** Of something that was once acquired, by whoever: late, twice, for others. */
  | {
      readonly kind: 'acknowledge';
      readonly member: number;
      readonly which: number;
      readonly types: readonly number[];
      readonly skipFirst: number;
      readonly skipLast: number;
    }
  | { readonly kind: 'settle'; readonly isWritten: boolean }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'leave'; readonly member: number }
  /** The first so many writes that are under way reach the share coordinator, the others do not. */
  | { readonly kind: 'crash'; readonly writtenCount: number }
  | { readonly kind: 'move-log-start'; readonly by: number }
  | { readonly kind: 'compact'; readonly batch: number };

export type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;
