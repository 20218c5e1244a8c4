import { type BrokerValues, brokerNumber } from './broker-values.ts';
import { parseConfig } from './parse-config.ts';
import { brokerConfigs, groupConfigs } from './tables.ts';

/** Broker settings that a group's default comes from; the others have none. */
export function groupSynonym(name: string): string | undefined {
  const synonym = `group.${name}`;
  return brokerConfigs.has(synonym) ? synonym : undefined;
}

/** Limits that brokers set on groups: `group.<kind>.min.<rest>` and `max`, as far as Kafka has them. */
export function groupBoundNames(name: string): { readonly min: string; readonly max: string } {
  // The only name that breaks the pattern (KIP-1071).
  if (name === 'streams.num.standby.replicas') return { min: '', max: 'group.streams.max.standby.replicas' };
  const [kind = '', ...rest] = name.split('.');
  return { min: `group.${kind}.min.${rest.join('.')}`, max: `group.${kind}.max.${rest.join('.')}` };
}

/** Why Kafka would refuse these settings of a group; `undefined` if it would not. */
export function groupConfigsProblem(configs: ReadonlyMap<string, string>, broker: BrokerValues): string | undefined {
  for (const name of configs.keys()) if (!groupConfigs.has(name)) return `Unknown group config name: ${name}`;
  for (const [name, raw] of configs) {
    const definition = groupConfigs.get(name);
    const parsed = definition === undefined ? undefined : parseConfig(definition, raw);
    if (parsed !== undefined && !parsed.ok) return parsed.message;
  }
  for (const name of groupConfigs.keys()) {
    const problem = boundProblem(name, configs, broker);
    if (problem !== undefined) return problem;
  }
  for (const kind of ['consumer', 'share', 'streams']) {
    const sessionMs = groupNumber(`${kind}.session.timeout.ms`, configs, broker);
    const heartbeatMs = groupNumber(`${kind}.heartbeat.interval.ms`, configs, broker);
    if (sessionMs !== undefined && heartbeatMs !== undefined && sessionMs <= heartbeatMs) {
      return `${kind}.session.timeout.ms must be above ${kind}.heartbeat.interval.ms.`;
    }
  }
  return undefined;
}

function boundProblem(name: string, configs: ReadonlyMap<string, string>, broker: BrokerValues): string | undefined {
  const value = groupNumber(name, configs, broker);
  if (value === undefined) return undefined;
  const { min, max } = groupBoundNames(name);
  if (brokerConfigs.has(min) && value < brokerNumber(broker, min)) return `${name} must be at least ${min}.`;
  if (brokerConfigs.has(max) && value > brokerNumber(broker, max)) return `${name} must be at most ${max}.`;
  return undefined;
}

/** The effective value of a group's setting; `undefined` if it is no number. */
export function groupNumber(
  name: string,
  configs: ReadonlyMap<string, string>,
  broker: BrokerValues,
): number | undefined {
  const definition = groupConfigs.get(name);
  if (definition === undefined || definition.type !== 'INT') return undefined;
  const raw = configs.get(name);
  const synonym = groupSynonym(name);
  if (raw === undefined && synonym !== undefined) return brokerNumber(broker, synonym);
  const parsed = parseConfig(definition, raw ?? definition.defaultValue ?? '');
  return parsed.ok && parsed.value.kind === 'number' ? parsed.value.number : undefined;
}
