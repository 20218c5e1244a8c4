import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkHistory } from './check-history.ts';
import {
  type Answered,
  type Changed,
  type History,
  type HistoryEvent,
  idsOf,
  type KeyedRecord,
  partitionKey,
  type ReadBack,
  type Sent,
} from './history.ts';
import { MAX_TIMESTAMP, MID_BATCH_READER } from './look-closer.ts';

const OPTIONS = { startMs: 1_000, startMsPerMegabyte: 10 };
const PARTITION = partitionKey('orders', 'id-1', 0);
const COMPACTED = partitionKey('accounts', 'id-3', 0);

function sent(firstNumber: number, count: number, producer = 'p', isIdempotent = true): Sent {
  return { kind: 'sent', producer, partition: PARTITION, acks: -1, isIdempotent, firstNumber, count };
}

function acked(of: Sent, baseOffset: number): Answered {
  return { kind: 'answered', sent: of, errorCode: 0, baseOffset, outcome: 'ok' };
}

function changed(topic: string, change: Changed['change'], topicId?: string): Changed {
  return { kind: 'changed', topic, change, outcome: 'ok', topicId };
}

function seen(...topics: readonly [name: string, topicId: string, setting: string][]): HistoryEvent {
  const entries = topics.map(([name, topicId, setting]) => [name, { topicId, partitionCount: 1, setting }] as const);
  return { kind: 'topics-seen', topics: new Map(entries) };
}

const MID_BATCH: HistoryEvent = {
  kind: 'polled',
  consumer: MID_BATCH_READER,
  partition: PARTITION,
  begunAt: 10,
  position: 3,
  records: [{ offset: 3, id: 'p:3' }],
  highWatermark: 5,
  logStartOffset: 1,
};

const first = sent(0, 2);
const second = sent(2, 3);

/** Two batches of one producer, a consumer, a deletion of the first record, topics that come and go, a start. */
function healthy(): HistoryEvent[] {
  return [
    changed('orders', { type: 'create', partitionCount: 1, setting: '1' }, 'id-1'),
    changed('gone', { type: 'create', partitionCount: 1, setting: '2' }, 'id-2'),
    first,
    acked(first, 0),
    {
      kind: 'polled',
      consumer: 'c',
      partition: PARTITION,
      begunAt: 4,
      position: 0,
      records: idsOf(first).map((id, offset) => ({ offset, id })),
      highWatermark: 2,
      logStartOffset: 0,
    },
    second,
    acked(second, 2),
    // After a reconnect it was sent again.
    second,
    acked(second, 2),
    { kind: 'deleted', partition: PARTITION, belowOffset: 1, lowWatermark: 1, outcome: 'ok' },
    MID_BATCH,
    {
      kind: 'polled',
      consumer: 'c',
      partition: PARTITION,
      begunAt: 10,
      position: 2,
      records: idsOf(second).map((id, index) => ({ offset: 2 + index, id })),
      highWatermark: 5,
      logStartOffset: 1,
    },
    changed('gone', { type: 'delete' }),
    changed('orders', { type: 'alter', setting: '3' }),
    { kind: 'started', readyMs: 900, readyCpuMs: 900, uncheckedSizeBytes: 0, sizeBytes: 0 },
    seen(['orders', 'id-1', '3']),
    committed(4, 'ok'),
    committed(6, 'info'),
    { kind: 'commit-seen', group: 'g', partition: PARTITION, offset: 6, metadata: 'at 6' },
    updated(0, [
      ['a', '1'],
      ['b', '1'],
    ]),
    updated(2, [['a', '2']]),
    updated(-1, [['b', null]]),
    lookedUp(102, 2, 102),
    lookedUp(MAX_TIMESTAMP, 4, 104),
    lookedUp(105, -1, -1),
  ];
}

function committed(offset: number, outcome: 'ok' | 'info'): HistoryEvent {
  return { kind: 'committed', group: 'g', partition: PARTITION, offset, metadata: `at ${offset}`, outcome };
}

/** Not answered if it has no offset. */
function updated(baseOffset: number, records: readonly [key: string, value: string | null][]): HistoryEvent {
  const sent = records.map(([key, value]) => ({ key, value }));
  const outcome = baseOffset < 0 ? 'info' : 'ok';
  return { kind: 'updated', partition: COMPACTED, baseOffset, records: sent, outcome };
}

function lookedUp(timestamp: number, foundOffset: number, foundTimestamp: number): HistoryEvent {
  return { kind: 'looked-up', partition: PARTITION, timestamp, foundOffset, foundTimestamp };
}

function healthyReadBack(): ReadBack {
  const records = new Map([...[...idsOf(first), ...idsOf(second)].entries()].filter(([offset]) => offset >= 1));
  const timestamps = new Map([...records.keys()].map((offset) => [offset, 100 + offset]));
  return { partition: PARTITION, logStartOffset: 1, highWatermark: 5, records, timestamps };
}

/** After a compaction: the first value of a is gone. */
const COMPACTED_RECORDS: readonly KeyedRecord[] = [
  { offset: 1, key: 'b', value: '1' },
  { offset: 2, key: 'a', value: '2' },
];

/** The rows that are red. */
function redRows(
  events: readonly HistoryEvent[],
  readBack: ReadBack = healthyReadBack(),
  records: readonly KeyedRecord[] = COMPACTED_RECORDS,
): string[] {
  const compacted = new Map([[COMPACTED, records]]);
  const history: History = { events, readBack: new Map([[PARTITION, readBack]]), compacted };
  return checkHistory(history, OPTIONS).flatMap(({ row, violations }) => (violations.length > 0 ? [row] : []));
}

/** What was read back, with some offsets changed; `undefined` takes one away. */
function readBackWith(changes: Readonly<Record<number, string | undefined>>): ReadBack {
  const records = new Map(healthyReadBack().records);
  for (const [offset, id] of Object.entries(changes)) {
    if (id === undefined) records.delete(Number(offset));
    else records.set(Number(offset), id);
  }
  return { ...healthyReadBack(), records };
}

function replaced(events: HistoryEvent[], kind: HistoryEvent['kind'], change: object): HistoryEvent[] {
  const index = events.findLastIndex((event) => event.kind === kind);
  return events.with(index, { ...events[index], ...change } as HistoryEvent);
}

test('a history in which all promises are kept has no violations, and every row was looked at', () => {
  const compacted = new Map([[COMPACTED, COMPACTED_RECORDS]]);
  const history: History = { events: healthy(), readBack: new Map([[PARTITION, healthyReadBack()]]), compacted };
  for (const { row, checkedCount, violations } of checkHistory(history, OPTIONS)) {
    assert.deepEqual(violations, [], row);
    assert.ok(checkedCount > 0, `${row} was never looked at`);
  }
});

describe('canaries: an edited history turns a row red', () => {
  test('an acknowledged record at the end is lost', () => {
    const lost = { ...readBackWith({ 4: undefined }), highWatermark: 4 };
    assert.deepEqual(redRows(healthy(), lost), ['I1', 'I2', 'I8']);
  });

  test('a record that only a consumer saw is lost', () => {
    const unacked = healthy().filter((event) => event.kind !== 'answered' || event.sent !== second);
    const lost = { ...readBackWith({ 4: undefined }), highWatermark: 4 };
    assert.deepEqual(redRows(unacked, lost), ['I2', 'I8']);
  });

  test('a whole partition is lost', () => {
    const history: History = { events: healthy(), readBack: new Map() };
    const red = checkHistory(history, OPTIONS).filter(({ violations }) => violations.length > 0);
    assert.deepEqual(
      red.map(({ row }) => row),
      ['I1'],
    );
  });

  test('an offset has another record than a consumer saw', () => {
    const other = sent(0, 1, 'q', false);
    const unacked = healthy().filter((event) => event.kind !== 'answered' || event.sent !== second);
    assert.deepEqual(redRows([other, ...unacked], readBackWith({ 4: 'q:0' })), ['I2']);
  });

  test('a later batch gets a lower offset', () => {
    const swapped = [first, acked(first, 3), second, acked(second, 0)];
    const records = new Map([...idsOf(second), ...idsOf(first)].entries());
    const back = { partition: PARTITION, logStartOffset: 0, highWatermark: 5, records };
    const topics = healthy().filter(({ kind }) => ['changed', 'topics-seen', 'updated'].includes(kind));
    assert.deepEqual(redRows([...topics, ...swapped], back), ['I3', 'I4']);
  });

  test('an acknowledgement lies below the high watermark that was known before', () => {
    const events = healthy().map((event) => (event.kind === 'polled' ? { ...event, highWatermark: 5 } : event));
    assert.deepEqual(redRows(events), ['I3']);
  });

  test('a batch that was sent again is written again', () => {
    const twice = { ...readBackWith({ 5: 'p:2', 6: 'p:3', 7: 'p:4' }), highWatermark: 8 };
    assert.deepEqual(redRows(healthy(), twice), ['I4']);
  });

  test('an idempotent producer leaves a hole', () => {
    const third = sent(6, 1);
    const holed = { ...readBackWith({ 5: 'p:6' }), highWatermark: 6 };
    assert.deepEqual(redRows([...healthy(), third, acked(third, 5)], holed), ['I4']);
  });

  test('a record is there that nobody sent', () => {
    const phantom = { ...readBackWith({ 5: 'x:0' }), highWatermark: 6 };
    assert.deepEqual(redRows(healthy(), phantom), ['I5']);
  });

  test('a record is there that was refused', () => {
    const third = sent(0, 1, 'q', false);
    const refused: Answered = { kind: 'answered', sent: third, errorCode: 87, baseOffset: -1, outcome: 'refused' };
    const visible = { ...readBackWith({ 5: 'q:0' }), highWatermark: 6 };
    assert.deepEqual(redRows([...healthy(), third, refused], visible), ['I5', 'F1']);
  });

  test('a fetch leaves out an offset', () => {
    const events = replaced(healthy(), 'polled', { position: 1 });
    assert.deepEqual(redRows(events), ['I9']);
  });

  test('deleted records are back', () => {
    const back = { ...readBackWith({ 0: 'p:0' }), logStartOffset: 0 };
    assert.deepEqual(redRows(healthy(), back), ['I8', 'I16']);
  });

  test('more is deleted than was asked for', () => {
    const more = { ...readBackWith({ 1: undefined }), logStartOffset: 2 };
    assert.deepEqual(redRows(healthy(), more), ['I16']);
  });

  test('an offset that was never deleted is out of range', () => {
    const lost: HistoryEvent = { kind: 'out-of-range', consumer: 'c', partition: PARTITION, begunAt: 11, position: 5 };
    assert.deepEqual(redRows([...healthy(), lost]), ['I16']);
  });

  test('a fetch in the middle of a batch gives what comes behind it', () => {
    const late = { ...MID_BATCH, position: 2 };
    assert.deepEqual(redRows([...healthy(), late]), ['I9', 'I10']);
  });

  test('a committed offset goes back, vanishes or loses its metadata', () => {
    for (const change of [{ offset: 3, metadata: 'at 3' }, { offset: -1, metadata: '' }, { metadata: '' }]) {
      assert.deepEqual(redRows(replaced(healthy(), 'commit-seen', change)), ['I11']);
    }
  });

  test('a look-up by time finds another record', () => {
    const events = healthy().filter(({ kind }) => kind !== 'looked-up');
    assert.deepEqual(redRows([...events, lookedUp(102, 3, 103)]), ['I14']);
    assert.deepEqual(redRows([...events, lookedUp(MAX_TIMESTAMP, 3, 103)]), ['I14']);
    assert.deepEqual(redRows([...events, lookedUp(102, -1, -1)]), ['I14']);
  });

  test('a compacted log loses a last value, keeps another, moves a record or mixes them up', () => {
    const [b, a] = COMPACTED_RECORDS;
    assert(a !== undefined && b !== undefined);
    for (const records of [[b], [b, { ...a, value: '1' }], [b, { ...a, offset: 5 }], [a, b]]) {
      assert.deepEqual(redRows(healthy(), healthyReadBack(), records), ['I15']);
    }
    // The deletion that nobody answered may have happened.
    assert.deepEqual(redRows(healthy(), healthyReadBack(), [a]), []);
  });

  test('an acknowledged topic is gone', () => {
    assert.deepEqual(redRows([...healthy(), seen()]), ['I19']);
  });

  test('a deleted topic is back', () => {
    assert.deepEqual(redRows([...healthy(), seen(['orders', 'id-1', '3'], ['gone', 'id-2', '2'])]), ['I19']);
  });

  test('a setting is the one before', () => {
    assert.deepEqual(redRows([...healthy(), seen(['orders', 'id-1', '1'])]), ['I19']);
  });

  test('a topic has another id', () => {
    assert.deepEqual(redRows([...healthy(), seen(['orders', 'id-9', '3'])]), ['I19']);
  });

  test('a start takes longer than the bytes to read explain', () => {
    assert.deepEqual(redRows(replaced(healthy(), 'started', { readyCpuMs: 1_020, uncheckedSizeBytes: 1e6 })), ['I20']);
    assert.deepEqual(redRows(replaced(healthy(), 'started', { readyCpuMs: 1_020, uncheckedSizeBytes: 2e6 })), []);
    assert.deepEqual(redRows(replaced(healthy(), 'started', { readyMs: 61_001 })), ['I20']);
    assert.deepEqual(redRows(replaced(healthy(), 'started', { readyMs: 1_001, readyCpuMs: undefined })), ['I20']);
  });

  test('a right request is refused', () => {
    const third = sent(5, 1);
    const refused: Answered = { kind: 'answered', sent: third, errorCode: 47, baseOffset: -1, outcome: 'refused' };
    assert.deepEqual(redRows([...healthy(), third, refused]), ['F1']);
  });
});

test('what nobody was told of may have happened or not', () => {
  const third = sent(5, 1);
  const unknown: Changed = { ...changed('orders', { type: 'alter', setting: '4' }), outcome: 'info' };
  const events = [...healthy(), third, unknown];
  assert.deepEqual(redRows(events), []);
  assert.deepEqual(
    redRows([...events, seen(['orders', 'id-1', '4'])], { ...readBackWith({ 5: 'p:5' }), highWatermark: 6 }),
    [],
  );
  assert.deepEqual(redRows([...events, seen(['orders', 'id-1', '3']), seen(['orders', 'id-1', '4'])]), ['I19']);
});
