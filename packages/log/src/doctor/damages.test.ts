import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SimDisk } from '@sluice/kernel/sim/disk';
import { encodeMetaProperties } from '../meta-properties.ts';
import {
  check,
  complaints,
  diskWith,
  expectedTopics,
  type Files,
  ORDERS,
  OTHER_TOPIC_ID,
  openDoctored,
  repair,
  servedBatches,
  TOPIC_ID,
  writeDoctored,
} from '../testing/doctor-fixture.ts';
import type { DirectoryCheckOptions } from './check-directory.ts';
import type { FindingCode } from './finding-codes.ts';
import { type Consent, NO_CONSENT } from './repair-directory.ts';

const PARTITION = '/data/orders-0';
const clean = await writeDoctored(true);
const killed = await writeDoctored(false);
const logs = [...clean.keys()].filter((path) => path.endsWith('.log'));
const [firstLog = '', secondLog = '', thirdLog = ''] = logs;
const txnIndex = [...clean.keys()].find((path) => path.endsWith('.txnindex')) ?? '';
const lastLog = logs.at(-1) ?? '';

interface Damage {
  readonly files?: Files;
  readonly expected?: DirectoryCheckOptions['expected'];
  /** What happened to the directory. */
  do(disk: SimDisk): Promise<void> | void;
  /** All that is more than a note, in any order. */
  readonly finds: readonly FindingCode[];
  readonly notes?: readonly FindingCode[];
  /** What is left of it after a repair without a word. */
  readonly left?: readonly FindingCode[];
  /** A repair with this word leaves nothing. */
  readonly consent?: Partial<Consent>;
  /** The batches that are served in the end; else all. */
  readonly lost?: { readonly from: number; readonly to: number };
}

async function write(disk: SimDisk, path: string, bytes: Buffer, position?: number): Promise<void> {
  await disk.makeDirectory(path.slice(0, path.lastIndexOf('/')));
  const file = await disk.open(path, 'write');
  await file.writev([bytes], position ?? (await file.size()));
  await file.close();
}

async function truncate(disk: SimDisk, path: string, by: number): Promise<void> {
  const file = await disk.open(path, 'write');
  await file.truncate((await file.size()) - by);
  await file.close();
}

const META = { clusterId: 'cluster', nodeId: 1, directoryId: TOPIC_ID };
const baseOf = (path: string) => Number(/(\d{20})\.log/.exec(path)?.[1]);
const everything = { acceptLoss: [{ partition: 'orders-0', offsets: { from: 0, to: 1000 } }] };
const indexOf = (log: string, suffix: string) => log.replace(/\.log$/, suffix);

const DAMAGES: Readonly<Record<string, Damage>> = {
  'nothing, after a clean stop': { do() {}, finds: [] },
  'nothing, after a kill': { files: killed, do() {}, finds: [], notes: ['unclean-stop'] },
  'garbage behind a log that was killed': {
    files: killed,
    do: (disk) => write(disk, lastLog, Buffer.from('garbage '.repeat(20))),
    finds: ['torn-tail'],
  },
  'zeros behind a log that was killed': {
    files: killed,
    do: (disk) => write(disk, lastLog, Buffer.alloc(4096)),
    finds: ['torn-tail'],
  },
  'garbage behind a sealed segment': {
    do: (disk) => write(disk, firstLog, Buffer.from('garbage '.repeat(20))),
    finds: ['torn-tail'],
  },
  'a log that lost its last bytes after a clean stop': {
    do: (disk) => truncate(disk, lastLog, 10),
    finds: ['unreadable-batches'],
    left: ['unreadable-batches'],
    consent: everything,
    lost: { from: baseOf(lastLog), to: 1000 },
  },
  'zeros in the middle of a log': {
    do: (disk) => write(disk, secondLog, Buffer.alloc(200), 100),
    finds: ['unreadable-batches'],
    left: ['unreadable-batches'],
    consent: everything,
    lost: { from: baseOf(secondLog), to: baseOf(thirdLog) - 1 },
  },
  'a segment that is gone': {
    async do(disk) {
      for (const suffix of ['.log', '.index', '.timeindex', '.txnindex', '.txncheck']) {
        await disk.unlink(indexOf(secondLog, suffix));
      }
    },
    finds: ['missing-offsets'],
    left: ['missing-offsets'],
    consent: everything,
    lost: { from: baseOf(secondLog), to: baseOf(thirdLog) - 1 },
  },
  'a log whose indexes stayed without it': {
    do: (disk) => disk.unlink(secondLog),
    finds: ['missing-offsets', 'orphaned-index', 'orphaned-index'],
    left: ['missing-offsets'],
    consent: everything,
    lost: { from: baseOf(secondLog), to: baseOf(thirdLog) - 1 },
  },
  'a segment that goes on into the next': {
    async do(disk) {
      await write(disk, firstLog, (await disk.readFile(secondLog)) ?? assert.fail());
    },
    finds: ['overlapping-segments'],
    left: ['overlapping-segments'],
  },
  'an index that is longer than its log': {
    do: (disk) => write(disk, indexOf(firstLog, '.index'), Buffer.from('000000ff00ffffff', 'hex')),
    finds: ['wrong-index'],
  },
  'indexes that are gone': {
    async do(disk) {
      await disk.unlink(indexOf(firstLog, '.index'));
      await disk.unlink(indexOf(secondLog, '.timeindex'));
    },
    finds: ['missing-index', 'missing-index'],
  },
  'an index of aborted transactions that is gone without a trace': {
    async do(disk) {
      await disk.unlink(txnIndex);
      await disk.unlink(txnIndex.replace('.txnindex', '.txncheck'));
    },
    finds: ['missing-index'],
  },
  'leader epochs that are gone': {
    do: (disk) => disk.unlink(`${PARTITION}/leader-epoch-checkpoint`),
    finds: ['missing-epoch-checkpoint'],
  },
  'leader epochs that are out of order': {
    async do(disk) {
      await disk.unlink(`${PARTITION}/leader-epoch-checkpoint`);
      await write(disk, `${PARTITION}/leader-epoch-checkpoint`, Buffer.from('0\n2\n3 10\n1 20\n'));
    },
    finds: ['wrong-epoch-checkpoint'],
  },
  'leader epochs without a checksum that the batches contradict': {
    async do(disk) {
      await disk.unlink(`${PARTITION}/leader-epoch-checkpoint`);
      await write(disk, `${PARTITION}/leader-epoch-checkpoint`, Buffer.from('0\n1\n7 4\n'));
    },
    finds: ['wrong-epoch-checkpoint'],
  },
  'a snapshot of what is not there': {
    async do(disk) {
      const snapshots = [...clean.keys()].filter((path) => path.endsWith('.snapshot'));
      const newest = clean.get(snapshots.at(-1) ?? '') ?? assert.fail();
      await write(disk, `${PARTITION}/00000000000000009999.snapshot`, newest);
    },
    files: killed,
    finds: ['shorter-than-recorded'],
    left: ['shorter-than-recorded'],
    consent: { acceptLoss: [{ partition: 'orders-0', offsets: { from: 0, to: 10_000 } }] },
  },
  'a partition that does not say whose it is': {
    do: (disk) => disk.unlink(`${PARTITION}/partition.metadata`),
    finds: ['missing-partition-metadata'],
  },
  'a partition of a topic that is not known': {
    expected: expectedTopics({}),
    do() {},
    finds: ['unowned-partition'],
  },
  'a partition of another topic id': {
    expected: expectedTopics({ orders: OTHER_TOPIC_ID }),
    do() {},
    finds: ['other-topic-id'],
    left: ['other-topic-id'],
    consent: { adopt: ['orders-0'] },
  },
  'two partitions whose ids are swapped': {
    expected: expectedTopics({ orders: OTHER_TOPIC_ID, pears: TOPIC_ID }),
    async do(disk) {
      for (const [path, bytes] of clean) {
        if (path.startsWith(PARTITION)) await write(disk, path.replace('orders-0', 'pears-0'), bytes);
      }
      const metadata = `version: 0\ntopic_id: ${OTHER_TOPIC_ID}`;
      await disk.replaceFile('/data/pears-0/partition.metadata', metadata);
    },
    finds: ['swapped-partitions', 'swapped-partitions'],
    left: ['swapped-partitions', 'swapped-partitions'],
    consent: { adopt: ['orders-0', 'pears-0'] },
  },
  'a partition that is not here': {
    expected: expectedTopics({ orders: TOPIC_ID }, 2),
    async do(disk) {
      const content = (await disk.readFile('/data/recovery-point-offset-checkpoint')) ?? assert.fail();
      const [, , line = ''] = content.toString().split('\n');
      const lines = ['0', '2', line.trimEnd(), 'orders 1 77'];
      await disk.replaceFile('/data/recovery-point-offset-checkpoint', `${lines.join('\n')}\n`);
      await disk.unlink('/data/sluice-logs-at-stop');
    },
    finds: ['missing-partition'],
    left: ['missing-partition'],
  },
  'a partition that was never quite made': {
    expected: expectedTopics({ orders: TOPIC_ID }, 2),
    do() {},
    finds: [],
    notes: ['unmade-partition'],
  },
  'another cluster': {
    expected: { ...ORDERS, clusterId: 'somewhere-else' },
    do() {},
    finds: ['other-cluster'],
    left: ['other-cluster'],
  },
  'meta.properties that is gone': {
    do: (disk) => disk.unlink('/data/meta.properties'),
    finds: ['missing-meta-properties'],
    left: ['missing-meta-properties'],
  },
  'a directory of a newer Sluice': {
    do: (disk) => disk.replaceFile('/data/meta.properties', encodeMetaProperties({ ...META, formatVersion: 99 })),
    finds: ['newer-version'],
    left: ['newer-version'],
  },
  'checkpoints about others': {
    files: killed,
    async do(disk) {
      await disk.replaceFile('/data/cleaner-offset-checkpoint', '0\n1\nnobody 0 5\n');
    },
    finds: [],
    notes: ['unclean-stop', 'checkpoint-of-nobody'],
  },
  'a summary of the last stop that is damaged': {
    do: (disk) => disk.flipByte('/data/sluice-logs-at-stop', 20),
    finds: ['wrong-stop-summary'],
  },
  'files that wait to be removed': {
    async do(disk) {
      await disk.rename(indexOf(lastLog, '.timeindex'), `${indexOf(lastLog, '.timeindex')}.keep`);
      await disk.rename(`${indexOf(lastLog, '.timeindex')}.keep`, indexOf(lastLog, '.timeindex'));
      await write(disk, `${PARTITION}/00000000000000000000.log.deleted`, Buffer.from('x'));
      await write(disk, `${PARTITION}/leader-epoch-checkpoint.tmp`, Buffer.from('x'));
      await write(disk, `/data/gone-0.${'a'.repeat(32)}-delete/00000000000000000000.log`, Buffer.from('x'));
      await write(disk, `/data/orders-9.${'a'.repeat(32)}-future/00000000000000000000.log`, Buffer.from('x'));
      await write(disk, '/data/letter.txt', Buffer.from('x'));
    },
    finds: [],
    notes: ['leftovers', 'leftovers', 'leftovers', 'leftovers', 'unknown-file'],
  },
};

const codesOf = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code).sort();

describe('a directory with', () => {
  for (const [what, damage] of Object.entries(DAMAGES)) {
    test(what, async () => {
      const disk = await diskWith(damage.files ?? clean);
      await damage.do(disk);
      const options = { expected: damage.expected ?? ORDERS };
      const before = disk.changeCount;
      const found = await check(disk, options);
      assert.equal(disk.changeCount, before, 'a check changes nothing');
      assert.deepEqual(codesOf(complaints(found.findings)), [...damage.finds].sort());
      for (const note of damage.notes ?? []) assert(codesOf(found.findings).includes(note), note);
      for (const finding of found.findings) {
        assert.match(finding.what, /^[\dA-Z].*\.$/s, 'a sentence');
        assert.match(finding.means, /^[\dA-Z].*\.$/s, 'a sentence');
      }

      const repaired = await repair(disk, NO_CONSENT, options);
      assert.deepEqual(codesOf(complaints(repaired.check.findings)), [...(damage.left ?? [])].sort());
      if (damage.consent !== undefined) {
        const agreed = await repair(disk, { ...NO_CONSENT, ...damage.consent }, options);
        assert.deepEqual(complaints(agreed.check.findings), []);
        await servesAllBut(damage.lost, disk);
      } else if (
        damage.left === undefined &&
        repaired.done.every(({ action }) => action?.kind !== 'set-aside-partition')
      ) {
        await servesAllBut(damage.lost, disk);
      }
    });
  }
});

const whole = await (async () => {
  const directory = await openDoctored(await diskWith(clean));
  const batches = await servedBatches(directory.get('orders', 0)?.log ?? assert.fail());
  await directory.close();
  return batches;
})();

/** The broker starts on it, and serves what was good. */
async function servesAllBut(lost: Damage['lost'], disk: SimDisk): Promise<void> {
  const directory = await openDoctored(disk);
  const served = await servedBatches(directory.get('orders', 0)?.log ?? assert.fail());
  for (const [offset, bytes] of whole) {
    if (lost !== undefined && offset >= lost.from && offset <= lost.to) continue;
    assert.equal(served.get(offset), bytes, `the batch at ${offset}`);
  }
  await directory.close();
}
