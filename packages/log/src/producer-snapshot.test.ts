import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c } from '@sluice/protocol/records/crc32c';
import fc from 'fast-check';
import { CACHED_BATCHES_MAX, type ProducerEntry } from './producer-entry.ts';
import { decodeProducerSnapshot, encodeProducerSnapshot } from './producer-snapshot.ts';

const int31 = fc.nat(2 ** 31 - 1);
const int53 = fc.nat(Number.MAX_SAFE_INTEGER);

const batch = fc.record(
  { lastSequence: int31, lastOffset: int53, offsetDelta: int31, timestampMs: int53 },
  { noNullPrototype: true },
);

const entries: fc.Arbitrary<ProducerEntry[]> = fc
  .array(
    fc.record({
      producerId: int53,
      producerEpoch: fc.nat(2 ** 15 - 1),
      coordinatorEpoch: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
      currentTxnFirstOffset: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }),
      batches: fc.array(batch, { maxLength: CACHED_BATCHES_MAX }),
    }),
    { maxLength: 8 },
  )
  .map((all) => {
    const byId = new Map(all.map((entry) => [entry.producerId, entry]));
    return [...byId.values()].map((entry) => ({ ...entry, lastTimestampMs: entry.batches.at(-1)?.timestampMs ?? -1 }));
  });

test('a snapshot gives back every producer with all batches that are remembered, and what is uncertain', () => {
  fc.assert(
    fc.property(entries, int53, (all, uncertainBelow) => {
      const decoded = decodeProducerSnapshot(encodeProducerSnapshot(all, uncertainBelow));
      assert.deepEqual(decoded, { entries: all, uncertainBelow });
    }),
  );
});

test("what stands behind Kafka's entries can be cut off: each producer's last batch is left", () => {
  fc.assert(
    fc.property(entries, (all) => {
      const whole = encodeProducerSnapshot(all, 99);
      const bare = Buffer.from(whole.subarray(0, 10 + all.length * 46));
      bare.writeUInt32BE(crc32c(bare, 6), 2);
      const expected = all.map((entry) => ({ ...entry, batches: entry.batches.slice(-1) }));
      assert.deepEqual(decodeProducerSnapshot(bare), { entries: expected, uncertainBelow: 0 });
    }),
  );
});

test('a cut or a changed byte is noticed', () => {
  const one: ProducerEntry = {
    producerId: 7,
    producerEpoch: 1,
    coordinatorEpoch: -1,
    lastTimestampMs: 3,
    currentTxnFirstOffset: -1,
    batches: [1, 2, 3].map((number) => ({ lastSequence: number, lastOffset: number, offsetDelta: 0, timestampMs: 3 })),
  };
  const content = encodeProducerSnapshot([one], 4);
  for (let sizeBytes = 0; sizeBytes < content.length; sizeBytes++) {
    assert.equal(typeof decodeProducerSnapshot(content.subarray(0, sizeBytes)), 'string', `${sizeBytes} bytes`);
  }
  for (let index = 0; index < content.length; index++) {
    const changed = Buffer.from(content);
    changed[index] = (changed[index] ?? 0) ^ 0x40;
    assert.equal(typeof decodeProducerSnapshot(changed), 'string', `byte ${index}`);
  }
  // More batches than a producer has in flight, though the CRC is right.
  const { batches } = one;
  const crowded = encodeProducerSnapshot([{ ...one, batches: [...batches, ...batches] }], 0);
  assert.match(String(decodeProducerSnapshot(crowded)), /not ours/);
});
