import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { createTopics } from '../create-topics.ts';
import { root } from '../paths.ts';
import { openRawProducer, type RawIdentity, type RawProducer } from '../raw-producer.ts';
import type { Settings } from '../server.ts';
import type { Actor, Stage } from '../stage.ts';
import { openToolTranscript } from '../tool-transcript.ts';
import { timeless, toolClasses } from './transaction-tools.ts';

/** A write is believed to be of a transaction that has its partition, as before KIP-890. */
export const believing: Settings = { 'transaction.partition.verification.enable': 'false' };

const topic = 'hanging.orders';
const hourMs = 3_600_000;
const stranger: RawIdentity = { transactionalId: 'hanging.nobody', producerId: 987_654, producerEpoch: 3 };

/**
 * Transactions that really hang, as they came about before KIP-890: a write that arrives when its transaction is over, and
 * one of a producer that no coordinator knows. Kafka's tool and ours find them, end them, and readers of committed records
 * go on. What Kafka's tools say is what they said to Apache Kafka: `expected/hanging-transactions.txt`.
 */
export async function hangingTransactions(stage: Stage): Promise<void> {
  const actor = stage.actors.find(({ hello }) => hello.can.includes('tools'));
  if (actor === undefined) return;
  await createTopics(stage.server.bootstrap, [{ name: topic, partitions: 2 }]);
  const transcript = openToolTranscript(stage, actor, 'hanging-transactions.txt', (output) =>
    timeless(output).replaceAll(/TIME(\s+)6\d(?=\s*$)/gm, 'TIME$1N'),
  );
  const types = (tool: keyof typeof toolClasses, ...args: string[]) =>
    transcript.says(`${tool} ${args.join(' ')}`, toolClasses[tool], [
      '--bootstrap-server',
      stage.server.bootstrap,
      ...args,
    ]);
  const looks = async () => {
    for (const partition of ['0', '1'])
      for (const level of ['read_committed', 'read_uncommitted'])
        await types('console-consumer', ...shown(partition), '--isolation-level', level);
  };

  await stage.test(actor, 'a write comes when its transaction is over', async () => {
    const producer = await openRawProducer(stage.server.bootstrap);
    await writeLate(producer);
    producer.close();
    return stable(actor, [2, 0]);
  });
  await stage.test(actor, 'others commit behind it', () =>
    commitBehind(actor, 'hanging.others', 10).then(() => stable(actor, [4, 0])),
  );
  await looks();
  await types('transactions', 'find-hanging', '--topic', topic);
  await types('transactions', 'find-hanging', '--broker-id', '1');
  await types('transactions', 'find-hanging', '--topic', topic, '--max-transaction-timeout', '90');
  await types('transactions', 'describe-producers', '--topic', topic, '--partition', '1');
  await types('transactions', 'abort', '--topic', topic, '--partition', '1', '--start-offset', '0');
  await types('transactions', 'find-hanging', '--topic', topic);
  await types('transactions', 'describe-producers', '--topic', topic, '--partition', '1');
  await looks();
  await stage.test(actor, 'the last stable offset is past it', () => stable(actor, [4, 4]));
  transcript.close();

  await stage.test(actor, 'a write of a producer that nobody knows, and one behind it', async () => {
    const producer = await openRawProducer(stage.server.bootstrap);
    await producer.write(stranger, topic, 0, 'of a stranger', Date.now() - hourMs);
    producer.close();
    await commitBehind(actor, 'hanging.others.again', 20);
    return stable(actor, [4, 6]);
  });
  const sluice = (...args: string[]) => runSluice(stage.server.bootstrap, args);
  await stage.test(actor, 'sluice transaction find-hanging', async () => {
    const found = JSON.parse(await sluice('find-hanging', '--json'));
    const places = found.map(({ topic: name, partition, startOffset, producerId }: Record<string, unknown>) =>
      [name, partition, startOffset, producerId].join(' '),
    );
    mustBe('what hangs', places.join(', '), `${topic} 0 4 ${stranger.producerId}`);
    return undefined;
  });
  await stage.test(actor, 'sluice transaction abort', async () => {
    await sluice('abort', '--topic', topic, '--partition', '0', '--start-offset', '4');
    mustBe('what hangs afterwards', (await sluice('find-hanging', '--json')).trim(), '[]');
    return stable(actor, [8, 6]);
  });
}

/** One transaction in partition 0; its producer's last write, to partition 1, is late. */
async function writeLate(producer: RawProducer): Promise<void> {
  const by = await producer.initProducerId('hanging.late');
  await producer.addPartition(by, topic, 0);
  await producer.write(by, topic, 0, 'in time', Date.now() - hourMs);
  await producer.commit(by);
  await producer.write(by, topic, 1, 'too late', Date.now() - hourMs);
}

async function commitBehind(actor: Actor, transactionalId: string, first: number): Promise<void> {
  const step = (what: string, more: object = {}) =>
    actor.ask('transaction', { producer: transactionalId, what, ...more });
  await step('open', { transactionalId });
  await step('begin');
  await step('send', { to: [0, 1].map((partition) => [topic, partition, first + partition]) });
  await step('commit');
  await step('close');
}

/** Where readers of committed records get to in each partition. */
async function stable(actor: Actor, want: readonly number[]): Promise<undefined> {
  const asked = { reader: 'stable', topics: [[topic, want.length]], isolation: 'read_committed' };
  const until = performance.now() + 10_000;
  for (;;) {
    const { ends } = await actor.ask('snapshot', asked);
    const found = [...ends].sort(([, a], [, b]) => a - b).map(([, , end]) => end);
    if (found.join() === want.join()) return undefined;
    if (performance.now() > until) throw new Error(`the last stable offsets are ${found}, not ${want}`);
  }
}

function shown(partition: string): string[] {
  return ['--topic', topic, '--partition', partition, '--offset', 'earliest', '--timeout-ms', '1500'];
}

async function runSluice(bootstrap: string, args: readonly string[]): Promise<string> {
  const program = ['packages/cli/src/main.ts', 'transaction', ...args, '--bootstrap', bootstrap];
  const child = spawn(process.execPath, program, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
  ]);
  if (code !== 0) throw new Error(`sluice transaction ${args.join(' ')}: exit ${code}\n${err}`);
  return out;
}

function mustBe(what: string, got: string, want: string): void {
  if (got !== want) throw new Error(`${what}: ${got}, not ${want}`);
}
