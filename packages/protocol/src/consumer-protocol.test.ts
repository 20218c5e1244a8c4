import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  CONSUMER_PROTOCOL_ELEMENTS_MAX,
  consumerProtocolVersion,
  decodeConsumerAssignment,
  decodeConsumerSubscription,
  encodeConsumerAssignment,
  encodeConsumerSubscription,
} from './consumer-protocol.ts';

const PLAIN = { noNullPrototype: true } as const;
const topicPartitions = fc.array(
  fc.record({ topic: fc.string({ maxLength: 20 }), partitions: fc.array(fc.nat(), { maxLength: 5 }) }, PLAIN),
  { maxLength: 5 },
);

describe('subscriptions and assignments of classic consumers', () => {
  it('come back as they went in, in every version', () => {
    const subscription = fc.record(
      {
        topics: fc.array(fc.string({ maxLength: 20 })),
        userData: fc.option(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
        ownedPartitions: topicPartitions,
        generationId: fc.integer(),
        rackId: fc.option(fc.string({ maxLength: 20 })),
      },
      PLAIN,
    );
    fc.assert(
      fc.property(subscription, topicPartitions, (value, assignedPartitions) => {
        assert.deepEqual(decodeConsumerSubscription(encodeConsumerSubscription(value, 3)), value);
        const { topics, userData } = value;
        assert.deepEqual(decodeConsumerSubscription(encodeConsumerSubscription(value, 0)), {
          ...{ topics, userData, ownedPartitions: [], generationId: -1, rackId: null },
        });
        for (const version of [0, 1, 2, 3]) {
          const blob = encodeConsumerAssignment({ assignedPartitions, userData }, version);
          assert.equal(consumerProtocolVersion(blob), version);
          assert.deepEqual(decodeConsumerAssignment(blob), { assignedPartitions, userData });
        }
      }),
    );
  });

  it("look as the Java client's: version, topics, no user data, nothing owned, generation, rack", () => {
    const blob = Buffer.from('0003 00000001 0001 74 ffffffff 00000000 ffffffff ffff'.replaceAll(' ', ''), 'hex');
    assert.deepEqual(decodeConsumerSubscription(blob), {
      ...{ topics: ['t'], userData: null, ownedPartitions: [], generationId: -1, rackId: null },
    });
    assert.deepEqual(encodeConsumerSubscription({ topics: ['t'] }, 3), blob);
  });

  it('of a version from the future are read as far as they are known, whatever follows', () => {
    const blob = Buffer.concat([
      encodeConsumerSubscription({ topics: ['a', 'b'], rackId: 'r' }, 3),
      Buffer.from('new'),
    ]);
    blob.writeInt16BE(17, 0);
    assert.deepEqual(decodeConsumerSubscription(blob)?.topics, ['a', 'b']);
    assert.equal(decodeConsumerSubscription(blob)?.rackId, 'r');
  });

  it('are written in the newest known version for a member from the future', () => {
    assert.equal(consumerProtocolVersion(encodeConsumerAssignment({ assignedPartitions: [] }, 17)), 3);
  });

  it('of a negative version, or cut off anywhere, are none', () => {
    const whole = encodeConsumerSubscription({ topics: ['t'], ownedPartitions: [{ topic: 't', partitions: [1] }] }, 3);
    for (let size = 0; size < whole.length; size++) {
      assert.equal(decodeConsumerSubscription(whole.subarray(0, size)), undefined, `${size} bytes`);
    }
    whole.writeInt16BE(-1, 0);
    assert.equal(decodeConsumerSubscription(whole), undefined);
    assert.equal(decodeConsumerAssignment(Buffer.alloc(0)), undefined);
  });

  it('that are any bytes at all do not throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 0, max: 4 }), (bytes, version) => {
        const blob = Buffer.concat([Buffer.from([0, version]), bytes]);
        decodeConsumerSubscription(blob);
        decodeConsumerAssignment(blob);
      }),
    );
  });

  it('that announce more than they hold cost nothing', () => {
    const blob = Buffer.from('0001 7fffffff 0000'.replaceAll(' ', ''), 'hex');
    assert.equal(decodeConsumerSubscription(blob), undefined);
    assert.equal(decodeConsumerAssignment(blob), undefined);
  });

  it('may name so many topics and no more', () => {
    const topics = new Array<string>(CONSUMER_PROTOCOL_ELEMENTS_MAX).fill('t');
    assert.equal(decodeConsumerSubscription(encodeConsumerSubscription({ topics }, 0))?.topics.length, topics.length);
    topics.push('t');
    assert.equal(decodeConsumerSubscription(encodeConsumerSubscription({ topics }, 0)), undefined);
  });
});
