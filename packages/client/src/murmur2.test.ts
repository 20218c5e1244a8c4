import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { murmur2, partitionOfKey } from './murmur2.ts';

interface Vector {
  readonly keyHex: string;
  readonly murmur2: number;
  readonly partitionOf12: number;
}

test("murmur2 and the partition agree with Kafka's own on 200 keys", () => {
  const vectors: Vector[] = JSON.parse(readFileSync(new URL('../vectors/murmur2.json', import.meta.url), 'utf8'));
  assert.equal(vectors.length, 200);
  for (const vector of vectors) {
    const key = Buffer.from(vector.keyHex, 'hex');
    assert.equal(murmur2(key), vector.murmur2, vector.keyHex);
    assert.equal(partitionOfKey(key, 12), vector.partitionOf12, vector.keyHex);
  }
});

test('a key is hashed alike wherever it lies in its memory', () => {
  const bytes = Buffer.from('xxthe key');
  assert.equal(murmur2(bytes.subarray(2)), murmur2(Uint8Array.from(Buffer.from('the key'))));
});
