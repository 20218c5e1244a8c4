import type { Cluster } from '@sluice/client/cluster';
import type { ConfigDescribeOptions, ConfigKind } from '../commands/config.ts';
import { printJson, printText } from '../output/print.ts';
import { styleFor } from '../output/style.ts';
import { type Column, formatTable } from '../output/table.ts';
import type { Shell } from '../shell.ts';
import { resourceOf } from './config-resource.ts';
import { describeConfigs, type Setting } from './describe-configs.ts';
import { refusedAs } from './explain-failure.ts';
import { withCluster } from './with-cluster.ts';

const COLUMNS: readonly Column<Setting>[] = [
  { title: 'SETTING', value: ({ name }) => name, wrapAfter: '.' },
  { title: 'VALUE', value: shownValue, wrapAfter: ' ,' },
  { title: 'SET ON', value: ({ source }) => source },
];

/** `sluice config describe` */
export async function describeConfig(
  shell: Shell,
  kind: ConfigKind,
  name: string,
  options: ConfigDescribeOptions,
): Promise<void> {
  const all = await withCluster(shell, options, (cluster) => settingsOf(cluster, kind, name));
  const settings = options.all ? all : all.filter(({ isDefault }) => !isDefault);
  if (options.json) return await printJson(shell, settings.map(toJson));
  if (settings.length === 0) {
    return await shell.stderr.write(`nothing was set on ${kind} ${name}; --all shows the defaults\n`);
  }
  await printText(shell, formatTable(settings, COLUMNS, styleFor(shell.stdout), shell.stdout.columns));
}

async function settingsOf(cluster: Cluster, kind: ConfigKind, name: string): Promise<readonly Setting[]> {
  const { broker, resourceName } = await resourceOf(cluster, kind, name);
  const described = await describeConfigs(broker, kind, [resourceName]).catch(refusedAs(`${kind} ${name}`));
  return described.flatMap(({ settings }) => settings);
}

function shownValue({ value, isSensitive }: Setting): string {
  if (isSensitive) return '(hidden)';
  if (value === null) return '(none)';
  return value === '' ? '""' : value;
}

function toJson({ name, value, source, isDefault, isReadOnly, isSensitive }: Setting) {
  return { name, value, source, default: isDefault, readOnly: isReadOnly, sensitive: isSensitive };
}
