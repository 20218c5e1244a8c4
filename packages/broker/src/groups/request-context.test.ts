import assert from 'node:assert/strict';
import { test } from 'node:test';
import { javaAddress } from './request-context.ts';

test("a member's host is written as Kafka writes it", () => {
  const expected = {
    '127.0.0.1': '127.0.0.1',
    '::ffff:10.0.0.7': '10.0.0.7',
    '::1': '0:0:0:0:0:0:0:1',
    '2001:DB8::00af:0': '2001:db8:0:0:0:0:af:0',
    'fe80::1%eth0': 'fe80:0:0:0:0:0:0:1%eth0',
    '1:2:3:4:5:6:7:8': '1:2:3:4:5:6:7:8',
  };
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((each) => [each, javaAddress(each)])), expected);
});
