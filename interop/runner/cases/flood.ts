import { caseData } from '../case-data.ts';
import { createTopics } from '../create-topics.ts';
import { expectSequence } from '../sequences.ts';
import type { Stage } from '../stage.ts';

/** Many records through many partitions, each partition's order checked. */
export async function flood(stage: Stage): Promise<void> {
  const { records: count, partitions, codec: preferred } = caseData.flood;
  for (const actor of stage.actors) {
    const topic = `flood.${actor.name}`;
    const codec = actor.hello.codecs.includes(preferred) ? preferred : 'none';
    await createTopics(stage.server.bootstrap, [{ name: topic, partitions }]);
    await stage.test(actor, `writes ${count} records to ${partitions} partitions (${codec})`, async () => {
      await actor.ask('flood', { topic, partitions, count, codec }, { timeoutMs: 120_000 });
      return undefined;
    });
    await stage.test(actor, 'reads them back in order', async () => {
      const { values } = await actor.ask('drain', { topic, partitions, count }, { timeoutMs: 120_000 });
      for (let partition = 0; partition < partitions; partition += 1) {
        const expected = Math.ceil((count - partition) / partitions);
        expectSequence(`partition ${partition}`, values[partition] ?? [], partition, partitions, expected);
      }
      return undefined;
    });
  }
}
