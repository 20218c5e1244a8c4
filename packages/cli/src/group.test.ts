import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT_CODES } from './failure.ts';
import { groupFixture, linesOf } from './testing/group-fixture.ts';

const { run, succeed, json, fail, start, makeTopic, offsetsOf, settled } = groupFixture();

interface Partition {
  readonly partition: number;
  readonly offset: number | null;
  readonly endOffset: number;
  readonly lag: number | null;
}

describe('sluice group', () => {
  it('lists groups with type and state', async () => {
    await makeTopic('g-list', 3);
    await succeed('consume g-list --group g-list-a --until-end');
    await succeed('consume g-list --group g-list-b --group-protocol consumer --until-end');
    assert.match(await succeed('group list'), /^GROUP +TYPE +STATE\n(.*\n)*g-list-a +classic +Empty\n/);
    const names = async (filter: string) =>
      (await json(`group list ${filter}`)).map(({ group }: { group: string }) => group);
    assert((await names('--state empty --type consumer')).includes('g-list-b'));
    assert(!(await names('--type consumer')).includes('g-list-a'));
    assert.deepEqual(await names('--state dead'), []);
  });

  it('shows the worst lag first, and that nobody reads on', async () => {
    await makeTopic('g-lag', 5, 1_500, 10);
    await succeed('consume g-lag --group g-lag --until-end');
    await succeed('group reset-offsets g-lag --topic g-lag:1 --to-offset 200 --execute');
    await succeed('group reset-offsets g-lag --topic g-lag:2 --shift-by -4 --execute');
    const [group] = await json('group describe g-lag');
    assert.equal(group.lag, 1_304);
    assert.equal(group.state, 'Empty');
    assert.deepEqual(
      group.partitions.map(({ partition, offset, endOffset, lag }: Partition) => [partition, offset, endOffset, lag]),
      [
        [1, 200, 1_500, 1_300],
        [2, 6, 10, 4],
        [0, 5, 5, 0],
      ],
    );
    const text = await succeed('group describe g-lag');
    assert.match(text, /State +Empty: no active member, while 1,304 records wait\n/);
    assert.match(text, /g-lag +1 +200 +1,500 +1,300 +- +- +-\n/);
    assert.match(await succeed('group describe --all --totals'), /^GROUP +LAG .*\n(.*\n)*g-lag +1,304 +3 +0 +Empty/);
    await fail('group describe g-none', 'not-found', /group g-none does not exist/);
    const { code, out } = await run('group describe g-none g-lag --json --totals');
    assert.equal(code, EXIT_CODES['not-found'].code);
    assert.deepEqual(
      JSON.parse(out).map(({ group: name }: { group: string }) => name),
      ['g-lag'],
    );
    await fail('group describe', 'usage', /no group was named/);
    await fail('group describe g-lag --all', 'usage', /beside --all/);
  });

  it('is watched until it is interrupted, in place on a terminal', async () => {
    await makeTopic('g-watch', 2);
    await succeed('group reset-offsets g-watch --topic g-watch --to-earliest --execute');
    const terminal = start('group describe g-watch --watch --interval 1ms', { columns: 80 });
    await terminal.shell.seen('2 records wait');
    await succeed('group reset-offsets g-watch --topic g-watch --to-latest --execute');
    await terminal.shell.seen('0 records in 1 partition');
    terminal.shell.interrupt();
    assert.equal(await terminal.ended, EXIT_CODES.ok.code);
    assert(terminal.shell.out.endsWith('\u001b[?25h'));
    const pipe = start('group describe g-watch --watch --interval 1ms --json');
    await pipe.shell.seen('}\n{"time":');
    pipe.shell.interrupt();
    await pipe.ended;
    for (const line of linesOf(pipe.shell.out)) assert.equal(JSON.parse(line).group, 'g-watch');
    const rows = start('group describe g-watch --watch --interval 1ms');
    await rows.shell.seen('\tg-watch\tg-watch\t0\t2\t2\t0\t-\n');
    rows.shell.interrupt();
    await rows.ended;
    await fail('group describe g-none --watch', 'not-found', /group g-none does not exist/);
  });

  it('shows members with what they were assigned', async () => {
    await makeTopic('g-members', 1, 1);
    const { shell, ended } = start('consume g-members --group g-members --group-protocol consumer');
    await shell.seen('1-0\n');
    assert.match(
      await succeed('group members g-members'),
      /\n\nMEMBER +HOST +CLIENT +PARTITIONS\n\S+ +127.0.0.1 +sluice-cli +2\n$/,
    );
    const verbose = await succeed('group members g-members --verbose');
    assert.match(verbose, /Subscribed +g-members\nEpoch +\d+\nAssignment +g-members 0, 1\n/);
    const narrow = await succeed('group describe g-members', { columns: 80 });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are taken out
    for (const line of linesOf(narrow.replace(/\u001b\[\d+m/g, ''))) assert(line.length <= 80, line);
    shell.interrupt();
    await ended;
  });

  it('says that a topic which members subscribe to is gone', async () => {
    await makeTopic('g-stays', 1);
    await makeTopic('g-gone', 1);
    const { shell, ended } = start('consume g-stays g-gone --group g-missing --group-protocol consumer --timeout 1s');
    await shell.seen('0-0\n');
    assert.equal((await succeed('group describe g-missing')).includes('Missing'), false);
    await succeed('topic delete g-gone');
    assert.match(
      await succeed('group describe g-missing'),
      /\nMissing +g-gone: subscribed to, but no such topic exists\n/,
    );
    assert.deepEqual((await json('group describe g-missing'))[0].missingTopics, ['g-gone']);
    shell.interrupt();
    await ended;
  });
});

describe('sluice config … group', () => {
  it('shows, sets and takes back settings of a group', async () => {
    const own = async () => {
      const settings: { name: string; value: string; source: string }[] = await json('config describe group g-config');
      return settings.filter(({ source }) => source === 'group').map(({ name, value }) => `${name}=${value}`);
    };
    assert.deepEqual(await own(), []);
    await succeed('config set group g-config consumer.session.timeout.ms=50000');
    assert.deepEqual(await own(), ['consumer.session.timeout.ms=50000']);
    await succeed('config delete group g-config consumer.session.timeout.ms');
    assert.deepEqual(await own(), []);
    await fail('config set group g-config nonsense=1', 'failed', /group g-config was refused: .*nonsense/);
  });
});

describe('sluice group delete', () => {
  it('deletes groups, and tells of each that it cannot', async () => {
    await makeTopic('g-delete', 1);
    await succeed('consume g-delete --group g-delete --until-end');
    const { code, out, err } = await run('group delete g-delete g-none');
    assert.equal(code, EXIT_CODES['not-found'].code);
    assert.equal(out, 'deleted group g-delete\n');
    assert.match(err, /group g-none does not exist/);
    assert.deepEqual(await json('group delete g-delete --if-exists'), [{ group: 'g-delete', status: 'missing' }]);
  });

  it('deletes offsets of topics that nobody of the group reads', async () => {
    await makeTopic('g-forget', 2, 2);
    await makeTopic('g-keep', 2);
    await succeed('consume g-forget g-keep --group g-forget --until-end');
    await succeed('group delete-offsets g-forget --topic g-forget:1');
    assert.deepEqual(await offsetsOf('g-forget'), [
      ['g-forget', 0, 2],
      ['g-keep', 0, 2],
    ]);
    const { shell, ended } = start('consume g-keep --group g-forget');
    await settled('g-forget', [1]);
    await fail(
      'group delete-offsets g-forget --topic g-keep',
      'failed',
      /topic g-keep is read by members of the group/,
    );
    assert.match(await succeed('group delete-offsets g-forget --topic g-forget:0'), /g-forget +0 +deleted\n/);
    shell.interrupt();
    await ended;
    await fail('group delete-offsets g-none --topic g-keep', 'not-found', /group g-none does not exist/);
    const { code, err } = await run('group delete-offsets g-forget --topic g-none');
    assert.equal(code, EXIT_CODES['not-found'].code);
    assert.match(err, /topic g-none does not exist/);
  });
});
