import { after, before } from 'node:test';
import { Sluice } from 'sluice';
import { commandsAgainst } from './commands-against.ts';

/** Any other cluster of one broker, a real Kafka for one, instead of a Sluice of our own. */
const OTHER_BOOTSTRAP = process.env.SLUICE_TEST_BOOTSTRAP;

/** Groups that need not wait: no delay for others to join, and heartbeats that soon tell of a change. */
const SETTINGS = {
  'group.initial.rebalance.delay.ms': '0',
  'offsets.topic.num.partitions': '3',
  'group.consumer.min.heartbeat.interval.ms': '100',
  'group.consumer.heartbeat.interval.ms': '100',
};

interface Partition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number | null;
}

/** A broker for the tests of a file, commands against it, and what tests of groups do again and again. */
export function groupFixture() {
  let sluice: Sluice | undefined;
  let bootstrap = '';
  before(async () => {
    if (OTHER_BOOTSTRAP === undefined) sluice = await Sluice.start({ settings: SETTINGS });
    bootstrap = OTHER_BOOTSTRAP ?? sluice?.bootstrap ?? '';
  });
  after(() => sluice?.close());
  const commands = commandsAgainst(() => bootstrap);
  const { run, succeed, json } = commands;

  return {
    ...commands,

    /** A topic whose partitions hold `counts` records, `<partition>-<offset>`. */
    async makeTopic(topic: string, ...counts: readonly number[]): Promise<void> {
      await succeed(`topic create ${topic} --partitions ${counts.length}`);
      for (const [partition, count] of counts.entries()) {
        const input = Array.from({ length: count }, (_, offset) => `${partition}-${offset}\n`).join('');
        if (count > 0) await succeed(`produce ${topic} --partition ${partition}`, { input });
      }
    },

    /** What a group has committed, by topic and partition. */
    async offsetsOf(group: string): Promise<readonly (readonly [string, number, number | null])[]> {
      const [described] = await json(`group describe ${group} --sort topic`);
      return described.partitions.map(({ topic, partition, offset }: Partition) => [topic, partition, offset]);
    },

    /** Waits until the members of a group have so many partitions each. */
    async settled(group: string, counts: readonly number[]): Promise<void> {
      for (;;) {
        const { code, out } = await run(`group members ${group} --json`);
        const [described] = code === 0 ? JSON.parse(out) : [];
        const sizes = (described?.members ?? []).map(({ partitions }: { partitions: number }) => partitions).sort();
        if (described?.state === 'Stable' && String(sizes) === String(counts)) return;
      }
    },
  };
}

export function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
