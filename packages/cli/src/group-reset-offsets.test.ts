import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { groupFixture, linesOf } from './testing/group-fixture.ts';

const { run, succeed, json, fail, start, makeTopic, offsetsOf } = groupFixture();

describe('sluice group reset-offsets', () => {
  it('shows what would change, and changes it only when told to', async () => {
    await makeTopic('g-dry', 10, 4);
    await succeed('consume g-dry --group g-dry --until-end');
    const dry = await run('group reset-offsets g-dry --topic g-dry --to-offset 6');
    assert.match(dry.out, /^TOPIC +PARTITION +OFFSET +NEW +CHANGE +END +NEW LAG\ng-dry +0 +10 +6 +-4 +10 +4\n/);
    assert.match(
      dry.err,
      /warning: partition 1 of g-dry: 6 is behind the end: 4 is taken\nnothing was changed; add --execute/,
    );
    assert.deepEqual(await offsetsOf('g-dry'), [
      ['g-dry', 0, 10],
      ['g-dry', 1, 4],
    ]);
    await succeed('group reset-offsets g-dry --topic g-dry:0 --shift-by -100 --execute');
    assert.deepEqual(await offsetsOf('g-dry'), [
      ['g-dry', 0, 0],
      ['g-dry', 1, 4],
    ]);
    assert.equal(linesOf(await succeed('consume g-dry --group g-dry --until-end')).length, 10);
  });

  it('goes to places and times', async () => {
    await makeTopic('g-to', 8);
    const to = async (where: string) =>
      (await json(`group reset-offsets g-to --topic g-to ${where}`)).partitions[0].offset;
    assert.equal(await to('--to-earliest'), 0);
    assert.equal(await to('--to-latest'), 8);
    assert.equal(await to('--to-current'), 8);
    assert.equal(await to('--by-duration PT1H'), 0);
    assert.equal(await to('--by-duration 1h'), 0);
    assert.equal(await to('--to-datetime 2020-01-31T12:00:00.000'), 0);
    assert.equal(await to('--to-datetime 2099-01-31T12:00:00.000+01:00'), 8);
    await fail(
      'group reset-offsets g-to --topic g-to --shift-by 1',
      'failed',
      /partition 0 of g-to has no offset to shift/,
    );
  });

  it('makes a group that does not exist, but only when told to, and says so', async () => {
    await makeTopic('g-new', 3);
    const dry = await run('group reset-offsets g-new --topic g-new --to-offset 2');
    assert.match(dry.err, /there is no group g-new, it would be made; add --execute/);
    await fail('group describe g-new', 'not-found', /does not exist/);
    await succeed('group reset-offsets g-new --topic g-new --to-offset 2 --execute');
    assert.equal(await succeed('consume g-new --group g-new --until-end'), '0-2\n');
    await fail('group reset-offsets g-none --all-topics --to-earliest', 'not-found', /group g-none does not exist/);
  });

  it('is refused while the group has members', async () => {
    await makeTopic('g-busy', 2);
    for (const protocol of ['classic', 'consumer']) {
      const { shell, ended } = start(`consume g-busy --group g-busy-${protocol} --group-protocol ${protocol}`);
      await shell.seen('0-1\n');
      const line = `group reset-offsets g-busy-${protocol} --topic g-busy --to-earliest --execute`;
      await fail(line, 'failed', /is in use: it is \w+ and has 1 member; stop its members first/);
      await fail(`group delete g-busy-${protocol}`, 'failed', /has members \(NON_EMPTY_GROUP\)/);
      shell.interrupt();
      await ended;
    }
  });

  it('keeps copies that bring offsets back', async () => {
    await makeTopic('g-copy', 5, 5);
    await succeed('consume g-copy --group g-copy --count 7');
    const before = await offsetsOf('g-copy');
    const csv = await succeed('group reset-offsets g-copy --all-topics --to-current --export');
    assert.equal(csv, before.map((cells) => `${cells.join()}\n`).join(''));
    const document = JSON.stringify(await json('group reset-offsets g-copy --all-topics --to-current'));
    for (const copy of [csv, document, csv.replaceAll(/^/gm, 'g-copy,').replace(/g-copy,$/, '')]) {
      await succeed('group reset-offsets g-copy --all-topics --to-earliest --execute');
      await succeed('group reset-offsets g-copy --from-file copy --execute', { files: { copy } });
      assert.deepEqual(await offsetsOf('g-copy'), before);
    }
    const bad = { files: { copy: 'g-copy,0,1\ng-copy,x,1\n' } };
    await fail('group reset-offsets g-copy --from-file copy', 'failed', /line 2 of copy cannot be read/, bad);
  });

  it('touches nothing when one partition is wrong', async () => {
    await makeTopic('g-all', 2);
    const line = 'group reset-offsets g-all --topic g-all --topic g-all:7 --to-latest --execute';
    await fail(line, 'not-found', /there is no partition 7 of g-all/);
    await fail('group describe g-all', 'not-found', /does not exist/);
    await fail('group reset-offsets g --topic g-none --to-latest', 'not-found', /topic g-none does not exist/);
  });

  it('asks for one place and one scope', async () => {
    await fail('group reset-offsets g --all-topics', 'usage', /not said where to/);
    await fail('group reset-offsets g --all-topics --to-latest --to-offset 3', 'usage', /several places/);
    await fail('group reset-offsets g --to-latest', 'usage', /not said which partitions/);
    await fail('group reset-offsets g --from-file f --all-topics', 'usage', /names the partitions itself/);
    await fail('group reset-offsets g --all-topics --to-latest --execute --dry-run', 'usage', /exclude each other/);
    await fail('group reset-offsets g --all-topics --to-datetime yesterday', 'usage', /Write a time as/);
    await fail('group reset-offsets g --all-topics --by-duration 5', 'usage', /Write a duration as/);
    await fail('group reset-offsets g --topic a:b --to-latest', 'usage', /orders:0,1/);
  });
});
