import type { Clock } from '@sluice/kernel/clock';
import type { Random } from '@sluice/kernel/random';
import type { KafkaLog } from '../../kafka/kafka-log.ts';
import type { Registry } from '../registry/registry.ts';
import type { Streams } from '../registry/streams.ts';
import { type OpenQueue, openQueue } from './open-queue.ts';
import { type QueueState, queuesOf, type StreamQueue, withQueue } from './queue-state.ts';

/** A queue that nobody has used for so long is closed at this door. */
const IDLE_MS = 60_000;

/** The queues of the cluster, and those that this door serves. */
export interface Queues {
  /** As of a second ago at most; one that is not known is looked for. */
  find(id: string): Promise<StreamQueue | undefined>;
  /** As of now. */
  current(id: string): Promise<StreamQueue | undefined>;
  /** All that this door knows of. */
  known(): readonly StreamQueue[];
  /** See `Registry.change`: undefined leaves the queue as it is, null removes it. */
  change(
    found: StreamQueue,
    decide: (current: QueueState) => QueueState | null | undefined,
  ): Promise<StreamQueue | undefined>;
  /** As this door serves it; opened when it is needed. */
  open(found: StreamQueue): OpenQueue;
  /** Closes what is open of a queue that is being deleted. */
  shut(id: string): Promise<void>;
  /** Closes what nobody uses, and puts ledgers right. */
  look(): Promise<void>;
  close(): void;
}

export interface QueuesOptions {
  readonly log: KafkaLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: Registry;
  readonly streams: Streams;
  readonly inFlightMax: number;
}

export function createQueues(options: QueuesOptions): Queues {
  const { clock, registry, streams } = options;
  const opened = new Map<string, OpenQueue>();

  function known(): readonly StreamQueue[] {
    return streams.known().flatMap((stream) => queuesOf(stream).map((queue) => ({ stream, queue })));
  }

  const get = (id: string) => known().find(({ queue }) => queue.id === id);

  async function shut(id: string): Promise<void> {
    const open = opened.get(id);
    opened.delete(id);
    await open?.close();
  }

  async function current(id: string): Promise<StreamQueue | undefined> {
    await registry.confirm();
    return get(id);
  }

  return {
    async find(id) {
      await registry.refresh();
      return get(id) ?? (await current(id));
    },
    current,
    known,
    async change({ stream: { name }, queue: { id } }, decide) {
      const changed = await streams.change(name, (stream) => {
        const queue = stream === undefined ? undefined : queuesOf(stream).find((each) => each.id === id);
        if (stream === undefined || queue === undefined) return undefined;
        const decided = decide(queue);
        return decided === undefined ? undefined : withQueue(stream, id, decided);
      });
      const queue = changed === undefined ? undefined : queuesOf(changed).find((each) => each.id === id);
      return changed === undefined || queue === undefined ? undefined : { stream: changed, queue };
    },
    open(found) {
      const { id } = found.queue;
      const known = opened.get(id) ?? openQueue(found, options);
      opened.set(id, known);
      return known;
    },
    shut,
    async look() {
      for (const [id, { usedAtMs, ledger }] of opened) {
        const status = get(id)?.queue.status;
        if (status !== 'ACTIVE' || clock.monotonicMs() - usedAtMs > IDLE_MS) await shut(id);
        else await ledger.repair();
      }
    },
    close() {
      for (const id of opened.keys()) void shut(id);
    },
  };
}
