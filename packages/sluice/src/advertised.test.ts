import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { advertisedFor } from './advertised.ts';

describe('what clients are told of a broker that listens everywhere', () => {
  it("is the machine's name", () => {
    for (const host of ['0.0.0.0', '::', '']) {
      assert.equal(advertisedFor({ host, port: 9092 }, {}, 'box'), 'PLAINTEXT://box:9092');
    }
  });

  it('is what the settings say', () => {
    const settings = { 'advertised.listeners': 'PLAINTEXT://10.0.0.7:9092' };
    assert.equal(advertisedFor({ host: '0.0.0.0', port: 9092 }, settings, 'box'), undefined);
  });

  it('is its own address where it has one', () => {
    assert.equal(advertisedFor({ host: '127.0.0.1', port: 9092 }, {}, 'box'), undefined);
    assert.equal(advertisedFor({ host: 'localhost', port: 9092 }, {}, 'box'), undefined);
  });
});
