import { wait } from '@sluice/client/wait';
import type { Clock } from '@sluice/kernel/clock';
import type { KafkaLog } from '../../kafka/kafka-log.ts';
import { REGISTRY_TOPIC, type Registry } from './registry.ts';
import type { StreamState } from './stream-state.ts';
import { adoptedStream } from './transitions.ts';

const KEY_PREFIX = 'stream/';
/** How often a stream that changes is looked at again. */
const LOOK_INTERVAL_MS = 5;
/** A new topic is known to all brokers by then. */
const SETTLED_AFTER_MS = 10_000;
/** Topics of doors and of Kafka itself are no streams. */
const HIDDEN_PREFIX = '__';

/** The streams of the cluster: those of the registry, and topics that nobody has named to a door yet. */
export interface Streams {
  /** As of a second ago at most; what is not known at all is looked for. Undefined if there is none. */
  find(name: string): Promise<StreamState | undefined>;
  /** As of now: after a read of the registry that began later than this call. */
  current(name: string): Promise<StreamState | undefined>;
  /** All names, sorted; and the state of those that were named to a door before. */
  list(): Promise<readonly { readonly name: string; readonly state: StreamState | undefined }[]>;
  known(): readonly StreamState[];
  /** See `Registry.change`. */
  change(
    name: string,
    decide: (current: StreamState | undefined) => StreamState | null | undefined,
  ): Promise<StreamState | undefined>;
  /** The state once it fulfils `done`, or after `limitMs` as it is then. */
  until(
    name: string,
    done: (state: StreamState | undefined) => boolean,
    limitMs: number,
  ): Promise<StreamState | undefined>;
  confirm(): Promise<void>;
}

export function createStreams(registry: Registry, log: KafkaLog, clock: Clock): Streams {
  const get = (name: string) => registry.get(KEY_PREFIX + name) as StreamState | undefined;

  async function change(
    name: string,
    decide: (current: StreamState | undefined) => StreamState | null | undefined,
  ): Promise<StreamState | undefined> {
    const value = await registry.change(KEY_PREFIX + name, (current) => decide(current as StreamState | undefined));
    return (value ?? undefined) as StreamState | undefined;
  }

  /** A topic that no door has made is registered when it is named first. */
  async function adopt(name: string): Promise<StreamState | undefined> {
    if (isHidden(name)) return undefined;
    const topic = await log.topic(name);
    if (topic === undefined || topic.isInternal || topic.partitionCount === 0) return undefined;
    return await change(name, (current) =>
      current === undefined ? adoptedStream(topic, registry.door, clock.now()) : undefined,
    );
  }

  async function current(name: string): Promise<StreamState | undefined> {
    await registry.confirm();
    const state = get(name);
    if (state === undefined) return await adopt(name);
    return (await isStale(state)) ? await replace(state) : state;
  }

  /** Whether somebody has deleted the topic with Kafka's tools. One that was made a moment ago may not be known everywhere. */
  async function isStale({ name, topicId, status, createdAtMs }: StreamState): Promise<boolean> {
    if (topicId === null || status === 'DELETING' || clock.now() - createdAtMs < SETTLED_AFTER_MS) return false;
    return (await log.topic(name))?.topicId !== topicId;
  }

  async function replace({ name, topicId }: StreamState): Promise<StreamState | undefined> {
    await change(name, (current) => (current?.topicId === topicId ? null : undefined));
    return get(name) ?? (await adopt(name));
  }

  return {
    async find(name) {
      await registry.refresh();
      return get(name) ?? (await current(name));
    },
    current,
    async list() {
      const [topics] = await Promise.all([log.topics(), registry.confirm()]);
      const names = new Set(
        topics.filter(({ name, isInternal }) => !isInternal && !isHidden(name)).map(({ name }) => name),
      );
      for (const { name } of known()) names.add(name);
      return [...names].sort().map((name) => ({ name, state: get(name) }));
    },
    known,
    change,
    async until(name, done, limitMs) {
      const startMs = clock.monotonicMs();
      for (;;) {
        await registry.confirm();
        const state = get(name);
        if (done(state) || clock.monotonicMs() - startMs >= limitMs) return state;
        await wait(clock, LOOK_INTERVAL_MS);
      }
    },
    confirm: registry.confirm,
  };

  function known(): readonly StreamState[] {
    return registry
      .entries()
      .filter(([key]) => key.startsWith(KEY_PREFIX))
      .map(([, value]) => value as StreamState);
  }
}

function isHidden(name: string): boolean {
  return name === REGISTRY_TOPIC || name.startsWith(HIDDEN_PREFIX);
}
