import type { ConfigSpec, ConfigType, DynamicUpdateMode } from '@sluice/protocol/config-spec';
import { type ValidValues, validValues } from './valid-values.ts';

/** One configuration: the row that validation, DescribeConfigs, `--help` and the reference pages derive from. */
export interface ConfigDefinition {
  readonly name: string;
  readonly type: ConfigType;
  readonly defaultValue: string | null;
  readonly valid: ValidValues;
  /** The valid values in words; empty if any value of the type is. */
  readonly validText: string;
  readonly importance: ConfigSpec['importance'];
  /** Never shown to anybody. */
  readonly isSensitive: boolean;
  /** Of broker configurations: what AlterConfigs may change. All others change at any time. */
  readonly updateMode: DynamicUpdateMode | 'read-only';
  readonly documentation: string | null;
}

export type ConfigTable = ReadonlyMap<string, ConfigDefinition>;

export function configTable(
  specs: readonly ConfigSpec[],
  options: {
    readonly updateModes?: Readonly<Record<string, DynamicUpdateMode>>;
    readonly documentation: Readonly<Record<string, string>>;
  },
): ConfigTable {
  const updateModes = new Map(Object.entries(options.updateModes ?? {}));
  const documentation = new Map(Object.entries(options.documentation));
  return new Map(
    specs.map((spec) => [
      spec.name,
      {
        name: spec.name,
        type: spec.type,
        defaultValue: spec.default,
        valid: validValues(spec),
        validText: spec.valid,
        importance: spec.importance,
        isSensitive: spec.type === 'PASSWORD',
        updateMode: updateModes.get(spec.name) ?? 'read-only',
        documentation: documentation.get(spec.name) ?? null,
      },
    ]),
  );
}
