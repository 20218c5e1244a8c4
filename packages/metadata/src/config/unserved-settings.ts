import type { StaticConfig } from './static-config.ts';
import { withoutListenerPrefix } from './validate-broker-configs.ts';

/** Names that Kafka 3.x reads and Kafka 4 does not; those of ZooKeeper have a prefix of their own. */
const retired: ReadonlySet<string> = new Set([
  'broker.id.generation.enable',
  'control.plane.listener.name',
  'controlled.shutdown.max.retries',
  'controlled.shutdown.retry.backoff.ms',
  'delegation.token.master.key',
  'group.coordinator.new.enable',
  'inter.broker.protocol.version',
  'leader.imbalance.per.broker.percentage',
  'log.message.downconversion.enable',
  'log.message.format.version',
  'log.message.timestamp.difference.max.ms',
  'offsets.commit.required.acks',
  'password.encoder.cipher.algorithm',
  'password.encoder.iterations',
  'password.encoder.key.length',
  'password.encoder.keyfactory.algorithm',
  'password.encoder.old.secret',
  'password.encoder.secret',
  'reserved.broker.max.id',
]);

/** Of Kafka's StandardAuthorizer: no configurations of the broker, but they stand in its file. */
const ofAuthorizer: ReadonlySet<string> = new Set(['super.users', 'allow.everyone.if.no.acl.found']);

/** Whether a file of a Kafka broker may have this name though it is no configuration of Kafka 4's. */
export function isLeftOver(name: string): boolean {
  return retired.has(name) || ofAuthorizer.has(name) || name.startsWith('zookeeper.');
}

/**
 * Those of the settings that ask for encryption, a login or permissions, sorted: none of it is served so far, and
 * whoever has set them must not take the broker for a protected one.
 */
export function securitySettings(values: StaticConfig['values']): string[] {
  const names = [...values].flatMap(([name, value]) => (value !== '' && isOfSecurity(name) ? [name] : []));
  if (hasProtectedListener(values)) names.push('listeners');
  return names.sort();
}

function isOfSecurity(name: string): boolean {
  const base = withoutListenerPrefix(name);
  if (/^(ssl|sasl)\./.test(base) || ofAuthorizer.has(base)) return true;
  return base === 'authorizer.class.name' || base === 'principal.builder.class';
}

/** As far as can be told: these listeners need not be the ones that are served, and are not checked here. */
function hasProtectedListener(values: StaticConfig['values']): boolean {
  const map = values.get('listener.security.protocol.map') ?? '';
  const protocols = new Map(splitList(map).map((pair) => [pair.split(':')[0]?.trim(), pair.split(':')[1]?.trim()]));
  return splitList(values.get('listeners') ?? '').some((item) => {
    const name = item.split('://')[0] ?? '';
    return /^(SSL|SASL_)/.test(protocols.get(name) ?? name);
  });
}

function splitList(text: string): string[] {
  return text.split(',').map((item) => item.trim().toUpperCase());
}
