import assert from 'node:assert/strict';
import { test } from 'node:test';
import { xxh3 } from './xxh3.ts';

/** By hash4j 0.22, the library that Kafka uses. */
const HASHES: readonly (readonly [sizeBytes: number, hash: string])[] = [
  [0, '2d06800538d394c2'],
  [1, '4c5cca45d0f4811f'],
  [2, 'a7e250c97710ff27'],
  [3, '15f7093b173d005c'],
  [4, 'dca012f95811b6b9'],
  [5, 'b290cafc7b254345'],
  [8, 'dec6a9a43575982e'],
  [9, '5ebdc22b01a4adaf'],
  [15, 'c0e0d2243d3e4f00'],
  [16, 'b6852c0e2374e809'],
  [17, '1398f931337ea417'],
  [31, 'f99cba9c4b1ea152'],
  [32, '1de9d2a8ce0e1934'],
  [33, '418d4522e7735e9'],
  [64, '5c7c53a3d52f3da9'],
  [65, '8b2f95cc33c560b5'],
  [128, 'ade7a94f67c59834'],
  [129, 'a3d719b315583137'],
  [130, 'ec9a403533be293'],
  [159, 'c7ad08ca8dce3278'],
  [160, '58999f026aede84'],
  [200, '5c683fcbbadfe079'],
  [239, '98c39d9e9c204a6a'],
  [240, '90f98703b7f72f94'],
  [241, '53a7b41324908758'],
  [255, '17b2071038076b4f'],
  [256, '6660059abb868e3a'],
  [257, '39d845e5b67f2fd7'],
  [320, 'f982fa205d7ff146'],
  [512, 'e541a471ccecc232'],
  [1000, '208504c166c3cc47'],
  [1023, '7a605be4e4b249e2'],
  [1024, 'c18b0cea56f5db41'],
  [1025, '26a0f5c2fd87be88'],
  [1088, 'a598266d961be9f9'],
  [2047, '16bf1f2e9def583'],
  [2048, '630fd4575e07ee2b'],
  [2049, 'cd988d06c0bb7830'],
  [3000, 'fb86e1c9c169d02d'],
  [5000, '258ac7696fbe1bb8'],
];

for (const [sizeBytes, expected] of HASHES) {
  test(`the hash of ${sizeBytes} bytes is the reference's`, () => {
    const input = Buffer.from(Array.from({ length: sizeBytes }, (_, i) => ((i * 31 + 7) ^ (i >> 3)) & 0xff));
    assert.equal(BigInt.asUintN(64, xxh3(input)).toString(16), expected);
  });
}
