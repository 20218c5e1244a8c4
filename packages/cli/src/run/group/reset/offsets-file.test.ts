import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatOffsetsCsv, parseOffsetsFile } from './offsets-file.ts';

const ORDERS = { topic: 'orders', partition: 0, offset: 42 };

describe('a file of offsets', () => {
  it('is what Kafka’s own tool exports, for one group or for several', () => {
    assert.deepEqual(parseOffsetsFile('orders,0,42\n', 'f', 'g'), [ORDERS]);
    assert.deepEqual(parseOffsetsFile('other,orders,0,7\r\ng,orders,0,42', 'f', 'g'), [ORDERS]);
    // As it writes long names.
    const long = 'a-topic-with-a-name-of-many-characters';
    assert.deepEqual(parseOffsetsFile(`"${long}",0,42\n`, 'f', 'g'), [{ ...ORDERS, topic: long }]);
  });

  it('is read as it was written', () => {
    const offsets = fc.array(
      fc.record(
        { topic: fc.stringMatching(/^[a-zA-Z0-9._-]{1,40}$/), partition: fc.nat(1_000), offset: fc.maxSafeNat() },
        { noNullPrototype: true },
      ),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(offsets, (each) => {
        assert.deepEqual(parseOffsetsFile(formatOffsetsCsv(each), 'f', 'g'), each);
        assert.deepEqual(parseOffsetsFile(JSON.stringify({ partitions: each }), 'f', 'g'), each);
        assert.deepEqual(parseOffsetsFile(JSON.stringify(each), 'f', 'g'), each);
      }),
    );
  });

  it('is refused as a whole when a part of it cannot be read', () => {
    for (const [text, message] of [
      ['orders,0,42\norders,0\n', /line 2 of f cannot be read/],
      ['orders,-1,42', /line 1 of f/],
      ['orders,0,4.2', /line 1 of f/],
      ['a,b,c,d,e', /line 1 of f/],
      ['{"partitions":[{"topic":"orders"}]}', /f holds no offsets/],
      ['[', /f holds no offsets/],
      ['{}', /f holds no offsets/],
      ['', /f has no offsets for group g/],
      ['other,orders,0,7', /f has no offsets for group g/],
    ] as const) {
      assert.throws(() => parseOffsetsFile(text, 'f', 'g'), { name: 'CliFailure', message });
    }
  });
});
