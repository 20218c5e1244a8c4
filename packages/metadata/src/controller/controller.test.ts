import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { partitionKey, topicKey } from '../image/keys.ts';
import { encodePartition, encodeTopic } from '../image/values.ts';
import { EMBEDDED_STORE_LIMITS, openEmbeddedStore } from '../store/embedded-store.ts';
import { type MetadataStore, StoreError, type StoreErrorTag } from '../store/metadata-store.ts';
import { codeOf, creation, register, startCluster, startNode } from '../testing/test-node.ts';
import { WAITING_COUNT_MAX } from './controller.ts';
import { createPartitions } from './create-partitions.ts';
import { createTopics } from './create-topics.ts';
import type { Decision } from './decision.ts';
import { deleteTopics } from './delete-topics.ts';

const nothing: Decision<undefined, string> = () => ({ writes: [], reply: 'nothing' });

describe('controller', () => {
  it('is at once the controller when it is alone, and has what it decided in its image before it answers', async () => {
    const cluster = await startCluster();
    assert.equal(cluster.controller.active, true);
    assert.equal(cluster.image.controllerId, 1);
    const outcome = await cluster.controller.run(createTopics, creation('t', 3));
    assert.ok(outcome.kind === 'decided');
    assert.equal(cluster.image.revision, outcome.revision);
    assert.equal(cluster.image.topicsByName.get('t')?.partitions.length, 3);
    await cluster.close();
  });

  it('does not answer before its image has the change, however late the watch is', async () => {
    const clock = createSimClock();
    const store = openEmbeddedStore({ path: ':memory:', clock });
    let isLate = false;
    const late: MetadataStore = {
      ...store,
      watch: (prefix, fromRevision, onBatch, onEnd) =>
        store.watch(
          prefix,
          fromRevision,
          (batch) => {
            if (isLate) clock.setTimer(500, () => onBatch(batch));
            else onBatch(batch);
          },
          onEnd,
        ),
    };
    const node = await startNode(1, late, clock);
    await register(node, late);
    isLate = true;
    let answered = false;
    const outcome = node.controller.run(createTopics, creation('t')).then(() => {
      answered = true;
      assert.ok(node.image.topicsByName.has('t'));
    });
    await clock.advance(499);
    assert.equal(answered, false);
    await clock.advance(1);
    await outcome;
    isLate = false;
    await node.close();
    await store.close();
  });

  it('decides one request after the other, each on what the last one left', async () => {
    const cluster = await startCluster();
    const codes = await Promise.all(['t', 't', 'u', 't'].map((name) => codeOf(cluster, name)));
    assert.deepEqual(codes, [0, 36, 0, 36]);
    await cluster.close();
  });

  it('answers a decision that writes nothing', async () => {
    const cluster = await startCluster();
    const { revision } = cluster.image;
    assert.deepEqual(await cluster.controller.run(nothing, undefined), { kind: 'decided', reply: 'nothing', revision });
    await cluster.close();
  });

  it('refuses a request whose time is over before its turn', async () => {
    const cluster = await startCluster();
    for (const timeoutMs of [0, -1]) {
      const outcome = await cluster.controller.run(createTopics, creation('t'), { timeoutMs });
      assert.ok(outcome.kind === 'refused' && outcome.errorCode === 7);
    }
    const inTime = await cluster.controller.run(createTopics, creation('u'), { timeoutMs: 1 });
    assert.equal(inTime.kind, 'decided');
    assert.deepEqual([...cluster.image.topicsByName.keys()], ['u']);
    await cluster.close();
  });

  it('lets so many wait and not one more', async () => {
    const cluster = await startCluster();
    const waiting = Array.from({ length: WAITING_COUNT_MAX }, () => cluster.controller.run(nothing, undefined));
    const tooMany = await cluster.controller.run(nothing, undefined);
    assert.equal(tooMany.kind, 'refused');
    for (const outcome of await Promise.all(waiting)) assert.equal(outcome.kind, 'decided');
    await cluster.close();
  });

  it('goes on after a decision that failed by a bug, which its caller learns', async () => {
    const cluster = await startCluster();
    const broken: Decision<undefined, string> = () => {
      throw new TypeError('bug');
    };
    await assert.rejects(cluster.controller.run(broken, undefined), TypeError);
    assert.equal(await codeOf(cluster, 't'), 0);
    await cluster.close();
  });

  it('creates 10,000 partitions in one transaction', async () => {
    const cluster = await startCluster();
    const { revision } = cluster.image;
    assert.equal(await codeOf(cluster, 'large', 10_000), 0);
    assert.equal(cluster.image.partitionCount, 10_000);
    assert.equal(cluster.image.revision, revision + 1);
    await cluster.close();
  });

  it("spreads a large topic over transactions of etcd's size, and shows it whole or not at all", async () => {
    const cluster = await startCluster({ ...EMBEDDED_STORE_LIMITS, txnOpsMax: 128, txnSizeBytesMax: 64 * 1024 });
    const { revision } = cluster.image;
    const counts = new Set<number>();
    cluster.store.watch(
      '',
      revision,
      () => counts.add(cluster.image.topicsByName.get('large')?.partitions.length ?? 0),
      assert.fail.bind(assert, 'the watch ended'),
    );
    assert.equal(await codeOf(cluster, 'large', 1_000), 0);
    assert.ok(cluster.image.revision > revision + 7);
    assert.equal(cluster.image.partitionCount, 1_000);
    await cluster.clock.settle();
    assert.deepEqual([...counts], [0, 1_000]);
    const grown = await cluster.controller.run(createPartitions, {
      topics: [{ name: 'large', count: 1_500, assignments: null }],
      validateOnly: false,
    });
    assert.equal(grown.kind, 'decided');
    assert.equal(cluster.image.partitionCount, 1_500);
    const deleted = await cluster.controller.run(deleteTopics, { topics: [{ name: 'large', topicId: ZERO_UUID }] });
    assert.equal(deleted.kind, 'decided');
    assert.equal(cluster.image.partitionCount, 0);
    assert.deepEqual((await cluster.store.range('partitions/')).kvs, []);
    await cluster.close();
  });

  it('removes what an earlier controller left half-done, before it decides anything', async () => {
    const clock = createSimClock();
    const store = openEmbeddedStore({ path: ':memory:', clock });
    const state = encodePartition({
      replicas: [1],
      directories: ['D'],
      isr: [1],
      elr: [],
      leader: 1,
      leaderEpoch: 0,
      partitionEpoch: 0,
      adding: [],
      removing: [],
    });
    await store.txn({
      compare: [],
      success: [
        { kind: 'put', key: partitionKey('half', 0), value: state },
        { kind: 'put', key: partitionKey('whole', 0), value: state },
        { kind: 'put', key: topicKey('whole'), value: encodeTopic({ name: 'whole', partitionCount: 1 }) },
      ],
    });
    const node = await startNode(1, store, clock);
    await node.controller.run(nothing, undefined);
    assert.deepEqual(
      (await store.range('partitions/')).kvs.map((kv) => kv.key),
      [partitionKey('whole', 0)],
    );
    await node.close();
    await store.close();
  });

  it('decides anew when what it compared has changed', async () => {
    const cluster = await startCluster();
    let rounds = 0;
    const conflicting: Decision<undefined, number> = () => {
      rounds += 1;
      const compare = [{ key: 'y', version: rounds === 1 ? 5 : 0 }];
      return { writes: [{ stage: [], commit: [{ kind: 'put', key: 'x', value: '' }], compare }], reply: rounds };
    };
    const outcome = await cluster.controller.run(conflicting, undefined);
    assert.ok(outcome.kind === 'decided' && outcome.reply === 2);
    await cluster.close();
  });

  it('gives up when there is no end of conflicts', async () => {
    const cluster = await startCluster();
    const hopeless: Decision<undefined, string> = () => ({
      writes: [{ stage: [], commit: [{ kind: 'put', key: 'x', value: '' }], compare: [{ key: 'y', version: 5 }] }],
      reply: '',
    });
    const outcome = await cluster.controller.run(hopeless, undefined);
    assert.ok(outcome.kind === 'refused' && outcome.errorCode === 7);
    await cluster.close();
  });

  const storeFailures: [StoreErrorTag, number][] = [
    ['unavailable', 7],
    ['busy', 7],
    ['no-space', 56],
    ['read-only', 56],
    ['limit', 44],
    ['closed', 41],
    ['lease-not-found', -1],
  ];
  for (const [tag, code] of storeFailures) {
    it(`answers ${code} when the store says ${tag}, and goes on`, async () => {
      const clock = createSimClock();
      const store = openEmbeddedStore({ path: ':memory:', clock });
      let fails = false;
      const failing: MetadataStore = {
        ...store,
        txn: async (txn) => {
          if (fails) throw new StoreError(tag, 'on purpose');
          return store.txn(txn);
        },
      };
      const node = await startNode(1, failing, clock);
      await register(node, store);
      fails = true;
      assert.equal(await codeOf(node, 't'), code);
      fails = false;
      assert.equal(await codeOf(node, 't'), 0);
      await node.close();
      await store.close();
    });
  }
});
