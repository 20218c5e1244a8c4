import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { Sluice } from 'sluice';
import { createTestShell, runCommand } from './testing/test-shell.ts';

const LOG = join('orders-0', '00000000000000000000.log');

let folder: string;
let whole: string;
let copies = 0;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-doctor-test-'));
  whole = join(folder, 'whole');
  await using sluice = await Sluice.start({
    dataDirectory: whole,
    topics: [{ name: 'orders', partitions: 2 }],
    settings: { 'offsets.topic.num.partitions': '2' },
  });
  const shell = createTestShell({ input: Array.from({ length: 50 }, (_, index) => `order ${index}\n`).join('') });
  const bootstrap = ['--bootstrap', sluice.bootstrap];
  assert.equal(await runCommand(shell, 'produce', 'orders', '--partition', '0', ...bootstrap), 0, shell.err);
  const reading = createTestShell();
  await runCommand(reading, 'consume', 'orders', '--group', 'readers', '--until-end', ...bootstrap);
  assert.equal(reading.out.split('\n').length, 51, reading.err);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A copy to spoil. */
function copy(): string {
  const path = join(folder, `copy-${copies++}`);
  cpSync(whole, path, { recursive: true });
  return path;
}

function flip(path: string, position: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(position) ^ 0x40, position);
  writeFileSync(path, bytes);
}

async function run(...args: readonly string[]) {
  const shell = createTestShell();
  const code = await runCommand(shell, 'doctor', ...args);
  return { code, out: shell.out, err: shell.err };
}

/** Names, sizes, times and contents of everything. */
function treeOf(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const stats = lstatSync(join(path, name), { bigint: true });
      const content = stats.isFile() ? readFileSync(join(path, name), 'base64') : '';
      return [name, stats.mode, stats.size, stats.mtimeNs, stats.ctimeNs, stats.ino, content].join(' ');
    });
}

describe('sluice doctor', () => {
  it('calls a whole directory healthy, and leaves it as it is to the nanosecond', async () => {
    const before = treeOf(whole);
    const { code, out, err } = await run(whole, '--deep');
    assert.equal(code, 0, out + err);
    assert.match(out, /stopped cleanly\n {2}4 partitions, 2 segments, .* checked in/);
    assert.match(out, /\n\nHealthy\.\n$/);
    assert.equal(err, '');
    assert.deepEqual(treeOf(whole), before);
  });

  it('says what is wrong, where, what it means and what can be done; nothing is changed', async () => {
    const path = copy();
    flip(join(path, LOG), 300);
    rmSync(join(path, 'orders-1'), { recursive: true });
    const before = treeOf(path);
    const { code, out } = await run(path);
    assert.equal(code, 1);
    assert.match(out, /orders-0 {2}\(empty\)\n\n {2}DAMAGE {2}unreadable-batches {2}0{20}\.log\n/);
    assert.match(out, /Means {6}Consumers cannot read offsets 0–49 \(50 in all\)\. They were acknowledged/);
    assert.match(out, /--accept-loss orders-0:0-49\./);
    assert.match(out, /\n1 case of damage \(2 notes\)\.\nNothing was changed\. Each needs your decision/);
    assert.deepEqual(treeOf(path), before);
  });

  it('repairs what is safe, keeps what it takes away, and the broker goes on', async () => {
    const path = copy();
    rmSync(join(path, '.kafka_cleanshutdown'));
    const sizeBytes = lstatSync(join(path, LOG)).size;
    writeFileSync(join(path, LOG), Buffer.concat([readFileSync(join(path, LOG)), Buffer.from('torn')]));
    flip(join(path, 'orders-0', 'leader-epoch-checkpoint'), 5);
    const { code, out } = await run(path, '--repair');
    assert.equal(code, 0, out);
    assert.match(out, /Repaired \(2\)\n/);
    assert.match(
      out,
      new RegExp(`orders-0/0{20}\\.log: cut it at position ${sizeBytes}; what was behind that is set aside`),
    );
    const aside = join(path, 'sluice-set-aside', `${LOG}.bytes-${sizeBytes}-${sizeBytes + 4}`);
    assert.equal(readFileSync(aside, 'utf8'), 'torn');
    assert.match(readFileSync(`${aside}.note`, 'utf8'), /^Set aside by sluice doctor --repair: torn-tail\n/);
    await using sluice = await Sluice.start({ dataDirectory: path });
    const shell = createTestShell();
    await runCommand(shell, 'consume', 'orders', '--until-end', '--bootstrap', sluice.bootstrap);
    assert.equal(shell.out.split('\n').length, 51);
  });

  it('gives offsets up only where it is told to', async () => {
    const path = copy();
    truncateSync(join(path, LOG), 100);
    assert.equal((await run(path, '--repair')).code, 1);
    const { code, out } = await run(path, '--repair', '--accept-loss', 'orders-0:0-49');
    assert.equal(code, 0, out);
    await using sluice = await Sluice.start({ dataDirectory: path });
    const shell = createTestShell({ input: 'next\n' });
    await runCommand(shell, 'produce', 'orders', '--partition', '0', '--bootstrap', sluice.bootstrap);
    assert.match(shell.out + shell.err, /offset 50/);
  });

  it('prints JSON for scripts', async () => {
    const path = copy();
    rmSync(join(path, 'orders-0', '00000000000000000000.timeindex'));
    const { code, out } = await run(path, '--json');
    assert.equal(code, 1);
    const { healthy, directories } = JSON.parse(out);
    assert.equal(healthy, false);
    const [{ findings, nextStart, cleanStop, madeBy }] = directories;
    assert.deepEqual([cleanStop, madeBy], [true, 'sluice']);
    const [{ code: finding, severity, partition, file, repairable }] = findings;
    assert.deepEqual(
      [finding, severity, partition, file, repairable],
      ['missing-index', 'fault', 'orders-0', '00000000000000000000.timeindex', true],
    );
    assert.deepEqual([nextStart[0].partition, nextStart[0].logEndOffset], ['orders-0', 50]);
  });

  it('looks into the metadata: its own sums, and the partitions that it knows', async () => {
    const flipped = copy();
    const database = join(flipped, 'sluice-metadata.db');
    const at = readFileSync(database).indexOf('"orders"');
    assert(at > 0);
    flip(database, at + 2);
    const damaged = await run(flipped);
    assert.equal(damaged.code, 1);
    assert.match(damaged.out, /DAMAGE {2}damaged-store {2}sluice-metadata\.db\n/);
    const lost = copy();
    rmSync(join(lost, 'sluice-metadata.db'));
    assert.match((await run(lost)).out, /DAMAGE {2}missing-store {2}sluice-metadata\.db\n/);
    const unowned = copy();
    cpSync(join(unowned, 'orders-0'), join(unowned, 'pears-0'), { recursive: true });
    assert.match((await run(unowned)).out, /pears-0 .*\n\n {2}DAMAGE {2}swapped-partitions {2}partition\.metadata\n/);
  });

  it('fits the terminal, wide or narrow', async () => {
    const path = copy();
    flip(join(path, LOG), 300);
    for (const columns of [60, 80, 120]) {
      const shell = createTestShell({ columns });
      assert.equal(await runCommand(shell, 'doctor', path), 1);
      const lines = stripVTControlCharacters(shell.out).split('\n').slice(1);
      const tooWide = lines.filter((line) => line.length > columns && line.trim().includes(' '));
      assert.deepEqual(tooWide, []);
    }
  });

  it('checks the directories of a broker together', async () => {
    const path = copy();
    const second = join(folder, `second-${copies++}`);
    cpSync(join(path, 'meta.properties'), join(second, 'meta.properties'), { recursive: true });
    cpSync(join(path, 'orders-0'), join(second, 'orders-0'), { recursive: true });
    const { code, out } = await run(path, second);
    assert.equal(code, 1);
    assert.equal(out.match(/DAMAGE {2}duplicate-partition\n/g)?.length, 2);
  });

  it('refuses with exit code 2 what it cannot check', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[join(folder, 'nowhere')], /^error: there is no directory .*nowhere; check its name\n$/],
      [[join(whole, 'orders-0')], /is the directory of one partition; name the data directory above it\n$/],
      [[join(whole, LOG)], /is a file; name a data directory\n$/],
      [[folder], /is no data directory: .*; name the directory that a broker was started with\n$/],
      [[whole, '--accept-loss', 'orders-0:1-2'], /say what a repair may do; add --repair\n$/],
      [[whole, '--repair', '--accept-loss', 'orders'], /Write it as topic-partition:from-to/],
    ];
    for (const [args, message] of cases) {
      const { code, err } = await run(...args);
      assert.equal(code, 2, err);
      assert.match(err, message);
    }
  });

  it('refuses politely while a broker uses the directory', async () => {
    const path = copy();
    await using _sluice = await Sluice.start({ dataDirectory: path });
    for (const args of [[path], [path, '--repair']]) {
      const { code, err } = await run(...args);
      assert.equal(code, 2);
      assert.match(err, /^error: .* is in use by a broker that runs.*; stop the broker first/);
    }
  });

  it('leaves nothing behind in the directory for temporary files', async () => {
    await run(whole);
    assert.deepEqual(
      readdirSync(tmpdir()).filter((name) => /^sluice-doctor-[\w-]{22}$/.test(name)),
      [],
    );
    assert.equal(existsSync(join(whole, 'sluice-set-aside')), false);
  });
});
