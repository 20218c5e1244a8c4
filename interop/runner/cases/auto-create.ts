import { expectedRecords } from '../case-data.ts';
import { compareRecords } from '../compare-records.ts';
import type { RecordSpec } from '../contract.ts';
import type { Stage } from '../stage.ts';

/** A producer's first record to a topic that is not there makes the topic (auto.create.topics.enable is on by default). */
export async function autoCreate(stage: Stage): Promise<void> {
  for (const actor of stage.actors) {
    await stage.test(actor, 'writes to a topic that is not there yet', async () => {
      const topic = `auto-create.${actor.name}`;
      const record: RecordSpec = { key: 'k', value: 'v', headers: [], timestamp: Date.now() };
      await actor.ask('write', { topic, partition: 0, codec: 'none', batches: [[record]] });
      const reader = [actor, ...stage.actors].find((candidate) => !candidate.hello.can.includes('groups-only'));
      if (reader === undefined) return 'written; no client is here that reads without a group';
      const { records } = await reader.ask('read', { topic, partition: 0, from: { offset: 0 }, count: 1 });
      compareRecords(records, expectedRecords([[record]], [0]), { ownTimestamps: true });
      return undefined;
    });
  }
}
