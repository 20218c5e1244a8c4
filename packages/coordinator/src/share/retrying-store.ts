import type { Clock, Timer } from '@sluice/kernel/clock';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { PersisterResult, SharePartitionKey } from './persister.ts';
import type { ShareStateStore } from './share-coordinator.ts';
import { coordinatorKey } from './share-state.ts';

/** What could not be answered is asked again after this long, then after twice as long, and so on. */
export const RETRY_BACKOFF_MS_MIN = 20;
export const RETRY_BACKOFF_MS_MAX = 1000;
/** Then whoever asked is told the last error: some six seconds. */
export const ATTEMPTS_MAX = 12;

export interface RetryingStoreOptions {
  readonly store: ShareStateStore;
  readonly clock: Clock;
  /** Makes `__share_group_state` if it is not there: before a question that failed is asked again. */
  prepare(): Promise<void>;
}

/**
 * Asks again while the coordinator loads, moves or has no topic yet. Questions about one share partition keep their
 * order: whoever comes while an earlier one waits to be asked again waits behind it.
 */
export function createRetryingStore({
  store,
  clock,
  prepare,
}: RetryingStoreOptions): ShareStateStore & { close(): void } {
  const lastByKey = new Map<string, Promise<unknown>>();
  const sleepers = new Map<Timer, () => void>();
  let isClosed = false;

  function sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = clock.setTimer(delayMs, () => {
        sleepers.delete(timer);
        resolve();
      });
      sleepers.set(timer, resolve);
    });
  }

  async function untilAnswered<T>(ask: () => Promise<PersisterResult<T>>): Promise<PersisterResult<T>> {
    let backoffMs = RETRY_BACKOFF_MS_MIN;
    for (let attempt = 1; ; attempt++) {
      if (!isClosed) await prepare();
      const result = await ask();
      if (isClosed || attempt >= ATTEMPTS_MAX || !isRetriable(result)) return result;
      await sleep(backoffMs);
      backoffMs = Math.min(backoffMs * 2, RETRY_BACKOFF_MS_MAX);
    }
  }

  async function inTurn<T>(
    key: SharePartitionKey,
    ask: () => Promise<PersisterResult<T>>,
  ): Promise<PersisterResult<T>> {
    const name = coordinatorKey(key);
    if (!lastByKey.has(name)) {
      const result = await ask();
      if (isClosed || !isRetriable(result)) return result;
    }
    const turn = (lastByKey.get(name) ?? Promise.resolve()).then(() => untilAnswered(ask));
    lastByKey.set(name, turn);
    const result = await turn;
    if (lastByKey.get(name) === turn) lastByKey.delete(name);
    return result;
  }

  return {
    initialize: (key, ...rest) => inTurn(key, () => store.initialize(key, ...rest)),
    read: (key, ...rest) => inTurn(key, () => store.read(key, ...rest)),
    write: (key, ...rest) => inTurn(key, () => store.write(key, ...rest)),
    readSummary: (key) => inTurn(key, () => store.readSummary(key)),
    delete: (key) => inTurn(key, () => store.delete(key)),
    close() {
      isClosed = true;
      for (const [timer, wake] of sleepers) {
        timer.cancel();
        wake();
      }
      sleepers.clear();
    },
  };
}

function isRetriable(result: PersisterResult<unknown>): boolean {
  if ('response' in result) return false;
  switch (result.errorCode) {
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
    case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
    case ErrorCode.NOT_COORDINATOR:
      return true;
    default:
      return false;
  }
}
