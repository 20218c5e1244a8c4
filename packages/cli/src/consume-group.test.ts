import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT_CODES } from './failure.ts';
import { groupFixture, linesOf } from './testing/group-fixture.ts';

const { succeed, json, fail, start, makeTopic, offsetsOf, settled } = groupFixture();

for (const protocol of ['classic', 'consumer'] as const) {
  describe(`sluice consume --group of the ${protocol} protocol`, () => {
    const as = (group: string) => `--group ${group} --group-protocol ${protocol}`;

    it('goes on where the group has stopped, to the record', async () => {
      const topic = `g-${protocol}-on`;
      await makeTopic(topic, 10);
      assert.deepEqual(linesOf(await succeed(`consume ${topic} ${as(topic)} --count 3`)), ['0-0', '0-1', '0-2']);
      assert.deepEqual(await offsetsOf(topic), [[topic, 0, 3]]);
      assert.equal(linesOf(await succeed(`consume ${topic} ${as(topic)} --until-end`)).length, 7);
      assert.equal(await succeed(`consume ${topic} ${as(topic)} --until-end`), '');
    });

    it('commits and leaves when it is interrupted', async () => {
      const topic = `g-${protocol}-stop`;
      await makeTopic(topic, 5);
      const { shell, ended } = start(`consume ${topic} ${as(topic)}`);
      await shell.seen('0-4\n');
      const [active] = await json(`group members ${topic}`);
      assert.equal(active.members.length, 1);
      assert.deepEqual(active.members[0].assignment, [{ topic, partitions: [0] }]);
      shell.interrupt();
      assert.equal(await ended, EXIT_CODES.ok.code);
      const [left] = await json(`group describe ${topic}`);
      assert.equal(left.state, 'Empty');
      assert.equal(left.lag, 0);
    });

    it('shares partitions with others, and takes over those of one that leaves', async () => {
      const topic = `g-${protocol}-share`;
      await makeTopic(topic, 0, 0, 0, 0);
      const [first, second] = [start(`consume ${topic} ${as(topic)}`), start(`consume ${topic} ${as(topic)}`)];
      await settled(topic, [2, 2]);
      const all = Array.from({ length: 4 }, (_, partition) => partition);
      const produce = (round: string) =>
        Promise.all(all.map((each) => succeed(`produce ${topic} -p ${each}`, { input: `${each}${round}\n` })));
      await produce('a');
      await Promise.all(
        all.map((each) => Promise.race([first.shell.seen(`${each}a\n`), second.shell.seen(`${each}a\n`)])),
      );
      second.shell.interrupt();
      assert.equal(await second.ended, EXIT_CODES.ok.code);
      await produce('b');
      await Promise.all(all.map((each) => first.shell.seen(`${each}b\n`)));
      first.shell.interrupt();
      assert.equal(await first.ended, EXIT_CODES.ok.code);
      const read = [...linesOf(first.shell.out), ...linesOf(second.shell.out)].sort();
      assert.deepEqual(read, all.flatMap((each) => [`${each}a`, `${each}b`]).sort());
    });

    it('begins at the end where it is told to, and reads several topics', async () => {
      const topic = `g-${protocol}-end`;
      await makeTopic(`${topic}-a`, 2);
      await makeTopic(`${topic}-b`, 3);
      assert.equal(await succeed(`consume ${topic}-a ${as(topic)} --from end --until-end`), '');
      // What the end was then is committed, so that nothing is left out that comes before the next start.
      await succeed(`produce ${topic}-a`, { input: 'late\n' });
      const both = await succeed(`consume --include ${topic}-. ${as(topic)} --from end --until-end --json`);
      assert.deepEqual(
        linesOf(both).map((line) => JSON.parse(line).value),
        ['late'],
      );
    });
  });
}

describe('sluice consume --group', () => {
  it('says at once what it cannot do', async () => {
    await fail('consume g-none --group g', 'not-found', /topic g-none does not exist/);
    await fail('consume --include g-none-.* --group g', 'not-found', /no topic matches/);
    await fail('consume a b', 'usage', /several topics can only be read as a member of a group/);
    await fail('consume --group g', 'usage', /either topics or --include/);
    await fail('consume a --group g --from 15m', 'usage', /--from is beginning or end; .*reset-offsets/);
    await fail('consume a --group g -p 0', 'usage', /exclude each other/);
    await fail('consume a --include b', 'usage', /for members of a group/);
    await fail('consume', 'usage', /missing required argument 'topic'/);
  });

  it('goes on in a group that has offsets but never had members', async () => {
    await makeTopic('g-simple', 3);
    await succeed('group reset-offsets g-simple --topic g-simple --to-offset 2 --execute');
    assert.equal(await succeed('consume g-simple --group g-simple --until-end'), '0-2\n');
  });
});
