import type { Clock } from '@sluice/kernel/clock';
import type { Random } from '@sluice/kernel/random';
import type { KafkaLog } from '../../kafka/kafka-log.ts';
import { throttled } from '../errors.ts';
import type { Streams } from '../registry/streams.ts';
import { createIntake } from './intake.ts';
import { createLedger, type Ledger } from './ledger.ts';
import type { Path } from './ledger-view.ts';
import { groupOf, ledgerTopicOf, type StreamQueue } from './queue-state.ts';
import type { Received } from './received.ts';
import { createRedelivery } from './redelivery.ts';
import { recordsOfStream } from './stream-records.ts';

/** How long somebody who waits does not hear of what other doors do to records. */
const LOOK_INTERVAL_MS = 500;
/** Dead letters and records in flight that a door keeps in memory. */
const ENTRIES_MAX = 500_000;

export interface ReceiveRequest {
  readonly path: Path;
  readonly countMax: number;
  readonly visibilityMs: number;
  readonly waitMs: number;
  /** Whoever asked has gone. */
  readonly signal: AbortSignal;
}

/** A queue as this door serves it: what it holds is a copy of the log, or is given back when it ends. */
export interface OpenQueue {
  readonly id: string;
  readonly ledger: Ledger;
  /** When it was used last, on the monotonic clock; now while somebody waits. */
  readonly usedAtMs: number;
  receive(current: StreamQueue, request: ReceiveRequest): Promise<readonly Received[]>;
  close(): Promise<void>;
}

export interface OpenQueueOptions {
  readonly log: KafkaLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly streams: Streams;
  /** Records in flight. */
  readonly inFlightMax: number;
}

export function openQueue({ stream, queue }: StreamQueue, options: OpenQueueOptions): OpenQueue {
  const { log, clock, random, streams, inFlightMax } = options;
  const topic = stream.name;
  const ledger = createLedger({ topic: ledgerTopicOf(queue), log, clock, random });
  const redelivery = createRedelivery({ topic, log, clock, random, ledger });
  const intake = createIntake({
    ...{ groupId: groupOf(queue), topic, groups: log.shareGroups, clock, random, ledger },
    identify: (records) => recordsOfStream(streams, stream, records),
  });
  let receiving = 0;
  let usedAtMs = clock.monotonicMs();

  /** Redeliveries still go on when nothing new may be taken. */
  function hasRoom(): boolean {
    const { normal, dead } = ledger.view.counts;
    return normal < inFlightMax && normal + dead < ENTRIES_MAX;
  }

  async function receive(current: StreamQueue, request: ReceiveRequest): Promise<readonly Received[]> {
    const { path, countMax, visibilityMs, waitMs, signal } = request;
    const endMs = clock.monotonicMs() + waitMs;
    intake.setPartitionCount(current.stream.nextShard);
    for (;;) {
      // Also where nothing is visible: while the ledger cannot be written, nothing may be taken from the group.
      await ledger.confirm();
      const again = await redelivery.receive(current.queue, path, countMax, visibilityMs);
      if (again.length > 0) return again;
      const leftMs = endMs - clock.monotonicMs();
      if (leftMs <= 0 || signal.aborted) return [];
      const pauseMs = Math.max(1, Math.min(leftMs, LOOK_INTERVAL_MS, ledger.view.nextMs(path) - clock.now()));
      if (path === 'dead') {
        await pause(pauseMs, signal);
        continue;
      }
      if (!hasRoom()) throw throttled(`Queue ${current.queue.name} has as many records in flight as it may have.`);
      const fresh = await intake.next(countMax, visibilityMs, pauseMs);
      if (fresh.length > 0) return fresh;
    }
  }

  function pause(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        timer.cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = clock.setTimer(delayMs, end);
      signal.addEventListener('abort', end);
    });
  }

  return {
    id: queue.id,
    ledger,
    get usedAtMs() {
      return receiving > 0 ? clock.monotonicMs() : usedAtMs;
    },
    async receive(current, request) {
      receiving++;
      try {
        return await receive(current, request);
      } finally {
        receiving--;
        usedAtMs = clock.monotonicMs();
      }
    },
    close: intake.close,
  };
}
