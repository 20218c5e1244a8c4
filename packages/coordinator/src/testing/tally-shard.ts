import type { TimestampMs } from '@sluice/kernel/ids';
import {
  type ApplyContext,
  type CoordinatorShard,
  NOTHING,
  type Pending,
  type PutOff,
  type RecordSerde,
  replyTo,
  type ShardTimers,
  type Step,
} from '../runtime/coordinator-shard.ts';

/** A small shard for tests of the runtime: named counters that are set, read and waited for. */
export interface TallyRecord {
  readonly name: string;
  /** Null is a tombstone. */
  readonly count: number | null;
}

export interface TallyShard extends CoordinatorShard<TallyRecord> {
  readonly counts: ReadonlyMap<string, number>;
  /** Of the records, as they were applied. */
  readonly applied: readonly (TallyRecord & ApplyContext)[];
  /** Transactions that ended, in order. */
  readonly ended: readonly { readonly producerId: number; readonly isCommitted: boolean }[];
  readonly unloadedWith: readonly number[];
  readonly timers: ShardTimers<TallyRecord>;
  readonly putOff: PutOff<TallyRecord>;
  set(name: string, count: number | null, pending: Pending<string>): Step<TallyRecord>;
  get(name: string, pending: Pending<number | undefined>): Step<TallyRecord>;
  /** Answered by the step that sets the name. */
  waitFor(name: string, pending: Pending<string>): Step<TallyRecord>;
}

export function createTallyShard(timers: ShardTimers<TallyRecord>, putOff: PutOff<TallyRecord>): TallyShard {
  const counts = new Map<string, number>();
  const applied: (TallyRecord & ApplyContext)[] = [];
  const ended: { producerId: number; isCommitted: boolean }[] = [];
  const unloadedWith: number[] = [];
  let waiting: { name: string; pending: Pending<string> }[] = [];
  return {
    counts,
    applied,
    ended,
    unloadedWith,
    timers,
    putOff,
    set(name, count, pending) {
      const met = waiting.filter((waiter) => waiter.name === name);
      waiting = waiting.filter((waiter) => waiter.name !== name);
      return {
        records: [{ name, count }],
        replies: [replyTo(pending, `${name} is ${count}`), ...met.map((each) => replyTo(each.pending, `saw ${count}`))],
      };
    },
    get: (name, pending) => ({ records: [], replies: [replyTo(pending, counts.get(name))] }),
    waitFor(name, pending) {
      waiting.push({ name, pending });
      return NOTHING;
    },
    apply(record, context) {
      if (record.name === 'bad apply') throw new Error('cannot be applied');
      applied.push({ ...record, ...context });
      if (record.count === null) counts.delete(record.name);
      else counts.set(record.name, record.count);
    },
    endTransaction(producerId, isCommitted) {
      ended.push({ producerId, isCommitted });
    },
    onLoaded(_now: TimestampMs) {
      return NOTHING;
    },
    onUnloaded(errorCode) {
      unloadedWith.push(errorCode);
      for (const { pending } of waiting) pending.fail(errorCode);
      waiting = [];
    },
  };
}

const TYPE = 1;

/** Key: the type and the name; value: the count as a text. */
export const tallySerde: RecordSerde<TallyRecord> = {
  encode({ name, count }) {
    if (name === 'bad encode') throw new RangeError('cannot be encoded');
    const key = Buffer.concat([Buffer.from([0, TYPE]), Buffer.from(name)]);
    return { key, value: count === null ? null : Buffer.from(String(count)) };
  },
  decode(key, value) {
    if (key.readInt16BE(0) !== TYPE) return undefined;
    return { name: key.toString('utf8', 2), count: value === null ? null : Number(value.toString()) };
  },
};
