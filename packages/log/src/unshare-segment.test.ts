import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { append, batchOf, DIRECTORY, durable, openTestLog, readAll, SMALL_SEGMENTS } from './testing/test-log.ts';

/** A closed log of several segments whose files have second names, as an import by hard links leaves them. */
async function sharedLog() {
  const disk = createSimDisk();
  const log = await openTestLog({ disk, config: SMALL_SEGMENTS });
  for (let index = 0; index < 30; index++) append(log, batchOf([`value ${index} ${'x'.repeat(100)}`]));
  await durable(log);
  await log.close();
  await disk.makeDirectory('/kafka');
  const names = (await disk.list(DIRECTORY)).filter((name) => name.endsWith('.log'));
  assert(names.length > 3);
  for (const name of names) await disk.link(`${DIRECTORY}/${name}`, `/kafka/${name}`);
  return { disk, names };
}

async function othersContent(disk: SimDisk, names: readonly string[]): Promise<(string | undefined)[]> {
  return await Promise.all(names.map(async (name) => (await disk.readFile(`/kafka/${name}`))?.toString('hex')));
}

test('a truncation and what is appended after it leave a file alone that somebody else has too', async () => {
  const { disk, names } = await sharedLog();
  const before = await othersContent(disk, names);
  const recovery = { cleanShutdown: true, recoveryPoint: 30, logStartOffset: 0 };
  const log = await openTestLog({ disk, config: SMALL_SEGMENTS, recovery });
  await log.truncateTo(13);
  append(log, batchOf(['after']));
  await durable(log);
  assert.deepEqual(await othersContent(disk, names), before);
  assert.deepEqual((await readAll(log)).at(-1), { offset: 13, value: 'after' });
  assert.equal((await readAll(log)).length, 14);
  await log.close();
});

test('so does a recovery that cuts the log', async () => {
  const { disk, names } = await sharedLog();
  const [, second = ''] = names;
  disk.flipByte(`/kafka/${second}`, 100);
  const before = await othersContent(disk, names);
  const recovery = { cleanShutdown: false, recoveryPoint: 0, logStartOffset: 0 };
  const log = await openTestLog({ disk, config: SMALL_SEGMENTS, recovery });
  assert.equal(log.logEndOffset, Number(second.slice(0, 20)));
  append(log, batchOf(['after']));
  await durable(log);
  await log.close();
  assert.deepEqual(await othersContent(disk, names), before);
});

test('a copy that a crash interrupts is cleared away', async () => {
  const { disk, names } = await sharedLog();
  await disk.replaceFile(`${DIRECTORY}/${names[0]}.import`, 'half');
  const log = await openTestLog({ disk, config: SMALL_SEGMENTS });
  assert.equal((await readAll(log)).length, 30);
  await log.close();
  assert.equal(await disk.stat(`${DIRECTORY}/${names[0]}.import`), undefined);
});
