import type { GroupMember } from '@sluice/client/group-description';
import { byTopic, type TopicPartition } from '@sluice/client/topic-partition';
import type { GroupMembersOptions } from '../../commands/group/members.ts';
import { printJson, printText } from '../../output/print.ts';
import { type Style, styleFor } from '../../output/style.ts';
import { type Column, formatPairs, formatTable } from '../../output/table.ts';
import { visibleText } from '../../output/visible-text.ts';
import type { Shell } from '../../shell.ts';
import { throwFailures } from '../explain-failure.ts';
import { withCluster } from '../with-cluster.ts';
import { collectChosen, namedOrAll } from './chosen-groups.ts';
import { groupPairs, hostOf } from './format-group.ts';
import { membersToJson } from './group-json.ts';
import { type GroupCommand, groupKind } from './group-kind.ts';
import type { GroupLag } from './group-lag.ts';

const NONE = '-';

/** `sluice group members` and `sluice share-group members` */
export async function listMembers(
  shell: Shell,
  command: GroupCommand,
  names: readonly string[],
  options: GroupMembersOptions,
): Promise<void> {
  const kind = groupKind(command);
  const named = namedOrAll(names, options.all);
  const { groups, failures } = await withCluster(shell, options, (cluster) => collectChosen(cluster, kind, named));
  if (options.json) await printJson(shell, groups.map(membersToJson));
  else if (groups.length > 0) {
    const style = styleFor(shell.stdout);
    const texts = groups.map((group) => formatMembers(group, options.verbose === true, style, shell.stdout.columns));
    await printText(shell, texts.join('\n'));
  } else if (failures.length === 0) await shell.stderr.write(`there are no ${kind.noun}s\n`);
  throwFailures(failures);
}

function formatMembers(lagging: GroupLag, isVerbose: boolean, style: Style, columns: number | undefined): string {
  const head = formatPairs(groupPairs(lagging, style), style);
  const members = lagging.group.members.toSorted(
    (a, b) => b.assignment.length - a.assignment.length || (a.memberId < b.memberId ? -1 : 1),
  );
  if (members.length === 0) return head;
  if (isVerbose) return `${head}\n${members.map((member) => formatPairs(memberPairs(member), style)).join('\n')}`;
  return `${head}\n${formatTable(members, columnsFor(members), style, columns)}`;
}

/** Instances only where there are static members: most groups have none. */
function columnsFor(members: readonly GroupMember[]): readonly Column<GroupMember>[] {
  const all: readonly (Column<GroupMember> | undefined)[] = [
    { title: 'MEMBER', value: ({ memberId }) => visibleText(memberId), wrapAfter: '-' },
    members.some(({ instanceId }) => instanceId !== null)
      ? { title: 'INSTANCE', value: ({ instanceId }) => visibleText(instanceId ?? NONE), wrapAfter: '-' }
      : undefined,
    { title: 'HOST', value: hostOf },
    { title: 'CLIENT', value: ({ clientId }) => visibleText(clientId), wrapAfter: '-' },
    { title: 'PARTITIONS', value: ({ assignment }) => assignment.length, align: 'right' },
  ];
  return all.filter((column) => column !== undefined);
}

function memberPairs(member: GroupMember): [string, string | number][] {
  const pairs: [string, string | number | null][] = [
    ['Member', visibleText(member.memberId)],
    ['Instance', member.instanceId === null ? null : visibleText(member.instanceId)],
    ['Client', `${visibleText(member.clientId)} on ${hostOf(member)}`],
    ['Rack', member.rackId === null || member.rackId === '' ? null : visibleText(member.rackId)],
    ['Protocol', protocolOf(member)],
    ['Subscribed', subscriptionOf(member)],
    ['Epoch', member.epoch],
    ['Assignment', formatAssignment(member.assignment)],
    ['Target', targetOf(member)],
  ];
  return pairs.flatMap(([label, value]) => (value === null ? [] : [[label, value]]));
}

/** Brokers do not tell it of classic members while their group rebalances. */
function subscriptionOf({ subscribedTopics, subscribedRegex }: GroupMember): string | null {
  const parts = [
    ...subscribedTopics.toSorted().map(visibleText),
    ...(subscribedRegex === null ? [] : [`/${visibleText(subscribedRegex)}/`]),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}

/** A member that a rolling upgrade has not reached yet. */
function protocolOf({ isUpgraded }: GroupMember): string | null {
  return isUpgraded === false ? 'classic, in a group of the consumer protocol' : null;
}

/** Only while it differs from what the member has. */
function targetOf({ assignment, target }: GroupMember): string | null {
  if (target === null) return null;
  const wanted = formatAssignment(target);
  return wanted === formatAssignment(assignment) ? null : wanted;
}

/** `clicks 0, 2` and `orders 1`, a topic a line. */
function formatAssignment(partitions: readonly TopicPartition[]): string {
  return (
    byTopic(partitions)
      .map(({ name, partitions: own }) => {
        const numbers = own.map(({ partition }) => partition).sort((a, b) => a - b);
        return `${name} ${numbers.join(', ')}`;
      })
      .sort()
      .join('\n') || 'no partitions'
  );
}
