import assert from 'node:assert/strict';
import { it } from 'node:test';
import { crc32 } from 'node:zlib';
import { encodeMessage } from './encode-message.ts';

it('frames headers and payload between lengths and checksums', () => {
  const message = encodeMessage({ ':event-type': 'Ü' }, Buffer.from('{}'));
  assert.equal(message.readUInt32BE(0), message.length);
  assert.equal(message.readUInt32BE(4), 17);
  assert.equal(message.readUInt32BE(8), crc32(message.subarray(0, 8)));
  assert.deepEqual(message.subarray(12, 29), Buffer.from('\x0b:event-type\x07\x00\x02Ü'));
  assert.equal(message.toString('utf8', 29, 31), '{}');
  assert.equal(message.readUInt32BE(31), crc32(message.subarray(0, 31)));
  assert.equal(message.length, 35);
});

it('is the empty message that everybody agrees on', () => {
  assert.equal(encodeMessage({}, Buffer.alloc(0)).toString('hex'), '000000100000000005c248eb7d98c8ff');
});
