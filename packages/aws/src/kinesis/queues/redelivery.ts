import type { Clock } from '@sluice/kernel/clock';
import type { TimestampMs } from '@sluice/kernel/ids';
import type { Random } from '@sluice/kernel/random';
import type { BatchRecord } from '@sluice/protocol/records/record';
import { type KafkaLog, LATEST_TIMESTAMP } from '../../kafka/kafka-log.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerEntry } from './ledger-record.ts';
import type { Path } from './ledger-view.ts';
import { groupOf, type QueueState } from './queue-state.ts';
import { RECEIPT_SIZE_BYTES } from './receipt-handle.ts';
import { RECEIVED_SIZE_BYTES_MAX, type Received } from './received.ts';
import { parseRecordId } from './record-id.ts';

/** A fetch brings whole batches: a little more than a record. */
const READ_SIZE_BYTES = 64 * 1024;
/** What the group may still give out is looked at again after so long. */
const UNSURE_RETRY_MS = 1_000;
/** How many visible records one look for dead letters goes through. */
const BURIED_MAX = 1_000;

export interface RedeliveryOptions {
  readonly topic: string;
  readonly log: KafkaLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly ledger: Ledger;
}

/** Gives records once more that were received before, or that came when nobody waited. */
export interface Redelivery {
  receive(queue: QueueState, path: Path, countMax: number, visibilityMs: number): Promise<readonly Received[]>;
}

export function createRedelivery({ topic, log, clock, random, ledger }: RedeliveryOptions): Redelivery {
  /** Those that the share group is done with; the others are looked at again later. */
  async function sureOf(queue: QueueState, ids: readonly string[]): Promise<readonly string[]> {
    const unsure = ids.filter((id) => !ledger.view.isSure(id));
    if (unsure.length === 0) return ids;
    const starts = await log.shareGroups.startOffsets(groupOf(queue), topic);
    const later: string[] = [];
    for (const id of unsure) {
      const place = parseRecordId(id);
      if (place !== undefined && place.offset < (starts.get(place.shard) ?? 0)) ledger.view.noteSure(id);
      else later.push(id);
    }
    if (later.length > 0) clock.setTimer(UNSURE_RETRY_MS, () => ledger.view.putBack(later));
    return ids.filter((id) => !later.includes(id));
  }

  /** Undefined: retention, or whoever keeps the topic, has removed it. */
  async function read(id: string): Promise<BatchRecord | undefined> {
    const place = parseRecordId(id);
    if (place === undefined) return undefined;
    const { shard, offset } = place;
    const found = await log.read(topic, shard, offset, { sizeBytesMax: READ_SIZE_BYTES });
    if (found.kind === 'records') return found.records.find((record) => record.offset === offset);
    const [end = 0] = await log.offsets(topic, [shard], LATEST_TIMESTAMP);
    if (offset >= end) throw new Error(`${topic}-${shard} ends at ${end}, before a record that was received`);
    return undefined;
  }

  /** Records that were received as often as they may be become dead letters. */
  async function bury(queue: QueueState, ids: readonly string[], now: TimestampMs): Promise<void> {
    if (ids.length === 0) return;
    await ledger.change(ids, (_id, current) =>
      isSpent(queue, current) && current.visibleAtMs <= now ? { ...current, isDead: true } : undefined,
    );
  }

  async function claim(ids: readonly string[], path: Path, visibilityMs: number): Promise<readonly Received[]> {
    const all = await Promise.all(ids.map(async (id) => [id, await read(id)] as const));
    const records = new Map(fitting(all));
    const now = clock.now();
    const changed = await ledger.change([...records.keys()], (id, current) => {
      if (current === undefined || current.visibleAtMs > now || current.isDead !== (path === 'dead')) return undefined;
      return records.get(id) === undefined ? null : received(current, now, visibilityMs);
    });
    ledger.view.putBack(ids.filter((id) => !changed.has(id)));
    return [...records].flatMap(([id, record]) => {
      const entry = changed.get(id);
      return entry && record !== undefined ? [{ id, entry, record }] : [];
    });
  }

  function received(current: LedgerEntry, now: TimestampMs, visibilityMs: number): LedgerEntry {
    return {
      receiveCount: current.receiveCount + 1,
      firstReceivedMs: current.firstReceivedMs === 0 ? now : current.firstReceivedMs,
      visibleAtMs: now + visibilityMs,
      receipt: random.bytes(RECEIPT_SIZE_BYTES).toString('hex'),
      isDead: current.isDead,
      isUnsure: false,
    };
  }

  /** Takes visible records; what `use` leaves of them is given to others. */
  async function taking<Result>(
    path: Path,
    countMax: number,
    use: (ids: readonly string[], now: TimestampMs) => Promise<Result>,
  ): Promise<Result> {
    const now = clock.now();
    const ids = ledger.view.take(path, now, countMax);
    try {
      return await use(ids, now);
    } catch (error) {
      ledger.view.putBack(ids);
      throw error;
    }
  }

  return {
    async receive(queue, path, countMax, visibilityMs) {
      if (path === 'dead') {
        await taking('normal', BURIED_MAX, async (ids, now) => {
          const spent = ids.filter((id) => isSpent(queue, ledger.view.entry(id)));
          ledger.view.putBack(ids.filter((id) => !spent.includes(id)));
          await bury(queue, spent, now);
        });
      }
      return await taking(path, countMax, async (ids, now) => {
        const spent = ids.filter((id) => isSpent(queue, ledger.view.entry(id)));
        await bury(queue, spent, now);
        const alive = ids.filter((id) => !spent.includes(id));
        return alive.length === 0 ? [] : await claim(await sureOf(queue, alive), path, visibilityMs);
      });
    },
  };
}

function isSpent({ receiveCountMax }: QueueState, entry: LedgerEntry | undefined): entry is LedgerEntry {
  return entry !== undefined && !entry.isDead && receiveCountMax !== null && entry.receiveCount >= receiveCountMax;
}

/** Those that one answer holds, at least one that is there. */
function fitting(
  records: readonly (readonly [string, BatchRecord | undefined])[],
): readonly (readonly [string, BatchRecord | undefined])[] {
  let sizeBytes = 0;
  let isFirst = true;
  return records.filter(([, record]) => {
    if (record === undefined) return true;
    sizeBytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
    const fits = isFirst || sizeBytes <= RECEIVED_SIZE_BYTES_MAX;
    isFirst = false;
    return fits;
  });
}
