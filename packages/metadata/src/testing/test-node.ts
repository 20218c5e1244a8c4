import assert from 'node:assert/strict';
import { silentLogger } from '@sluice/kernel/logger';
import { createSimClock, type SimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { startController } from '../controller/controller.ts';
import type { Controller } from '../controller/controller-types.ts';
import { createTopics } from '../controller/create-topics.ts';
import { registerBroker } from '../controller/register-broker.ts';
import type { ClusterImage } from '../image/cluster-image.ts';
import { followImage } from '../image/follow.ts';
import { EMBEDDED_STORE_LIMITS, openEmbeddedStore } from '../store/embedded-store.ts';
import type { MetadataStore, StoreLimits } from '../store/metadata-store.ts';

export const LEASE_TTL_MS = 9_000;

/** A broker as far as its metadata goes: an image that follows a store, and a controller that may be active. */
export interface TestNode {
  readonly controller: Controller;
  readonly image: ClusterImage;
  close(): Promise<void>;
}

export async function startNode(nodeId: number, store: MetadataStore, clock: SimClock): Promise<TestNode> {
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
export async function startCluster(limits: StoreLimits = EMBEDDED_STORE_LIMITS) {
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

export async function register(node: TestNode, store: MetadataStore, brokerId = 1): Promise<void> {
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

export const creation = (name: string, numPartitions = 1) => ({
  topics: [{ name, numPartitions, replicationFactor: 1, assignments: [], configs: [] }],
  validateOnly: false,
});

/** CreateTopics for one topic: what it is answered with. */
export async function codeOf(node: Pick<TestNode, 'controller'>, name: string, numPartitions = 1): Promise<number> {
  const outcome = await node.controller.run(createTopics, creation(name, numPartitions));
  return outcome.kind === 'refused' ? outcome.errorCode : (outcome.reply.topics[0]?.errorCode ?? -99);
}
