import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import type { QueueAttributes, QueueRecord, QueueStartingPosition } from '../generated/types.ts';
import type { KinesisSettings } from '../settings.ts';
import { contextAt, openDoor, settled, type TestDoor } from './door.ts';
import { createMemoryCluster } from './memory-cluster.ts';

export const STREAM_ARN = 'arn:aws:kinesis:eu-central-1:123456789012:stream/s';

export interface QueueOptions {
  readonly QueueAttributes?: QueueAttributes;
  readonly StartingPosition?: QueueStartingPosition;
}

/** A cluster on virtual time with an on-demand stream `s`, and doors to it. */
export function queueFixture(seed = 7, settings: Partial<KinesisSettings> = {}) {
  const clock = createSimClock();
  const random = createSimRandom(seed);
  const cluster = createMemoryCluster({ clock, below: random.below, delayMsMax: 1 });
  const open = () => openDoor(cluster, clock, random.below(1_000_000), { statusDelayMs: 10, ...settings });
  const run = <Result>(result: Result | Promise<Result>) => settled(clock, result);
  const context = (signal?: AbortSignal) => contextAt(clock, signal);
  const door = open();

  async function createStream(): Promise<void> {
    const StreamModeDetails = { StreamMode: 'ON_DEMAND' as const };
    await run(door.operations.CreateStream({ StreamName: 's', StreamModeDetails }, context()));
    await clock.advance(100);
  }

  async function createQueue(QueueName = 'q', options: QueueOptions = {}, at: TestDoor = door): Promise<string> {
    const { StartingPosition = { Type: 'TRIM_HORIZON' as const }, QueueAttributes } = options;
    const StreamConfigurationList = [{ StreamARN: STREAM_ARN, StartingPosition }];
    const input = { QueueName, StreamConfigurationList, ...(QueueAttributes === undefined ? {} : { QueueAttributes }) };
    const { QueueDescription } = await run(at.operations.CreateQueue(input, context()));
    await clock.advance(200);
    return QueueDescription.QueueARN;
  }

  async function put(...values: string[]): Promise<void> {
    for (const value of values) {
      const record = { StreamName: 's', PartitionKey: value, Data: Buffer.from(value) };
      await run(door.operations.PutRecord(record, context()));
    }
  }

  /** One receive. */
  async function receive(QueueARN: string, more: object = {}, at: TestDoor = door): Promise<readonly QueueRecord[]> {
    return (await run(at.operations.ReceiveQueueRecords({ QueueARN, WaitTimeSeconds: 1, ...more }, context())))
      .QueueRecords;
  }

  async function receiveDead(
    QueueARN: string,
    more: object = {},
    at: TestDoor = door,
  ): Promise<readonly QueueRecord[]> {
    const input = { QueueARN, WaitTimeSeconds: 1, ...more };
    return (await run(at.operations.ReceiveDeadLetterQueueRecords(input, context()))).QueueRecords;
  }

  /** Receives until nothing comes any more. */
  async function drain(QueueARN: string, more: object = {}, at: TestDoor = door): Promise<readonly QueueRecord[]> {
    const all: QueueRecord[] = [];
    for (;;) {
      const records = await receive(QueueARN, more, at);
      if (records.length === 0) return all;
      all.push(...records);
    }
  }

  const entriesOf = (records: readonly QueueRecord[]) => records.map(({ ReceiptHandle }) => ({ ReceiptHandle }));

  async function acknowledge(QueueARN: string, records: readonly QueueRecord[], at: TestDoor = door) {
    return await run(at.operations.AcknowledgeQueueRecords({ QueueARN, Entries: entriesOf(records) }, context()));
  }

  return {
    ...{ clock, cluster, open, run, context, door, operations: door.operations },
    ...{ createStream, createQueue, put, receive, receiveDead, drain, acknowledge, entriesOf },
  };
}

export const valuesOf = (records: readonly QueueRecord[]) => records.map(({ Data }) => String(Data)).sort();
