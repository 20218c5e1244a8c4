import { caseData } from '../case-data.ts';
import { createTopics } from '../create-topics.ts';
import { expectSequence } from '../sequences.ts';
import { type Actor, messageOf, type Stage } from '../stage.ts';

const progressTimeoutMs = 60_000;
const streamTimeoutMs = 180_000;

export const restart = (stage: Stage) => throughRestart(stage, 'SIGTERM');
export const crash = (stage: Stage) => throughRestart(stage, 'SIGKILL');

/**
 * All clients write, acks=all and idempotent where they can, while the broker ends and starts again on the same port and
 * data. Afterwards each partition holds every record once, in order.
 */
async function throughRestart(stage: Stage, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const { records: count, chunk, pauseMs } = caseData.stream;
  const topicOf = (actor: Actor) => `restart.${actor.name}`;
  await createTopics(
    stage.server.bootstrap,
    stage.actors.map((actor) => ({ name: topicOf(actor) })),
  );
  const streams = stage.actors.map((actor) => {
    const underWay = Promise.withResolvers<void>();
    const onProgress = (acked: number) => {
      if (acked >= count / 3) underWay.resolve();
    };
    const request = { topic: topicOf(actor), count, chunk, pauseMs };
    const ended = actor.ask('stream', request, { timeoutMs: streamTimeoutMs, onProgress }).then(
      () => undefined,
      (cause) => messageOf(cause),
    );
    return { actor, ended, underWay: Promise.race([underWay.promise, ended]) };
  });
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, progressTimeoutMs);
  await Promise.race([Promise.all(streams.map((stream) => stream.underWay)), timeout.promise]);
  clearTimeout(timer);
  await stage.server.end(signal);
  await stage.server.startAgain();
  for (const { actor, ended } of streams) {
    await stage.test(actor, `writes ${count} records while the broker restarts`, async () => {
      const failure = await ended;
      if (failure !== undefined) throw new Error(failure);
      return undefined;
    });
  }
  const readers = stage.actors.filter((reader) => !reader.hello.can.includes('groups-only'));
  for (const { actor } of streams) {
    const reader = readers.find((candidate) => candidate.name === actor.name) ?? readers[0];
    if (reader === undefined) {
      stage.row(actor, 'nothing lost, nothing doubled', { skipped: 'no client is here that reads without a group' });
      continue;
    }
    const by = reader.name === actor.name ? '' : ` (read by ${reader.name})`;
    await stage.test(actor, `nothing lost, nothing doubled${by}`, async () => {
      const { latest } = await reader.ask('offsets', { topic: topicOf(actor), partition: 0, times: [] });
      // What lies behind the last expected record is read too: it would be a duplicate.
      const { values } = await reader.ask('drain', { topic: topicOf(actor), partitions: 1, count: latest });
      expectSequence('the partition', values[0] ?? [], 0, 1, count);
      return undefined;
    });
  }
}
