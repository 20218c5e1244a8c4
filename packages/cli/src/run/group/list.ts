import { listGroups } from '@sluice/client/list-groups';
import type { ListedGroup } from '@sluice/protocol/generated/messages/list-groups-response';
import type { GroupListOptions } from '../../commands/group/list.ts';
import { printJson, printText } from '../../output/print.ts';
import { styleFor } from '../../output/style.ts';
import { type Column, formatTable } from '../../output/table.ts';
import { visibleText } from '../../output/visible-text.ts';
import type { Shell } from '../../shell.ts';
import { withCluster } from '../with-cluster.ts';
import { type GroupCommand, groupKind } from './group-kind.ts';

const GROUP: Column<ListedGroup> = {
  title: 'GROUP',
  value: ({ groupId }) => visibleText(groupId),
  wrapAfter: '-._',
};
/** A broker that is older than types has classic groups only. */
const TYPE: Column<ListedGroup> = {
  title: 'TYPE',
  value: ({ groupType }) => groupType.toLowerCase() || 'classic',
};
const STATE: Column<ListedGroup> = { title: 'STATE', value: ({ groupState }) => groupState || '?' };
/** Only where somebody else than consumers uses groups, as Connect does: beside the type it would puzzle. */
const PROTOCOL: Column<ListedGroup> = {
  title: 'USED BY',
  value: ({ protocolType }) => visibleText(protocolType) || '-',
};

/** `sluice group list`, of all types unless told otherwise, and `sluice share-group list`. */
export async function listAllGroups(shell: Shell, command: GroupCommand, options: GroupListOptions): Promise<void> {
  const { noun, types: ownTypes } = groupKind(command);
  const isMixed = command === 'group';
  const { state: states = [], type: types = isMixed ? [] : ownTypes } = options;
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
    const filtered = states.length > 0 || options.type !== undefined ? ' of this kind' : '';
    return await shell.stderr.write(`there are no ${noun}s${filtered}\n`);
  }
  const columns = [GROUP, ...(isMixed ? [TYPE] : []), STATE, ...(groups.some(isOfOthers) ? [PROTOCOL] : [])];
  await printText(shell, formatTable(groups, columns, styleFor(shell.stdout), shell.stdout.columns));
}

/** Groups of the later protocols have their type's name here. */
function isOfOthers({ protocolType, groupType }: ListedGroup): boolean {
  return protocolType !== '' && protocolType !== 'consumer' && protocolType !== groupType.toLowerCase();
}
