import type { Clock } from '@sluice/kernel/clock';
import type { Random } from '@sluice/kernel/random';
import { followTopic } from '../../kafka/follow-topic.ts';
import type { KafkaLog } from '../../kafka/kafka-log.ts';
import { decodeRegistryRecord, encodeRegistryRecord } from './registry-record.ts';
import { createRegistryView } from './registry-view.ts';

export const REGISTRY_TOPIC = '__kinesis_registry';
const PARTITION = 0;
const READ_SIZE_BYTES_MAX = 16 * 1024 * 1024;
/** Room for a stream of ten thousand shards. */
const ENTRY_SIZE_BYTES_MAX = 8 * 1024 * 1024;
/** A door that lost repairs what it shadowed at once; only after this may the shadowed record be compacted away. */
const COMPACTION_LAG_MS = 10 * 60 * 1000;
const FRESH_MS = 1_000;
const TOPIC_SETTINGS = {
  'cleanup.policy': 'compact',
  'max.message.bytes': String(ENTRY_SIZE_BYTES_MAX),
  'min.compaction.lag.ms': String(COMPACTION_LAG_MS),
};

export interface Registry {
  /** Whether any door has written anything yet: a look does not make the topic. */
  exists(): Promise<boolean>;
  /** This door's name in the log. */
  readonly door: string;
  /** What was read so far. */
  get(key: string): unknown;
  entries(): readonly (readonly [string, unknown])[];
  /**
   * Reads to the end, and settles once a read that began after this call is done: what any door had written by then is
   * known. Calls that come together share a read.
   */
  confirm(): Promise<void>;
  /** Reads to the end if the last read is older than a second: what is known is about right then. */
  refresh(): Promise<void>;
  /**
   * Reads to the end, lets `decide` make the next value from the current one, and writes it. If another door's record came
   * first, all begins anew. `decide` gives undefined to leave it as it is, null to remove it, and may throw.
   */
  change(key: string, decide: (current: unknown) => unknown): Promise<unknown>;
  /** Writes again what a door that is gone has shadowed. */
  repair(): Promise<void>;
}

export interface RegistryOptions {
  readonly log: KafkaLog;
  readonly clock: Clock;
  readonly random: Random;
}

export function createRegistry({ log, clock, random }: RegistryOptions): Registry {
  const view = createRegistryView();
  const door = random.uuid();
  /** Whether this door's records counted, of those that are being written. */
  const outcomes = new Map<string, boolean | undefined>();
  let writeCount = 0;
  let isTopicThere = false;
  const follower = followTopic({
    ...{ log, clock, topic: REGISTRY_TOPIC, readSizeBytesMax: READ_SIZE_BYTES_MAX },
    prepare: ensureTopic,
    onRecord(each) {
      const record = decodeRegistryRecord(each);
      if (record === undefined) return;
      const hasCounted = view.apply(record);
      if (outcomes.has(record.writer)) outcomes.set(record.writer, hasCounted);
    },
  });
  const { confirm } = follower;

  async function ensureTopic(): Promise<void> {
    if (isTopicThere) return;
    if ((await log.topic(REGISTRY_TOPIC)) === undefined) {
      await log.createTopic(REGISTRY_TOPIC, { partitionCount: 1, settings: TOPIC_SETTINGS });
    }
    isTopicThere = true;
  }

  async function write(key: string, version: number, value: unknown): Promise<boolean> {
    const writer = `${door}/${writeCount++}`;
    outcomes.set(writer, undefined);
    try {
      await log.append(REGISTRY_TOPIC, PARTITION, [encodeRegistryRecord({ key, version, writer, value })]);
      await confirm();
      return outcomes.get(writer) === true;
    } finally {
      outcomes.delete(writer);
    }
  }

  /** The winner once more: compaction keeps the last record of a key. */
  async function restate(key: string): Promise<void> {
    for (let entry = view.entry(key); entry?.isShadowed === true; entry = view.entry(key)) {
      // Who shadows a record that counts sees to it in turn: if all did, none would ever be the last.
      if (await write(key, entry.version + 1, entry.value)) return;
    }
  }

  return {
    exists: async () => isTopicThere || (await log.topic(REGISTRY_TOPIC)) !== undefined,
    door,
    get: (key) => view.entry(key)?.value ?? undefined,
    entries: () =>
      [...view.entries()].filter(([, { value }]) => value !== null).map(([key, { value }]) => [key, value]),
    confirm,
    async refresh() {
      if (follower.ageMs() > FRESH_MS) await confirm();
    },
    async change(key, decide) {
      await confirm();
      try {
        for (;;) {
          const current = view.entry(key);
          const value = decide(current?.value ?? undefined);
          if (value === undefined) return current?.value ?? undefined;
          if (await write(key, (current?.version ?? 0) + 1, value)) return value;
        }
      } finally {
        await restate(key);
      }
    },
    async repair() {
      for (const [key, { isShadowed }] of view.entries()) if (isShadowed) await restate(key);
    },
  };
}
