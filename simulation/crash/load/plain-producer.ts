import { type Load, type LoadTopic, repeat } from './load.ts';
import { makeBatch, sendBatch } from './send-batch.ts';

const IN_FLIGHT_BATCHES_MAX = 4;
const RECORDS_MAX = 12;
const PAUSE_MS_MAX = 12;

/** Sends every record once, whatever becomes of it, over the partitions in turn. */
export async function runPlainProducer(load: Load, name: string, topic: LoadTopic, acks: -1 | 1): Promise<void> {
  const { random } = load;
  const nextNumbers = Array.from({ length: topic.partitionCount }, () => 0);

  await repeat(load, name, PAUSE_MS_MAX, async (broker) => {
    const round = Array.from({ length: 1 + random.below(IN_FLIGHT_BATCHES_MAX) }, () => {
      const partition = random.below(topic.partitionCount);
      const count = 1 + random.below(RECORDS_MAX);
      const firstNumber = nextNumbers[partition] ?? 0;
      nextNumbers[partition] = firstNumber + count;
      return makeBatch(load, { topic, partition, producer: `${name}/${partition}`, acks, firstNumber, count });
    });
    // By name, as most clients of today do it; the idempotent ones go by id.
    const answers = await Promise.allSettled(round.map((batch) => sendBatch(load, broker, batch, true)));
    const failure = answers.find((answer) => answer.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  });
}
