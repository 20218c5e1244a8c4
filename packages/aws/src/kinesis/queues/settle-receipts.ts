import type { Clock } from '@sluice/kernel/clock';
import type { KinesisErrorType } from '../generated/types.ts';
import type { Seal } from '../records/seal.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerEntry } from './ledger-record.ts';
import type { Path } from './ledger-view.ts';
import { openReceipt, type Receipt } from './receipt-handle.ts';

/** What is to become of a record that was received. */
export interface ReceiptEntry {
  readonly ReceiptHandle: string;
  /** Of the operations that change it. */
  readonly VisibilityTimeoutSeconds?: number;
}

export type Settlement = 'acknowledge' | 'restore' | 'visibility';

export interface SettledReceipts {
  readonly Successful: readonly { readonly ReceiptHandle: string }[];
  readonly Failed: readonly {
    readonly ReceiptHandle: string;
    readonly ErrorCode: string;
    readonly ErrorMessage: string;
  }[];
}

export interface SettleOptions {
  readonly seal: Seal;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly queueId: string;
}

type Refusal = { readonly code: KinesisErrorType; readonly message: string };

/** Does to records what their receipt handles are given for, each by itself; durable when it settles. */
export async function settleReceipts(
  options: SettleOptions,
  path: Path,
  settlement: Settlement,
  entries: readonly ReceiptEntry[],
): Promise<SettledReceipts> {
  const { seal, clock, ledger, queueId } = options;
  const opened = await Promise.all(
    entries.map(async (entry) => ({ entry, receipt: await openReceipt(seal, entry.ReceiptHandle) })),
  );
  const asked = opened.filter(({ receipt }) => receipt?.queueId === queueId);
  const ids = new Set(asked.flatMap(({ receipt }) => (receipt === undefined ? [] : [receipt.recordId])));
  const now = clock.now();
  const refusals = new Map<string, Refusal>();
  await ledger.change([...ids], (id, current) => {
    const matching = asked.filter(({ receipt }) => receipt?.recordId === id);
    let changed: LedgerEntry | null | undefined;
    for (const { entry, receipt } of matching) {
      const refusal = refusalOf(receipt, current, path, settlement);
      if (refusal === undefined) refusals.delete(entry.ReceiptHandle);
      else refusals.set(entry.ReceiptHandle, refusal);
      if (refusal !== undefined || current === undefined) continue;
      changed = settled(current, settlement, now, entry.VisibilityTimeoutSeconds);
    }
    return changed;
  });
  const failed = opened.flatMap(({ entry, receipt }) => {
    const refusal = receipt?.queueId === queueId ? refusals.get(entry.ReceiptHandle) : NOT_OURS;
    if (refusal === undefined) return [];
    return [{ ReceiptHandle: entry.ReceiptHandle, ErrorCode: refusal.code, ErrorMessage: refusal.message }];
  });
  const isFailed = new Set(failed.map(({ ReceiptHandle }) => ReceiptHandle));
  return {
    Successful: entries.flatMap(({ ReceiptHandle }) => (isFailed.has(ReceiptHandle) ? [] : [{ ReceiptHandle }])),
    Failed: failed,
  };
}

const NOT_OURS: Refusal = { code: 'InvalidArgumentException', message: 'The receipt handle is not valid.' };

function refusalOf(
  receipt: Receipt | undefined,
  current: LedgerEntry | undefined,
  path: Path,
  settlement: Settlement,
): Refusal | undefined {
  const notFound = (message: string): Refusal => ({ code: 'ResourceNotFoundException', message });
  if (current === undefined) {
    // An acknowledgement that is sent once more, since its answer was lost.
    if (settlement === 'acknowledge') return undefined;
    return notFound('The record was acknowledged, or is no longer kept.');
  }
  if (current.receipt !== receipt?.receipt) {
    return notFound('The receipt handle is void: the record was received once more, or restored, since.');
  }
  if (current.isDead === (path === 'dead')) return undefined;
  return notFound(current.isDead ? 'The record is a dead-letter record.' : 'The record is no dead-letter record.');
}

function settled(current: LedgerEntry, settlement: Settlement, now: number, visibilitySeconds = 0): LedgerEntry | null {
  // Whoever has a handle proves that the share group is done with the record.
  switch (settlement) {
    case 'acknowledge':
      return null;
    case 'visibility':
      return { ...current, isUnsure: false, visibleAtMs: now + visibilitySeconds * 1000 };
    case 'restore':
      // The handle is void from here on, since the next receipt is another.
      return { receiveCount: 0, firstReceivedMs: 0, visibleAtMs: now, receipt: '', isDead: false, isUnsure: false };
  }
}
