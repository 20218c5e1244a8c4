import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { consumerProtocolAssignmentCodec } from '@sluice/protocol/generated/messages/consumer-protocol-assignment';
import { consumerProtocolSubscriptionCodec } from '@sluice/protocol/generated/messages/consumer-protocol-subscription';
import type { MessageCodec } from '@sluice/protocol/message-codec';
import { Writer } from '@sluice/protocol/writer';
import fc from 'fast-check';
import { assignedPartitions, subscribedTopics } from './consumer-protocol.ts';

function blobOf<Input>(codec: MessageCodec<unknown, Input>, version: number, written: number, input: Input): Buffer {
  const head = Buffer.alloc(2);
  head.writeInt16BE(written);
  const writer = new Writer();
  codec.encode(writer, input, version);
  return Buffer.concat([head, ...writer.finish()]);
}

const ASSIGNMENT = { assignedPartitions: [{ topic: 'orders', partitions: [0, 2] }], userData: null };

describe('what classic members write', () => {
  it('is read in every version, and in one that is newer than all known', () => {
    for (const [version, written] of [
      [0, 0],
      [1, 1],
      [3, 3],
      [3, 9],
    ] as const) {
      assert.deepEqual(assignedPartitions(blobOf(consumerProtocolAssignmentCodec, version, written, ASSIGNMENT)), [
        { topic: 'orders', partition: 0 },
        { topic: 'orders', partition: 2 },
      ]);
    }
    const subscription = blobOf(consumerProtocolSubscriptionCodec, 0, 0, { topics: ['orders', 'clicks'] });
    assert.deepEqual(subscribedTopics(subscription), ['orders', 'clicks']);
  });

  it('is nothing before there is an assignment', () => {
    assert.deepEqual(assignedPartitions(Buffer.alloc(0)), []);
  });

  it('may be anything: bytes that cannot be read are no assignment', () => {
    const whole = blobOf(consumerProtocolAssignmentCodec, 1, 1, ASSIGNMENT);
    assert.deepEqual(assignedPartitions(whole.subarray(0, 9)), []);
    assert.deepEqual(assignedPartitions(Buffer.from([0xff, 0xff, 1, 2])), []);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        assert(Array.isArray(assignedPartitions(Buffer.from(bytes))));
        assert(Array.isArray(subscribedTopics(Buffer.from(bytes))));
      }),
    );
  });
});
