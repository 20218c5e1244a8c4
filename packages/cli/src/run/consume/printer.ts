import type { TopicPartition } from '@sluice/client/topic-partition';
import type { PrintOptions } from '../../commands/consume/consume-options.ts';
import { startProgress } from '../../output/progress.ts';
import { formatBytes, plural } from '../../output/units.ts';
import type { Shell } from '../../shell.ts';
import {
  formatJson,
  formatKeyValue,
  formatValue,
  forTerminal,
  type PrintedRecord,
  type RecordFormat,
} from './record-format.ts';

export interface Printed {
  /** Everything of the partition before this offset was handed to whoever reads the output. */
  readonly doneTo: number;
  /** False when no more is wanted. */
  readonly goOn: boolean;
}

/** Prints records until there were enough, it is stopped, or nobody reads them any more. */
export interface Printer {
  readonly isStopped: boolean;
  stop(): void;
  /** One call at a time. */
  print(each: TopicPartition, records: readonly PrintedRecord[]): Promise<Printed>;
  end(): void;
}

export function createPrinter(shell: Shell, options: PrintOptions): Printer {
  // Where records go to a terminal themselves, a line about them would only be in the way.
  const progress = shell.stdout.isTerminal ? undefined : startProgress(shell.stderr, shell.clock);
  const formats = new Map<string, RecordFormat>();
  let isStopped = false;
  let left = options.count ?? Number.POSITIVE_INFINITY;
  let count = 0;
  let sizeBytes = 0;

  function formatOf(topic: string): RecordFormat {
    const format = formats.get(topic) ?? chooseFormat(shell, topic, options);
    formats.set(topic, format);
    return format;
  }

  return {
    get isStopped() {
      return isStopped;
    },
    stop() {
      isStopped = true;
    },
    async print({ topic, partition }, records) {
      const first = records[0]?.offset ?? 0;
      if (isStopped) return { doneTo: first, goOn: false };
      const wanted = records.slice(0, left);
      const format = formatOf(topic);
      const text = Buffer.concat(wanted.map((record) => format(partition, record)));
      left -= wanted.length;
      count += wanted.length;
      sizeBytes += text.length;
      await shell.stdout.write(text);
      // What was written into a closed pipe nobody has seen.
      const isSeen = !shell.stdout.closed;
      if (left <= 0 || !isSeen) isStopped = true;
      progress?.update(() => `${plural(count, 'record')}, ${formatBytes(sizeBytes)}`);
      return { doneTo: isSeen ? (wanted.at(-1)?.offset ?? first - 1) + 1 : first, goOn: !isStopped };
    },
    end: () => progress?.clear(),
  };
}

function chooseFormat(shell: Shell, topic: string, options: PrintOptions): RecordFormat {
  const format = options.json ? 'json' : options.format;
  // JSON has no control characters that are not escaped.
  if (format === 'json') return formatJson(topic);
  const plain = format === 'value' ? formatValue : formatKeyValue(options.keySeparator);
  return shell.stdout.isTerminal ? forTerminal(plain) : plain;
}
