import { setTimeout as sleep } from 'node:timers/promises';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { fetchAll, type HonestClient, type Topic } from './honest-client.ts';
import { nextOffset, recordsOf } from './read-log.ts';

const PAUSE_MS = 5;

export interface WellBehaved {
  /** Of every operation since the last call. */
  takeLatenciesMs(): number[];
  readonly violations: readonly string[];
  /** Stops, reads everything back, and says what is missing. */
  finish(): Promise<void>;
}

/**
 * A client that does nothing wrong, on one connection: it produces numbered records with acks=all and fetches each one
 * back. What it meets meanwhile is what the attacks do to others.
 */
export function startWellBehaved(client: HonestClient, topic: Topic): WellBehaved {
  const violations: string[] = [];
  let latenciesMs: number[] = [];
  let isStopped = false;
  let count = 0;

  async function timed<T>(action: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const result = await action();
    latenciesMs.push(performance.now() - startedAt);
    return result;
  }

  async function run(): Promise<void> {
    while (!isStopped) {
      const value = String(count);
      const offset = await timed(() => client.produce(topic, buildBatch([{ value, timestampMs: Date.now() }])));
      if (offset !== count) throw new Error(`record ${count} got the offset ${offset}`);
      const { records } = await timed(() => client.fetch(topic, offset));
      const seen = recordsOf(records)[0]?.value?.toString();
      if (seen !== value) throw new Error(`record ${value} reads as ${seen}`);
      count++;
      await sleep(PAUSE_MS);
    }
  }

  async function readBack(): Promise<void> {
    const values = recordsOf(await fetchAll(client, topic, nextOffset)).map(({ value }) => value?.toString());
    const expected = Array.from({ length: count }, (_, index) => String(index));
    if (values.join() !== expected.join()) {
      throw new Error(`${count} records were acknowledged, ${values.length} are read back, or in another order`);
    }
  }

  function fail(error: unknown): void {
    violations.push(`the well-behaved client: ${error instanceof Error ? error.message : error}`);
  }

  const running = run().catch(fail);

  return {
    violations,
    takeLatenciesMs() {
      const taken = latenciesMs;
      latenciesMs = [];
      return taken;
    },
    async finish() {
      isStopped = true;
      await running;
      if (violations.length === 0) await readBack().catch(fail);
      client.connection.destroy();
    },
  };
}
