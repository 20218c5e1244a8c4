import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partition, tinyStore } from '../testing/tiny-store.ts';
import { imageState } from './image-state.ts';
import {
  brokerKey,
  clusterKey,
  configKey,
  controllerKey,
  featureKey,
  liveKey,
  partitionKey,
  producerIdsKey,
  topicKey,
} from './keys.ts';
import {
  CorruptValueError,
  encodeBroker,
  encodeCluster,
  encodeConfig,
  encodeController,
  encodeFeature,
  encodeLive,
  encodePartition,
  encodeProducerIds,
  encodeTopic,
} from './values.ts';

describe('values under the keys', () => {
  const good: readonly (readonly [string, string])[] = [
    [clusterKey, encodeCluster({ clusterId: 'C' })],
    [controllerKey, encodeController({ brokerId: 1 })],
    [featureKey('metadata.version'), encodeFeature({ level: 1 })],
    [producerIdsKey, encodeProducerIds({ next: 1_000 })],
    [brokerKey(1), encodeBroker({ incarnationId: 'i', endpoints: [], rack: 'r', logDirs: [] })],
    [liveKey(1), encodeLive({ incarnationId: 'i', state: 'fenced' })],
    [topicKey('T'), encodeTopic({ name: 't', partitionCount: 0 })],
    [partitionKey('T', 0), encodePartition(partition())],
    [configKey('topic', 't'), encodeConfig(new Map([['a', 'b']]))],
  ];
  for (const [key, value] of good) {
    it(`takes a value under ${key} as it was written, and refuses any other with the key`, () => {
      imageState().apply(tinyStore().write({ [key]: value }));
      const fields: Record<string, unknown> = JSON.parse(value);
      const broken = ['', '[]', 'null', '{', '"x"', '{}'];
      for (const name of Object.keys(fields)) {
        broken.push(JSON.stringify({ ...fields, [name]: undefined }), JSON.stringify({ ...fields, [name]: [{}] }));
        broken.push(JSON.stringify({ ...fields, [name]: -2 }), JSON.stringify({ ...fields, [name]: 1.5 }));
      }
      for (const text of broken) {
        assert.throws(
          () => imageState().apply(tinyStore().write({ [key]: text })),
          (error) => error instanceof CorruptValueError && error.key === key && error.message.includes(key),
          text,
        );
      }
    });
  }
});
