import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { lockFile } from '@sluice/kernel/real/directory-lock';
import { loadFixture } from '@sluice/log/testing/load-fixture';
import { Sluice } from 'sluice';
import { describeProgress } from './run/import/import-progress.ts';
import { createTestShell, runCommand } from './testing/test-shell.ts';

let folder: string;
let source: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-import-'));
  source = join(folder, 'kafka');
  const disk = await loadFixture('kafka-4.3.1-clean');
  for (const path of disk.files()) {
    const file = join(source, path.slice('/data/'.length));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, (await disk.readFile(path)) ?? '');
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

const inodesOf = (directory: string) =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.log') && statSync(join(directory, name)).size > 0)
    .map((name) => statSync(join(directory, name)).ino);

describe('sluice import', () => {
  it('shows what would come over in 80 columns, and changes nothing', async () => {
    const shell = createTestShell({ columns: 80 });
    const target = join(folder, 'dry');
    assert.equal(await runCommand(shell, 'import', source, '--data', target, '--dry-run'), 0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of a terminal
    const lines = shell.out.replace(/\u001b\[[\d;]*m/g, '').split('\n');
    for (const line of lines) assert(line.length <= 80, line);
    assert(lines.some((line) => /^orders +3 +2\.1 MiB +segment\.bytes=1048576$/.test(line)));
    assert.match(shell.out, /Would import 8 topics with 20 partitions/);
    assert.throws(() => statSync(target), { code: 'ENOENT' });
  });

  it('makes a directory on which a broker starts, of hard links, and says how', async () => {
    const shell = createTestShell();
    const target = join(folder, 'target');
    assert.equal(await runCommand(shell, 'import', source, '--data', target), 0, shell.err);
    assert.equal(shell.err, '', 'no progress where there is no terminal');
    assert.match(shell.out, /Imported 8 topics/);
    assert(shell.out.includes(`Next: sluice start --data ${target}\n`));
    assert.deepEqual(inodesOf(join(target, 'orders-0')), inodesOf(join(source, 'orders-0')));
    const before = readFileSync(join(source, 'orders-0', '00000000000000000000.log'));
    await using sluice = await Sluice.start({ dataDirectory: target });
    assert.equal(sluice.clusterId, 'Pczo6qcHQlqyC9RwsOmxOw');
    const options = ['--bootstrap', sluice.bootstrap];
    const consumer = createTestShell();
    const args = ['consume', 'orders', '-p', '0', '--until-end', '--format', 'json', ...options];
    assert.equal(await runCommand(consumer, ...args), 0, consumer.err);
    assert.equal(consumer.out.trimEnd().split('\n').length, 5569);
    const groups = createTestShell();
    assert.equal(await runCommand(groups, 'group', 'describe', 'meta', '--json', ...options), 0, groups.err);
    assert.match(groups.out, /"offset":7\b/);
    const producer = createTestShell({ input: 'new\n' });
    assert.equal(await runCommand(producer, 'produce', 'orders', '-p', '0', ...options), 0, producer.err);
    assert.match(producer.out + producer.err, /offset 5,?569/);
    await sluice.close();
    assert(readFileSync(join(source, 'orders-0', '00000000000000000000.log')).equals(before));
  });

  it('goes on after it was stopped, and no broker starts meanwhile', async () => {
    const target = join(folder, 'stopped');
    const shell = createTestShell({ columns: 80 });
    const importing = runCommand(shell, 'import', source, '--data', target, '--copy');
    shell.interrupt();
    // It notices when it has registered for it, which a command does at its beginning.
    const timer = setInterval(() => shell.interrupt(), 1);
    const code = await importing;
    clearInterval(timer);
    assert.equal(code, 1);
    assert.match(shell.err, /stopped before the end; give the same command again/);
    await assert.rejects(Sluice.start({ dataDirectory: target }), /import into .* has not come to its end/);
    const again = createTestShell();
    assert.equal(await runCommand(again, 'import', source, '--data', target, '--copy'), 0, again.err);
    assert.match(again.out, /^Went on and imported 8 topics/m);
    assert.notDeepEqual(inodesOf(join(target, 'orders-0')), inodesOf(join(source, 'orders-0')));
  });

  it('says what is wrong in one line, with an exit code for scripts', async () => {
    const full = join(folder, 'full');
    mkdirSync(full);
    writeFileSync(join(full, 'letter.txt'), 'dear');
    const cases: [readonly string[], number, RegExp][] = [
      [[join(folder, 'none')], 3, /^error: there is no directory .*; name one of log\.dirs/],
      [[folder], 1, /^error: .* has no meta\.properties; .*kafka is one\n$/],
      [[source, '--data', full], 4, /^error: .* is not empty: it has letter\.txt; name an empty/],
      [[source, '--exclude', 'x,y'], 1, /^error: there is no topic x to exclude;.*\nerror: there is no topic y/],
    ];
    for (const [args, code, message] of cases) {
      const shell = createTestShell();
      const target = args.includes('--data') ? [] : ['--data', `${folder}-unused`];
      assert.equal(await runCommand(shell, 'import', ...args, ...target), code);
      assert.match(shell.err, message);
      assert.equal(shell.out, '');
    }
    const json = createTestShell();
    assert.equal(await runCommand(json, 'import', join(folder, 'none'), '--json'), 3);
    assert.equal(JSON.parse(json.err).error.reason, 'not-found');
  });

  it('is refused while Kafka has the lock', async () => {
    const lock = await lockFile(join(source, '.lock'));
    try {
      const shell = createTestShell();
      assert.equal(await runCommand(shell, 'import', source, '--data', join(folder, 'unused')), 1);
      assert.match(shell.err, /^error: Kafka is still running in .*; stop it first/);
    } finally {
      await lock.release();
    }
  });
});

describe('its progress', () => {
  const progress = { files: 1234, filesTotal: 5678, bytes: 1.25 * 2 ** 30, bytesTotal: 3.5 * 2 ** 30 };
  it('has files, bytes, rate and what remains', () => {
    assert.equal(
      describeProgress(progress, 2 ** 30, 8192),
      '1,234 of 5,678 files, 1.3 GiB of 3.5 GiB copied, 125.0 MiB/s, 19 s left',
    );
    assert.match(describeProgress(progress, 2 ** 20, 8192), /, 6 h left$/);
  });
  it('says nothing of a rate before there is one, nor of bytes where all is linked', () => {
    assert.equal(describeProgress(progress, 2 ** 30, 10), '1,234 of 5,678 files, 1.3 GiB of 3.5 GiB copied');
    assert.equal(describeProgress({ ...progress, bytes: 0, bytesTotal: 0 }, 0, 9000), '1,234 of 5,678 files');
  });
});
