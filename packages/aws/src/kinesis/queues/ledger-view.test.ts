import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { LedgerEntry, LedgerRecord } from './ledger-record.ts';
import { createLedgerView, REACH } from './ledger-view.ts';

const entryAt = (visibleAtMs: number, isDead = false): LedgerEntry => ({
  receiveCount: 1,
  firstReceivedMs: 1,
  visibleAtMs,
  receipt: '00',
  isDead,
  isUnsure: false,
});
const record = (id: string, base: number, entry: LedgerEntry | null = entryAt(0)): LedgerRecord => ({
  id,
  base,
  entry,
  writer: 'door/0',
});

describe("a ledger's view", () => {
  it('lets the first of two changes count that were decided on the same state', () => {
    const view = createLedgerView();
    assert.equal(view.apply(0, record('a', 0, entryAt(1))), true);
    assert.equal(view.apply(1, record('a', 1, entryAt(2))), true);
    assert.equal(view.apply(2, record('a', 1, entryAt(3))), false);
    assert.equal(view.entry('a')?.visibleAtMs, 2);
    assert.deepEqual(view.shadowed(), [['a', entryAt(2)]]);
    assert.equal(view.apply(3, record('a', 3, entryAt(2))), true);
    assert.deepEqual(view.shadowed(), []);
  });

  it('lets no change count after a removal that its door had not read, however late it comes', () => {
    for (const lateBy of [1, REACH - 1, REACH, REACH + 1, 3 * REACH]) {
      const view = createLedgerView();
      view.apply(0, record('a', 0));
      view.apply(1, record('a', 1, null));
      for (let offset = 2; offset < 1 + lateBy; offset++) view.apply(offset, record('b', offset));
      assert.equal(view.apply(1 + lateBy, record('a', 1)), false, `late by ${lateBy}`);
      assert.equal(view.entry('a'), undefined);
    }
  });

  it('lets a change count that was decided as long before as may be, and none that was decided before that', () => {
    const view = createLedgerView();
    assert.equal(view.apply(REACH, record('a', 0)), true);
    assert.equal(view.apply(REACH + 2, record('b', 1)), false);
    assert.equal(view.entry('b'), undefined);
  });

  it('gives visible records, the longest first, each to one, and again when they are put back', () => {
    const view = createLedgerView();
    const times = [5, 3, 9, 1, 7, 3];
    for (const [offset, time] of times.entries())
      view.apply(offset, record(`${time}-${offset}`, offset, entryAt(time)));
    view.apply(6, record('dead', 6, entryAt(2, true)));
    assert.equal(view.nextMs('normal'), 1);
    assert.deepEqual(
      view.take('normal', 7, 2).map((id) => id[0]),
      ['1', '3'],
    );
    assert.deepEqual(
      view.take('normal', 7, 10).map((id) => id[0]),
      ['3', '5', '7'],
    );
    assert.deepEqual(view.take('normal', 7, 10), []);
    view.putBack(['1-3', '5-0']);
    assert.deepEqual(view.take('normal', 7, 10), ['1-3', '5-0']);
    assert.deepEqual(view.take('dead', 7, 10), ['dead']);
    assert.deepEqual(view.counts, { normal: 6, dead: 1 });
  });

  it('is the same for a door that reads it all and for one that reads what compaction has left', () => {
    const change = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      visibleAtMs: fc.nat(9),
      isRemoved: fc.boolean(),
      isDead: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const log = changes.map(({ id, visibleAtMs, isRemoved, isDead }, offset) =>
          record(id, offset, isRemoved ? null : entryAt(visibleAtMs, isDead)),
        );
        const [whole, compacted] = [createLedgerView(), createLedgerView()];
        const last = new Map(log.map(({ id }, offset) => [id, offset]));
        for (const [offset, each] of log.entries()) {
          whole.apply(offset, each);
          if (last.get(each.id) === offset) compacted.apply(offset, each);
        }
        assert.deepEqual(compacted.counts, whole.counts);
        for (const path of ['normal', 'dead'] as const) {
          assert.deepEqual(compacted.take(path, 9, 9).sort(), whole.take(path, 9, 9).sort());
        }
      }),
    );
  });
});
