/** Numbers as DescribeConfigs has them. */
export const ConfigSource = {
  UNKNOWN: 0,
  TOPIC: 1,
  DYNAMIC_BROKER: 2,
  DYNAMIC_DEFAULT_BROKER: 3,
  STATIC_BROKER: 4,
  DEFAULT: 5,
  DYNAMIC_BROKER_LOGGER: 6,
  CLIENT_METRICS: 7,
  GROUP: 8,
} as const;
export type ConfigSource = (typeof ConfigSource)[keyof typeof ConfigSource];

/** One entry of a DescribeConfigs answer; fields named as in the message. */
export interface DescribedConfig {
  readonly name: string;
  /** null if it has none or is sensitive. */
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly configSource: ConfigSource;
  readonly isSensitive: boolean;
  /** Where else a value could come from, the effective one first. */
  readonly synonyms: readonly {
    readonly name: string;
    readonly value: string | null;
    readonly source: ConfigSource;
  }[];
  /** The wire's type: 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 password. */
  readonly configType: number;
  readonly documentation: string | null;
}
