import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { KeyValue } from '../store/metadata-store.ts';
import { partition, tinyStore } from '../testing/tiny-store.ts';
import { type ImageState, imageState } from './image-state.ts';
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

/** All that the image says, in an order of its own. */
function told(state: ImageState): unknown {
  const { image } = state;
  const types = ['topic', 'broker', 'group', 'client-metrics'] as const;
  return {
    revision: image.revision,
    clusterId: image.clusterId,
    controllerId: image.controllerId,
    controllerRevision: state.controllerRevision,
    nextProducerId: image.nextProducerId,
    partitionCount: image.partitionCount,
    features: [...image.features].toSorted(),
    brokers: [...image.brokers.values()].toSorted((a, b) => a.id - b.id),
    byName: [...image.topicsByName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    byId: [...image.topicsById.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    configs: types.map((type) =>
      [...image.configuredNames(type)].toSorted().map((name) => [name, [...image.config(type, name)].toSorted()]),
    ),
    staged: state.staged().toSorted(),
    collisions: ['a.b', 'a_b', 'a-b', 'x_b'].map((name) => image.collidingTopic(name)),
  };
}

describe('cluster image', () => {
  it('shows a topic with all its partitions at once, whatever was staged before', () => {
    const store = tinyStore();
    const state = imageState();
    const staged = state.apply(store.write({ [partitionKey('T', 0)]: encodePartition(partition()) }));
    assert.deepEqual(staged.topicsCreated, []);
    assert.equal(state.image.topicsByName.size, 0);
    assert.deepEqual(state.staged(), ['T']);
    const created = state.apply(
      store.write({
        [topicKey('T')]: encodeTopic({ name: 't', partitionCount: 2 }),
        [partitionKey('T', 1)]: encodePartition(partition(7)),
      }),
    );
    assert.equal(created.topicsCreated.length, 1);
    assert.deepEqual(created.partitionsChanged, []);
    assert.deepEqual(state.image.topicsByName.get('t'), {
      name: 't',
      id: 'T',
      partitions: [partition(), partition(7)],
      createRevision: 2,
    });
    assert.equal(state.image.partitionCount, 2);
    assert.deepEqual(state.staged(), []);
  });

  it('tells which partitions changed and which were added, and leaves the earlier topic as it was', () => {
    const store = tinyStore();
    const state = imageState();
    state.apply(
      store.write({
        [topicKey('T')]: encodeTopic({ name: 't', partitionCount: 1 }),
        [partitionKey('T', 0)]: encodePartition(partition()),
      }),
    );
    const before = state.image.topicsByName.get('t');
    const changed = state.apply(store.write({ [partitionKey('T', 0)]: encodePartition(partition(1)) }));
    state.apply(store.write({ [partitionKey('T', 1)]: encodePartition(partition(5)) }));
    const grown = state.apply(store.write({ [topicKey('T')]: encodeTopic({ name: 't', partitionCount: 2 }) }));
    assert.deepEqual(
      changed.partitionsChanged.map(({ partition: index, before: was, after }) => [index, was, after]),
      [[0, partition(), partition(1)]],
    );
    assert.deepEqual(
      grown.partitionsChanged.map(({ partition: index, before: was, after }) => [index, was, after]),
      [[1, undefined, partition(5)]],
    );
    assert.deepEqual(before?.partitions, [partition()]);
    assert.equal(state.image.topicsByName.get('t')?.createRevision, 1);
  });

  it('replaces a topic by one of the same name in one revision', () => {
    const store = tinyStore();
    const state = imageState();
    const topic = (id: string) => ({
      [topicKey(id)]: encodeTopic({ name: 'a.b', partitionCount: 1 }),
      [partitionKey(id, 0)]: encodePartition(partition()),
    });
    state.apply(store.write(topic('A')));
    const delta = state.apply(
      store.write({ ...topic('B'), [topicKey('A')]: undefined, [partitionKey('A', 0)]: undefined }),
    );
    assert.deepEqual(
      [delta.topicsCreated.map(({ id }) => id), delta.topicsDeleted.map(({ id }) => id)],
      [['B'], ['A']],
    );
    assert.equal(state.image.topicsByName.get('a.b')?.id, 'B');
    assert.equal(state.image.topicsById.has('A'), false);
    assert.equal(state.image.partitionCount, 1);
    assert.equal(state.image.collidingTopic('a_b'), 'a.b');
  });

  it('takes a registered broker for fenced unless its own run is alive', () => {
    const store = tinyStore();
    const state = imageState();
    const registration = { endpoints: [], rack: null, logDirs: ['D'] };
    state.apply(
      store.write({
        [brokerKey(1)]: encodeBroker({ ...registration, incarnationId: 'run1' }),
        [liveKey(1)]: encodeLive({ incarnationId: 'run1', state: 'running' }),
      }),
    );
    assert.equal(state.image.brokers.get(1)?.state, 'running');
    assert.equal(state.image.brokers.get(1)?.epoch, 1);
    state.apply(store.write({ [brokerKey(1)]: encodeBroker({ ...registration, incarnationId: 'run2' }) }));
    assert.equal(state.image.brokers.get(1)?.state, 'fenced');
    assert.equal(state.image.brokers.get(1)?.epoch, 2);
    state.apply(store.write({ [liveKey(1)]: encodeLive({ incarnationId: 'run2', state: 'running' }) }));
    assert.equal(state.image.brokers.get(1)?.state, 'running');
    const delta = state.apply(store.write({ [liveKey(1)]: undefined }));
    assert.deepEqual(delta.brokersChanged, [1]);
    assert.equal(state.image.brokers.get(1)?.state, 'fenced');
  });

  it('keeps configurations of resources with any name', () => {
    const store = tinyStore();
    const state = imageState();
    for (const name of ['', 'a/b', '../x', '%2F', 'é', '__proto__']) {
      const delta = state.apply(store.write({ [configKey('group', name)]: encodeConfig(new Map([['k', name]])) }));
      assert.deepEqual(delta.configsChanged, [{ type: 'group', name }]);
      assert.deepEqual([...state.image.config('group', name)], [['k', name]]);
    }
    const odd = new Map([['__proto__', 'v']]);
    state.apply(store.write({ [configKey('topic', 't')]: encodeConfig(odd) }));
    assert.deepEqual([...state.image.config('topic', 't')], [...odd]);
    assert.deepEqual([...state.image.config('topic', 'unknown')], []);
  });

  it('ignores keys that it does not know', () => {
    const store = tinyStore();
    const state = imageState();
    state.apply(store.write({ 'elections/x': '{}', 'topics/a/b/c': 'x', 'brokers/x': '{}', other: '' }));
    assert.equal(state.image.revision, 1);
  });

  it('refuses a topic that counts a partition which has no state', () => {
    assert.throws(
      () => imageState().apply(tinyStore().write({ [topicKey('T')]: encodeTopic({ name: 't', partitionCount: 1 }) })),
      CorruptValueError,
    );
  });

  it('is the same followed step by step, loaded at the end, or caught up from any point', () => {
    const key = fc.oneof(
      fc.constantFrom(clusterKey, controllerKey, producerIdsKey, brokerKey(1), liveKey(1), brokerKey(2), liveKey(2)),
      fc.constantFrom(configKey('topic', 'a.b'), configKey('broker', ''), configKey('group', 'g/1'), featureKey('f')),
    );
    const other = fc.record({ kind: fc.constant('other' as const), key, present: fc.boolean(), n: fc.nat(3) });
    const topic = fc.record({
      kind: fc.constant('topic' as const),
      id: fc.constantFrom('A', 'B', 'C'),
      count: fc.nat(4),
      touched: fc.array(fc.nat(5), { maxLength: 3 }),
      stageOnly: fc.boolean(),
    });
    const steps = fc.array(fc.oneof(other, topic), { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(steps, fc.nat(25), (script, joinAt) => {
        const store = tinyStore();
        const followed = imageState();
        const late = imageState();
        for (const [index, step] of script.entries()) {
          const batch = store.write(step.kind === 'other' ? otherChange(step) : topicChange(step, store.kvs()));
          followed.apply(batch);
          if (index === joinAt) late.apply(late.catchUp(store.revision(), store.kvs()));
        }
        const loaded = imageState();
        loaded.apply(loaded.catchUp(store.revision(), store.kvs()));
        late.apply(late.catchUp(store.revision(), store.kvs()));
        assert.deepEqual(told(followed), told(loaded));
        assert.deepEqual(told(late), told(loaded));
      }),
      { numRuns: 300 },
    );
  });
});

function otherChange({ key, present, n }: { key: string; present: boolean; n: number }) {
  if (!present) return { [key]: undefined };
  const run = `run${n % 2}`;
  if (key === clusterKey) return { [key]: encodeCluster({ clusterId: `C${n}` }) };
  if (key === controllerKey) return { [key]: encodeController({ brokerId: n }) };
  if (key === producerIdsKey) return { [key]: encodeProducerIds({ next: n }) };
  if (key.startsWith('features')) return { [key]: encodeFeature({ level: n }) };
  if (key.startsWith('live')) return { [key]: encodeLive({ incarnationId: run, state: 'running' }) };
  if (key.startsWith('configs')) return { [key]: encodeConfig(new Map([['k', n.toString()]])) };
  return { [key]: encodeBroker({ incarnationId: run, endpoints: [], rack: null, logDirs: [] }) };
}

/** Count 0 deletes; the topics' names collide. */
function topicChange(
  step: { id: string; count: number; touched: readonly number[]; stageOnly: boolean },
  kvs: readonly KeyValue[],
): Record<string, string | undefined> {
  const { id, count, touched, stageOnly } = step;
  const changes: Record<string, string | undefined> = {};
  if (count === 0) {
    for (const { key } of kvs)
      if (key === topicKey(id) || key.startsWith(partitionKey(id, 0).slice(0, -1))) changes[key] = undefined;
    return changes;
  }
  const present = new Set(kvs.map((kv) => kv.key));
  for (const index of touched) changes[partitionKey(id, index)] = encodePartition(partition(kvs.length + index));
  if (stageOnly) return changes;
  const recorded = kvs.find(({ key }) => key === topicKey(id));
  const counted: { partitionCount: number } = recorded ? JSON.parse(recorded.value) : { partitionCount: 0 };
  const grown = Math.max(count, counted.partitionCount);
  changes[topicKey(id)] = encodeTopic({ name: { A: 'a.b', B: 'a_b', C: 'c' }[id] ?? id, partitionCount: grown });
  for (let index = 0; index < grown; index += 1) {
    const name = partitionKey(id, index);
    if (!present.has(name)) changes[name] ??= encodePartition(partition());
  }
  return changes;
}
