import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Sluice } from 'sluice';
import { EXIT_CODES } from './failure.ts';
import { commandsAgainst } from './testing/commands-against.ts';

/** Any other cluster of one broker, a real Kafka for one, instead of a Sluice of our own. */
const OTHER_BOOTSTRAP = process.env.SLUICE_TEST_BOOTSTRAP;

let sluice: Sluice | undefined;
let bootstrap: string;
before(async () => {
  const settings = {
    'group.initial.rebalance.delay.ms': '0',
    'offsets.topic.num.partitions': '3',
    'group.consumer.min.heartbeat.interval.ms': '100',
    'group.consumer.heartbeat.interval.ms': '100',
  };
  if (OTHER_BOOTSTRAP === undefined) sluice = await Sluice.start({ settings });
  bootstrap = OTHER_BOOTSTRAP ?? sluice?.bootstrap ?? '';
});
after(() => sluice?.close());

const { run, succeed, json, fail, start } = commandsAgainst(() => bootstrap);

interface Partition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number | null;
  readonly endOffset: number;
  readonly lag: number | null;
  readonly memberId: string | null;
}

/** A topic whose partitions hold `counts` records, `<partition>-<offset>`. */
async function makeTopic(topic: string, ...counts: readonly number[]): Promise<void> {
  await succeed(`topic create ${topic} --partitions ${counts.length}`);
  for (const [partition, count] of counts.entries()) {
    const input = Array.from({ length: count }, (_, offset) => `${partition}-${offset}\n`).join('');
    if (count > 0) await succeed(`produce ${topic} --partition ${partition}`, { input });
  }
}

async function offsetsOf(group: string): Promise<readonly (readonly [string, number, number | null])[]> {
  const [described] = await json(`group describe ${group} --sort topic`);
  return described.partitions.map(({ topic, partition, offset }: Partition) => [topic, partition, offset]);
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

for (const protocol of ['classic', 'consumer'] as const) {
  describe(`sluice consume --group of the ${protocol} protocol`, () => {
    const as = (group: string) => `--group ${group} --group-protocol ${protocol}`;

    it('goes on where the group has stopped, to the record', async () => {
      const topic = `g-${protocol}-on`;
      await makeTopic(topic, 10);
      assert.deepEqual(lines(await succeed(`consume ${topic} ${as(topic)} --count 3`)), ['0-0', '0-1', '0-2']);
      assert.deepEqual(await offsetsOf(topic), [[topic, 0, 3]]);
      assert.equal(lines(await succeed(`consume ${topic} ${as(topic)} --until-end`)).length, 7);
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
      const read = [...lines(first.shell.out), ...lines(second.shell.out)].sort();
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
        lines(both).map((line) => JSON.parse(line).value),
        ['late'],
      );
    });
  });
}

/** Waits until the members of a group have so many partitions each. */
async function settled(group: string, counts: readonly number[]): Promise<void> {
  for (;;) {
    const { code, out } = await run(`group members ${group} --json`);
    const members: { partitions: number }[] = code === 0 ? JSON.parse(out)[0].members : [];
    const state = code === 0 ? JSON.parse(out)[0].state : '';
    if (state === 'Stable' && String(members.map(({ partitions }) => partitions).sort()) === String(counts)) return;
  }
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

describe('sluice group', () => {
  it('lists groups with type and state', async () => {
    await makeTopic('g-list', 3);
    await succeed('consume g-list --group g-list-a --until-end');
    await succeed('consume g-list --group g-list-b --group-protocol consumer --until-end');
    assert.match(
      await succeed('group list'),
      /^GROUP +TYPE +STATE +PROTOCOL\n(.*\n)*g-list-a +classic +Empty +consumer\n/,
    );
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
    for (const line of lines(pipe.shell.out)) assert.equal(JSON.parse(line).group, 'g-watch');
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
    for (const line of lines(narrow.replace(/\u001b\[\d+m/g, ''))) assert(line.length <= 80, line);
    shell.interrupt();
    await ended;
  });
});

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
    assert.equal(lines(await succeed('consume g-dry --group g-dry --until-end')).length, 10);
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
      /partition 0 of g-to has no commit to shift/,
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
