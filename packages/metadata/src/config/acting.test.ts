import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACTING_BROKER_CONFIGS, brokerEffect, TOPIC_EFFECTS } from './acting.ts';
import { brokerConfigs, topicConfigs } from './tables.ts';

describe('effects of configurations', () => {
  it('says of every topic configuration what it does, and of nothing else', () => {
    assert.deepEqual(Object.keys(TOPIC_EFFECTS).toSorted(), [...topicConfigs.keys()].toSorted());
  });

  it('documents every broker configuration that acts', () => {
    for (const name of ACTING_BROKER_CONFIGS) assert.ok(brokerConfigs.has(name), name);
    for (const { name, documentation } of brokerConfigs.values()) {
      if (brokerEffect(name) !== undefined) assert.ok(documentation !== null, name);
    }
  });
});
