import type { NodeId } from '@sluice/kernel/ids';
import { createSimRandom } from '@sluice/kernel/sim/random';
import { brokerValues } from '../config/broker-values.ts';
import type { StaticConfig } from '../config/static-config.ts';
import type { Decision } from '../controller/decision.ts';
import { packWrites } from '../controller/pack-writes.ts';
import type { BrokerState, ClusterImage, ImageDelta } from '../image/cluster-image.ts';
import { imageState } from '../image/image-state.ts';
import { brokerKey, featureKey, liveKey } from '../image/keys.ts';
import { encodeBroker, encodeFeature, encodeLive } from '../image/values.ts';
import { EMBEDDED_STORE_LIMITS } from '../store/embedded-store.ts';
import type { KeyValue, StoreEvent, StoreOp } from '../store/metadata-store.ts';

export interface TestBroker {
  readonly id: NodeId;
  readonly rack?: string;
  readonly state?: BrokerState;
  readonly logDirs?: readonly string[];
}

export interface TestCluster {
  readonly image: ClusterImage;
  /** Decides, applies what was decided to the image, and answers with the reply. */
  decide<Request, Reply>(decision: Decision<Request, Reply>, request: Request): Reply;
  apply(ops: readonly StoreOp[]): ImageDelta;
  /** Keys that there are, in order. */
  keys(): string[];
}

/** An image without a store behind it, for tests of decisions. */
export function testCluster(
  options: {
    readonly brokers?: readonly TestBroker[];
    readonly settings?: Readonly<Record<string, string>>;
    readonly features?: Readonly<Record<string, number>>;
    readonly seed?: number;
  } = {},
): TestCluster {
  const { settings = {}, features = {}, seed = 1 } = options;
  const brokers: readonly TestBroker[] = options.brokers ?? [{ id: 1 }];
  const staticConfig: StaticConfig = { nodeId: 1, values: new Map(Object.entries(settings)) };
  const random = createSimRandom(seed);
  const state = imageState();
  const kvs = new Map<string, KeyValue>();

  function apply(ops: readonly StoreOp[]): ImageDelta {
    const revision = state.image.revision + 1;
    const events: StoreEvent[] = [];
    for (const op of ops) {
      if (op.kind === 'put') {
        const createRevision = kvs.get(op.key)?.createRevision ?? revision;
        const kv = { key: op.key, value: op.value, createRevision, modRevision: revision, version: 1, lease: op.lease };
        kvs.set(op.key, kv);
        events.push({ kind: 'put', kv });
        continue;
      }
      for (const key of [...kvs.keys()]) {
        const isHit = op.kind === 'delete' ? key === op.key : key.startsWith(op.prefix);
        if (isHit && kvs.delete(key)) events.push({ kind: 'delete', key });
      }
    }
    return state.apply({ kind: 'events', revision, events });
  }

  for (const { id, rack = null, state: brokerState = 'running', logDirs = [`dir${id}`] } of brokers) {
    const incarnationId = `run-of-${id}`;
    apply([
      { kind: 'put', key: brokerKey(id), value: encodeBroker({ incarnationId, endpoints: [], rack, logDirs }) },
      { kind: 'put', key: liveKey(id), value: encodeLive({ incarnationId, state: brokerState }) },
    ]);
  }
  for (const [name, level] of Object.entries(features)) {
    apply([{ kind: 'put', key: featureKey(name), value: encodeFeature({ level }) }]);
  }

  return {
    image: state.image,
    decide(decision, request) {
      const { writes, reply } = decision({ image: state.image, nowMs: 0, random, staticConfig }, request);
      for (const { ops } of packWrites(writes, EMBEDDED_STORE_LIMITS)) apply(ops);
      return reply;
    },
    apply,
    keys: () => [...kvs.keys()].toSorted(),
  };
}

/** Broker settings without an image, for tests of validation. */
export function testBrokerValues(settings: Readonly<Record<string, string>> = {}) {
  const { image } = testCluster({ brokers: [] });
  return brokerValues(image, { nodeId: 1, values: new Map(Object.entries(settings)) });
}
