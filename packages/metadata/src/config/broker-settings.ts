import type { BrokerEndpoint } from '../image/cluster-image.ts';
import { type BrokerValues, brokerFlag, brokerList, brokerNumber, brokerText } from './broker-values.ts';
import { ConfigSource } from './described-config.ts';
import { parseListeners } from './listeners.ts';

/** What the broker reads of its configuration, by type. Limits that Kafka writes as the largest long are Infinity. */
export interface BrokerSettings {
  readonly listeners: readonly BrokerEndpoint[];
  /** `undefined`: the listeners themselves. */
  readonly advertisedListeners: readonly BrokerEndpoint[] | undefined;
  readonly logDirs: readonly string[];
  readonly rack: string | null;

  readonly autoCreateTopicsEnable: boolean;
  readonly deleteTopicEnable: boolean;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;

  readonly socketRequestSizeBytesMax: number;
  /** `undefined` unless it is set: Kafka's default of 50 is for a thread that does nothing but accept. */
  readonly socketListenBacklogSize: number | undefined;
  readonly connectionsMax: number;
  readonly connectionsPerIpMax: number;
  readonly connectionsPerIpOverrides: ReadonlyMap<string, number>;
  readonly connectionsIdleMsMax: number;
  /** Infinity if there is no limit. */
  readonly queuedRequestBytesMax: number;
  readonly connectionUnsentBytesMax: number;

  readonly fetchSizeBytesMax: number;
  readonly fetchSessionSlotsMax: number;
  readonly describedPartitionsMax: number;

  readonly retentionCheckIntervalMs: number;
  readonly compactor: {
    readonly isEnabled: boolean;
    readonly backoffMs: number;
    readonly keyMemorySizeBytes: number;
    readonly bytesPerSecondMax: number;
  };

  readonly durability: 'disk' | 'os';
  readonly tailCacheBytes: number;
}

export type BrokerSettingsResult =
  | { readonly ok: true; readonly settings: BrokerSettings }
  | { readonly ok: false; readonly problem: string };

/** Take it anew when the broker's configuration changes. */
export function brokerSettings(values: BrokerValues): BrokerSettingsResult {
  const protocolMap = brokerText(values, 'listener.security.protocol.map') ?? '';
  const listeners = parseListeners('listeners', brokerList(values, 'listeners') ?? [], protocolMap);
  if (!listeners.ok) return listeners;
  const advertised = brokerList(values, 'advertised.listeners');
  const advertisedListeners =
    advertised === undefined ? undefined : parseListeners('advertised.listeners', advertised, protocolMap);
  if (advertisedListeners?.ok === false) return advertisedListeners;
  const overrides = parseOverrides(brokerText(values, 'max.connections.per.ip.overrides') ?? '');
  if (overrides === undefined)
    return { ok: false, problem: 'max.connections.per.ip.overrides wants address:count pairs.' };
  const queuedBytes = brokerNumber(values, 'queued.max.request.bytes');
  return {
    ok: true,
    settings: {
      listeners: listeners.endpoints,
      advertisedListeners: advertisedListeners?.endpoints,
      logDirs: brokerList(values, 'log.dirs') ?? brokerList(values, 'log.dir') ?? [],
      rack: brokerText(values, 'broker.rack') ?? null,
      autoCreateTopicsEnable: brokerFlag(values, 'auto.create.topics.enable'),
      deleteTopicEnable: brokerFlag(values, 'delete.topic.enable'),
      sessionTimeoutMs: brokerNumber(values, 'broker.session.timeout.ms'),
      heartbeatIntervalMs: brokerNumber(values, 'broker.heartbeat.interval.ms'),
      socketRequestSizeBytesMax: brokerNumber(values, 'socket.request.max.bytes'),
      socketListenBacklogSize: isSet(values, 'socket.listen.backlog.size')
        ? brokerNumber(values, 'socket.listen.backlog.size')
        : undefined,
      connectionsMax: brokerNumber(values, 'max.connections'),
      connectionsPerIpMax: brokerNumber(values, 'max.connections.per.ip'),
      connectionsPerIpOverrides: overrides,
      connectionsIdleMsMax: idleMs(brokerNumber(values, 'connections.max.idle.ms')),
      queuedRequestBytesMax: queuedBytes < 0 ? Number.POSITIVE_INFINITY : queuedBytes,
      connectionUnsentBytesMax: brokerNumber(values, 'sluice.connection.unsent.max.bytes'),
      fetchSizeBytesMax: brokerNumber(values, 'fetch.max.bytes'),
      fetchSessionSlotsMax: brokerNumber(values, 'max.incremental.fetch.session.cache.slots'),
      describedPartitionsMax: brokerNumber(values, 'max.request.partition.size.limit'),
      retentionCheckIntervalMs: brokerNumber(values, 'log.retention.check.interval.ms'),
      compactor: {
        isEnabled: brokerFlag(values, 'log.cleaner.enable'),
        backoffMs: brokerNumber(values, 'log.cleaner.backoff.ms'),
        keyMemorySizeBytes: brokerNumber(values, 'log.cleaner.dedupe.buffer.size'),
        bytesPerSecondMax: brokerNumber(values, 'log.cleaner.io.max.bytes.per.second'),
      },
      durability: brokerText(values, 'sluice.durability') === 'os' ? 'os' : 'disk',
      tailCacheBytes: brokerNumber(values, 'sluice.tail.cache.bytes'),
    },
  };
}

function isSet(values: BrokerValues, name: string): boolean {
  return values.effective(name)?.source !== ConfigSource.DEFAULT;
}

/** Negative is never. */
function idleMs(configured: number): number {
  return configured < 0 ? Number.POSITIVE_INFINITY : configured;
}

function parseOverrides(text: string): ReadonlyMap<string, number> | undefined {
  const overrides = new Map<string, number>();
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const match = /^\s*(.+):([0-9]{1,9})\s*$/.exec(pair);
    if (match === null) return undefined;
    overrides.set(match[1] ?? '', Number(match[2]));
  }
  return overrides;
}
