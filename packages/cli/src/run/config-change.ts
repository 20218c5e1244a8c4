import { alterConfigs } from '@sluice/client/alter-configs';
import type { ConfigChangeOptions, ConfigKind } from '../commands/config.ts';
import { printJson, printText } from '../output/print.ts';
import type { Shell } from '../shell.ts';
import { resourceOf } from './config-resource.ts';
import { requireSettings } from './describe-configs.ts';
import { refusedAs } from './explain-failure.ts';
import { withCluster } from './with-cluster.ts';

/** `sluice config set` */
export async function setConfig(
  shell: Shell,
  kind: ConfigKind,
  name: string,
  set: readonly (readonly [string, string])[],
  options: ConfigChangeOptions,
): Promise<void> {
  await change(shell, kind, name, { set, unset: [] }, options);
}

/** `sluice config delete` */
export async function deleteConfig(
  shell: Shell,
  kind: ConfigKind,
  name: string,
  unset: readonly string[],
  options: ConfigChangeOptions,
): Promise<void> {
  await change(shell, kind, name, { set: [], unset }, options);
}

async function change(
  shell: Shell,
  kind: ConfigKind,
  name: string,
  { set, unset }: { set: readonly (readonly [string, string])[]; unset: readonly string[] },
  options: ConfigChangeOptions,
): Promise<void> {
  const dryRun = options.dryRun === true;
  await withCluster(shell, options, async (cluster) => {
    const { broker, resourceName } = await resourceOf(cluster, kind, name);
    const refused = refusedAs(`${kind} ${name}`);
    // What is set on all brokers is all that is told of them.
    if (resourceName !== '') await requireSettings(broker, kind, resourceName, unset).catch(refused);
    await alterConfigs(broker, kind, resourceName, { set, unset, validateOnly: dryRun }).catch(refused);
  });
  if (options.json) return await printJson(shell, { kind, name, dryRun, set: Object.fromEntries(set), unset });
  const parts = [...set.map(([setting, value]) => `${setting}=${value}`), ...unset.map((s) => `${s} at its default`)];
  await printText(shell, `${kind} ${name} ${dryRun ? 'could have' : 'has now'}: ${parts.join(', ')}`);
}
