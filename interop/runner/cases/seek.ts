import { caseData, expectedRecords, timeline } from '../case-data.ts';
import { compareRecords } from '../compare-records.ts';
import { createTopics } from '../create-topics.ts';
import type { Stage } from '../stage.ts';

const writtenBy = 'seek';

/** Offsets by time, the ends of a partition, and reading from the middle of a compressed batch by offset and by time. */
export async function seek(stage: Stage): Promise<void> {
  const { records: count, stepMs, codec } = caseData.timeline;
  const first = caseData.baseTimestamp;
  for (const actor of stage.actors) {
    const topic = `${writtenBy}.${actor.name}`;
    await createTopics(stage.server.bootstrap, [{ name: topic }]);
    // A client that cannot set timestamps has its timeline written by one that can.
    const writer = actor.hello.can.includes('timestamps')
      ? actor
      : stage.actors.find((other) => other.hello.can.includes('timestamps'));
    if (writer === undefined) {
      stage.row(actor, 'timeline', { skipped: 'no client is here that sets timestamps' });
      continue;
    }
    await stage.test(actor, `timeline${writer === actor ? '' : ` (written by ${writer.name})`}`, async () => {
      await writer.ask('write', { topic, partition: 0, codec, batches: timeline });
      return undefined;
    });
    const expected = expectedRecords(timeline, [...Array(count).keys()]);
    await stage.test(actor, 'earliest, latest and by time', async () => {
      const at = [first - 1, first, first + 57 * stepMs, first + 57 * stepMs + 1, first + (count - 1) * stepMs];
      const times = [...at, first + count * stepMs];
      const { earliest, latest, byTime } = await actor.ask('offsets', { topic, partition: 0, times });
      const got = JSON.stringify({ earliest, latest, byTime });
      const want = JSON.stringify({ earliest: 0, latest: count, byTime: [0, 0, 57, 58, count - 1, -1] });
      if (got !== want) throw new Error(`${got}, not ${want}`);
      return undefined;
    });
    const reads = [
      { name: 'from the middle of a batch', from: { offset: 57 }, place: 57, wanted: 100 },
      { name: 'the last record', from: { offset: count - 1 }, place: count - 1, wanted: 1 },
      { name: 'from a time within a batch', from: { time: first + 123 * stepMs }, place: 123, wanted: 50 },
      { name: 'from a time between two records', from: { time: first + 44 * stepMs + 1 }, place: 45, wanted: 1 },
    ];
    for (const { name, from, place, wanted } of reads) {
      await stage.test(actor, name, async () => {
        const { records } = await actor.ask('read', { topic, partition: 0, from, count: wanted });
        compareRecords(records, expected.slice(place, place + wanted));
        return undefined;
      });
    }
  }
}
