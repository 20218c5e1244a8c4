import type { Clock, Timer } from '@sluice/kernel/clock';
import type { Random } from '@sluice/kernel/random';
import type { SharedRecord, ShareGroups, ShareTaker } from '../../kafka/share-groups.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerEntry } from './ledger-record.ts';
import { RECEIPT_SIZE_BYTES } from './receipt-handle.ts';
import type { Received } from './received.ts';

/** Who waits for records that were never received before. */
interface Waiter {
  readonly countMax: number;
  readonly visibilityMs: number;
  readonly timer: Timer;
  settle(received: readonly Received[]): void;
  fail(error: unknown): void;
}

export interface IntakeOptions {
  readonly groupId: string;
  readonly topic: string;
  readonly groups: ShareGroups;
  readonly clock: Clock;
  readonly random: Random;
  readonly ledger: Ledger;
  /** Those that belong to the stream, by their ids. */
  readonly identify: (records: readonly SharedRecord[]) => Promise<ReadonlyMap<string, SharedRecord>>;
}

/** Where a queue's records come from at this door: its share group. */
export interface Intake {
  /** Waits for records until some come, or for so long. */
  next(countMax: number, visibilityMs: number, waitMs: number): Promise<readonly Received[]>;
  /** Reads partitions below this. */
  setPartitionCount(count: number): void;
  close(): Promise<void>;
}

/**
 * Takes records from the share group, into the ledger. Only once they stand there the group is told that it is done with
 * them, and only once it is, somebody is given them: so whoever holds a receipt handle can be sure that the group gives the
 * record out no more, and the ledger alone decides.
 */
export function createIntake(options: IntakeOptions): Intake {
  const { groupId, topic, groups, clock, random, ledger, identify } = options;
  const waiters = new Set<Waiter>();
  let taker: ShareTaker | undefined;
  let partitionCount = 0;
  /** Rounds of records on their way into the ledger: no other is fetched meanwhile, since acknowledgements would wait for it. */
  let roundCount = 0;
  let isClosed = false;

  const host = {
    wanted: () => (roundCount > 0 ? 0 : [...waiters].reduce((sum, { countMax }) => sum + countMax, 0)),
    takes: (partition: number) => partition < partitionCount,
    onRecords: (records: readonly SharedRecord[]) => void round(records),
    onEnded(error: unknown) {
      void taker?.close();
      taker = undefined;
      for (const waiter of [...waiters]) waiter.fail(error);
    },
  };

  async function round(records: readonly SharedRecord[]): Promise<void> {
    const from = taker;
    roundCount++;
    // Who is given what is decided now: who comes later waits for the next round.
    const served = new Map<Waiter, string[]>();
    try {
      const known = await identify(records);
      share([...known.keys()], served);
      await enter(known, served, records, from);
    } catch (error) {
      from?.release(records);
      for (const waiter of served.keys()) waiter.fail(error);
    } finally {
      roundCount--;
      from?.wake();
    }
  }

  /** As many to each as it wants, first come, first served. */
  function share(ids: readonly string[], served: Map<Waiter, string[]>): void {
    let from = 0;
    for (const waiter of waiters) {
      if (from >= ids.length) return;
      served.set(waiter, ids.slice(from, from + waiter.countMax));
      from += waiter.countMax;
      waiters.delete(waiter);
      waiter.timer.cancel();
    }
  }

  async function enter(
    known: ReadonlyMap<string, SharedRecord>,
    served: ReadonlyMap<Waiter, readonly string[]>,
    records: readonly SharedRecord[],
    from: ShareTaker | undefined,
  ): Promise<void> {
    const waiterOf = new Map([...served].flatMap(([waiter, ids]) => ids.map((id) => [id, waiter] as const)));
    const now = clock.now();
    const entered = await ledger.change([...known.keys()], (id, current) => {
      // It was given out before, and whoever had it may have died.
      if (current !== undefined) return undefined;
      return firstEntry(now, waiterOf.get(id)?.visibilityMs);
    });
    const accepted = (await from?.accept(records)) ?? new Set();
    for (const [id, record] of known) if (accepted.has(record)) ledger.view.noteSure(id);
    for (const [waiter, ids] of served) {
      waiter.settle(
        ids.flatMap((id) => {
          const shared = known.get(id);
          const entry = entered.get(id);
          if (shared === undefined || !entry || !accepted.has(shared)) return [];
          return [{ id, entry, record: shared.record }];
        }),
      );
    }
  }

  function firstEntry(now: number, visibilityMs: number | undefined): LedgerEntry {
    const isReceived = visibilityMs !== undefined;
    return {
      receiveCount: isReceived ? 1 : 0,
      firstReceivedMs: isReceived ? now : 0,
      visibleAtMs: now + (visibilityMs ?? 0),
      receipt: random.bytes(RECEIPT_SIZE_BYTES).toString('hex'),
      isDead: false,
      isUnsure: true,
    };
  }

  return {
    next(countMax, visibilityMs, waitMs) {
      if (isClosed) return Promise.resolve([]);
      taker ??= groups.join(groupId, topic, host);
      return new Promise((resolve, reject) => {
        const end = () => {
          waiter.timer.cancel();
          waiters.delete(waiter);
        };
        const waiter: Waiter = {
          countMax,
          visibilityMs,
          timer: clock.setTimer(waitMs, () => waiter.settle([])),
          settle(received) {
            end();
            resolve(received);
          },
          fail(error) {
            end();
            reject(error);
          },
        };
        waiters.add(waiter);
        taker?.wake();
      });
    },
    setPartitionCount(count) {
      if (count === partitionCount) return;
      partitionCount = count;
      taker?.refresh();
    },
    async close() {
      isClosed = true;
      for (const waiter of [...waiters]) waiter.settle([]);
      await taker?.close();
      taker = undefined;
    },
  };
}
