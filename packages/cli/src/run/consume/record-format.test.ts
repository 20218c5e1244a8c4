import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BatchRecord } from '@sluice/protocol/records/record';
import { formatJson, formatKeyValue, formatValue, forTerminal } from './record-format.ts';

function record(fields: Partial<BatchRecord>): BatchRecord {
  return { offset: 5, timestampMs: Date.UTC(2026, 0, 1), sequence: -1, key: null, value: null, headers: [], ...fields };
}

describe('a record is printed', () => {
  it('as its value, byte for byte', () => {
    const value = Buffer.from([0xff, 0x00, 0x1b]);
    assert.deepEqual(formatValue(0, record({ value })), Buffer.from([0xff, 0x00, 0x1b, 0x0a]));
    assert.equal(formatValue(0, record({})).toString(), '\n');
  });

  it('as key and value', () => {
    const format = formatKeyValue(':');
    assert.equal(format(0, record({ key: Buffer.from('a'), value: Buffer.from('b') })).toString(), 'a:b\n');
    assert.equal(format(0, record({ value: Buffer.alloc(0) })).toString(), 'null:\n');
  });

  it('as JSON with everything, bytes that are no text as base64', () => {
    const line = formatJson('orders')(
      3,
      record({
        key: Buffer.from('é\n'),
        value: Buffer.from([0xff]),
        headers: [
          { key: 'a', value: Buffer.from('1') },
          { key: 'b', value: null },
        ],
      }),
    );
    assert.equal(line.indexOf('\n'), line.length - 1);
    assert.deepEqual(JSON.parse(line.toString()), {
      topic: 'orders',
      partition: 3,
      offset: 5,
      timestamp: '2026-01-01T00:00:00.000Z',
      key: 'é\n',
      valueBase64: '/w==',
      headers: [
        { name: 'a', value: '1' },
        { name: 'b', value: null },
      ],
    });
    assert.equal(JSON.parse(formatJson('x')(0, record({ timestampMs: -1 })).toString()).timestamp, null);
  });

  it('to a terminal without what could steer it', () => {
    const value = Buffer.from('a\u001b[2Jb\tc\u009b');
    assert.equal(forTerminal(formatValue)(0, record({ value })).toString(), 'a\\x1b[2Jb\tc\\x9b\n');
  });
});
