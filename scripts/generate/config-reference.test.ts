import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { brokerConfigReference, topicConfigReference } from './config-reference-text.ts';

const written = (name: string) => readFileSync(join(import.meta.dirname, '../../docs/reference', name), 'utf8');

describe('reference of configurations', () => {
  it('is what the tables say today', () => {
    assert.equal(written('topic-configs.md'), topicConfigReference());
    assert.equal(written('broker-configs.md'), brokerConfigReference());
  });

  it('has a row for every configuration, with what it does', () => {
    const topics = topicConfigReference();
    assert.match(topics, /\| `segment\.ms` \|.*`604800000`.*`log\.roll\.ms`, `log\.roll\.hours` \| \*\*acts\*\* \|/);
    assert.match(topics, /\| `local\.retention\.ms` \|.*waits for tiered storage \|/);
    const brokers = brokerConfigReference();
    assert.match(brokers, /\| `sluice\.durability` \|.*`\[disk, os\]` \| read-only/);
    assert.match(brokers, /`ssl\.keystore\.location`/);
  });
});
