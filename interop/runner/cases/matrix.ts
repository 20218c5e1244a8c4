import { caseData, expectedRecords, shapes } from '../case-data.ts';
import { compareRecords } from '../compare-records.ts';
import { createTopics } from '../create-topics.ts';
import { messageOf, Skip, type Stage } from '../stage.ts';

/** Every client writes records of every shape with every codec it has, and every client reads what each wrote. */
export async function matrix(stage: Stage): Promise<void> {
  const writings = stage.actors.flatMap((writer) =>
    writer.hello.codecs.map((codec) => ({ writer, codec, topic: `matrix.${writer.name}.${codec}` })),
  );
  await createTopics(
    stage.server.bootstrap,
    writings.map(({ topic }) => ({ name: topic })),
  );
  const written = new Map<string, readonly (number | null)[]>();
  for (const { writer, codec, topic } of writings) {
    await stage.test(writer, `writes ${codec}`, async () => {
      const { offsets } = await writer.ask('write', { topic, partition: 0, codec, batches: shapes });
      const count = shapes.flat().length;
      // Where a client cannot say the offset, the order of writing says it.
      const places = offsets.length === 0 ? Array.from({ length: count }, (_, place) => place) : offsets;
      const kept = places.filter((offset) => offset !== null);
      if (places.length !== count) throw new Error(`${places.length} offsets for ${count} records`);
      if (kept.some((offset, place) => offset !== place)) throw new Error(`offsets ${kept.join(' ')}`);
      written.set(topic, places);
      return kept.length < count ? `${count - kept.length} of ${count} records cannot be written by it` : undefined;
    });
  }
  for (const reader of stage.actors) {
    for (const writer of stage.actors) {
      await stage.test(reader, `reads ${writer.name}`, async () => {
        const topics = writings.filter((writing) => writing.writer === writer && written.has(writing.topic));
        if (topics.length === 0) throw new Skip('nothing was written');
        const failures: string[] = [];
        for (const { topic, codec } of topics) {
          try {
            const expected = expectedRecords(shapes, written.get(topic) ?? []);
            const from = { offset: 0 };
            const { records } = await reader.ask('read', { topic, partition: 0, from, count: expected.length });
            compareRecords(records, expected, {
              ownTimestamps: !writer.hello.can.includes('timestamps'),
              unseenHeaders: !reader.hello.can.includes('header-bytes'),
            });
          } catch (cause) {
            failures.push(`${codec}: ${messageOf(cause)}`);
          }
        }
        if (failures.length > 0) throw new Error(failures.join('\n'));
        const missing = caseData.codecs.length - topics.length;
        return missing > 0 ? `${topics.map(({ codec }) => codec).join(', ')} only` : undefined;
      });
    }
  }
}
