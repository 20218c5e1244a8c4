export type ConfigType = 'BOOLEAN' | 'CLASS' | 'DOUBLE' | 'INT' | 'LIST' | 'LONG' | 'PASSWORD' | 'SHORT' | 'STRING';

/** What Kafka 4.3 says about one configuration. */
export interface ConfigSpec {
  readonly name: string;
  readonly type: ConfigType;
  /** Whether it has no default and must be set. */
  readonly required: boolean;
  readonly default: string | null;
  /** The valid values in Kafka's words, for people: `[0,...]`; empty when any value of the type is. */
  readonly valid: string;
  readonly importance: 'HIGH' | 'MEDIUM' | 'LOW';
}

export type DynamicUpdateMode = 'per-broker' | 'cluster-wide';
