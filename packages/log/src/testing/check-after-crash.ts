import assert from 'node:assert/strict';
import type { SimDisk } from '@sluice/kernel/sim/disk';
import type { ManagedLog } from '../managed-log.ts';
import { encodeSent, type History, openCrashDirectory, type SentBatch, TOPIC } from './crash-workload.ts';
import { appendOptions, durable, readAll, type TestRecord } from './test-log.ts';

/** Opens what the crash left and checks it against what the clients were told. */
export async function checkAfterCrash(disk: SimDisk, seed: number, history: History): Promise<void> {
  const directory = await openCrashDirectory(disk, seed);
  assert.equal(directory.unopened.size, 0, JSON.stringify([...directory.unopened]));
  const acked = history.sent.filter((batch) => batch.isDurable && batch.isAcked);
  const hosted = directory.get(TOPIC, 0);
  if (hosted === undefined) {
    assert.equal(acked.length, 0, 'I1: the partition is gone with acknowledged records');
    await directory.close();
    return;
  }
  const { log } = hosted;
  checkLogStart(log, history);
  const records = await readAll(log);
  checkOffsets(log, records);
  checkAcked(log, records, acked);
  checkValues(records, history);
  await checkRetries(log, history);
  await directory.close();
}

function checkLogStart(log: ManagedLog, history: History): void {
  assert(log.logStartOffset >= history.deletedBelow, 'an answered DeleteRecords stays');
  assert(log.logStartOffset <= history.deleteAskedBelow, 'I16: nothing is deleted that nobody asked for');
}

/** No holes, no doubles, up to the end of the log. */
function checkOffsets(log: ManagedLog, records: readonly TestRecord[]): void {
  const expected = Array.from(
    { length: log.logEndOffset - log.logStartOffset },
    (_, index) => log.logStartOffset + index,
  );
  assert.deepEqual(
    records.map((record) => record.offset),
    expected,
    'I9: offsets are contiguous',
  );
}

function checkAcked(log: ManagedLog, records: readonly TestRecord[], acked: readonly SentBatch[]): void {
  const byOffset = new Map(records.map((record) => [record.offset, record.value]));
  for (const batch of acked) {
    batch.values.forEach((value, index) => {
      const offset = batch.offset + index;
      if (offset < log.logStartOffset) return;
      assert.equal(byOffset.get(offset), value, `I1, I2: offset ${offset} was acknowledged`);
    });
  }
}

/** I4 and I5: only what was sent, each value once, each producer's in its order. */
function checkValues(records: readonly TestRecord[], history: History): void {
  const sent = new Set(history.sent.flatMap((batch) => batch.values));
  const seen = new Set<string>();
  const lastSequence = new Map<string, number>();
  for (const { value } of records) {
    assert(sent.has(value), `I5: ${value} was never sent`);
    assert(!seen.has(value), `I4: ${value} is there twice`);
    seen.add(value);
    const [producer = '', sequence = ''] = value.split('-');
    assert(Number(sequence) > (lastSequence.get(producer) ?? -1), `I4: ${value} is out of order`);
    lastSequence.set(producer, Number(sequence));
  }
}

/** Producers send again what they have no answer for, and a little more: nothing may be there twice afterwards. */
async function checkRetries(log: ManagedLog, history: History): Promise<void> {
  const producers = new Set(history.sent.map((batch) => batch.producer));
  for (const producer of producers) {
    const own = history.sent.filter((batch) => batch.producer === producer);
    const firstUnanswered = own.findIndex((batch) => !batch.isDurable || !batch.isAcked);
    const from = firstUnanswered === -1 ? own.length - 2 : firstUnanswered - 2;
    for (const batch of own.slice(Math.max(0, from))) {
      const result = log.append(encodeSent(batch), appendOptions({ durable: true, leaderEpoch: 1000 }));
      if (result.kind === 'duplicate' && batch.isDurable && batch.isAcked) {
        assert.equal(result.firstOffset, batch.offset, 'I4: a duplicate is answered with its first offset');
      }
      if (batch.isDurable && batch.isAcked && batch.offset >= log.logStartOffset) {
        assert.notEqual(result.kind, 'appended', 'I4: an acknowledged batch is appended again');
      }
    }
  }
  await durable(log);
  checkRepeats(await readAll(log));
}

function checkRepeats(records: readonly TestRecord[]): void {
  const seen = new Set<string>();
  for (const { value } of records) {
    assert(!seen.has(value), `I4: ${value} is there twice after retries`);
    seen.add(value);
  }
}
