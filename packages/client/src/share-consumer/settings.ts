import type { BrokerAddress } from '../broker-address.ts';
import type { Deserializers } from './deserializers.ts';
import { UserError } from './errors.ts';
import type { AcknowledgementMode, ShareConsumerOptions, ShareConsumeSettings } from './options.ts';
import type { FetchSettings } from './share-requests.ts';

const DEFAULT_PORT = 9092;
/** What int32 fields hold. */
const INT32_MAX = 2 ** 31 - 1;

/** Of the consumer itself. */
export interface MemberSettings {
  readonly clientId: string;
  readonly bootstrap: readonly BrokerAddress[];
  readonly groupId: string;
  readonly rackId: string | null;
  readonly timeoutMs: number;
  readonly retryDelayMs: number;
  readonly allowAutoTopicCreation: boolean;
  /**
   * Fetches all partitions of its topics that this says yes to, once the group has begun their state, and not only those
   * that the group gave it: brokers let any member of a share group fetch from any partition. For members that must not
   * leave records to others that do not ask for any.
   */
  readonly takes?: (topic: string, partition: number) => boolean;
}

/** Of one loop. */
export interface LoopSettings<Key, Value, HeaderKey, HeaderValue>
  extends Pick<
    ShareConsumeSettings<Key, Value, HeaderKey, HeaderValue>,
    'onAcknowledgement' | 'onDeserializationError'
  > {
  readonly deserializers: Partial<Deserializers<Key, Value, HeaderKey, HeaderValue>>;
  readonly mode: AcknowledgementMode;
  readonly acknowledgeWaitMs: number;
  readonly fetch: FetchSettings;
}

/** Fails with `UserError`. */
export function memberSettings<Key, Value, HeaderKey, HeaderValue>(
  options: ShareConsumerOptions<Key, Value, HeaderKey, HeaderValue>,
): MemberSettings {
  const { clientId, groupId, bootstrapBrokers, clientRack, timeout, retryDelay, autocreateTopics = false } = options;
  checkText('clientId', clientId);
  checkText('groupId', groupId);
  if (!Array.isArray(bootstrapBrokers) || bootstrapBrokers.length === 0) {
    throw new UserError('bootstrapBrokers must name at least one broker');
  }
  return {
    clientId,
    groupId,
    bootstrap: options.bootstrapBrokers.map(parseBroker),
    rackId: clientRack ?? null,
    timeoutMs: whole('timeout', timeout, 5_000, 1),
    retryDelayMs: whole('retryDelay', retryDelay, 250, 1),
    allowAutoTopicCreation: autocreateTopics,
  };
}

/** Fails with `UserError`. */
export function loopSettings<Key, Value, HeaderKey, HeaderValue>(
  options: ShareConsumeSettings<Key, Value, HeaderKey, HeaderValue>,
): LoopSettings<Key, Value, HeaderKey, HeaderValue> {
  const { acknowledgementMode: mode = 'implicit', acquireMode = 'batch_optimized' } = options;
  if (mode !== 'implicit' && mode !== 'explicit') {
    throw new UserError(`acknowledgementMode is implicit or explicit, not ${String(mode)}`);
  }
  if (acquireMode !== 'batch_optimized' && acquireMode !== 'record_limit') {
    throw new UserError(`acquireMode is batch_optimized or record_limit, not ${String(acquireMode)}`);
  }
  return {
    deserializers: options.deserializers ?? {},
    onAcknowledgement: options.onAcknowledgement,
    onDeserializationError: options.onDeserializationError,
    mode,
    acknowledgeWaitMs: whole('maxAcknowledgeWaitTime', options.maxAcknowledgeWaitTime, 100, 0),
    fetch: {
      acquireMode,
      recordCountMax: whole('maxRecords', options.maxRecords, 500, 1),
      sizeBytesMin: whole('minBytes', options.minBytes, 1, 0),
      sizeBytesMax: whole('maxBytes', options.maxBytes, 50 * 1024 * 1024, 1),
      maxWaitMs: whole('maxWaitTime', options.maxWaitTime, 500, 1),
    },
  };
}

/** Fails with `UserError`. */
export function checkTopics(topics: readonly string[] | undefined): readonly string[] {
  if (topics === undefined || topics.length === 0) throw new UserError('topics must name at least one topic');
  for (const topic of topics) checkText('topics', topic);
  return [...new Set(topics)];
}

function checkText(name: string, value: string): void {
  if (typeof value !== 'string' || value === '') throw new UserError(`${name} must be a text that is not empty`);
}

function whole(name: string, value: number | undefined, byDefault: number, min: number): number {
  if (value === undefined) return byDefault;
  if (!Number.isInteger(value) || value < min || value > INT32_MAX) {
    throw new UserError(`${name} must be a whole number from ${min} on, not ${value}`);
  }
  return value;
}

/** `host`, `host:port` or `[::1]:port`. */
function parseBroker(broker: string | BrokerAddress): BrokerAddress {
  if (typeof broker !== 'string') return broker;
  const [, bracketed, host = bracketed, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(broker) ?? [];
  if (host === undefined) throw new UserError(`bootstrapBrokers: ${broker} is not host:port`);
  return { host, port: port === undefined ? DEFAULT_PORT : Number(port) };
}
