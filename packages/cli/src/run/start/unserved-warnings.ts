import { securitySettings } from '@sluice/metadata/config/unserved-settings';

/** A line of the log. */
export interface Warning {
  readonly message: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** What the log says of settings that are taken and have no effect, where somebody may rely on them. */
export function unservedWarnings(
  values: ReadonlyMap<string, string>,
  leftOver: ReadonlyMap<string, string>,
): readonly Warning[] {
  const warnings: Warning[] = [];
  const security = securitySettings(new Map([...values, ...leftOver]));
  if (security.length > 0) {
    warnings.push({
      message: 'encryption, logins and permissions are not served: everybody who can connect may do everything',
      fields: { settings: security.join(', ') },
    });
  }
  const others = [...leftOver.keys()].filter((name) => !security.includes(name)).sort();
  if (others.length > 0) {
    warnings.push({
      message: 'settings that Kafka 4 has no more are left out',
      fields: { settings: others.join(', ') },
    });
  }
  return warnings;
}
