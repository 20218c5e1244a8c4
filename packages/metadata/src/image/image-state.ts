import type { NodeId, ProducerId, Uuid } from '@sluice/kernel/ids';
import type { EventBatch, KeyValue, Revision, StoreEvent } from '../store/metadata-store.ts';
import type { BrokerImage, ClusterImage, ConfigResource, ConfigResourceType, ImageDelta } from './cluster-image.ts';
import {
  brokerKey,
  clusterKey,
  configKey,
  controllerKey,
  type EntryKey,
  featureKey,
  liveKey,
  parseKey,
  producerIdsKey,
} from './keys.ts';
import { type TopicTable, topicTable } from './topic-table.ts';
import {
  type BrokerValue,
  decodeBroker,
  decodeCluster,
  decodeConfig,
  decodeController,
  decodeFeature,
  decodeLive,
  decodeProducerIds,
  type LiveValue,
} from './values.ts';

/** The image and the way to move it. A failed `apply` (a corrupt value) leaves the image unusable. */
export interface ImageState {
  readonly image: ClusterImage;
  /** The revision of the controller's key as it was made: names its tenure. 0 without a controller. */
  readonly controllerRevision: Revision;
  /** Topics' ids that have partitions without effect: what a controller left half-done. */
  readonly staged: () => Uuid[];
  /** @throws {CorruptValueError} */
  apply(batch: EventBatch): ImageDelta;
  /** What would bring this image to what the store holds now, as one batch. */
  catchUp(revision: Revision, kvs: readonly KeyValue[]): EventBatch;
}

interface Registration extends BrokerValue {
  readonly epoch: number;
}

const nothing: ReadonlyMap<string, string> = new Map();

export function imageState(): ImageState {
  let revision: Revision = 0;
  let clusterId: Uuid | undefined;
  let controllerId: NodeId = -1;
  let controllerRevision: Revision = 0;
  let nextProducerId: ProducerId = 0;
  const features = new Map<string, number>();
  const registrations = new Map<NodeId, Registration>();
  const live = new Map<NodeId, LiveValue>();
  const brokers = new Map<NodeId, BrokerImage>();
  const configs = new Map<ConfigResourceType, Map<string, ReadonlyMap<string, string>>>();
  const topics: TopicTable = topicTable();

  const image: ClusterImage = {
    get revision() {
      return revision;
    },
    get clusterId() {
      return clusterId;
    },
    get controllerId() {
      return controllerId;
    },
    get nextProducerId() {
      return nextProducerId;
    },
    get partitionCount() {
      return topics.partitionCount;
    },
    brokers,
    features,
    topicsByName: topics.byName,
    topicsById: topics.byId,
    config: (type, name) => configs.get(type)?.get(name) ?? nothing,
    configuredNames: (type) => configs.get(type)?.keys() ?? [],
    collidingTopic: (name) => topics.colliding(name),
  };

  function apply(batch: EventBatch): ImageDelta {
    const changes = {
      configs: [] as ConfigResource[],
      brokers: new Set<NodeId>(),
      controller: false,
      features: false,
    };
    for (const event of batch.events) {
      const key = event.kind === 'put' ? event.kv.key : event.key;
      const entry = parseKey(key);
      if (entry === undefined) continue;
      applyEntry(entry, event.kind === 'put' ? event.kv : undefined);
      if (entry.kind === 'config') changes.configs.push({ type: entry.type, name: entry.name });
      else if (entry.kind === 'broker' || entry.kind === 'live') changes.brokers.add(entry.id);
      else if (entry.kind === 'controller') changes.controller = true;
      else if (entry.kind === 'feature') changes.features = true;
    }
    for (const id of changes.brokers) rebuildBroker(id);
    revision = batch.revision;
    return {
      revision,
      ...topics.settle(),
      configsChanged: changes.configs,
      brokersChanged: [...changes.brokers],
      controllerChanged: changes.controller,
      featuresChanged: changes.features,
    };
  }

  /** `kv` undefined: the key is gone. */
  function applyEntry(entry: EntryKey, kv: KeyValue | undefined): void {
    switch (entry.kind) {
      case 'cluster':
        clusterId = kv && decodeCluster(kv.key, kv.value).clusterId;
        return;
      case 'controller':
        controllerId = kv ? decodeController(kv.key, kv.value).brokerId : -1;
        controllerRevision = kv?.createRevision ?? 0;
        return;
      case 'producer-ids':
        nextProducerId = kv ? decodeProducerIds(kv.key, kv.value).next : 0;
        return;
      case 'feature':
        setOrDelete(features, entry.name, kv && decodeFeature(kv.key, kv.value).level);
        return;
      case 'broker':
        setOrDelete(registrations, entry.id, kv && { ...decodeBroker(kv.key, kv.value), epoch: kv.modRevision });
        return;
      case 'live':
        setOrDelete(live, entry.id, kv && decodeLive(kv.key, kv.value));
        return;
      case 'config':
        setOrDelete(configsOf(entry.type), entry.name, kv && decodeConfig(kv.key, kv.value).values);
        return;
      default:
        topics.apply(entry, kv);
    }
  }

  function configsOf(type: ConfigResourceType): Map<string, ReadonlyMap<string, string>> {
    let ofType = configs.get(type);
    if (ofType === undefined) {
      ofType = new Map();
      configs.set(type, ofType);
    }
    return ofType;
  }

  function rebuildBroker(id: NodeId): void {
    const registration = registrations.get(id);
    const alive = live.get(id);
    // A live key of an earlier run says nothing of this one.
    const state = alive?.incarnationId === registration?.incarnationId ? alive?.state : undefined;
    setOrDelete(brokers, id, registration && { id, ...registration, state: state ?? 'fenced' });
  }

  function* knownKeys(): Iterable<string> {
    if (clusterId !== undefined) yield clusterKey;
    if (controllerId !== -1) yield controllerKey;
    // Deleting it when it was never there changes nothing.
    yield producerIdsKey;
    for (const name of features.keys()) yield featureKey(name);
    for (const id of registrations.keys()) yield brokerKey(id);
    for (const id of live.keys()) yield liveKey(id);
    for (const [type, ofType] of configs) for (const name of ofType.keys()) yield configKey(type, name);
    yield* topics.knownKeys();
  }

  return {
    image,
    get controllerRevision() {
      return controllerRevision;
    },
    staged: () => topics.staged(),
    apply,
    catchUp(at, kvs) {
      const present = new Set(kvs.map((kv) => kv.key));
      const events: StoreEvent[] = [];
      for (const key of knownKeys()) if (!present.has(key)) events.push({ kind: 'delete', key });
      for (const kv of kvs) if (kv.modRevision > revision) events.push({ kind: 'put', kv });
      return { kind: 'events', revision: at, events };
    },
  };
}

function setOrDelete<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
