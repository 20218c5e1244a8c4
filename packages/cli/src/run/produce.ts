import { type Batch, type BatchSender, createBatchSender } from '@sluice/client/batch-sender';
import { ClientError } from '@sluice/client/client-error';
import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { NewRecord } from '@sluice/protocol/records/build-batch';
import type { ProduceOptions } from '../commands/produce.ts';
import { exitCodeOfSignal, type Interruption } from '../exit-code-of-signal.ts';
import { CliFailure, SilentEnd } from '../failure.ts';
import { printJson, printText } from '../output/print.ts';
import { NO_PROGRESS, type Progress, startProgress } from '../output/progress.ts';
import { formatBytes, plural } from '../output/units.ts';
import type { Shell } from '../shell.ts';
import { explainFailure, noPartition, refusal } from './explain-failure.ts';
import { createOutbox } from './produce/outbox.ts';
import { type ParsedLine, parseLine } from './produce/parse-line.ts';
import { createPartitionChoice, type PartitionChoice } from './produce/partition-choice.ts';
import { createSentSummary, type SentSummary } from './produce/sent-summary.ts';
import { splitLines } from './produce/split-lines.ts';
import { stopAtInterrupt } from './produce/stop-at-interrupt.ts';
import { withCluster } from './with-cluster.ts';

const ACKS = { all: -1, '1': 1, '0': 0 } as const;
const STANDARD_INPUT = '-';

/** `sluice produce` */
export async function produce(
  shell: Shell,
  topic: string,
  file: string | undefined,
  options: ProduceOptions,
): Promise<void> {
  const input = openInput(shell, file);
  const isTyped = input.isTyped;
  // A line that renews itself would run into what is typed.
  const progress = isTyped ? NO_PROGRESS : startProgress(shell.stderr, shell.clock);
  const summary = createSentSummary();
  let signal: Interruption | undefined;
  try {
    signal = await withCluster(shell, options, (cluster) =>
      sendAll(shell, cluster, topic, input, options, progress, summary),
    );
  } catch (error) {
    // What was written before the failure must not go untold: the user has to know where to go on.
    if (summary.records > 0) await shell.stderr.write(`${summary.toText(topic)} before it failed\n`);
    throw error;
  } finally {
    progress.clear();
  }
  // Behind the terminal's ^C.
  if (signal !== undefined && isTyped) await shell.stderr.write('\n');
  if (options.json) await printJson(shell, summary.toJson(topic));
  else await printText(shell, summary.toText(topic));
  if (signal !== undefined) throw new SilentEnd(exitCodeOfSignal(signal));
}

interface Input {
  readonly chunks: AsyncIterable<Buffer>;
  /** By somebody at a terminal. */
  readonly isTyped: boolean;
}

function openInput(shell: Shell, file: string | undefined): Input {
  if (file !== undefined && file !== STANDARD_INPUT) return { chunks: shell.readFile(file), isTyped: false };
  return { chunks: shell.stdin.chunks(), isTyped: shell.stdin.isTerminal };
}

/** Gives the signal that has ended it before the input did. */
async function sendAll(
  shell: Shell,
  cluster: Cluster,
  topic: string,
  input: Input,
  options: ProduceOptions,
  progress: Progress,
  summary: SentSummary,
): Promise<Interruption | undefined> {
  const sender = await openSender(cluster, topic, options);
  const partitionOf = choosePartition(shell, sender, topic, options);
  const send = (batches: readonly Batch[]) => sendBatches(sender, topic, batches);
  if (input.isTyped && options.json !== true) {
    await shell.stderr.write('one record a line; end with Ctrl-D\n');
  }
  const toRecord = recordMaker(options);
  const headersSizeBytes = (options.header ?? []).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  let sizeBytes = 0;
  let lineNumber = 0;
  const outbox = createOutbox(send, (sent) => {
    summary.add(sent);
    progress.update(() => `${plural(summary.records, 'record')}, ${formatBytes(sizeBytes)} read`);
  });
  const stop = stopAtInterrupt(shell);
  let signal: Interruption | undefined;
  const interrupted = stop.interrupted.then((first) => {
    signal = first;
    return END;
  });
  try {
    for await (const lines of until(splitLines(input.chunks), interrupted, outbox.failure)) {
      for (const line of lines) {
        const record = toRecord(line, ++lineNumber);
        const recordSizeBytes = line.length + headersSizeBytes;
        const partition = partitionOf(record.key, recordSizeBytes);
        await outbox.add(partition, { ...record, timestampMs: shell.clock.now() }, recordSizeBytes);
        sizeBytes += line.length + 1;
      }
      await outbox.flush();
    }
  } finally {
    // What is on its way counts as written if it arrives, whatever went wrong meanwhile.
    await outbox.settled().finally(stop.undo);
  }
  return signal;
}

const END = { done: true, value: undefined } as const;

/** Ends, or fails, as soon as it is told to, though the source has not given its next item yet. */
async function* until<Item>(
  source: AsyncIterable<Item>,
  end: Promise<typeof END>,
  failure: Promise<never>,
): AsyncGenerator<Item> {
  const iterator = source[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([end, iterator.next(), failure]);
    if (next.done === true) return;
    yield next.value;
  }
}

async function openSender(cluster: Cluster, topic: string, options: ProduceOptions): Promise<BatchSender> {
  try {
    return await createBatchSender(cluster, { topic, acks: ACKS[options.acks], codec: options.compression });
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    const isMissing = error.code === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    throw refusal(`topic ${topic}`, error, isMissing ? `make it with \`sluice topic create ${topic}\`` : undefined);
  }
}

async function sendBatches(sender: BatchSender, topic: string, batches: readonly Batch[]) {
  try {
    return await sender.send(batches);
  } catch (error) {
    if (error instanceof KafkaError) throw refusal(`writing to ${topic}`, error);
    throw error instanceof ClientError ? explainFailure(error) : error;
  }
}

function choosePartition(shell: Shell, sender: BatchSender, topic: string, options: ProduceOptions): PartitionChoice {
  const { partition } = options;
  const { partitionCount } = sender;
  if (partition === undefined) return createPartitionChoice(partitionCount, shell.random.below(partitionCount));
  if (partition < partitionCount) return () => partition;
  throw noPartition(topic, partition, partitionCount);
}

function recordMaker(options: ProduceOptions): (line: Buffer, lineNumber: number) => NewRecord & ParsedLine {
  const headers = (options.header ?? []).map(([key, value]) => ({ key, value: Buffer.from(value) }));
  const format = {
    keySeparator: options.keySeparator === undefined ? undefined : Buffer.from(options.keySeparator),
    nullText: options.null === undefined ? undefined : Buffer.from(options.null),
  };
  return (line, lineNumber) => {
    const parsed = parseLine(line, format);
    if (parsed !== undefined) return { ...parsed, headers };
    throw new CliFailure(
      'failed',
      `line ${lineNumber} has no key separator ${JSON.stringify(options.keySeparator)}`,
      'every line needs one when --key-separator is given',
    );
  };
}
