import { buildBatch } from '@sluice/protocol/records/build-batch';
import { fetchAll, type HonestClient, openHonest, type Topic } from './honest-client.ts';
import type { Target } from './raw-connection.ts';
import { nextOffset } from './read-log.ts';

const BATCH_COUNT = 20;

/** Fills the topic and returns its log's bytes, as a consumer gets them. */
export async function fillGuardedLog(client: HonestClient, topic: Topic): Promise<Buffer> {
  const timestampMs = Date.now();
  for (let index = 0; index < BATCH_COUNT; index++) {
    const records = [{ key: `key ${index}`, value: `value ${index}`, timestampMs }, { value: null }];
    await client.produce(topic, buildBatch(records));
  }
  return fetchAll(client, topic, nextOffset);
}

/** What became of the log: nothing, if the broker did as it should. */
export async function compareGuardedLog(target: Target, answerMs: number, topic: Topic, before: Buffer) {
  let client: HonestClient | undefined;
  try {
    client = await openHonest(target, answerMs);
    const after = await fetchAll(client, topic, nextOffset);
    return after.equals(before) ? [] : [`the log changed: ${before.length} bytes before, ${after.length} after`];
  } catch (error) {
    return [`the log cannot be read back: ${error instanceof Error ? error.message : error}`];
  } finally {
    client?.connection.destroy();
  }
}
