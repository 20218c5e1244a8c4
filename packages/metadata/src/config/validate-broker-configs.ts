import { type BrokerValues, brokerNumber } from './broker-values.ts';
import { type ParsedConfig, parseConfig } from './parse-config.ts';
import { brokerConfigs } from './tables.ts';

/** The setting behind `listener.name.<listener>.` and, for SASL, `<mechanism>.`; itself without that prefix. */
export function withoutListenerPrefix(name: string): string {
  const base = /^listener\.name\.[^.]*\.(.*)$/.exec(name)?.[1];
  if (base === undefined) return name;
  return perMechanism.find((setting) => base.endsWith(setting)) ?? base;
}

const perMechanism = [
  'sasl.jaas.config',
  'sasl.login.callback.handler.class',
  'sasl.login.class',
  'sasl.server.callback.handler.class',
  'connections.max.reauth.ms',
];

/** May be set on all brokers at once although they belong to a listener. */
const clusterLevelOfListener: ReadonlySet<string> = new Set([
  'max.connections',
  'max.connection.creation.rate',
  'num.network.threads',
]);

/**
 * Why Kafka would refuse these as what AlterConfigs sets on a broker, or (`perBroker` false) on all of them;
 * `undefined` if it would not. Names that Kafka does not know are accepted there: plug-ins may read them.
 */
export function brokerConfigsProblem(
  configs: ReadonlyMap<string, string>,
  perBroker: boolean,
  current: BrokerValues,
): string | undefined {
  const names = [...configs.keys()];
  const readOnly = names.filter((name) => brokerConfigs.get(name)?.updateMode === 'read-only');
  if (readOnly.length > 0) return `These configurations cannot be changed at run time: ${readOnly.join(', ')}`;
  const bare = names.filter(isSecurityConfig);
  if (bare.length > 0) {
    return `These configurations can only be changed for a listener (listener.name.<listener>.): ${bare.join(', ')}`;
  }
  for (const [name, raw] of configs) {
    const definition = brokerConfigs.get(withoutListenerPrefix(name));
    const parsed = definition === undefined ? undefined : parseConfig(definition, raw);
    if (parsed === undefined) continue;
    if (!parsed.ok) return parsed.message;
    const problem = threadCountProblem(name, parsed.value, current);
    if (problem !== undefined) return problem;
  }
  if (perBroker) return undefined;
  const onlyPerBroker = names.filter((name) => {
    const base = withoutListenerPrefix(name);
    if (base !== name) return !clusterLevelOfListener.has(base);
    return brokerConfigs.get(name)?.updateMode === 'per-broker';
  });
  if (onlyPerBroker.length === 0) return undefined;
  return `These configurations can only be changed for one broker: ${onlyPerBroker.join(', ')}`;
}

/** Pools of threads that Kafka resizes at run time by a factor of two at most. Here they mean nothing. */
const threadCounts: ReadonlySet<string> = new Set([
  'background.threads',
  'log.cleaner.threads',
  'num.io.threads',
  'num.network.threads',
  'num.recovery.threads.per.data.dir',
  'num.replica.fetchers',
]);

function threadCountProblem(name: string, value: ParsedConfig, current: BrokerValues): string | undefined {
  if (!threadCounts.has(name) || value.kind !== 'number') return undefined;
  const now = brokerNumber(current, name);
  if (value.number >= 1 && value.number >= Math.floor(now / 2) && value.number <= now * 2) return undefined;
  return `${name} is ${now}: at run time it can become at least 1, at least half and at most double of that.`;
}

function isSecurityConfig(name: string): boolean {
  const isSecurity = name.startsWith('ssl.') || name.startsWith('sasl.') || name === 'principal.builder.class';
  return isSecurity && brokerConfigs.get(name)?.updateMode === 'per-broker';
}
