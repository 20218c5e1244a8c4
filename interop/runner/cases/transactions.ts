import { setTimeout as sleep } from 'node:timers/promises';
import { createTopics } from '../create-topics.ts';
import {
  expectedTransactionErrors,
  type TransactionErrorKind,
  type TransactionStep,
  transactionErrorKinds,
  transactionLimits,
} from '../expected-transaction-errors.ts';
import type { Settings } from '../server.ts';
import { type Actor, Skip, type Stage } from '../stage.ts';

/** Members join at once, and transactions whose time is over are ended soon. */
export const impatient: Settings = {
  'group.initial.rebalance.delay.ms': '0',
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': '200',
};

const partitions = 3;
const copyCount = 90;
/** How long nothing may come where nothing must be shown. */
const silenceMs = 300;
const timeoutMs = 1_000;
/** Past the timeout, and past the look of the coordinator that ends it. */
const patienceMs = 2_500;

type Place = readonly [topic: string, partition: number, value: number];
type Isolation = 'read_committed' | 'read_uncommitted';

const spread = (topic: string, first: number, count: number): Place[] =>
  Array.from({ length: count }, (_, index) => [topic, index % partitions, first + index]);

/** A transactional producer in a client's program. */
async function openProducer(actor: Actor, producer: string, transactionalId: string, timeout?: number) {
  const ask = (what: string, more: object = {}) => actor.ask('transaction', { producer, what, ...more });
  await ask('open', { transactionalId, ...(timeout === undefined ? {} : { timeoutMs: timeout }) });
  return {
    begin: () => ask('begin'),
    send: (to: readonly Place[]) => ask('send', { to }),
    offsets: (group: string, topic: string, offset: number) => ask('offsets', { group, topic, offset }),
    commit: () => ask('commit'),
    abort: () => ask('abort'),
    close: () => ask('close'),
  };
}

/** The values of all partitions, sorted, as one of the two kinds of readers sees them. */
async function read(actor: Actor, topic: string, isolation: Isolation, count: number): Promise<number[]> {
  const limit = transactionLimits[actor.name]?.[isolation === 'read_committed' ? 'committed' : 'uncommitted'];
  if (limit !== undefined) throw new Skip(limit);
  const { values } = await actor.ask('readIsolated', { topic, partitions, isolation, count, silenceMs });
  return values.flat().sort((a, b) => a - b);
}

function mustBe(what: string, got: readonly number[], want: readonly Place[]): void {
  const wanted = want.map(([, , value]) => value).sort((a, b) => a - b);
  if (got.join() !== wanted.join())
    throw new Error(`${what}: ${got.join() || 'nothing'} instead of ${wanted.join() || 'nothing'}`);
}

/** Transactions of each client by itself: what is shown of them, their offsets, and how they end when they may not go on. */
export async function transactions(stage: Stage): Promise<void> {
  const actors = stage.actors.filter(({ hello }) => hello.can.includes('transactions'));
  const names = ['one', 'two', 'log', 'offsets', 'from2', 'to2', 'from1', 'to1', ...transactionErrorKinds];
  await createTopics(
    stage.server.bootstrap,
    actors.flatMap(({ name }) => names.map((topic) => ({ name: `${topic}.${name}`, partitions }))),
  );
  await Promise.all(
    actors.map(async (actor) => {
      const test = (step: TransactionStep, name: string, run: () => Promise<string | undefined>) =>
        stage.test(actor, name, () => {
          const limit = transactionLimits[actor.name]?.[step];
          if (limit !== undefined) throw new Skip(limit);
          return run();
        });
      await test('open', 'commit, over topics and partitions', () => commits(actor));
      await test('aborts', 'abort, between commits in the same partitions', () => aborts(actor));
      await test('offsets', 'offsets count with the commit only', () => commitsOffsets(actor));
      await test('copy', 'copies in transactions with its offsets', () => copies(actor, 2));
      if (actor.hello.can.includes('transactions-of-old'))
        await test('copy', 'copies so in transactions of version 1', () => copies(actor, 1));
      for (const kind of transactionErrorKinds) await test(kind, kind, () => fails(actor, kind));
    }),
  );
}

async function commits(actor: Actor): Promise<undefined> {
  const [one, two] = [`one.${actor.name}`, `two.${actor.name}`];
  const producer = await openProducer(actor, 'commits', one);
  const all: Place[] = [];
  for (const round of [0, 1]) {
    await producer.begin();
    const places = [...spread(one, 100 * round, 6), ...spread(two, 100 * round + 50, 4)];
    await producer.send(places);
    const before = all.filter(([topic]) => topic === one);
    all.push(...places);
    const ofOne = all.filter(([topic]) => topic === one);
    mustBe('before the commit', await read(actor, one, 'read_committed', before.length), before);
    mustBe('uncommitted', await read(actor, one, 'read_uncommitted', ofOne.length), ofOne);
    await producer.commit();
    for (const topic of [one, two]) {
      const want = all.filter(([of]) => of === topic);
      mustBe('after the commit', await read(actor, topic, 'read_committed', want.length), want);
    }
  }
  await producer.close();
  return undefined;
}

async function aborts(actor: Actor): Promise<undefined> {
  const topic = `log.${actor.name}`;
  const [first, second] = [
    await openProducer(actor, 'first', `${topic}.1`),
    await openProducer(actor, 'second', `${topic}.2`),
  ];
  const kept: Place[] = [];
  const dropped: Place[] = [];
  for (const round of [0, 1, 2]) {
    const [good, bad] = [spread(topic, 100 * round, 5), spread(topic, 100 * round + 50, 5)];
    await first.begin();
    await second.begin();
    await first.send(good);
    await second.send(bad);
    // One time the one ends first, the next time the other.
    if (round === 1) await second.abort();
    await first.commit();
    if (round !== 1) await second.abort();
    kept.push(...good);
    dropped.push(...bad);
  }
  await first.close();
  await second.close();
  mustBe('uncommitted', await read(actor, topic, 'read_uncommitted', kept.length + dropped.length), [
    ...kept,
    ...dropped,
  ]);
  mustBe('committed', await read(actor, topic, 'read_committed', kept.length), kept);
  return undefined;
}

async function commitsOffsets(actor: Actor): Promise<undefined> {
  const topic = `offsets.${actor.name}`;
  const group = topic;
  const producer = await openProducer(actor, 'offsets', group);
  const committed = async () => (await actor.ask('committed', { group, topic, partitions: 1 })).offsets[0];
  for (const [offset, ends, want] of [
    [5, 'commit', 5],
    [9, 'abort', 5],
    [7, 'commit', 7],
  ] as const) {
    await producer.begin();
    await producer.offsets(group, topic, offset);
    await producer[ends]();
    const found = await committed();
    if (found !== want) throw new Error(`${found} is committed after ${ends} of ${offset}, not ${want}`);
  }
  await producer.close();
  return undefined;
}

async function copies(actor: Actor, version: 1 | 2): Promise<string> {
  const [from, to] = [`from${version}.${actor.name}`, `to${version}.${actor.name}`];
  const group = `copy${version}.${actor.name}`;
  await actor.ask('flood', { topic: from, partitions, count: copyCount, codec: 'none' });
  const { aborted } = await actor.ask('copy', {
    ...{ topic: from, into: to, count: copyCount },
    ...{ group, transactionalId: group, version },
  });
  if (aborted === 0) throw new Error('nothing was aborted');
  mustBe('the copy', await read(actor, to, 'read_committed', copyCount), spread(to, 0, copyCount));
  const { offsets } = await actor.ask('committed', { group, topic: from, partitions });
  if (offsets.some((offset) => offset !== copyCount / partitions)) throw new Error(`${offsets} are committed`);
  return `${aborted} transactions aborted and done again`;
}

async function fails(actor: Actor, kind: TransactionErrorKind): Promise<string> {
  const topic = `${kind}.${actor.name}`;
  const isTimeout = kind === 'timedOutCommit';
  const zombie = await openProducer(actor, `${kind}.zombie`, topic, isTimeout ? timeoutMs : undefined);
  await zombie.begin();
  await zombie.send(spread(topic, 0, 3));
  const kept = spread(topic, 100, 3);
  // Behind a transaction that hangs: it is shown when that is over. kafkajs fences with its first transaction only.
  const heir = await openProducer(actor, `${kind}.heir`, isTimeout ? `${topic}.heir` : topic);
  await heir.begin();
  await heir.send(kept);
  await heir.commit();
  if (isTimeout) await sleep(patienceMs);
  const said = await (kind === 'fencedSend' ? zombie.send(spread(topic, 50, 1)) : zombie.commit()).then(
    () => undefined,
    (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
  );
  await zombie.close().catch(() => {});
  await heir.close();
  mustBe('committed', await read(actor, topic, 'read_committed', kept.length), kept);
  if (said === undefined) throw new Error('nothing went wrong');
  const pattern = expectedTransactionErrors[actor.name]?.[kind];
  if (!pattern?.test(said)) throw new Error(`${said}\nis not ${pattern}`);
  return said.slice(0, 200);
}
