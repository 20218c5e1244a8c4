import type { ClusterImage } from '../image/cluster-image.ts';
import { ConfigSource } from './described-config.ts';
import { type ParsedConfig, parseConfig } from './parse-config.ts';
import type { StaticConfig } from './static-config.ts';
import { brokerConfigs } from './tables.ts';

/** The resource name under which AlterConfigs sets defaults for all brokers. */
export const CLUSTER_DEFAULT_BROKER = '';

export interface SourcedValue {
  readonly name: string;
  readonly value: string;
  readonly source: ConfigSource;
}

/** Where a broker's settings come from, the strongest first. */
export interface BrokerValues {
  /** Everything that was given for exactly this name, the effective one first. */
  all(name: string): SourcedValue[];
  /** The effective value; `undefined` if there is none, not even a default. */
  effective(name: string): SourcedValue | undefined;
}

export function brokerValues(image: Pick<ClusterImage, 'config'>, staticConfig: StaticConfig): BrokerValues {
  const levels: readonly (readonly [ReadonlyMap<string, string>, ConfigSource])[] = [
    [image.config('broker', staticConfig.nodeId.toString()), ConfigSource.DYNAMIC_BROKER],
    [image.config('broker', CLUSTER_DEFAULT_BROKER), ConfigSource.DYNAMIC_DEFAULT_BROKER],
    [staticConfig.values, ConfigSource.STATIC_BROKER],
  ];

  function all(name: string): SourcedValue[] {
    const found: SourcedValue[] = [];
    for (const [values, source] of levels) {
      const value = values.get(name);
      if (value !== undefined) found.push({ name, value, source });
    }
    const defaultValue = brokerConfigs.get(name)?.defaultValue ?? undefined;
    if (defaultValue !== undefined) found.push({ name, value: defaultValue, source: ConfigSource.DEFAULT });
    return found;
  }

  return { all, effective: (name) => all(name)[0] };
}

/** Without what AlterConfigs set. */
export function staticBrokerValues(staticConfig: StaticConfig): BrokerValues {
  const nothing: ReadonlyMap<string, string> = new Map();
  return brokerValues({ config: () => nothing }, staticConfig);
}

/** The effective value by its type; the default where what was set later turned out not to parse. */
export function brokerConfig(values: BrokerValues, name: string): ParsedConfig | undefined {
  const definition = brokerConfigs.get(name);
  if (definition === undefined) return undefined;
  for (const { value } of values.all(name)) {
    const parsed = parseConfig(definition, value);
    if (parsed.ok) return parsed.value;
  }
  return undefined;
}

/** For settings that have a default: a number. Longs at their largest, which mean "no limit", are Infinity. */
export function brokerNumber(values: BrokerValues, name: string): number {
  const value = brokerConfig(values, name);
  if (value?.kind !== 'number') throw new Error(`${name} has no number`);
  return finite(value.number);
}

export function brokerFlag(values: BrokerValues, name: string): boolean {
  const value = brokerConfig(values, name);
  if (value?.kind !== 'boolean') throw new Error(`${name} is neither true nor false`);
  return value.boolean;
}

export function brokerText(values: BrokerValues, name: string): string | undefined {
  return brokerConfig(values, name)?.text;
}

export function brokerList(values: BrokerValues, name: string): readonly string[] | undefined {
  const value = brokerConfig(values, name);
  return value?.kind === 'list' ? value.items : undefined;
}

/** 2^63−1 is what Kafka's users write for "no limit". */
export function finite(number: number): number {
  return number >= 2 ** 63 ? Number.POSITIVE_INFINITY : number;
}
