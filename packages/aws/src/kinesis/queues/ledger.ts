import type { Clock } from '@sluice/kernel/clock';
import type { Random } from '@sluice/kernel/random';
import { followTopic } from '../../kafka/follow-topic.ts';
import type { KafkaLog } from '../../kafka/kafka-log.ts';
import { decodeLedgerRecord, encodeLedgerRecord, type LedgerEntry } from './ledger-record.ts';
import { createLedgerView, type LedgerView } from './ledger-view.ts';

const PARTITION = 0;
const READ_SIZE_BYTES_MAX = 4 * 1024 * 1024;
/** A door that lost puts right what it shadowed at once; only after this may the shadowed change be compacted away. */
const COMPACTION_LAG_MS = 10 * 60 * 1000;
/** Removals are kept for a day (Kafka's `delete.retention.ms`): whoever has not read for longer must begin anew. */
const VIEW_LIFETIME_MS = 60 * 60 * 1000;
const TOPIC_SETTINGS = {
  'cleanup.policy': 'compact',
  'min.compaction.lag.ms': String(COMPACTION_LAG_MS),
  // What is read when a door opens a queue is the tail that is not compacted yet.
  'segment.bytes': String(16 * 1024 * 1024),
  'min.cleanable.dirty.ratio': '0.1',
};

/** What becomes of an entry: another one, null to remove it, undefined to leave it as it is. */
export type Decide = (id: string, current: LedgerEntry | undefined) => LedgerEntry | null | undefined;

/**
 * What doors agree on about the records of a queue: a compacted topic, in which of two changes that were decided on the same
 * state the first one counts.
 */
export interface Ledger {
  readonly view: Omit<LedgerView, 'apply' | 'shadowed'>;
  /**
   * Reads to the end, and settles once a read that began after this call is done. Calls that come together share a read.
   */
  confirm(): Promise<void>;
  /**
   * Lets `decide` change entries as they are at the end of the log; those that another door was quicker with are decided
   * once more. What was written is durable; what was left as it is is not in the answer.
   */
  change(ids: readonly string[], decide: Decide): Promise<ReadonlyMap<string, LedgerEntry | null>>;
  /** Writes again what a door that is gone has shadowed. */
  repair(): Promise<void>;
}

export interface LedgerOptions {
  readonly topic: string;
  readonly log: KafkaLog;
  readonly clock: Clock;
  readonly random: Random;
}

export async function createLedgerTopic(log: KafkaLog, topic: string): Promise<void> {
  await log.createTopic(topic, { partitionCount: 1, settings: TOPIC_SETTINGS });
}

export function createLedger({ topic, log, clock, random }: LedgerOptions): Ledger {
  const door = random.uuid();
  /** Of this door's changes that are under way: which count. */
  const outcomes = new Map<string, Set<string>>();
  let view = createLedgerView();
  let writeCount = 0;
  const follower = followTopic({
    ...{ log, clock, topic, readSizeBytesMax: READ_SIZE_BYTES_MAX },
    async prepare() {
      if (follower.ageMs() <= VIEW_LIFETIME_MS) return;
      view = createLedgerView();
      follower.rewind();
    },
    onRecord(each) {
      const record = decodeLedgerRecord(each);
      if (record !== undefined && view.apply(each.offset, record)) outcomes.get(record.writer)?.add(record.id);
    },
  });
  const { confirm } = follower;

  /** Which of them count. */
  async function write(changes: ReadonlyMap<string, LedgerEntry | null>): Promise<ReadonlySet<string>> {
    const writer = `${door}/${writeCount++}`;
    const counted = new Set<string>();
    outcomes.set(writer, counted);
    const base = follower.position;
    try {
      const records = [...changes].map(([id, entry]) => encodeLedgerRecord({ id, entry, base, writer }));
      await log.append(topic, PARTITION, records);
      await confirm();
      return counted;
    } finally {
      outcomes.delete(writer);
    }
  }

  /**
   * The winners once more: compaction keeps the last change of a record. Who shadows one that counts sees to it in turn: if all
   * did, none would ever be the last.
   */
  async function restate(ids: readonly string[]): Promise<void> {
    for (let open = new Set(ids); open.size > 0; ) {
      const wrong = new Map(view.shadowed().filter(([id]) => open.has(id)));
      if (wrong.size === 0) return;
      const counted = await write(wrong);
      open = new Set([...wrong.keys()].filter((id) => !counted.has(id)));
    }
  }

  return {
    get view() {
      return view;
    },
    confirm,
    async change(ids, decide) {
      await confirm();
      const done = new Map<string, LedgerEntry | null>();
      let open = ids;
      while (open.length > 0) {
        const changes = new Map<string, LedgerEntry | null>();
        for (const id of open) {
          const entry = decide(id, view.entry(id));
          if (entry !== undefined) changes.set(id, entry);
        }
        if (changes.size === 0) break;
        const counted = await write(changes);
        for (const [id, entry] of changes) if (counted.has(id)) done.set(id, entry);
        open = [...changes.keys()].filter((id) => !counted.has(id));
        if (open.length > 0) await restate(open);
      }
      return done;
    },
    repair: () => restate(view.shadowed().map(([id]) => id)),
  };
}
