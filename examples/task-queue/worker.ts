import { setTimeout as pause } from 'node:timers/promises';
import { Producer, stringSerializers } from '@platformatic/kafka';
import { ShareConsumer, type ShareMessage, stringDeserializers } from 'sluice/client';
import { ATTEMPTS_MAX, DEAD_LETTERS, GROUP, PoisonError, parseTask, TASKS, type Task } from './queue.ts';

/** Before a task that failed is given back; twice as long the next time. */
const BACKOFF_MS = 100;
/** A lock lasts for 30 s, unless share.record.lock.duration.ms says otherwise: work that takes longer asks for more. */
const RENEW_INTERVAL_MS = 10_000;

export interface WorkerOptions {
  readonly bootstrap: string;
  /** Does the work, or throws. */
  readonly perform: (task: Task, attempt: number) => Promise<void>;
  /** Lets the worker finish its task and leave. */
  readonly signal: AbortSignal;
  readonly log?: (line: string) => void;
}

type TaskMessage = ShareMessage<string, string, string, string>;

/** Takes tasks until it is told to stop. There may be as many workers as one likes, however few partitions there are. */
export async function runWorker({ bootstrap, perform, signal, log = () => {} }: WorkerOptions): Promise<void> {
  const bootstrapBrokers = [bootstrap];
  const producer = new Producer({ clientId: 'task-worker', bootstrapBrokers, serializers: stringSerializers });
  await using consumer = new ShareConsumer({
    clientId: 'task-worker',
    groupId: GROUP,
    bootstrapBrokers,
    deserializers: stringDeserializers,
    acknowledgementMode: 'explicit',
    // One task at a time: what waits here while another one is worked on, nobody else could take. And each that a worker
    // took counts as delivered, whether it came to it or not.
    acquireMode: 'record_limit',
    maxRecords: 1,
  });
  try {
    for await (const message of await consumer.consume({ topics: [TASKS], signal })) await handle(message);
  } finally {
    await producer.close();
  }

  async function handle(message: TaskMessage): Promise<void> {
    const attempt = message.deliveryCount;
    const name = `${message.topic}-${message.partition}@${message.offset}`;
    // Nobody catches what ends the process. The lock does, and the count tells the next worker.
    if (attempt > ATTEMPTS_MAX) return await bury(message, 'each worker that took it died of it', attempt - 1);
    const lock = setInterval(() => message.renew(), RENEW_INTERVAL_MS);
    try {
      await perform(parseTask(message.value), attempt);
      message.accept();
      log(`done ${name}, attempt ${attempt}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof PoisonError || attempt >= ATTEMPTS_MAX) return await bury(message, reason, attempt);
      log(`failed ${name}, attempt ${attempt}: ${reason}`);
      await pause(BACKOFF_MS * 2 ** (attempt - 1));
      message.release();
    } finally {
      clearInterval(lock);
    }
  }

  /** First the dead letter, then the rejection: who dies in between leaves two letters, but never none. */
  async function bury(message: TaskMessage, reason: string, attempts: number): Promise<void> {
    const { topic, partition, offset, key, value } = message;
    const headers = { reason, attempts: String(attempts), source: `${topic}-${partition}@${offset}` };
    await producer.send({
      messages: [{ topic: DEAD_LETTERS, ...(key === undefined ? {} : { key }), value: value ?? '', headers }],
    });
    message.reject();
    log(`buried ${topic}-${partition}@${offset} after ${attempts} attempts: ${reason}`);
  }
}
