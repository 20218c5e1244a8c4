import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createTopics } from '../create-topics.ts';
import type { Actor, Stage } from '../stage.ts';
import { openToolTranscript } from '../tool-transcript.ts';
import { offsetsPartitionOf } from '../transcript.ts';

const orders = 'tools.orders';
const [done, dropped, open, hanging] = ['tools.done', 'tools.dropped', 'tools.open', 'tools.hanging'];

export const toolClasses = {
  transactions: 'TransactionsCommand',
  'console-consumer': 'consumer.ConsoleConsumer',
  'get-offsets': 'GetOffsetShell',
} as const;

type Line = readonly [tool: keyof typeof toolClasses, ...args: string[]];
type Act = { readonly does: string; run(actor: Actor): Promise<unknown> };

const step = (actor: Actor, producer: string, what: string, more: object = {}) =>
  actor.ask('transaction', { producer, what, ...more });

const writes = (transactionalId: string, values: readonly number[], ends?: 'commit' | 'abort'): Act => ({
  does: `${transactionalId} writes${ends === undefined ? '' : ` and ends by ${ends}`}`,
  async run(actor) {
    await step(actor, transactionalId, 'open', { transactionalId });
    await step(actor, transactionalId, 'begin');
    // One after another, so that the coordinator's log tells the same in each run.
    for (const [index, value] of values.entries())
      await step(actor, transactionalId, 'send', { to: [[orders, index % 2, value]] });
    if (ends !== undefined) await step(actor, transactionalId, ends);
  },
});
const at = (partition: string): string[] => ['--topic', orders, '--partition', partition];
const shown = (partition: string, ...more: string[]): Line => [
  'console-consumer',
  ...['--topic', orders, '--partition', partition, '--offset', 'earliest', '--timeout-ms', '1500', ...more],
];
const statesOf = (transactionalId: string): Line => [
  'console-consumer',
  // The partition is found as that of a group: by Java's hash, of fifty.
  ...[
    '--topic',
    '__transaction_state',
    '--partition',
    `${offsetsPartitionOf(transactionalId)}`,
    '--offset',
    'earliest',
  ],
  ...['--formatter', 'org.apache.kafka.tools.consumer.TransactionLogMessageFormatter', '--timeout-ms', '1500'],
];

const script: readonly (Line | Act)[] = [
  ['transactions', 'list'],
  writes(done, [1, 2, 3, 4], 'commit'),
  writes(dropped, [11, 12], 'abort'),
  writes(open, [21, 22]),
  ['transactions', 'list'],
  ['transactions', 'list', '--duration-filter', '1000000'],
  ['transactions', 'list', '--transactional-id-pattern', 'tools.d.*'],
  ['transactions', 'list', '--transactional-id-pattern', '('],
  ['transactions', 'describe', '--transactional-id', done],
  ['transactions', 'describe', '--transactional-id', dropped],
  ['transactions', 'describe', '--transactional-id', open],
  ['transactions', 'describe', '--transactional-id', 'tools.none'],
  ['transactions', 'describe-producers', ...at('0')],
  ['transactions', 'describe-producers', ...at('0'), '--broker-id', '1'],
  ['transactions', 'find-hanging', '--topic', orders],
  ['transactions', 'find-hanging', '--broker-id', '1', '--max-transaction-timeout', '0'],
  shown('0', '--isolation-level', 'read_committed'),
  shown('0', '--isolation-level', 'read_uncommitted'),
  ['get-offsets', '--topic', orders, '--time', '-1'],
  ['transactions', 'abort', ...at('0'), '--start-offset', '1000'],
  ['transactions', 'abort', ...at('1'), '--start-offset', '5'],
  ['transactions', 'describe-producers', ...at('1')],
  ['transactions', 'describe', '--transactional-id', open],
  shown('1', '--isolation-level', 'read_committed'),
  { does: 'the open one is committed', run: (actor) => step(actor, open, 'commit') },
  ['transactions', 'list'],
  shown('0', '--isolation-level', 'read_committed'),
  writes(hanging, [31]),
  ['transactions', 'forceTerminateTransaction', '--transactionalId', 'tools.none'],
  ['transactions', 'forceTerminateTransaction', '--transactionalId', hanging],
  ['transactions', 'describe', '--transactional-id', hanging],
  statesOf(done),
  statesOf(dropped),
];

/** What differs from run to run, beside what `tidy` knows: times and durations, and the order of Java's hash sets. */
export function timeless(output: string): string {
  return output
    .replaceAll(/\b1\d{12}\b/g, 'TIME')
    .replaceAll(/(TIME\s+Ongoing|TIME)(\s+)\d+(?=\s+$|\s+tools)/gm, '$1$2N')
    .replaceAll('[1,0]', '[0,1]')
    .replaceAll(`${orders}-1,${orders}-0`, `${orders}-0,${orders}-1`);
}

/** The keys and values that the tool decoded. */
function decoded(output: string): string {
  const records = output.split('\n').filter((line) => line.startsWith('| offset: '));
  return records.map((line) => line.slice(line.indexOf(' key: ')).trim()).join('\n');
}

/**
 * Kafka's tool for transactions, in all that it does, its console consumer by isolation, and the two that decode the
 * coordinator's log say what they said to Apache Kafka: `expected/transaction-tools.txt`.
 */
export async function transactionTools(stage: Stage): Promise<void> {
  const actor = stage.actors.find(({ hello }) => hello.can.includes('tools'));
  if (actor === undefined) return;
  await createTopics(stage.server.bootstrap, [{ name: orders, partitions: 2 }]);
  const { says, close } = openToolTranscript(stage, actor, 'transaction-tools.txt', timeless);
  for (const line of script) {
    if ('does' in line) {
      await stage.test(actor, line.does, async () => {
        await line.run(actor);
        return undefined;
      });
      continue;
    }
    const [tool, ...args] = line;
    await says([tool, ...args].join(' '), toolClasses[tool], ['--bootstrap-server', stage.server.bootstrap, ...args]);
  }
  await stage.server.end('SIGTERM');
  for (const id of [done, dropped, open]) {
    const folder = join(stage.server.logDir, `__transaction_state-${offsetsPartitionOf(id)}`);
    const files = readdirSync(folder).filter((name) => name.endsWith('.log'));
    const paths = files.map((name) => join(folder, name)).join(',');
    const args = ['--transaction-log-decoder', '--files', paths];
    await says(`dump-log --transaction-log-decoder of ${id}`, 'DumpLogSegments', args, decoded);
  }
  close();
}
