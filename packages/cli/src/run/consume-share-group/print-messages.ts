import type { ShareMessage } from '@sluice/client/share-consumer/share-message';
import type { Printer } from '../consume/printer.ts';
import type { PrintedRecord } from '../consume/record-format.ts';

/** Prints messages, and gives those that whoever reads the output has got. */
export async function printMessages(
  printer: Printer,
  messages: readonly ShareMessage[],
): Promise<readonly ShareMessage[]> {
  const printed: ShareMessage[] = [];
  for (const run of runsOf(messages)) {
    const [first] = run;
    if (first === undefined || printer.isStopped) break;
    const { topic, partition } = first;
    const { doneTo } = await printer.print({ topic, partition }, run.map(recordOf));
    printed.push(...run.filter(({ offset }) => offset < doneTo));
  }
  return printed;
}

/** Messages of one partition that follow each other: a message that comes again may be older than the one before. */
function runsOf(messages: readonly ShareMessage[]): readonly (readonly ShareMessage[])[] {
  const runs: ShareMessage[][] = [];
  let last: ShareMessage | undefined;
  for (const message of messages) {
    if (last !== undefined && follows(message, last)) runs.at(-1)?.push(message);
    else runs.push([message]);
    last = message;
  }
  return runs;
}

function follows(message: ShareMessage, last: ShareMessage): boolean {
  return message.topic === last.topic && message.partition === last.partition && message.offset > last.offset;
}

function recordOf({ offset, timestamp, key, value, headerEntries, deliveryCount }: ShareMessage): PrintedRecord {
  return {
    offset: Number(offset),
    timestampMs: Number(timestamp),
    key: key ?? null,
    value: value ?? null,
    headers: headerEntries.map(([name, content]) => ({ key: name.toString(), value: content ?? null })),
    deliveryCount,
  };
}
