import { setTimeout as pause } from 'node:timers/promises';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { Refusal } from './call.ts';
import { createQueueHistory, missingOf, type QueueHistory } from './queue-history.ts';
import { createRestartedDoor, untilStreamActive } from './restarted-door.ts';

const STREAM = 'queued';
const QUEUE = 'workers';
const WRITERS = 2;
const WORKERS = 3;
const PUT_RECORDS_MAX = 8;
const RECEIVE_RECORDS_MAX = 10;
const VISIBILITY_SECONDS = 2;
/** What was given back often is not set aside. */
const NEVER_DEAD = { TargetType: 'NONE' };
const RETRY_MS = 50;
const UP_MS = 2_500;
/** Without a record that was still missing, at the end: twice a group's longest lock by default. */
const SILENCE_MS = 60_000;
/** Of the topic in which a queue keeps what became of its records. */
export const LEDGER_PREFIX = '__kinesis_queue_';

export interface QueueKillsOptions {
  readonly cycles: number;
  readonly seed: number;
  /** Done to the data directory between a kill and the next start. */
  readonly damage?: (dataDirectory: string) => void;
}

export interface QueueKillsResult {
  readonly history: QueueHistory;
  readonly readyMs: readonly number[];
}

interface Received {
  readonly QueueRecords: readonly { readonly ReceiptHandle: string; readonly Data: string; ReceiveCount: number }[];
}

/**
 * Writers, and workers of a queue that acknowledge most of what they are given, give some of it back and forget some, on
 * a broker with a door in a real process, which is killed again and again.
 */
export async function runQueueKills({ cycles, seed, damage }: QueueKillsOptions): Promise<QueueKillsResult> {
  const random = createSimRandom(seed);
  await using door = createRestartedDoor();
  const { ask, insist } = door;
  const history = createQueueHistory();
  let nextValue = 0;
  let isWriting = true;
  let isOver = false;

  /** The door may die with it. */
  async function attempt<Answer>(operation: string, input: object): Promise<Answer | undefined> {
    try {
      return await ask<Answer>(operation, input);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      await pause(RETRY_MS);
      return undefined;
    }
  }

  async function write(): Promise<void> {
    while (isWriting && !isOver) {
      const values = Array.from({ length: 1 + random.below(PUT_RECORDS_MAX) }, () => nextValue++);
      const Records = values.map((value) => ({
        PartitionKey: `key-${value}`,
        Data: Buffer.from(String(value)).toString('base64'),
      }));
      const answer = await attempt<{ FailedRecordCount: number }>('PutRecords', { StreamName: STREAM, Records });
      if (answer?.FailedRecordCount === 0) for (const value of values) history.put.add(value);
      await pause(random.below(RETRY_MS));
    }
  }

  async function work(QueueARN: string): Promise<void> {
    while (!isOver) {
      const askedMs = performance.now();
      const input = { QueueARN, WaitTimeSeconds: 1, Limit: RECEIVE_RECORDS_MAX };
      const received = await attempt<Received>('ReceiveQueueRecords', input);
      const answeredMs = performance.now();
      const acknowledged = new Map<string, number>();
      const returned: string[] = [];
      for (const { ReceiptHandle, Data, ReceiveCount } of received?.QueueRecords ?? []) {
        const value = Number(Buffer.from(Data, 'base64').toString());
        history.receipts.push({ value, receiveCount: ReceiveCount, askedMs, answeredMs });
        const dice = isWriting ? random.below(10) : 0;
        if (dice < 7) acknowledged.set(ReceiptHandle, value);
        else if (dice < 9) returned.push(ReceiptHandle);
      }
      await acknowledge(QueueARN, acknowledged);
      if (returned.length === 0) continue;
      const Entries = returned.map((ReceiptHandle) => ({ ReceiptHandle, VisibilityTimeoutSeconds: 0 }));
      await attempt('UpdateQueueRecordsVisibility', { QueueARN, Entries });
    }
  }

  async function acknowledge(QueueARN: string, handles: ReadonlyMap<string, number>): Promise<void> {
    if (handles.size === 0) return;
    const Entries = [...handles.keys()].map((ReceiptHandle) => ({ ReceiptHandle }));
    const answer = await attempt<{ Successful: readonly { ReceiptHandle: string }[] }>('AcknowledgeQueueRecords', {
      QueueARN,
      Entries,
    });
    if (answer === undefined) for (const value of handles.values()) history.unheard.add(value);
    for (const { ReceiptHandle } of answer?.Successful ?? []) {
      const value = handles.get(ReceiptHandle);
      if (value !== undefined) history.doneMs.set(value, performance.now());
    }
  }

  async function restart(): Promise<void> {
    for (let cycle = 0; cycle < cycles && !isOver; cycle++) {
      await pause(UP_MS / 2 + random.below(UP_MS));
      await door.close('SIGKILL');
      damage?.(door.dataDirectory);
      await door.open();
    }
    isWriting = false;
    let left = missingOf(history).length;
    for (let silentMs = 0; left > 0 && silentMs < SILENCE_MS && !isOver; silentMs += RETRY_MS) {
      await pause(RETRY_MS);
      const now = missingOf(history).length;
      if (now !== left) silentMs = 0;
      left = now;
    }
    isOver = true;
  }

  await door.open();
  await insist('CreateStream', { StreamName: STREAM, StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
  await untilStreamActive(insist, STREAM);
  const QueueARN = await createQueue();
  const writers = Array.from({ length: WRITERS }, write);
  const workers = Array.from({ length: WORKERS }, () => work(QueueARN));
  await door.together([...writers, ...workers, restart()], () => {
    isOver = true;
  });
  return { history, readyMs: door.readyMs };

  async function createQueue(): Promise<string> {
    const { StreamDescriptionSummary } = await insist<{ StreamDescriptionSummary: { StreamARN: string } }>(
      'DescribeStreamSummary',
      { StreamName: STREAM },
    );
    const { StreamARN } = StreamDescriptionSummary;
    const { QueueDescription } = await insist<{ QueueDescription: { QueueARN: string } }>('CreateQueue', {
      QueueName: QUEUE,
      StreamConfigurationList: [{ StreamARN, StartingPosition: { Type: 'TRIM_HORIZON' } }],
      QueueAttributes: { VisibilityTimeoutSeconds: VISIBILITY_SECONDS, DeadLetterConfiguration: NEVER_DEAD },
    });
    const { QueueARN: created } = QueueDescription;
    for (;;) {
      const described = await insist<{ QueueDescription: { QueueStatus: string } }>('DescribeQueue', {
        QueueARN: created,
      });
      if (described.QueueDescription.QueueStatus === 'ACTIVE') return created;
      await pause(RETRY_MS);
    }
  }
}
