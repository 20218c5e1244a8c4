import { caseData } from '../case-data.ts';
import { createTopics } from '../create-topics.ts';
import { expectSequence } from '../sequences.ts';
import { type Actor, messageOf, type Stage } from '../stage.ts';

const underWayTimeoutMs = 60_000;
const streamTimeoutMs = 240_000;
/** A machine under load may hold one client back until another is through: then all write again, this much slower. */
const slowdowns = [1, 4, 16];

type Stream = {
  readonly actor: Actor;
  readonly topic: string;
  /** Settles when enough is acknowledged, or when the stream has ended before. */
  readonly underWay: Promise<unknown>;
  /** The reason why it failed, or nothing. */
  readonly ended: Promise<string | undefined>;
  hasEnded(): boolean;
  /** What another program of the same client reads meanwhile; nothing where the client cannot. */
  readonly reading: Promise<{ readonly values: readonly number[] } | { readonly failure: string }> | undefined;
};

export const restart = (stage: Stage) => throughRestart(stage, 'SIGTERM');
export const crash = (stage: Stage) => throughRestart(stage, 'SIGKILL');

/**
 * All clients write, acks=all and idempotent where they can, and read what they write, while the broker ends and starts
 * again on the same port and data. Afterwards each partition holds every record once, in order.
 */
async function throughRestart(stage: Stage, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const streams = await interrupt(stage, signal);
  for (const { actor, ended } of streams) {
    if (actor.hello.can.includes('ends-with-broker')) {
      await stage.test(actor, 'ends with the broker, as is its way', async () => {
        if ((await ended) === undefined) throw new Error('it went on');
        return undefined;
      });
      continue;
    }
    await stage.test(actor, `writes ${caseData.stream.records} records while the broker restarts`, async () => {
      const failure = await ended;
      if (failure !== undefined) throw new Error(failure);
      return undefined;
    });
  }
  for (const { actor, reading } of streams) {
    if (reading === undefined) continue;
    await stage.test(actor, 'reads on after the broker is back', async () => {
      const read = await reading;
      if ('failure' in read) throw new Error(read.failure);
      expectSequence('the partition', read.values, 0, 1, caseData.stream.records);
      return undefined;
    });
  }
  for (const stream of streams) await readBack(stage, stream);
}

/** Starts all streams and restarts the broker in their midst. */
async function interrupt(stage: Stage, signal: 'SIGTERM' | 'SIGKILL'): Promise<readonly Stream[]> {
  for (const [attempt, slowdown] of slowdowns.entries()) {
    const streams = await startStreams(stage, `restart.${attempt}`, caseData.stream.pauseMs * slowdown);
    const timer = Promise.withResolvers<void>();
    const timeout = setTimeout(timer.resolve, underWayTimeoutMs);
    await Promise.race([Promise.all(streams.map(({ underWay }) => underWay)), timer.promise]);
    clearTimeout(timeout);
    const isLast = attempt === slowdowns.length - 1;
    if (!isLast && streams.some((stream) => stream.hasEnded())) {
      await Promise.all(streams.flatMap(({ ended, reading }) => [ended, reading]));
      continue;
    }
    await stage.server.end(signal);
    await stage.server.startAgain();
    return streams;
  }
  return [];
}

async function startStreams(stage: Stage, prefix: string, pauseMs: number): Promise<readonly Stream[]> {
  const { records: count, chunk } = caseData.stream;
  const topicOf = (actor: Actor) => `${prefix}.${actor.name}`;
  const topics = stage.actors.map((actor) => ({ name: topicOf(actor) }));
  await createTopics(stage.server.bootstrap, topics);
  await Promise.all(stage.actors.filter(readsOn).map((actor) => actor.askBeside('hello')));
  return stage.actors.map((actor) => {
    const underWay = Promise.withResolvers<void>();
    const onProgress = (acked: number) => {
      if (acked >= count / 10) underWay.resolve();
    };
    let hasEnded = false;
    const topic = topicOf(actor);
    const request = { topic, count, chunk, pauseMs };
    const ended = actor
      .ask('stream', request, { timeoutMs: streamTimeoutMs, onProgress })
      .then(() => undefined, messageOf)
      .finally(() => {
        hasEnded = true;
      });
    const reading = readsOn(actor)
      ? actor.askBeside('drain', { topic, partitions: 1, count }, { timeoutMs: streamTimeoutMs }).then(
          ({ values }) => ({ values: values[0] ?? [] }),
          (cause) => ({ failure: messageOf(cause) }),
        )
      : undefined;
    const isUnderWay = Promise.race([underWay.promise, ended]);
    return { actor, topic, ended, underWay: isUnderWay, hasEnded: () => hasEnded, reading };
  });
}

function readsOn({ hello }: Actor): boolean {
  return !hello.can.includes('groups-only') && !hello.can.includes('ends-with-broker');
}

async function readBack(stage: Stage, { actor, topic }: Stream): Promise<void> {
  const readers = stage.actors.filter((reader) => !reader.hello.can.includes('groups-only'));
  const reader = readers.find((candidate) => candidate.name === actor.name) ?? readers[0];
  const isPrefix = actor.hello.can.includes('ends-with-broker');
  const name = isPrefix ? 'what it wrote until then is there, in order' : 'nothing lost, nothing doubled';
  if (reader === undefined) {
    stage.row(actor, name, { skipped: 'no client is here that reads without a group' });
    return;
  }
  const by = reader.name === actor.name ? '' : ` (read by ${reader.name})`;
  await stage.test(actor, `${name}${by}`, async () => {
    // What lies behind the last expected record is read too: it would be a duplicate.
    const { latest } = await reader.ask('offsets', { topic, partition: 0, times: [] });
    const { values } = await reader.ask('drain', { topic, partitions: 1, count: latest });
    expectSequence('the partition', values[0] ?? [], 0, 1, isPrefix ? latest : caseData.stream.records);
    return isPrefix ? `${latest} records` : undefined;
  });
}
