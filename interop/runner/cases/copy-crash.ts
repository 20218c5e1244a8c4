import { setTimeout as pause } from 'node:timers/promises';
import { createTopics } from '../create-topics.ts';
import { transactionLimits } from '../expected-transaction-errors.ts';
import { type Actor, messageOf, type Stage } from '../stage.ts';

const partitions = 3;
/** Copied around each kill: enough that the broker is killed in their midst. */
const recordsPerKill = 1_500;
/** After the copying begins. Early ones hit joining and InitProducerId, late ones the transactions. */
const killAfterMs = { min: 100, max: 1_500 };
/** Longer than a client takes to come back by itself; one that hangs is started again. */
const copyTimeoutMs = 20_000;
const attemptsMax = 8;
/** Before the broker is asked again how far the copy is, and how often: some clients give up at once while it is away. */
const pauseMs = 500;
const asksMax = 100;
/** How long nothing more may come at the end. */
const silenceMs = 1_000;

type Copy = {
  readonly actor: Actor;
  readonly from: string;
  readonly to: string;
  written: number;
  /** Kills that came before all that was to be copied was. */
  hits: number;
  /** Programs that were given up and started again, as a supervisor would. */
  readonly restarts: string[];
  failure: string | undefined;
};

/**
 * Programs that read, process and write in transactions, while the broker is killed again and again: what came out is
 * what went in, each record once (RELIABILITY.md F1, F17, I13). A program that cannot go on is killed and started again
 * under its transactional id: the transaction that it left is aborted.
 */
export async function copyCrash(stage: Stage, { kills }: { readonly kills: number }): Promise<void> {
  const copies = stage.actors
    .filter(({ name, hello }) => hello.can.includes('transactions') && limitOf(name) === undefined)
    .map((actor): Copy => {
      const [from, to] = [`in.${actor.name}`, `out.${actor.name}`];
      return { actor, from, to, written: 0, hits: 0, restarts: [], failure: undefined };
    });
  for (const actor of stage.actors) {
    const skipped = limitOf(actor.name);
    if (skipped !== undefined) stage.row(actor, 'copies through kills', { skipped });
  }
  const topics = copies.flatMap(({ from, to }) => [from, to]);
  await createTopics(
    stage.server.bootstrap,
    topics.map((name) => ({ name, partitions })),
  );
  for (let kill = 1; kill <= kills; kill++) {
    await copyThroughKill(stage, copies);
    stage.onKill(kill, kills);
  }
  for (const copy of copies) {
    await stage.test(copy.actor, `copies through ${kills} kills: each record once`, async () => {
      if (copy.failure !== undefined) throw new Error(copy.failure);
      await compare(readerOf(stage, copy.actor), copy);
      const { written, hits, restarts } = copy;
      const why = [...new Set(restarts.map((said) => said.slice(0, 120)))];
      return [`${written} records, ${hits} kills within, ${restarts.length} restarts of the program`, ...why].join(
        '\n',
      );
    });
  }
}

function limitOf(name: string): string | undefined {
  return transactionLimits[name]?.copyThroughKills;
}

async function copyThroughKill(stage: Stage, all: readonly Copy[]): Promise<void> {
  const copies = all.filter(({ failure }) => failure === undefined);
  await Promise.all(copies.map(attempt(write)));
  const underWay = new Set(copies);
  const copied = Promise.all(copies.map(attempt((copy) => copyAll(copy).finally(() => underWay.delete(copy)))));
  const waitMs = killAfterMs.min + Math.random() * (killAfterMs.max - killAfterMs.min);
  await pause(waitMs);
  for (const copy of underWay) copy.hits++;
  await stage.server.end('SIGKILL');
  await stage.server.startAgain();
  await copied;
}

const attempt = (work: (copy: Copy) => Promise<void>) => async (copy: Copy) => {
  try {
    await work(copy);
  } catch (cause) {
    copy.failure = messageOf(cause);
  }
};

async function write(copy: Copy): Promise<void> {
  const { actor, from, written } = copy;
  await actor.ask('flood', { topic: from, partitions, first: written, count: recordsPerKill, codec: 'none' });
  copy.written += recordsPerKill;
}

async function copyAll(copy: Copy): Promise<void> {
  const { actor, from, to } = copy;
  for (let attempts = 0; attempts < attemptsMax; attempts++) {
    const left = copy.written - (await committedCount(copy));
    if (left === 0) return;
    const how = { topic: from, into: to, count: left, group: to, transactionalId: to, version: 2 };
    try {
      await actor.askIn('copier')('copy', how, { timeoutMs: copyTimeoutMs });
    } catch (cause) {
      copy.restarts.push(messageOf(cause));
      await actor.kill('copier');
    }
  }
  throw new Error(`not all is copied after ${attemptsMax} attempts; the last one said: ${copy.restarts.at(-1)}`);
}

/** Of the records behind `from`, those whose copy is committed. The broker may be away just now. */
async function committedCount({ actor, from, to }: Copy): Promise<number> {
  for (let attempts = 1; ; attempts++) {
    try {
      const { offsets } = await actor.askIn('onlooker')('committed', { group: to, topic: from, partitions });
      return offsets.reduce((sum, offset) => sum + Math.max(0, offset), 0);
    } catch (cause) {
      await actor.kill('onlooker');
      if (attempts === asksMax) throw cause;
      await pause(pauseMs);
    }
  }
}

/** Java's client looks at what the others did, where it is here: some of them cannot tell aborted records well. */
function readerOf(stage: Stage, actor: Actor): Actor {
  return stage.actors.find(({ name }) => name === 'kafka-clients') ?? actor;
}

async function compare(reader: Actor, { to, written }: Copy): Promise<void> {
  const how = { topic: to, partitions, isolation: 'read_committed', count: written, silenceMs };
  const { values } = await reader.askIn('reader')('readIsolated', how, { timeoutMs: copyTimeoutMs });
  const times = new Map<number, number>();
  for (const value of values.flat()) times.set(value, (times.get(value) ?? 0) + 1);
  const missing = Array.from({ length: written }, (_, value) => value).filter((value) => !times.has(value));
  const doubled = [...times].filter(([, count]) => count > 1).map(([value]) => value);
  if (missing.length + doubled.length > 0) {
    throw new Error(
      `missing: ${missing.slice(0, 20).join() || 'none'}; doubled: ${doubled.length} ${doubled.slice(0, 60).join() || 'none'}`,
    );
  }
}
