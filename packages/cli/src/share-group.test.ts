import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT_CODES } from './failure.ts';
import { groupFixture } from './testing/group-fixture.ts';

const { run, succeed, json, fail, makeTopic } = groupFixture();

/** Where a share group stands, by topic and partition. */
async function startsOf(group: string): Promise<readonly (readonly [string, number, number | null])[]> {
  const [described] = await json(`share-group describe ${group} --sort topic`);
  return described.partitions.map(
    ({ topic, partition, offset }: { topic: string; partition: number; offset: number | null }) =>
      [topic, partition, offset] as const,
  );
}

describe('sluice share-group reset-offsets', () => {
  it('makes a group, but only when told to, and moves it', async () => {
    await makeTopic('q-reset', 10, 4);
    const line = 'share-group reset-offsets q-reset --topic q-reset';
    const dry = await run(`${line} --to-offset 6`);
    assert.match(dry.out, /^TOPIC +PARTITION +OFFSET +NEW +CHANGE +END +NEW LAG\nq-reset +0 +- +6 +new +10 +4\n/);
    assert.match(dry.err, /partition 1 of q-reset: 6 is behind the end: 4 is taken\n/);
    assert.match(dry.err, /there is no share group q-reset, it would be made; add --execute/);
    await fail('share-group describe q-reset', 'not-found', /share group q-reset does not exist.*share-group list/);
    const done = await run(`${line} --to-offset 6 --execute`);
    assert.match(done.err, /made share group q-reset and set the offsets of 2 partitions\n/);
    assert.deepEqual(await startsOf('q-reset'), [
      ['q-reset', 0, 6],
      ['q-reset', 1, 4],
    ]);
    await succeed('share-group reset-offsets q-reset --topic q-reset:0 --shift-by -4 --execute');
    await succeed('share-group reset-offsets q-reset --topic q-reset:1 --by-duration 1h --execute');
    assert.deepEqual(await startsOf('q-reset'), [
      ['q-reset', 0, 2],
      ['q-reset', 1, 0],
    ]);
  });

  it('goes back to a copy of the offsets', async () => {
    await makeTopic('q-copy', 5, 5);
    await succeed('share-group reset-offsets q-copy --topic q-copy --to-offset 3 --execute');
    const before = await startsOf('q-copy');
    const csv = await succeed('share-group reset-offsets q-copy --all-topics --to-current --export');
    assert.equal(csv, 'q-copy,0,3\nq-copy,1,3\n');
    const document = JSON.stringify(await json('share-group reset-offsets q-copy --all-topics --to-current'));
    for (const copy of [csv, document]) {
      await succeed('share-group reset-offsets q-copy --all-topics --to-latest --execute');
      await succeed('share-group reset-offsets q-copy --from-file copy --execute', { files: { copy } });
      assert.deepEqual(await startsOf('q-copy'), before);
    }
  });

  it('touches nothing when one partition is wrong, or the group has nothing', async () => {
    await makeTopic('q-all', 2);
    const line = 'share-group reset-offsets q-all --topic q-all --topic q-all:7 --to-latest --execute';
    await fail(line, 'not-found', /there is no partition 7 of q-all/);
    await fail(
      'share-group reset-offsets q-all --topic q-none --to-latest',
      'not-found',
      /topic q-none does not exist/,
    );
    await fail('share-group reset-offsets q-all --all-topics --to-latest', 'not-found', /share group q-all does not/);
    await fail('share-group reset-offsets q-all --topic q-all --shift-by 1', 'failed', /no offset to shift/);
    await fail('share-group reset-offsets q-all --topic q-all', 'usage', /not said where to/);
  });
});

describe('sluice share-group describe', () => {
  it('shows the worst lag first, and that nobody takes records', async () => {
    await makeTopic('q-lag', 5, 1_500, 10);
    await succeed('share-group reset-offsets q-lag --topic q-lag:1 --to-offset 200 --execute');
    await succeed('share-group reset-offsets q-lag --topic q-lag:2 --to-offset 6 --execute');
    const [group] = await json('share-group describe q-lag');
    assert.deepEqual([group.type, group.state, group.lag, group.partitionCount], ['share', 'Empty', 1_304, 2]);
    assert.deepEqual(group.partitions[0], {
      topic: 'q-lag',
      partition: 1,
      offset: 200,
      endOffset: 1_500,
      lag: 1_300,
      leaderEpoch: 0,
      memberIds: [],
    });
    const text = await succeed('share-group describe q-lag');
    assert.match(text, /State +Empty: no active member, while 1,304 records wait\n/);
    assert.match(text, /\nTOPIC +PARTITION +START +END +LAG +MEMBERS\nq-lag +1 +200 +1,500 +1,300 +0\n/);
    assert.match(
      await succeed('share-group describe --all --totals'),
      /^GROUP +LAG .*\n(.*\n)*q-lag +1,304 +2 +0 +Empty/,
    );
  });
});

describe('sluice share-group', () => {
  it('lists share groups alone; `group list` shows all with their type', async () => {
    await makeTopic('q-list', 1);
    await succeed('consume q-list --group q-list-classic --until-end');
    await succeed('share-group reset-offsets q-list --topic q-list --to-latest --execute');
    const listed = await succeed('share-group list');
    assert.match(listed, /^GROUP +STATE\n(.*\n)*q-list +Empty\n/);
    assert(!listed.includes('q-list-classic'));
    assert.match(
      await succeed('group list'),
      /^GROUP +TYPE +STATE\n(.*\n)*q-list +share +Empty\n(.*\n)*q-list-classic +classic/,
    );
    assert.deepEqual(await json('share-group list --state stable'), []);
    await fail('share-group list --state assigning', 'usage', /Stable, Empty, Dead/);
  });

  it('leaves groups of other types to the other command, and the other way round', async () => {
    await makeTopic('q-type', 2);
    await succeed('consume q-type --group q-type-classic --until-end');
    await succeed('share-group reset-offsets q-type --topic q-type --to-latest --execute');
    for (const [command, group, message] of [
      ['share-group', 'q-type-classic', /group q-type-classic is a classic group; use `sluice group` for it/],
      ['group', 'q-type', /group q-type is a share group; use `sluice share-group` for it/],
    ] as const) {
      for (const line of [
        `describe ${group}`,
        `members ${group}`,
        `reset-offsets ${group} --topic q-type --to-earliest --execute`,
        `delete-offsets ${group} --topic q-type`,
        `delete ${group}`,
      ]) {
        await fail(`${command} ${line}`, 'not-found', message);
      }
    }
    assert.deepEqual(await startsOf('q-type'), [['q-type', 0, 2]]);
  });

  it('forgets topics, and tells of each that it cannot', async () => {
    await makeTopic('q-forget', 2);
    await makeTopic('q-keep', 2);
    await succeed('share-group reset-offsets q-forget --topic q-forget --topic q-keep --to-latest --execute');
    assert.match(
      await succeed('share-group delete-offsets q-forget --topic q-forget'),
      /^TOPIC +RESULT\nq-forget +deleted\n$/,
    );
    assert.deepEqual(await startsOf('q-forget'), [['q-keep', 0, 2]]);
    assert.deepEqual(await json('share-group delete-offsets q-forget --topic q-forget'), [
      { topic: 'q-forget', partition: null, status: 'had none' },
    ]);
    const { code, out, err } = await run('share-group delete-offsets q-forget --topic q-none --topic q-keep');
    assert.equal(code, EXIT_CODES['not-found'].code);
    assert.match(out, /q-keep +deleted\n/);
    assert.match(err, /topic q-none does not exist/);
    await fail('share-group delete-offsets q-none --topic q-keep', 'not-found', /share group q-none does not exist/);
    await fail('share-group delete-offsets q-forget --topic q-keep:0', 'usage', /with all of its partitions/);
  });

  it('is deleted, all of them only when told to', async () => {
    await makeTopic('q-delete', 1);
    const make = (group: string) =>
      succeed(`share-group reset-offsets ${group} --topic q-delete --to-latest --execute`);
    await make('q-delete-a');
    assert.equal(await succeed('share-group delete q-delete-a'), 'deleted share group q-delete-a\n');
    assert.equal(await succeed('share-group delete q-delete-a --if-exists'), 'there is no share group q-delete-a\n');
    await fail('share-group delete q-delete-a', 'not-found', /share group q-delete-a does not exist/);
    await fail('share-group delete', 'usage', /no group was named/);
    await fail('share-group delete q-delete-a --execute', 'usage', /--execute is for --all/);
    await make('q-delete-b');
    await succeed('consume q-delete --group q-delete-classic --until-end');
    const dry = await run('share-group delete --all');
    assert.match(dry.out, /^would delete share group q-delete-b\n/m);
    assert.match(dry.err, /nothing was deleted; add --execute/);
    await succeed('share-group describe q-delete-b');
    assert.match(await succeed('share-group delete --all --execute'), /^deleted share group q-delete-b\n/m);
    assert.deepEqual(await json('share-group list'), []);
    await succeed('group describe q-delete-classic');
  });
});
