import { listGroups } from '@sluice/client/list-groups';
import type { ListedGroup } from '@sluice/protocol/generated/messages/list-groups-response';
import type { GroupListOptions } from '../../commands/group/list.ts';
import { printJson, printText } from '../../output/print.ts';
import { styleFor } from '../../output/style.ts';
import { type Column, formatTable } from '../../output/table.ts';
import { visibleText } from '../../output/visible-text.ts';
import type { Shell } from '../../shell.ts';
import { withCluster } from '../with-cluster.ts';

const COLUMNS: readonly Column<ListedGroup>[] = [
  { title: 'GROUP', value: ({ groupId }) => visibleText(groupId), wrapAfter: '-._' },
  // A broker that is older than types has classic groups only.
  { title: 'TYPE', value: ({ groupType }) => groupType.toLowerCase() || 'classic' },
  { title: 'STATE', value: ({ groupState }) => groupState || '?' },
];
/** Only where somebody else than consumers uses groups, as Connect does: beside the type it would puzzle. */
const PROTOCOL: Column<ListedGroup> = {
  title: 'USED BY',
  value: ({ protocolType }) => visibleText(protocolType) || '-',
};

/** `sluice group list` */
export async function listAllGroups(shell: Shell, options: GroupListOptions): Promise<void> {
  const { state: states = [], type: types = [] } = options;
  const groups = await withCluster(shell, options, (cluster) => listGroups(cluster, { states, types }));
  if (options.json) {
    return await printJson(
      shell,
      groups.map(({ groupId, groupType, groupState, protocolType }) => ({
        group: groupId,
        type: groupType.toLowerCase() || 'classic',
        state: groupState === '' ? null : groupState,
        protocolType,
      })),
    );
  }
  if (groups.length === 0) {
    const filtered = states.length > 0 || types.length > 0 ? ' of this kind' : '';
    return await shell.stderr.write(`there are no groups${filtered}\n`);
  }
  const others = groups.some(({ protocolType }) => protocolType !== '' && protocolType !== 'consumer');
  const columns = others ? [...COLUMNS, PROTOCOL] : COLUMNS;
  await printText(shell, formatTable(groups, columns, styleFor(shell.stdout), shell.stdout.columns));
}
