import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { API_LIST, APIS, ApiKey } from './generated/apis.ts';
import { API_CODECS } from './generated/codecs.ts';
import { BROKER_CONFIGS } from './generated/configs/broker.ts';
import { DYNAMIC_UPDATE_MODES } from './generated/configs/dynamic-update-modes.ts';
import { GROUP_CONFIGS } from './generated/configs/group.ts';
import { TOPIC_CONFIGS } from './generated/configs/topic.ts';
import { TOPIC_SYNONYMS } from './generated/configs/topic-synonyms.ts';
import { ERRORS, ErrorCode } from './generated/errors.ts';

test('every API has codecs that agree with the table', async () => {
  assert.equal(Object.keys(ApiKey).length, API_LIST.length);
  assert.equal(Object.keys(API_CODECS).length, API_LIST.length);
  for (const api of API_LIST) {
    const request = await API_CODECS[api.key]?.request();
    const response = await API_CODECS[api.key]?.response();
    assert.ok(request !== undefined && response !== undefined, api.name);
    for (const codec of [request, response]) {
      assert.equal(codec.apiKey, api.key);
      assert.equal(codec.versionMax, api.latest, codec.name);
      assert.equal(codec.versionMin, api.oldest, codec.name);
    }
    assert.equal(request.name, `${api.name}Request`);
    assert.equal(response.name, `${api.name}Response`);
    assert.equal(request.flexibleFrom, api.requestFlexibleFrom);
    assert.equal(response.flexibleFrom, api.responseFlexibleFrom);
  }
});

test('the API table has what Kafka says, and not the APIs that are gone', () => {
  assert.equal(ApiKey.FETCH, 1);
  assert.deepEqual(APIS.get(ApiKey.FETCH)?.listeners, ['broker', 'controller']);
  assert.equal(APIS.get(4), undefined, 'LeaderAndIsr');
  const unstable = API_LIST.filter(({ latest, latestStable }) => latest !== latestStable);
  assert.deepEqual(
    unstable.map(({ name }) => name),
    ['InitProducerId'],
  );
});

test('the API table does not load codecs', () => {
  const text = readFileSync(new URL('generated/apis.ts', import.meta.url), 'utf8');
  assert.deepEqual(text.match(/^import .*$/gm), ["import type { ApiSpec } from '../api-spec.ts';"]);
});

test('error codes and their table agree', () => {
  assert.equal(ERRORS.size, Object.keys(ErrorCode).length);
  for (const [name, code] of Object.entries(ErrorCode)) assert.equal(ERRORS.get(code)?.name, name);
  assert.equal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 3);
  assert.equal(ERRORS.get(3)?.retriable, true);
  assert.equal(ERRORS.get(-1)?.name, 'UNKNOWN_SERVER_ERROR');
});

test('the synonyms of topic configurations name configurations', () => {
  const brokerNames = new Set(BROKER_CONFIGS.map(({ name }) => name));
  const topicNames = new Set(TOPIC_CONFIGS.map(({ name }) => name));
  for (const [topic, brokers] of Object.entries(TOPIC_SYNONYMS)) {
    assert.ok(topicNames.has(topic), topic);
    for (const broker of brokers) assert.ok(brokerNames.has(broker), broker);
  }
  assert.equal(TOPIC_CONFIGS.length, 33);
  assert.equal(GROUP_CONFIGS.length, 17);
  assert.equal(DYNAMIC_UPDATE_MODES['background.threads'], 'cluster-wide');
});
