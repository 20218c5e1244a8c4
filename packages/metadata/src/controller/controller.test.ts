import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock, type SimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import type { ClusterImage } from '../image/cluster-image.ts';
import { followImage } from '../image/follow.ts';
import { partitionKey, topicKey } from '../image/keys.ts';
import { encodePartition, encodeTopic } from '../image/values.ts';
import { EMBEDDED_STORE_LIMITS, openEmbeddedStore } from '../store/embedded-store.ts';
import { type MetadataStore, StoreError, type StoreErrorTag, type StoreLimits } from '../store/metadata-store.ts';
import { startController, WAITING_COUNT_MAX } from './controller.ts';
import type { Controller } from './controller-types.ts';
import { createPartitions } from './create-partitions.ts';
import { createTopics } from './create-topics.ts';
import type { Decision } from './decision.ts';
import { deleteTopics } from './delete-topics.ts';
import { registerBroker } from './register-broker.ts';

const LEASE_TTL_MS = 9_000;

interface Node {
  readonly controller: Controller;
  readonly image: ClusterImage;
  close(): Promise<void>;
}

async function startNode(nodeId: number, store: MetadataStore, clock: SimClock): Promise<Node> {
  const follower = await followImage({ store, logger: silentLogger, onFailure: (error) => assert.fail(error) });
  const controller = await startController({
    staticConfig: { nodeId, values: new Map() },
    store,
    follower,
    clock,
    random: createSimRandom(nodeId),
    logger: silentLogger,
    leaseTtlMs: LEASE_TTL_MS,
  });
  return {
    controller,
    image: follower.image,
    async close() {
      await controller.close();
      follower.close();
    },
  };
}

/** One broker, registered and controller. */
async function startCluster(limits: StoreLimits = EMBEDDED_STORE_LIMITS) {
  const clock = createSimClock();
  const store = openEmbeddedStore({ path: ':memory:', clock, limits });
  const node = await startNode(1, store, clock);
  await register(node, store);
  return {
    clock,
    store,
    ...node,
    async close() {
      await node.close();
      await store.close();
    },
  };
}

async function register(node: Node, store: MetadataStore, brokerId = 1): Promise<void> {
  const outcome = await node.controller.run(registerBroker, {
    brokerId,
    incarnationId: `run${brokerId}`,
    endpoints: [],
    rack: null,
    logDirs: ['D'],
    lease: await store.grantLease(1_000_000),
    state: 'running',
  });
  assert.ok(outcome.kind === 'decided');
  assert.equal(outcome.reply.errorCode, 0);
}

const creation = (name: string, numPartitions = 1) => ({
  topics: [{ name, numPartitions, replicationFactor: 1, assignments: [], configs: [] }],
  validateOnly: false,
});

async function codeOf(node: Pick<Node, 'controller'>, name: string, numPartitions = 1): Promise<number> {
  const outcome = await node.controller.run(createTopics, creation(name, numPartitions));
  return outcome.kind === 'refused' ? outcome.errorCode : (outcome.reply.topics[0]?.errorCode ?? -99);
}

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

  it('hands over when it closes', async () => {
    const clock = createSimClock();
    const store = openEmbeddedStore({ path: ':memory:', clock });
    const first = await startNode(1, store, clock);
    const second = await startNode(2, store, clock);
    await register(first, store, 1);
    assert.deepEqual([first.controller.active, second.controller.active], [true, false]);
    assert.equal(await codeOf(second, 't'), 41);
    await first.close();
    await clock.settle();
    assert.equal(second.controller.active, true);
    assert.equal(second.image.controllerId, 2);
    assert.equal(await codeOf(first, 't'), 41);
    assert.equal(await codeOf(second, 't'), 0);
    await second.close();
    await store.close();
  });

  it('keeps its key by renewing it', async () => {
    const cluster = await startCluster();
    await cluster.clock.advance(LEASE_TTL_MS * 20);
    assert.equal(cluster.controller.active, true);
    assert.equal(await codeOf(cluster, 't'), 0);
    await cluster.close();
  });

  it('stops by its own clock when it cannot renew, and writes nothing once another has the key', async () => {
    const clock = createSimClock();
    const store = openEmbeddedStore({ path: ':memory:', clock });
    let isCutOff = false;
    const cut: MetadataStore = {
      ...store,
      keepAliveLease: async (lease) => {
        if (isCutOff) throw new StoreError('unavailable', 'cut off');
        return store.keepAliveLease(lease);
      },
    };
    const first = await startNode(1, cut, clock);
    const second = await startNode(2, store, clock);
    await register(first, store, 1);
    isCutOff = true;
    await clock.advance(LEASE_TTL_MS * 2);
    assert.equal(second.controller.active, true);
    assert.equal(first.controller.active, false);
    assert.equal(await codeOf(first, 'late'), 41);
    assert.equal(await codeOf(second, 'fine'), 0);
    assert.deepEqual([...first.image.topicsByName.keys()], ['fine']);
    await first.close();
    await second.close();
    await store.close();
  });

  it('does not write although it still thinks that it is the controller', async () => {
    const clock = createSimClock();
    const store = openEmbeddedStore({ path: ':memory:', clock });
    const node = await startNode(1, store, clock);
    await register(node, store, 1);
    const write: Decision<undefined, string> = () => {
      // Gone before the transaction that follows, and this node has not seen it yet.
      void store.txn({ compare: [], success: [{ kind: 'delete', key: 'controller' }] });
      return { writes: [{ stage: [], commit: [{ kind: 'put', key: 'x', value: '' }] }], reply: '' };
    };
    const outcome = await node.controller.run(write, undefined);
    assert.ok(outcome.kind === 'refused' && outcome.errorCode === 41);
    assert.equal((await store.get('x')).kv, undefined);
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
