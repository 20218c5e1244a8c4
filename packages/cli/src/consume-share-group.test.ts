import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT_CODES } from './failure.ts';
import { groupFixture, linesOf } from './testing/group-fixture.ts';

const { run, succeed, json, fail, start, makeTopic } = groupFixture();

/** A topic of records `<partition>-<offset>`, and a share group of the same name that begins with the first. */
async function makeQueue(name: string, ...counts: readonly number[]): Promise<void> {
  await makeTopic(name, ...counts);
  await succeed(`share-group reset-offsets ${name} --topic ${name} --to-earliest --execute`);
}

const stateOf = async (group: string) => (await json(`share-group describe ${group}`))[0];

describe('sluice consume --share-group', () => {
  it('takes each record once, and no more than were wanted', async () => {
    await makeQueue('s-once', 10);
    assert.deepEqual(linesOf(await succeed('consume s-once --share-group s-once --count 3')), ['0-0', '0-1', '0-2']);
    const rest = linesOf(await succeed('consume s-once --share-group s-once --count 7 --json')).map((line) =>
      JSON.parse(line),
    );
    assert.deepEqual(
      rest.map(({ offset, deliveryCount }) => [offset, deliveryCount]),
      [3, 4, 5, 6, 7, 8, 9].map((offset) => [offset, 1]),
    );
    const { state, lag, members } = await stateOf('s-once');
    assert.deepEqual([state, lag, members], ['Empty', 0, 0]);
  });

  it('gives back what it is told to, which comes again, and rejects for good', async () => {
    await makeQueue('s-back', 4);
    assert.equal(await succeed('consume s-back --share-group s-back --release --count 2'), '0-0\n0-1\n');
    assert.equal(await succeed('consume s-back --share-group s-back --reject --count 1'), '0-0\n');
    const left = linesOf(await succeed('consume s-back --share-group s-back --accept --idle 300ms --json'));
    assert.deepEqual(
      left.map((line) => JSON.parse(line)).map(({ offset, deliveryCount }) => [offset, deliveryCount]),
      [
        [1, 2],
        [2, 1],
        [3, 1],
      ],
    );
    assert.equal((await stateOf('s-back')).lag, 0);
  });

  it('leaves when it is interrupted; what was not printed is there for others at once', async () => {
    await makeQueue('s-stop', 1_200);
    const stalled = Promise.withResolvers<void>();
    const { shell, ended } = start('consume s-stop --share-group s-stop', { slowness: () => stalled.promise });
    await shell.seen('0-0\n');
    shell.interrupt();
    stalled.resolve();
    assert.equal(await ended, EXIT_CODES.ok.code);
    const printed = linesOf(shell.out);
    assert(printed.length < 1_200);
    assert.equal((await stateOf('s-stop')).state, 'Empty');
    // The lock of a record that nobody gave back would last for 30 s.
    const rest = linesOf(await succeed(`consume s-stop --share-group s-stop --count ${1_200 - printed.length}`));
    assert.equal(new Set([...printed, ...rest]).size, 1_200);
  });

  it('shares the records of one partition with other members', async () => {
    await makeQueue('s-share', 0);
    const members = [1, 2].map(() => start('consume s-share --share-group s-share'));
    for (;;) {
      const [described] = await json('share-group members s-share');
      if (described.members.filter(({ partitions }: { partitions: number }) => partitions === 1).length === 2) break;
    }
    const written: string[] = [];
    while (members.some(({ shell }) => shell.out === '')) {
      written.push(String(written.length));
      await succeed('produce s-share', { input: `${written.at(-1)}\n` });
      await Promise.race(members.map(({ shell }) => shell.seen(`${written.at(-1)}\n`)));
    }
    for (const { shell } of members) shell.interrupt();
    for (const { ended } of members) assert.equal(await ended, EXIT_CODES.ok.code);
    const read = members.flatMap(({ shell }) => linesOf(shell.out));
    assert.deepEqual(
      read.map(Number).sort((a, b) => a - b),
      written.map(Number),
    );
  });

  it('tells people, not scripts, that a new group begins at the end', async () => {
    await makeTopic('s-new', 2);
    const ask = async (columns?: number) =>
      (await run('consume s-new --share-group s-new --idle 100ms', columns === undefined ? {} : { columns })).err;
    assert.match(await ask(80), /s-new has read nothing of s-new so far, and begins with what comes from now on/);
    assert.equal(await ask(), '');
    await makeTopic('s-earliest', 2);
    await succeed('config set group s-earliest share.auto.offset.reset=earliest');
    const { out, err } = await run('consume s-earliest --share-group s-earliest --count 2', { columns: 80 });
    assert.equal(out, '0-0\n0-1\n');
    assert.equal(err, '');
  });

  it('waits for its partitions no longer than until it has them', { timeout: 60_000 }, async () => {
    await makeQueue('s-idle', 0);
    assert.equal(await succeed('consume s-idle --share-group s-idle --idle 100ms --timeout 10m'), '');
  });

  it('says at once what it cannot do', async () => {
    await makeTopic('s-cannot', 1);
    await succeed('consume s-cannot --group s-cannot --until-end');
    await fail(
      'consume s-cannot --share-group s-cannot',
      'not-found',
      /group s-cannot is a classic group; use `sluice/,
    );
    await fail('consume s-none --share-group g', 'not-found', /topic s-none does not exist/);
    await fail('consume a --share-group g --group g', 'usage', /exclude each other/);
    await fail('consume a --share-group g --from beginning', 'usage', /reset-offsets.*share.auto.offset.reset/);
    await fail('consume a --share-group g --until-end', 'usage', /--idle 5s/);
    await fail('consume a --share-group g -p 0', 'usage', /not for share groups/);
    await fail('consume a --share-group g --accept --reject', 'usage', /exclude each other/);
    await fail('consume --share-group g', 'usage', /either topics or --include/);
    await fail('consume a --release', 'usage', /for members of a share group; name one with --share-group/);
    await fail('consume a --group g --idle 5s', 'usage', /for members of a share group/);
  });
});

describe('a share group with members', () => {
  it('shows them, and is left alone', async () => {
    await makeQueue('s-busy', 3, 3);
    const { shell, ended } = start('consume s-busy --share-group s-busy');
    await Promise.all([shell.seen('0-2\n'), shell.seen('1-2\n')]);
    assert.match(
      await succeed('share-group members s-busy'),
      /\n\nMEMBER +HOST +CLIENT +PARTITIONS\n\S+ +127.0.0.1 +sluice-cli +2\n$/,
    );
    const verbose = await succeed('share-group members s-busy --verbose');
    assert.match(verbose, /Subscribed +s-busy\nEpoch +\d+\nAssignment +s-busy 0, 1\n/);
    const described = await succeed('share-group describe s-busy');
    assert.match(described, /State +Stable\nType +share\n/);
    assert.match(described, /s-busy +0 +\d +3 +\d +1\n/);
    const members = /stop (its members|them) first; `sluice share-group members` shows them/;
    await fail('share-group reset-offsets s-busy --topic s-busy --to-earliest --execute', 'failed', members);
    await fail('share-group delete s-busy', 'failed', members);
    await fail('share-group delete-offsets s-busy --topic s-busy', 'failed', members);
    const watch = start('share-group describe s-busy --watch --interval 1ms');
    await watch.shell.seen('\ts-busy\ts-busy\t0\t');
    watch.shell.interrupt();
    await watch.ended;
    shell.interrupt();
    await ended;
    await succeed('share-group delete s-busy');
  });
});
