import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Sluice } from 'sluice';
import { EXIT_CODES } from './failure.ts';
import { commandsAgainst } from './testing/commands-against.ts';
import { createTestShell, runCommand } from './testing/test-shell.ts';

/** Any other cluster of one broker, a real Kafka for one, instead of a Sluice of our own. */
const OTHER_BOOTSTRAP = process.env.SLUICE_TEST_BOOTSTRAP;

let sluice: Sluice | undefined;
let bootstrap: string;
before(async () => {
  if (OTHER_BOOTSTRAP === undefined) sluice = await Sluice.start();
  bootstrap = OTHER_BOOTSTRAP ?? sluice?.bootstrap ?? '';
});
after(() => sluice?.close());

const { run, succeed, json, fail } = commandsAgainst(() => bootstrap);

describe('sluice topic', () => {
  it('makes, lists, describes, alters and deletes topics', async () => {
    const made = await succeed('topic create t-orders t-clicks --partitions 3 --set retention.ms=3600000');
    assert.match(made, /^created topic t-orders with 3 partitions, replication factor 1\ncreated topic t-clicks/);
    await succeed('topic create __registry');
    assert.doesNotMatch(await succeed('topic list'), /__/);
    assert.match(await succeed('topic list --internal'), /\n__registry /);
    assert.match(await succeed('topic list'), /^TOPIC +PARTITIONS +REPLICATION\n(.*\n)*t-orders +3 +1\n/);

    const [described] = await json('topic describe t-orders');
    assert.equal(described.partitions.length, 3);
    assert.deepEqual(described.settings, { 'retention.ms': '3600000' });
    assert.deepEqual(
      described.partitions.map(({ startOffset, endOffset }: { startOffset: number; endOffset: number }) => [
        startOffset,
        endOffset,
      ]),
      [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    );
    assert.match(await succeed('topic describe t-orders'), /Settings +retention\.ms=3600000\n\nPARTITION +LEADER/);

    await succeed('topic alter t-orders --partitions 5 --set segment.bytes=1048576 --unset retention.ms');
    const [altered] = await json('topic describe t-orders');
    assert.equal(altered.partitions.length, 5);
    assert.deepEqual(altered.settings, { 'segment.bytes': '1048576' });

    assert.equal(await succeed('topic delete t-orders t-clicks'), 'deleted topic t-orders\ndeleted topic t-clicks\n');
    await fail('topic describe t-orders', 'not-found', /topic t-orders does not exist/);
  });

  it('checks without doing on a dry run', async () => {
    assert.match(await succeed('topic create t-dry --partitions 2 --dry-run'), /^topic t-dry could be created/);
    await fail('topic describe t-dry', 'not-found', /does not exist/);
    await succeed('topic create t-dry --partitions 2');
    await succeed('topic alter t-dry --partitions 4 --set retention.ms=1000 --dry-run');
    const [described] = await json('topic describe t-dry');
    assert.equal(described.partitions.length, 2);
    assert.deepEqual(described.settings, {});
  });

  it('ends with a code that says what was wrong', async () => {
    await succeed('topic create t-codes');
    await fail('topic create t-codes', 'exists', /topic t-codes is already there .*--if-not-exists/);
    await succeed('topic create t-codes --if-not-exists');
    await fail('topic create t-bad --set retention.mss=1', 'failed', /topic t-bad was refused: .*retention\.mss/);
    await fail('topic delete t-missing', 'not-found', /topic t-missing does not exist/);
    await succeed('topic delete t-missing --if-exists');
    await fail('topic alter t-codes --partitions 1', 'failed', /topic t-codes was refused/);
    await fail('topic alter t-missing --partitions 3', 'not-found', /topic t-missing does not exist/);
    await fail('topic describe t-codes t-missing', 'not-found', /topic t-missing does not exist/);
  });

  it('leaves the partitions alone when a setting beside them is wrong', async () => {
    await succeed('topic create t-both --partitions 1');
    await fail('topic alter t-both --partitions 2 --set nonsense=1', 'failed', /nonsense/);
    assert.equal((await json('topic describe t-both'))[0].partitions.length, 1);
  });
});

describe('sluice produce and consume', () => {
  it('carry records there and back in every codec', async () => {
    await succeed('topic create p-codecs --partitions 1');
    for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
      const input = `${codec}:${codec.repeat(100)}\n`;
      await succeed(`produce p-codecs --key-separator : --compression ${codec}`, { input });
    }
    const lines = (await succeed('consume p-codecs --until-end --format key-value --key-separator :')).trimEnd();
    assert.deepEqual(
      lines.split('\n').map((line) => line.split(':')[0]),
      ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
    );
  });

  it('keep keys, headers, nulls and empty values', async () => {
    await succeed('topic create p-parts --partitions 1');
    const input = 'a:1\nb:\nc:NULL\n';
    const summary = await json('produce p-parts -k : --null NULL -H source=test -H empty=', { input });
    assert.deepEqual(summary, {
      topic: 'p-parts',
      records: 3,
      partitions: [{ partition: 0, records: 3, firstOffset: 0, lastOffset: 2 }],
    });
    const records = (await succeed('consume p-parts --until-end --json')).trimEnd().split('\n');
    assert.deepEqual(
      records.map((line) => JSON.parse(line)).map(({ offset, key, value }) => [offset, key, value]),
      [
        [0, 'a', '1'],
        [1, 'b', ''],
        [2, 'c', null],
      ],
    );
    assert.deepEqual(JSON.parse(records[0] ?? '').headers, [
      { name: 'source', value: 'test' },
      { name: 'empty', value: '' },
    ]);
  });

  it('spread records without a key, keep those of a key together and in order', async () => {
    await succeed('topic create p-spread --partitions 4');
    const keys = ['alice', 'bob', 'carol'];
    const lines = Array.from({ length: 20_000 }, (_, index) => `${keys[index % 3]}:${index}`);
    await succeed('produce p-spread -k :', { input: `${lines.join('\n')}\n` });
    const read = (await succeed('consume p-spread --until-end --json')).trimEnd().split('\n');
    const byKey = Map.groupBy(
      read.map((line) => JSON.parse(line)),
      ({ key }) => key,
    );
    assert.deepEqual([...byKey.keys()].sort(), keys);
    for (const [key, records] of byKey) {
      assert.equal(new Set(records.map(({ partition }) => partition)).size, 1);
      const expected = lines.filter((line) => line.startsWith(key)).map((line) => line.split(':')[1]);
      assert.deepEqual(
        records.map(({ value }) => value),
        expected,
      );
    }
    const bulky = Array.from({ length: 100 }, () => 'x'.repeat(10_000)).join('\n');
    const { partitions } = await json('produce p-spread', { input: bulky });
    assert.equal(partitions.length, 4);
  });

  it('begin and stop where they are told', async () => {
    await succeed('topic create p-where --partitions 2');
    await succeed('produce p-where --partition 0', { input: 'a\nb\nc\n' });
    await succeed('produce p-where --partition 1 --acks 1', { input: 'x\ny\n' });
    assert.equal(await succeed('consume p-where --partition 0 --from 1 --until-end'), 'b\nc\n');
    assert.equal(await succeed('consume p-where --partition 0 --count 2'), 'a\nb\n');
    assert.equal(await succeed('consume p-where -p 0,1 --from end --until-end'), '');
    assert.equal((await succeed('consume p-where --from 1h --until-end')).length, 10);
    assert.equal(await succeed('consume p-where --from 2099-01-01 --until-end'), '');
    await fail(
      'consume p-where --partition 0 --from 4',
      'not-found',
      /partition 0 of p-where has no offset 4; it holds 0/,
    );
    const some = await run('consume p-where --from 3 --until-end');
    assert.deepEqual([some.code, some.out], [EXIT_CODES.ok.code, '']);
    assert.match(some.err, /^1 partition of p-where left out for want of that offset: 1\n/);
    await fail('consume p-where --from 4', 'not-found', /partition 0 of p-where has no offset 4; it holds 0 to 2/);
    await fail('consume p-where --partition 2', 'not-found', /no partition 2; it has partitions 0 to 1/);
    await fail('produce p-where --partition 2', 'not-found', /no partition 2/, { input: 'x\n' });
    await fail('consume p-missing', 'not-found', /topic p-missing does not exist/);
  });

  it('wait for what comes, until they are interrupted', async () => {
    await succeed('topic create p-live --partitions 1');
    const shell = createTestShell();
    const consuming = runCommand(shell, 'consume', 'p-live', '--bootstrap', bootstrap);
    await succeed('produce p-live', { input: 'first\n' });
    await shell.seen('first\n');
    await succeed('produce p-live --acks 0', { input: 'second\n' });
    await shell.seen('second\n');
    assert.equal(shell.out, 'first\nsecond\n');
    shell.interrupt();
    assert.equal(await consuming, EXIT_CODES.ok.code);
  });

  it('are written and told when typing ends with an interrupt', async () => {
    await succeed('topic create p-typed --partitions 1');
    async function* typed() {
      yield Buffer.from('hello\nworld\nhal');
      // Asked for more: these lines are on their way.
      shell.interrupt();
      await new Promise(() => {});
    }
    const shell = createTestShell({ input: typed(), isTyped: true });
    assert.equal(await runCommand(shell, 'produce', 'p-typed', '--bootstrap', bootstrap), 130);
    assert.equal(shell.out, 'wrote 2 records to p-typed: partition 0 offsets 0–1\n');
    assert.equal(shell.err, 'one record a line; end with Ctrl-D\n\n');
    assert.equal(await succeed('consume p-typed --until-end'), 'hello\nworld\n');
  });

  it('say which records were written before a failure', async () => {
    await succeed('topic create p-large --partitions 1 --set max.message.bytes=1000');
    const { code, err } = await run('produce p-large', { input: lines() });
    assert.equal(code, EXIT_CODES.failed.code);
    assert.match(err, /^wrote 1 record to p-large: partition 0 offset 0 before it failed\nerror: .*MESSAGE_TOO_LARGE/);

    async function* lines() {
      yield Buffer.from('small\n');
      yield Buffer.from(`${'x'.repeat(2_000)}\n`);
      // The failure must not wait for a line that never comes.
      await new Promise(() => {});
    }
  });

  it('count what was on its way when a later line was wrong', async () => {
    await succeed('topic create p-flight --partitions 1');
    const { err } = await run('produce p-flight -k :', { input: lines() });
    assert.match(err, /^wrote 2 records to p-flight: partition 0 offsets 0–1 before it failed\nerror: line 3/);
    assert.equal(await succeed('consume p-flight --until-end'), '1\n2\n');

    async function* lines() {
      yield Buffer.from('a:1\n');
      yield Buffer.from('b:2\n');
      yield Buffer.from('c\n');
    }
  });

  it('name the line that has no key', async () => {
    await succeed('topic create p-keys --partitions 1');
    await fail('produce p-keys -k :', 'failed', /line 2 has no key separator ":"/, { input: 'a:b\nc\n' });
  });

  it('read from files', async () => {
    await succeed('topic create p-files --partitions 1');
    await succeed('produce p-files some.txt', { files: { 'some.txt': 'one\r\ntwo' } });
    assert.equal(await succeed('consume p-files --until-end'), 'one\ntwo\n');
  });
});

describe('sluice config', () => {
  it('shows, sets and takes back settings of topics', async () => {
    await succeed('topic create c-topic --partitions 1');
    await succeed('config set topic c-topic retention.ms=1000 cleanup.policy=compact,delete');
    const settings = await json('config describe topic c-topic');
    const own = settings.filter(({ source }: { source: string }) => source === 'topic');
    assert.deepEqual(
      own.map(({ name, value }: { name: string; value: string }) => `${name}=${value}`),
      ['cleanup.policy=compact,delete', 'retention.ms=1000'],
    );
    assert.match(await succeed('config describe topic c-topic'), /retention\.ms +1000 +topic/);
    await succeed('config delete topic c-topic retention.ms');
    const all = await json('config describe topic c-topic --all');
    assert.equal(all.find(({ name }: { name: string }) => name === 'retention.ms').value, '604800000');
    await fail('config set topic c-topic retention.ms=soon', 'failed', /topic c-topic was refused/);
    await fail('config delete topic c-topic retention', 'not-found', /topic c-topic has no setting retention;/);
    await fail('topic alter c-topic --unset retention', 'not-found', /topic c-topic has no setting retention;/);
    await fail('config set topic c-missing retention.ms=1', 'not-found', /topic c-missing does not exist/);
    await fail('config describe topic c-missing', 'not-found', /topic c-missing does not exist/);
  });

  it('shows and sets settings of brokers', async () => {
    const id = String((await json('cluster describe')).brokers[0].id);
    assert.match(await succeed(`config describe broker ${id} --all`), /^SETTING +VALUE +SET ON\n/);
    await succeed('config set broker default log.retention.ms=7200000');
    const found = () => json(`config describe broker ${id}`).then((settings) => settings.find(isRetention));
    // A broker learns of it a moment after the controller has answered.
    while ((await found())?.value !== '7200000');
    assert.equal((await found()).source, 'all brokers');
    await succeed('config delete broker default log.retention.ms');
    await fail('config describe broker 4711', 'not-found', /there is no broker 4711/);
    await fail('config describe broker x', 'usage', /x is no broker/);
  });
});

function isRetention({ name }: { name: string }): boolean {
  return name === 'log.retention.ms';
}

describe('sluice cluster', () => {
  it('shows brokers, controller, features and APIs', async () => {
    const cluster = await json('cluster describe');
    assert.equal(cluster.brokers.length, 1);
    assert.equal(cluster.brokers[0].address, bootstrap);
    assert.equal(cluster.controllerId, cluster.brokers[0].id);
    assert.equal(cluster.clusterId, sluice?.clusterId ?? cluster.clusterId);
    assert.match(await succeed('cluster describe'), /^Cluster +\S+\nController +\d+\n\nBROKER +ADDRESS/);
    const { apis } = await json(`cluster apis --broker ${cluster.brokers[0].id}`);
    assert.equal(apis.find(({ name }: { name: string }) => name === 'Fetch').maxVersion, 18);
    assert.match(await succeed('cluster apis'), /^KEY +API +VERSIONS\n +0 +Produce/);
    await fail('cluster apis --broker 4711', 'not-found', /there is no broker 4711/);
  });
});
