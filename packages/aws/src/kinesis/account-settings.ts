import type { TimestampMs } from '@sluice/kernel/ids';
import type { MinimumThroughputBillingCommitmentOutput } from './generated/types.ts';
import type { Registry } from './registry/registry.ts';

const ENTRY = 'account';
/** A commitment lasts so long at least. */
const COMMITMENT_MS = 24 * 60 * 60 * 1000;

interface AccountState {
  readonly startedAtMs: TimestampMs;
  /** Null while the commitment holds. */
  readonly endedAtMs: TimestampMs | null;
}

const stateIn = (value: unknown) => value as AccountState | undefined;

export async function describeAccount(
  registry: Registry,
  now: TimestampMs,
): Promise<MinimumThroughputBillingCommitmentOutput> {
  await registry.confirm();
  return describe(stateIn(registry.get(ENTRY)), now);
}

export async function setCommitment(
  registry: Registry,
  isWanted: boolean,
  now: TimestampMs,
): Promise<MinimumThroughputBillingCommitmentOutput> {
  const changed = await registry.change(ENTRY, (value): AccountState | undefined => {
    const current = stateIn(value);
    const isEnabled = current !== undefined && (current.endedAtMs === null || current.endedAtMs > now);
    if (isWanted) return isEnabled ? { ...current, endedAtMs: null } : { startedAtMs: now, endedAtMs: null };
    if (!isEnabled) return undefined;
    return { ...current, endedAtMs: Math.max(now, current.startedAtMs + COMMITMENT_MS) };
  });
  return describe(stateIn(changed), now);
}

function describe(state: AccountState | undefined, now: TimestampMs): MinimumThroughputBillingCommitmentOutput {
  if (state === undefined) return { Status: 'DISABLED' };
  const { startedAtMs, endedAtMs } = state;
  const EarliestAllowedEndAt = startedAtMs + COMMITMENT_MS;
  if (endedAtMs === null) return { Status: 'ENABLED', StartedAt: startedAtMs, EarliestAllowedEndAt };
  if (endedAtMs <= now) return { Status: 'DISABLED', StartedAt: startedAtMs, EndedAt: endedAtMs };
  return { Status: 'ENABLED_UNTIL_EARLIEST_ALLOWED_END', StartedAt: startedAtMs, EarliestAllowedEndAt };
}
